"""How suggestions fare with people: acceptance by week, worst confusions, drift, past trainings.

Read from the decisions that were kept; for the shift leader, who may go back to an older model.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2
from typing import Any

from sqlalchemy import Connection, select

from classifiers.archive import ModelError, read_manifest
from classifiers.card import Card, card
from classifiers.catalogue import name_of
from classifiers.registry import Registry
from intake.domain.errors import NotFound
from intake.domain.numbers import COUNTY_ZONE
from intake.domain.people import Action, Actor
from intake.services.evidence import Kind
from intake.services.workroom import Workroom
from intake.store.tables import decision, training_run

WEEKS = 12
_DRIFT = timedelta(weeks=4)
_MOST_ROWS = 200_000
_SHOWN = 15
_RUNS = 10
DRIFTED = 0.1
"""Distance of two distributions (Jensen-Shannon, 0 to 1) from which a person should look."""


@dataclass(frozen=True, slots=True)
class Week:
    """Decisions of one week that chose a category: how often first, among three, without any."""

    monday: datetime
    decided: int
    first: int
    three: int
    abstained: int

    @property
    def first_share(self) -> float:
        return self.first / self.decided

    @property
    def three_share(self) -> float:
        return self.three / self.decided


@dataclass(frozen=True, slots=True)
class Confusion:
    """The category suggested first, the one a person chose, and how often."""

    suggested: str
    chosen: str
    times: int


@dataclass(frozen=True, slots=True)
class Drift:
    """The last four weeks beside what was before: distance, and categories that moved most."""

    distance: float
    moved: list[tuple[str, float, float]]
    recent: int
    before: int

    @property
    def notable(self) -> bool:
        return self.distance >= DRIFTED


@dataclass(frozen=True, slots=True)
class Run:
    """One training and why its model went live or not."""

    at: datetime
    version: str
    taught: int
    judged: int
    first: float
    first_before: float
    three: float
    three_before: float
    in_force: bool
    remark: str
    per_class: list[tuple[str, int, float, float]]


@dataclass(frozen=True, slots=True)
class LearningReport:
    """The whole page. ``versions`` are models that went live, the newest last."""

    weeks: list[Week]
    confusions: list[Confusion]
    drift: Drift | None
    runs: list[Run]
    versions: list[str]
    decisions: int


def learning_report(room: Workroom, actor: Actor) -> LearningReport:
    """Everything the shift leader asks about the suggestions; raises NotAllowed."""
    actor.require(Action.REPORTS)
    since = room.clock() - timedelta(weeks=WEEKS)
    with room.database.read() as conn:
        rows = _decided(conn, since)
        runs = [_run(row) for row in _runs(conn)]
    return LearningReport(
        weeks=_weeks(rows),
        confusions=_confusions(rows),
        drift=_drift(rows, room.clock() - _DRIFT),
        runs=runs,
        versions=[entry.version for entry in Registry(room.settings.models).entries()],
        decisions=len(rows),
    )


def model_card(room: Workroom, actor: Actor) -> Card:
    """The card of the model in force, for everybody who works with its suggestions.

    Raises NotFound when its file is missing or altered.
    """
    actor.require(Action.READ_TICKETS)
    try:
        path = Registry(room.settings.models).active()
        return card(None if path is None else read_manifest(path))
    except ModelError:
        raise NotFound("现用模型的文件缺失或被改动过，请值班长换回上一个模型。") from None


def roll_back(room: Workroom, actor: Actor) -> str:
    """Put the model before the present one back into force; returns its version.

    Raises NotAllowed; every process takes it up by itself.
    """
    actor.require(Action.REFUSE_FILING)
    entry = Registry(room.settings.models).roll_back()
    return entry.version if entry else ""


def _decided(conn: Connection, since: datetime) -> Sequence[Any]:
    """Decisions that chose a category beside a suggestion, oldest first."""
    query = (
        select(
            decision.c.at,
            decision.c.label,
            decision.c.suggested,
            decision.c.chosen_rank,
            decision.c.abstained,
        )
        .where(
            decision.c.at >= since,
            decision.c.label != "",
            decision.c.kind != Kind.MERGED.value,
            decision.c.model_version != "",
        )
        .order_by(decision.c.id)
        .limit(_MOST_ROWS)
    )
    return conn.execute(query).all()


def _weeks(rows: Sequence[Any]) -> list[Week]:
    by_week: dict[datetime, list[Any]] = {}
    for row in rows:
        day = row.at.astimezone(COUNTY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        by_week.setdefault(day - timedelta(days=day.weekday()), []).append(row)
    return [
        Week(
            monday,
            len(those),
            sum(row.chosen_rank == 1 for row in those),
            sum(row.chosen_rank in (1, 2, 3) for row in those),
            sum(row.abstained for row in those),
        )
        for monday, those in sorted(by_week.items(), reverse=True)
    ]


def _confusions(rows: Sequence[Any]) -> list[Confusion]:
    pairs = Counter(
        (_title(row.suggested[0]), _title(row.label))
        for row in rows
        if row.suggested and row.chosen_rank != 1
    )
    return [Confusion(*pair, times) for pair, times in pairs.most_common(_SHOWN)]


def _drift(rows: Sequence[Any], border: datetime) -> Drift | None:
    """How far the mix of categories has moved; None while there is nothing to compare."""
    recent = Counter(_title(row.label) for row in rows if row.at >= border)
    before = Counter(_title(row.label) for row in rows if row.at < border)
    if not recent or not before:
        return None
    shares = {
        name: (before[name] / before.total(), recent[name] / recent.total())
        for name in recent.keys() | before.keys()
    }
    moved = sorted(shares.items(), key=lambda each: -abs(each[1][1] - each[1][0]))
    return Drift(
        distance=_distance(shares),
        moved=[(name, *pair) for name, pair in moved[:5]],
        recent=recent.total(),
        before=before.total(),
    )


def _distance(shares: Mapping[str, tuple[float, float]]) -> float:
    """Jensen-Shannon divergence in bits: 0 the same, 1 nothing in common."""
    total = 0.0
    for one, other in shares.values():
        middle = (one + other) / 2
        total += sum(part * log2(part / middle) / 2 for part in (one, other) if part)
    return round(total, 3)


def _title(label: str) -> str:
    if label.startswith("OUT:"):
        return "其他部门职责"
    try:
        return f"{name_of(label)}（{label}）"
    except KeyError:
        return label


def _runs(conn: Connection) -> Sequence[Any]:
    query = select(training_run).order_by(training_run.c.id.desc()).limit(_RUNS)
    return conn.execute(query).all()


def _run(row: Any) -> Run:
    return Run(
        at=row.at,
        version=row.model_version,
        taught=row.taught,
        judged=row.judged,
        first=row.figures["top1"]["value"],
        first_before=row.before_figures["top1"]["value"],
        three=row.figures["top3"]["value"],
        three_before=row.before_figures["top3"]["value"],
        in_force=row.in_force,
        remark=row.remark,
        per_class=[(_title(label), *rest) for label, *rest in row.per_class],
    )
