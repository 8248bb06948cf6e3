"""Decisions are kept without persons; a model learns from them and goes live if it is not worse."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from classifiers.archive import read_manifest
from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.examples import Example, own_corpus
from classifiers.lexicon import lexicon
from classifiers.registry import Registry, save
from classifiers.training import train
from intake.domain.submission import ReporterDetails
from intake.domain.ticket import Ticket
from intake.services import learning
from intake.services.answer import decline, refer
from intake.services.evidence import gather
from intake.services.learning import retrain
from intake.services.merge import merge
from intake.services.model_in_force import ModelInForce
from intake.services.register import register
from intake.services.retraining import RETRAIN_TOPIC, plan_training
from intake.store.tables import decision, outbox, training_run
from tests.integration.services.background import run_jobs
from tests.integration.services.desk import Desk

SLANG = {
    "嘎啦筒": "E06010",
    "咕噜摊": "E09006",
    "叮当盖": "C01001",
    "亮眼灯": "C01037",
    "毛毛贴": "E07001",
    "轰隆车": "E08009",
}
"""Words of a county that no word list knows, and what its operators mean by them."""
ENDINGS = ("在路口", "在小学门口", "在菜市场旁边", "好几天了", "又来了", "真是烦人", "请来看看")


def _decisions(desk: Desk) -> list[dict[str, Any]]:
    with desk.room.database.read() as conn:
        rows = conn.execute(select(decision).order_by(decision.c.id)).mappings()
        return [dict(row) for row in rows]


def _registered(desk: Desk, text: str, label: str | None, **fields: Any) -> Ticket:
    sheet = desk.received(text, uploads=(), **fields)
    run_jobs(desk)
    form = desk.form(category=label, condition_id=None, description=text)
    return register(desk.room, desk.operator, sheet.number, sheet.version, form)


def test_accepted_overridden_merged_and_refused_are_kept(desk: Desk) -> None:
    accepted = _registered(desk, "中山路口垃圾成堆", "E06010")
    overridden = _registered(desk, "中山路摆摊的占了人行道", "E09006")
    other = _registered(desk, "中山路口又是垃圾成堆", None)
    merge(desk.room, desk.operator, other.number, other.version, accepted.number, ["同一地点"])
    declined = _registered(desk, "公司拖欠工资", "E06010")
    decline(desk.room, desk.operator, declined.number, declined.version, "other_duty")
    referred = _registered(desk, "家里停水两天", None)
    refer(desk.room, desk.operator, referred.number, referred.version, "WATER", "告知号码")
    assert gather(desk.room) == 6
    kept = {row["ticket_id"]: row for row in _decisions(desk)}
    told = {
        sheet.id: (kept[sheet.id]["kind"], kept[sheet.id]["label"], kept[sheet.id]["chosen_rank"])
        for sheet in (accepted, overridden, other, declined, referred)
    }
    assert told == {
        accepted.id: ("ACCEPTED", "E06010", 1),
        overridden.id: ("OVERRIDDEN", "E09006", None),
        other.id: ("MERGED", "E06010", 1),
        declined.id: ("REFUSED", "OUT:其他", None),
        referred.id: ("REFUSED", "OUT:水电气热", None),
    }
    assert kept[accepted.id]["suggested"] == ["E06010"]
    assert kept[accepted.id]["model_version"] == "steady-1"
    assert gather(desk.room) == 0


def test_the_place_a_person_wrote_is_taught_where_the_report_names_it(desk: Desk) -> None:
    for address, landmark in (("中山路菜市场", "报亭"), ("人民路1号", ""), ("人民路1号", "报亭")):
        sheet = desk.received("中山路菜市场门口的报亭旁垃圾成堆", uploads=())
        form = desk.form(category="E06010", condition_id=None, address=address, landmark=landmark)
        register(desk.room, desk.operator, sheet.number, sheet.version, form)
    gather(desk.room)
    assert [row["place"] for row in _decisions(desk)] == ["中山路菜市场", None, "报亭"]


def test_nothing_that_points_at_a_person_is_kept(desk: Desk) -> None:
    text = (
        "我叫张小明，住解放街12号3栋2单元501室，电话13800000000，车牌豫A12345，"
        "身份证410101199001011234，邮箱a@example.com，王先生家门口垃圾成堆"
    )
    person = ReporterDetails(name="张小明", phone="13800000000", address="幸福里七号院")
    _registered(desk, text + "，幸福里七号院没人管", "E06010", reporter=person)
    gather(desk.room)
    kept = _decisions(desk)[0]["text"]
    for secret in ("张小明", "12号", "501", "138", "豫A", "4101", "example", "王先生", "幸福里"):
        assert secret not in kept
    assert "垃圾成堆" in kept
    assert "解放街" in kept


def test_of_confidential_reports_no_word_is_kept(desk: Desk) -> None:
    _registered(desk, "举报某店夜里偷排泔水", "E06010", confidential=True)
    gather(desk.room)
    assert [row["text"] for row in _decisions(desk)] == [""]


def test_near_copies_stand_on_one_side_of_the_split(desk: Desk) -> None:
    sheets = [_registered(desk, f"中山路{n}号门前垃圾成堆没有人清运", "E06010") for n in range(9)]
    for number in range(12):
        _registered(
            desk, f"第{number}小学门口的{'路灯井盖护栏树木'[number % 8 :]}坏了{number}天", "C01037"
        )
    gather(desk.room)
    rows = _decisions(desk)
    copies = {row["holdout"] for row in rows if row["ticket_id"] in {one.id for one in sheets}}
    assert len(copies) == 1
    groups = {row["group_id"]: row["holdout"] for row in rows}
    assert all(groups[row["group_id"]] == row["holdout"] for row in rows)


def test_the_hour_of_the_night_plans_one_training(desk: Desk) -> None:
    room = desk.room
    for hour in (17, 18, 19):  # 02:00 in the county is 18:00 of the day before in UTC
        moment = room.clock().replace(hour=hour, minute=30)
        room.clock = lambda moment=moment: moment
        plan_training(room)
    with room.database.read() as conn:
        rows = conn.execute(select(outbox.c.topic).where(outbox.c.topic == RETRAIN_TOPIC)).all()
    assert len(rows) == 1


def test_too_little_is_told_and_trains_nothing(desk: Desk) -> None:
    done = retrain(desk.room)
    assert not done.in_force
    assert "还没有足够" in done.remark
    assert "太少" in retrain(desk.room, always=True).remark


@pytest.fixture
def little_corpus(monkeypatch: pytest.MonkeyPatch) -> list[Example]:
    """An eighth of our own texts: the training is real, and takes seconds."""
    little = own_corpus(catalogue(), lexicon())[::8]
    monkeypatch.setattr(learning, "own_corpus", lambda *_known: little)
    return little


@pytest.fixture
def county(desk: Desk, little_corpus: list[Example]) -> Desk:
    """A county whose operators made 300 decisions beside the cold model."""
    models = desk.room.settings.models
    words = lexicon()
    cold = train(Reader(catalogue(), words), words, little_corpus, [])
    save(models / "cold.npz", cold, "cold", {})
    Registry(models).promote(models / "cold.npz", {})
    desk.room._suggester = ModelInForce(models)
    for number in range(300):
        slang, label = list(SLANG.items())[number % len(SLANG)]
        ending = ENDINGS[number % len(ENDINGS)]
        sheet = desk.received(f"{number}号{slang}{ending}{number * 37 % 101}", uploads=())
        run_jobs(desk)
        form = desk.form(category=label, condition_id=None)
        register(desk.room, desk.operator, sheet.number, sheet.version, form)
    return desk


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_county_of_300_decisions(county: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    room = county.room
    before = room.suggester.suggest("叮当盖在路口").model_version
    monkeypatch.setattr(learning, "LEAST_READ", 10)
    run_night(county)
    with room.database.read() as conn:
        run = conn.execute(select(training_run)).mappings().one()
    assert run["in_force"], run["remark"]
    assert run["taught"] + run["judged"] <= 300
    assert run["judged"] >= 20
    new, old = (run[name]["top1"]["value"] for name in ("figures", "before_figures"))
    assert new >= old + 0.4
    assert {row[0] for row in run["per_class"]} <= set(SLANG.values())
    made = room.suggester.suggest("叮当盖在路口")
    assert made.model_version == run["model_version"] != before
    (new_file,) = room.settings.models.glob("warm-*.npz")
    assert 10 <= read_manifest(new_file)["facts"]["unlabelled"] < 300
    assert made.guesses[0].label == "C01001"
    assert "还没有足够" in retrain(room).remark

    worse = _shuffled(learning.train)
    monkeypatch.setattr(learning, "train", worse)
    refused = retrain(room, always=True)
    assert not refused.in_force
    assert "未启用" in refused.remark
    assert room.suggester.suggest("叮当盖在路口").model_version == run["model_version"]
    assert len(list(Path(room.settings.models).glob("warm-*.npz"))) == 1
    Registry(room.settings.models).roll_back()
    assert room.suggester.suggest("叮当盖在路口").model_version == before


def run_night(desk: Desk) -> None:
    """The clock plans a training, a worker runs it."""
    moment = desk.room.clock() + timedelta(minutes=1)
    desk.room.settings = desk.room.settings.model_copy(
        update={"retrain_hour": (moment.hour + 8) % 24}
    )
    plan_training(desk.room)
    run_jobs(desk)


def _shuffled(real: Callable[..., Any]) -> Callable[..., Any]:
    """A training whose every lesson is wrong."""

    def wrong(reader: Any, words: Any, own: Any, taught: list[Example], *others: Any) -> Any:
        rest = [*taught[1:], *taught[:1]]
        labels = [
            Example(one.id, other.label, "", one.text)
            for one, other in zip(taught, rest, strict=True)
        ]
        return real(reader, words, own, labels, *others)

    return wrong


def test_history_names_no_lesson(desk: Desk) -> None:
    """The row of a decision is enough: nothing about it is written into the history."""
    _registered(desk, "中山路口垃圾成堆", "E06010")
    before = desk.counts()
    gather(desk.room)
    after = desk.counts()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"decision", "cursor"}
