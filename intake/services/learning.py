"""Train on the county's decisions, judge new and old on decisions neither was taught, then choose.

The split is frozen when a decision is kept (``evidence``); near-copies of a judged text are left
out of training. A new model goes live only when it is not worse (decision 12: people stay in
charge, and the old model is one command away).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select

from classifiers.archive import ModelError
from classifiers.catalogue import CURRENT_EDITION, catalogue
from classifiers.category import Reader
from classifiers.cooccurrence import LEAST_READ
from classifiers.evaluation import Judgement, Share, judge
from classifiers.examples import Example, own_corpus
from classifiers.grouping import groups_of
from classifiers.lexicon import lexicon
from classifiers.registry import Registry, save
from classifiers.suggestion import Suggester
from classifiers.training import train
from intake.domain.appeal import AppealType, Urgency
from intake.domain.numbers import COUNTY_ZONE
from intake.services.county_reports import county_reports
from intake.services.evidence import gather
from intake.services.workroom import Workroom
from intake.store.tables import decision, training_run

LEAST_JUDGED = 20
"""With fewer decisions kept out of training nobody can say which model is better."""
_FIGURES = {
    "top1": "top-1 strict",
    "top3": "top-3 any accepted",
    "in_scope": "in scope top-1 strict",
    "appeal": "appeal",
}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Lessons:
    """Decisions to teach, and those kept apart to judge by."""

    taught: list[Example]
    judged: list[Example]


@dataclass(frozen=True, slots=True)
class Training:
    """What came of it; ``remark`` tells a person why. Without a version nothing was trained."""

    remark: str
    in_force: bool = False
    version: str = ""
    taught: int = 0
    judged: int = 0
    figures: dict[str, Any] = field(default_factory=dict)
    before_figures: dict[str, Any] = field(default_factory=dict)


def retrain(
    room: Workroom,
    progress: Progress = lambda _what, _done, _all: None,
    *,
    always: bool = False,
) -> Training:
    """Gather evidence, train, judge, and put the new model into force if it is not worse.

    Does nothing until enough new decisions have come, unless ``always``.
    """
    gather(room)
    with room.database.read() as conn:
        fresh = _fresh_decisions(conn)
        lessons = read_lessons(conn)
    if not always and fresh < room.settings.retrain_decisions:
        return Training(
            f"还没有足够的新处理结果：{fresh} 条，满 {room.settings.retrain_decisions} 条再训练。"
        )
    if not lessons.taught or len(lessons.judged) < LEAST_JUDGED:
        return Training(
            f"可用的处理结果太少：学习 {len(lessons.taught)} 条，检验 {len(lessons.judged)} 条"
            f"（至少 {LEAST_JUDGED} 条）。"
        )
    return _train_and_choose(room, lessons, progress)


def read_lessons(conn: Connection) -> Lessons:
    """The last decision of each ticket that teaches a label of the edition in force."""
    newest = select(func.max(decision.c.id)).where(decision.c.label != "")
    query = (
        select(decision)
        .where(
            decision.c.id.in_(newest.group_by(decision.c.ticket_id)),
            decision.c.text != "",
            decision.c.edition == CURRENT_EDITION,
        )
        .order_by(decision.c.id)
    )
    taught: list[Example] = []
    judged: list[Example] = []
    for row in conn.execute(query):
        (judged if row.holdout else taught).append(
            Example(
                id=str(row.ticket_id),
                label=row.label,
                title="",
                text=row.text,
                appeal=AppealType(row.appeal).label if row.appeal else None,
                urgent=Urgency(row.urgency) is not Urgency.NORMAL,
                place=row.place,
            )
        )
    return Lessons(_without_copies(taught, judged), judged)


def read_unlabelled(room: Workroom, judged: Sequence[Example]) -> list[Example]:
    """The county's newest reports that are no copy of a judged one; none where they are too few."""
    reports = _without_copies(county_reports(room), judged)
    return reports if len(reports) >= LEAST_READ else []


