"""What operators say on the telephone: our texts, edited by the shift leader (domain.md §5.4).

A text may name values in braces, such as {工号} or {答复}; they are filled in for the reader. What
was reported is offered only in texts that are read after the person was confirmed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from intake.domain.errors import Incomplete, Invalid, NotFound, StaleVersion
from intake.domain.people import Action, Actor
from intake.services.workroom import Workroom
from intake.store.tables import script
from intake.store.unit import Unit

_LONGEST = 1_000
_NAME = re.compile(r"\{([^{}]*)\}")
_ALWAYS = ("县", "热线", "工号")
_REPORT = ("日期", "地点", "问题", "答复", "编号")


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it came with the system; ``values`` are the names it may use."""

    title: str
    words: str
    values: tuple[str, ...] = _ALWAYS


TEXTS: Mapping[str, Text] = {
    "greeting": Text(
        "来电问候",
        "您好，{县}城市管理服务热线，{工号}号为您服务，通话会录音。请问您要反映什么？",
    ),
    "urgent": Text(
        "紧急询问",
        "现场有没有人受伤？有没有漏电、漏气、会倒塌的东西？请您先站到安全的地方，不要挂断，我马上转接。",
    ),
    "closing": Text(
        "来电结束",
        "您的编号是{编号}，凭编号和查询码随时可以查进度，办完我们会给您回电。感谢来电，再见。",
        (*_ALWAYS, "编号"),
    ),
    "callback": Text(
        "漏接回拨",
        "您好，{县}城管服务热线。您{时间}打来电话，我们没能接到，很抱歉。请问您当时想反映什么问题？",
        (*_ALWAYS, "时间"),
    ),
    "completion": Text(
        "补充信息",
        "您好，{县}城管服务热线{工号}号。请问您是{日期}反映过情况的本人吗？……"
        "还有几点需要您补充：{问题}",
        (*_ALWAYS, "日期", "问题"),
    ),
    "return_opening": Text(
        "回访：确认本人（确认前不说反映内容）",
        "您好，{县}城管服务热线{工号}号。请问您是{日期}向我们反映过城市管理问题的本人吗？"
        "现在说话方便吗，只占用一分钟。",
        (*_ALWAYS, "日期"),
    ),
    "return_answer": Text(
        "回访：说明办理结果（确认本人之后）",
        "您反映的{地点}的问题（{问题}），承办单位答复：{答复}",
        (*_ALWAYS, *_REPORT),
    ),
    "return_questions": Text(
        "回访：三个问题",
        "第一，承办单位有没有联系过您？第二，问题现在解决了吗？"
        "第三，对热线的服务、对处理的结果，您分别是非常满意、满意、基本满意、不满意还是非常不满意？",
    ),
    "return_unhappy": Text(
        "回访：市民不满意",
        "您主要是哪方面不满意？我照您说的记下来，报值班长审核，该重办的会退回重办，再给您回话。",
    ),
    "return_unreasonable": Text(
        "回访：诉求超出职责",
        "我理解您着急。这件事按规定是这样的：……。您的意见我会原样上报。",
    ),
    "return_not_reporter": Text("回访：不是本人", "打扰您了，再见。"),
    "return_thanks": Text("回访：结束", "谢谢您的评价，有问题随时拨打{热线}。再见。"),
}


@dataclass(frozen=True, slots=True)
class Script:
    """One text as it is now; ``version`` 0 means that nobody has changed it yet."""

    key: str
    title: str
    text: str
    values: tuple[str, ...]
    version: int
    updated_at: datetime | None


def read_scripts(room: Workroom, actor: Actor) -> list[Script]:
    """Every text, in the order of a call."""
    actor.require(Action.VISIT)
    with room.database.read() as conn:
        stored = {row.key: row for row in conn.execute(select(script))}
    return [_script(key, stored.get(key)) for key in TEXTS]


def save_script(room: Workroom, actor: Actor, key: str, version: int, text: str) -> Script:
    """Change one text; raises NotFound, Incomplete, Invalid for an unknown value, StaleVersion."""
    words = text.strip()

    def work(unit: Unit) -> Script:
        actor.require(Action.EDIT_SCRIPTS)
        if key not in TEXTS:
            raise NotFound("没有这段话术，请刷新。")
        _require_usable(key, words)
        query = select(script).where(script.c.key == key).with_for_update()
        before = unit.conn.execute(query).first()
        if (before.version if before else 0) != version:
            raise StaleVersion("这段话术刚被别人修改过，请查看最新内容后再改。")
        values = {
            "text": words,
            "version": version + 1,
            "updated_by": actor.account_id,
            "updated_at": unit.now,
        }
        if before is None:
            unit.conn.execute(insert(script).values(key=key, **values))
        else:
            unit.conn.execute(update(script).where(script.c.key == key).values(**values))
        after = unit.conn.execute(select(script).where(script.c.key == key)).first()
        return _script(key, after)

    return room.database.write(work)


def spoken(room: Workroom, conn: Connection, key: str, values: Mapping[str, str]) -> str:
    """One text with its values filled in; a value that is not known is left blank to be asked."""
    stored = conn.execute(select(script.c.text).where(script.c.key == key)).scalar()
    known = {"县": room.county.name, "热线": room.settings.hotline} | dict(values)
    words = TEXTS[key].words if stored is None else str(stored)
    return _NAME.sub(lambda found: known.get(found[1]) or "……", words)


def _script(key: str, row: object) -> Script:
    text = TEXTS[key]
    return Script(
        key=key,
        title=text.title,
        text=str(getattr(row, "text", text.words)),
        values=text.values,
        version=int(getattr(row, "version", 0)),
        updated_at=getattr(row, "updated_at", None),
    )


def _require_usable(key: str, words: str) -> None:
    if not words:
        raise Incomplete("请填写话术内容。", fields=["text"])
    if len(words) > _LONGEST:
        raise Invalid(f"话术太长，最多{_LONGEST}个字。", field="text")
    known = TEXTS[key].values
    for name in _NAME.findall(words):
        if name not in known:
            offered = "、".join(f"{{{one}}}" for one in known)
            raise Invalid(f"这段话术里不能用“{{{name}}}”，可以用：{offered}。", field="text")
