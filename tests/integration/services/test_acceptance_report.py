"""The shift leader sees how suggestions fare, and may go back to an older model."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from classifiers.registry import Registry
from intake.domain.errors import NotAllowed, NotFound
from intake.services.acceptance import learning_report, model_card, roll_back
from intake.services.evidence import gather
from intake.services.register import register
from intake.store.tables import decision, training_run
from tests.integration.services.background import run_jobs
from tests.integration.services.desk import Desk

LAMP = "C01037"


def _decided(desk: Desk, label: str, times: int, days_ago: int = 0) -> None:
    for number in range(times):
        sheet = desk.received(f"第{number}处的问题，请来看看", uploads=())
        run_jobs(desk)
        form = desk.form(category=label, condition_id=None)
        register(desk.room, desk.operator, sheet.number, sheet.version, form)
    gather(desk.room)
    then = desk.room.clock() - timedelta(days=days_ago)
    fresh = decision.c.at > desk.room.clock() - timedelta(minutes=10)
    change = update(decision).where(fresh).values(at=then)
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)


def test_acceptance_confusions_and_drift(desk: Desk) -> None:
    _decided(desk, "E06010", 3, days_ago=40)
    _decided(desk, LAMP, 2)
    report = learning_report(desk.room, desk.leader)
    assert [(week.decided, week.first, week.three) for week in report.weeks] == [
        (2, 0, 0),
        (3, 3, 3),
    ]
    assert report.weeks[1].first_share == 1
    worst = report.confusions[0]
    assert worst.suggested == "暴露垃圾（E06010）"
    assert worst.chosen.endswith(f"（{LAMP}）")
    assert worst.times == 2
    assert report.drift is not None
    assert report.drift.notable
    assert report.drift.distance == 1
    assert report.decisions == 5
    with desk.refused(NotAllowed):
        learning_report(desk.room, desk.operator)


def test_a_county_without_decisions(desk: Desk) -> None:
    report = learning_report(desk.room, desk.leader)
    assert (report.weeks, report.confusions, report.drift, report.runs) == ([], [], None, [])
    card = model_card(desk.room, desk.operator)
    assert "只按词表" in "".join(card.sections[0].sentences)


def test_trainings_are_told_with_their_reason(desk: Desk) -> None:
    figure = {"value": 0.5, "low": 0.4, "high": 0.6, "texts": 60}
    row = {
        "at": desk.room.clock(),
        "model_version": "warm-1",
        "before_version": "cold-1",
        "taught": 240,
        "judged": 60,
        "figures": {"top1": figure, "top3": figure},
        "before_figures": {"top1": figure, "top3": figure},
        "per_class": [["E06010", 9, 0.9, 0.8], ["OUT", 3, 0.5, 0.5]],
        "in_force": False,
        "remark": "未启用。",
    }
    desk.room.database.write(lambda unit: unit.conn.execute(insert(training_run).values(row)))
    run = learning_report(desk.room, desk.leader).runs[0]
    assert run.per_class[0] == ("暴露垃圾（E06010）", 9, 0.9, 0.8)
    assert not run.in_force
    assert run.remark == "未启用。"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_only_the_shift_leader_goes_back(desk: Desk, tmp_path: Path) -> None:
    with desk.refused(NotAllowed):
        roll_back(desk.room, desk.operator)
    assert roll_back(desk.room, desk.leader) == ""
    models = desk.room.settings.models
    models.mkdir(parents=True, exist_ok=True)
    (models / "models.json").write_text(
        '[{"version": "x", "file": "gone.npz", "sha256": "", "facts": {}}]', "utf-8"
    )
    with desk.refused(NotFound):
        model_card(desk.room, desk.operator)
    assert roll_back(desk.room, desk.leader) == ""
    assert Registry(models).entries() == []