def _without_copies(taught: Sequence[Example], judged: Sequence[Example]) -> list[Example]:
    groups = groups_of([one.text for one in (*judged, *taught)])
    apart = set(groups[: len(judged)])
    rest = groups[len(judged) :]
    return [one for one, group in zip(taught, rest, strict=True) if group not in apart]


def _fresh_decisions(conn: Connection) -> int:
    """Decisions since the last training."""
    last = conn.execute(select(func.max(training_run.c.at))).scalar()
    query = select(func.count()).select_from(decision).where(decision.c.label != "")
    if last is not None:
        query = query.where(decision.c.at > last)
    return int(conn.execute(query).scalar_one())


def _train_and_choose(room: Workroom, lessons: Lessons, progress: Progress) -> Training:
    words = lexicon()
    own = own_corpus(catalogue(), words)
    free = read_unlabelled(room, lessons.judged)
    trained = train(Reader(catalogue(), words), words, own, lessons.taught, progress, free)
    registry = Registry(room.settings.models)
    before = _in_force(registry)
    verdict = judged_by(Suggester(trained), lessons.judged)
    verdict_before = judged_by(before, lessons.judged)
    figures = figures_of(verdict)
    facts = {
        "own_texts": len(own),
        "decisions": len(lessons.taught),
        "unlabelled": len(free),
        "figures": figures,
    }
    now = room.clock()
    path = room.settings.models / _file_name(now)
    version = save(path, trained, "warm", facts)
    remark = refusal(verdict, verdict_before)
    if remark:
        path.unlink()
    elif version == before.version:
        remark = "与现用模型相同。"
    else:
        registry.promote(path, {"decisions": len(lessons.taught), "at": now.isoformat()})
    done = Training(
        remark or "新模型已启用。",
        not remark,
        version,
        len(lessons.taught),
        len(lessons.judged),
        figures,
        figures_of(verdict_before),
    )
    _keep(room, done, before.version, verdict, now)
    return done


def _in_force(registry: Registry) -> Suggester:
    """The model to beat; the word lists alone where it cannot be read any more."""
    try:
        return Suggester.load(registry.active())
    except ModelError:
        return Suggester()


def judged_by(suggester: Suggester, examples: Sequence[Example]) -> Judgement:
    """The figures of one model on decisions it was not taught."""
    return judge(examples, [suggester.suggest(one.text, one.title) for one in examples])


def refusal(new: Judgement, old: Judgement) -> str:
    """Why the new model must not go live; empty when it is not worse in first and first three."""
    for name, words in (("top-1 strict", "首选"), ("top-3 any accepted", "前三")):
        if new.shares[name].hits < old.shares[name].hits:
            return (
                f"未启用：{words}正确 {new.shares[name].hits} 条，"
                f"少于现用模型的 {old.shares[name].hits} 条。"
            )
    return ""


def figures_of(verdict: Judgement) -> dict[str, Any]:
    """Figures as the model card and the page read them: value, 95 % interval, texts."""
    shares = {key: verdict.shares[name] for key, name in _FIGURES.items()}
    figures: dict[str, Any] = {key: _figure(share) for key, share in shares.items() if share.of}
    figures["macro"] = round(verdict.macro_f1, 4)
    figures["calibration_error"] = round(verdict.calibration_error, 4)
    return figures


def _figure(share: Share) -> dict[str, Any]:
    low, high = share.interval()
    return {
        "value": round(share.value, 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "texts": share.of,
    }


def _file_name(now: datetime) -> Path:
    return Path(f"warm-{now.astimezone(COUNTY_ZONE):%Y%m%d-%H%M%S}.npz")


def _keep(room: Workroom, done: Training, before: str, verdict: Judgement, now: datetime) -> None:
    row = {
        "at": now,
        "model_version": done.version,
        "before_version": before,
        "taught": done.taught,
        "judged": done.judged,
        "figures": done.figures,
        "before_figures": done.before_figures,
        "per_class": [
            [one.label, one.support, round(one.precision, 3), round(one.recall, 3)]
            for one in verdict.labels
        ],
        "in_force": done.in_force,
        "remark": done.remark,
    }
    room.database.write(lambda unit: unit.conn.execute(insert(training_run).values(row)).rowcount)
