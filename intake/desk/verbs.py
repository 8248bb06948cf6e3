"""What can be done with a ticket: each verb's key, its name, and the service behind its form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.desk.forms import Values, choice, text, ticked, version
from intake.domain.errors import Invalid
from intake.domain.people import Action, Actor
from intake.domain.ticket_steps import Step, TicketState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.answer import answer, decline, refer
from intake.services.ask import ask_info, give_up
from intake.services.claim import claim, release
from intake.services.file import file_by_instruction, file_ticket
from intake.services.merge import merge, split
from intake.services.submit import refuse_filing, return_for_correction, submit_for_filing
from intake.services.supplement import add_supplement
from intake.services.ticket_view import TicketView
from intake.services.verify import answer_verification, send_verification
from intake.services.visit import VisitRecord, record_visit
from intake.services.void import void
from intake.services.workroom import Workroom

Work = Callable[[Workroom, Actor, str, Values], Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """One action of the page. ``steps`` are the steps of which one must be allowed."""

    name: str
    label: str
    key: str
    done: str
    work: Work
    steps: tuple[Step, ...] = ()
    plain: bool = False
    """Whether it needs no dialog."""


def _answer(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    return answer(room, actor, number, version(form), text(form, "text"))


def _decline(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    code = text(form, "code", 40)
    return decline(room, actor, number, version(form), code, text(form, "text"))


def _refer(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    target, how = text(form, "target", 40), text(form, "how", 100)
    return refer(room, actor, number, version(form), target, how, text(form, "text"))


def _merge(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    target = text(form, "target", 40).upper()
    reasons = [text(form, "reason", 500)]
    return merge(room, actor, number, version(form), target, reasons)


def _split(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    parts = text(form, "parts", 5000).split("\n")
    return split(room, actor, number, version(form), parts)


def _ask(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    return ask_info(room, actor, number, version(form), text(form, "questions"))


def _supplement(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    return add_supplement(room, actor, number, text(form, "text", 5000))


def _give_up(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    return give_up(room, actor, number, version(form), text(form, "remark"))


def _verify(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    what, collector = text(form, "what"), text(form, "collector", 40)
    return send_verification(room, actor, number, version(form), what, collector)


def _verified(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    found = form.get("found", "")
    if found not in {"yes", "no"}:
        raise Invalid("请选择核实结果。", field="found")
    return answer_verification(room, actor, number, found == "yes", text(form, "remark"))


def _submit(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    return submit_for_filing(room, actor, number, version(form), text(form, "reason"))


def _file(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    opinion, deputy = text(form, "opinion"), text(form, "deputy_reason", 500)
    return file_ticket(room, actor, number, version(form), opinion, deputy)


def _instruct(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    reference = text(form, "reference", 200)
    return file_by_instruction(room, actor, number, version(form), reference, text(form, "opinion"))


def _return(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    return return_for_correction(room, actor, number, version(form), text(form, "opinion"))


def _refuse(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    return refuse_filing(room, actor, number, version(form), text(form, "opinion"))


def _void(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    return void(room, actor, number, version(form), text(form, "reason"))


def _visit(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    solved = choice(form, "solved", Solved, "请选择解决情况。") if form.get("solved") else None
    record = VisitRecord(
        outcome=choice(form, "outcome", VisitOutcome, "请选择联系结果。"),
        contacted=ticked(form, "contacted") if solved else None,
        solved=solved,
        service=choice(form, "service", Satisfaction, "请选择对服务的评价。"),
        handling=choice(form, "handling", Satisfaction, "请选择对办理的评价。"),
        reason=text(form, "reason", 500),
        remark=text(form, "remark"),
    )
    return record_visit(room, actor, number, version(form), record)


def _claim(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    del form
    return claim(room, actor, number)


def _release(room: Workroom, actor: Actor, number: str, form: Values) -> Any:
    del form
    return release(room, actor, number)


_TABLE = (
    Verb("file", "立案", "f", "已立案", _file, (Step.FILE,), plain=True),
    Verb("submit", "提请立案", "t", "已提请值班长立案", _submit, (Step.SUBMIT,)),
    Verb("answer", "答复", "a", "已答复", _answer, (Step.ANSWER,)),
    Verb("verify", "派监督员核实", "v", "已派监督员核实", _verify, (Step.SEND_VERIFICATION,)),
    Verb("verified", "录入核实结果", "e", "核实结果已录入", _verified, (Step.CONFIRM,)),
    Verb("ask", "请市民补充", "b", "已请市民补充", _ask, (Step.ASK_INFO,)),
    Verb("supplement", "录入补充", "u", "补充已录入", _supplement, (Step.SUPPLEMENT, Step.RESUME)),
    Verb("give-up", "未能取得补充", "k", "已结束", _give_up, (Step.GIVE_UP,)),
    Verb("merge", "合并", "m", "已合并", _merge, (Step.MERGE,)),
    Verb("split", "拆分", "x", "已拆分", _split),
    Verb("refer", "转介", "r", "已转介", _refer, (Step.REFER,)),
    Verb("decline", "不予受理", "d", "已按不予受理处理", _decline, (Step.DECLINE,)),
    Verb("return", "退回更正", "w", "已退回更正", _return, (Step.RETURN,)),
    Verb("refuse", "不予立案", "y", "已按不予立案处理", _refuse, (Step.REFUSE_FILING,)),
    Verb("instruct", "领导批示立案", "g", "已按批示立案", _instruct, (Step.FILE_BY_INSTRUCTION,)),
    Verb("visit", "回访登记", "h", "回访已登记", _visit),
    Verb("void", "作废", "z", "已作废", _void, (Step.VOID,)),
    Verb("claim", "领取", "c", "已领取", _claim, plain=True),
    Verb("release", "放回", "c", "已放回", _release, plain=True),
)
VERBS: Mapping[str, Verb] = {verb.name: verb for verb in _TABLE}
_SPLITTABLE = {TicketState.REGISTERED, TicketState.VERIFIED}


def verbs_for(view: TicketView, actor: Actor) -> list[Verb]:
    """The verbs that state and role allow, in the order of the page's buttons.

    Filing appears only when this person may file it now: otherwise submitting is the way.
    """
    return [verb for verb in _TABLE if _allowed(verb, view, actor)]


def _allowed(verb: Verb, view: TicketView, actor: Actor) -> bool:
    state = view.ticket.state
    held = view.ticket.claimed_by
    match verb.name:
        case "split":
            return state in _SPLITTABLE and actor.may(Action.SPLIT)
        case "visit":
            return state is TicketState.AWAITING_VISIT and actor.may(Action.VISIT)
        case "claim":
            return not state.terminal and actor.may(Action.REGISTER) and held != actor.account_id
        case "release":
            return actor.may(Action.REGISTER) and held == actor.account_id
        case "void":
            return Step.VOID in view.steps and view.ticket.case_id is None
        case "answer":
            return Step.ANSWER in view.steps and _answerable(view)
        case "file":
            return Step.FILE in view.steps and may_file(view, actor)
    return any(step in view.steps for step in verb.steps)


def _answerable(view: TicketView) -> bool:
    """What can become a case is answered only after somebody looked into it (domain.md §4.2)."""
    sheet = view.ticket
    looked_into = sheet.state in {TicketState.NOT_FOUND, TicketState.FILING_REFUSED}
    return looked_into or sheet.appeal is None or not sheet.appeal.makes_cases


def may_file(view: TicketView, actor: Actor) -> bool:
    """Whether filing is this person's: operators file what needs no shift leader."""
    return not view.leader_reasons or actor.may(Action.REFUSE_FILING)
