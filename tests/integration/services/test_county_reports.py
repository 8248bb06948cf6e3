"""What the county's own reports teach: read without persons, few enough, none that is judged by."""

import pytest
from sqlalchemy import update

from classifiers.examples import Example
from intake.domain.submission import ReporterDetails
from intake.services import learning
from intake.services.county_reports import county_reports
from intake.services.evidence import gather
from intake.services.learning import read_unlabelled
from intake.services.register import register
from intake.store.tables import decision
from tests.integration.services.background import run_jobs
from tests.integration.services.desk import Desk


def test_reports_are_read_without_persons_and_without_decision(desk: Desk) -> None:
    person = ReporterDetails(name="张小明", phone="13800000000", address="幸福里七号院")
    text = "我叫张小明，电话13800000000，住12号3栋2单元501室，幸福里七号院门口垃圾成堆"
    desk.received(text, uploads=(), reporter=person)
    (report,) = county_reports(desk.room)
    for secret in ("张小明", "138", "501", "幸福里"):
        assert secret not in report.text
    assert "垃圾成堆" in report.text
    assert report.label == ""


def test_of_confidential_reports_no_word_is_read(desk: Desk) -> None:
    desk.received("举报某店夜里偷排泔水", uploads=(), confidential=True)
    desk.received("中山路口垃圾成堆", uploads=())
    assert [one.text for one in county_reports(desk.room)] == ["中山路口垃圾成堆"]


def test_only_the_newest_are_read_oldest_first(desk: Desk) -> None:
    for text in ("中山路口垃圾成堆", "小学门口路灯坏了", "菜市场旁边井盖丢了"):
        desk.received(text, uploads=())
    newest = [one.text for one in county_reports(desk.room, most=2)]
    assert newest == ["小学门口路灯坏了", "菜市场旁边井盖丢了"]


def test_what_is_kept_apart_to_judge_by_is_not_read(desk: Desk) -> None:
    apart, other = (
        desk.received(text, uploads=()) for text in ("中山路口垃圾成堆", "小学门口路灯坏了")
    )
    run_jobs(desk)
    for sheet in (apart, other):
        form = desk.form(category="E06010", condition_id=None, description=sheet.text)
        register(desk.room, desk.operator, sheet.number, sheet.version, form)
    gather(desk.room)
    kept = update(decision).values(holdout=decision.c.ticket_id == apart.id)
    desk.room.database.write(lambda unit: unit.conn.execute(kept).rowcount)
    assert [one.id for one in county_reports(desk.room)] == [str(other.id)]


def test_a_copy_of_a_judged_report_is_not_read_and_too_few_say_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("中山路口垃圾成堆没人清运三天了", "小学门口路灯坏了", "菜市场旁边井盖丢了"):
        desk.received(text, uploads=())
    judged = [Example("1", "E06010", "", "中山路口垃圾成堆没人清运五天了")]
    assert read_unlabelled(desk.room, judged) == []
    monkeypatch.setattr(learning, "LEAST_READ", 2)
    told = [one.text for one in read_unlabelled(desk.room, judged)]
    assert told == ["小学门口路灯坏了", "菜市场旁边井盖丢了"]
