"""Editions, local categories and handbooks come in whole, or with the list of all faults."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from intake.services.catalogue import handbook_cards, list_editions
from intake.services.catalogue_import import ImportRefused, import_edition, import_handbook
from intake.services.finding import find_categories, read_handbook
from intake.services.register import register
from intake.store.tables import category, category_map, condition
from tests.integration.services.desk import GARBAGE, Desk

HEAD = "kind,major_code,major_name,code,name,source,confidence"
GOOD = (
    HEAD,
    "EVENT,06,市容环境,06001,店外乱摆,试印本,单一来源",
    "EVENT,06,市容环境,06002,占道堆放,试印本,单一来源",
    "COMPONENT,01,公用设施,01001,水井盖,试印本,单一来源",
)
STEPS = (
    "kind,from_edition,from_code,to_code,match",
    "EVENT,GB/T 47678.5-2026,06010,06001,judged",
    "EVENT,GB/T 47678.5-2026,06011,,none",
)
HANDBOOK = "label,seq,filing_condition,closing_condition,limits,lead_unit"


def _file(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines), "utf-8")
    return path


def _count(desk: Desk, table: object) -> int:
    with desk.room.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_new_edition_with_its_crosswalk(desk: Desk, tmp_path: Path) -> None:
    file, steps = _file(tmp_path, "e.csv", *GOOD), _file(tmp_path, "c.csv", *STEPS)
    before = _count(desk, category), _count(desk, category_map)
    checked = import_edition(desk.room, "试行 2027", [file], [steps], check_only=True)
    assert (checked.categories, checked.crossings) == (3, 1)
    assert (_count(desk, category), _count(desk, category_map)) == before
    import_edition(desk.room, "试行 2027", [file], [steps])
    assert (_count(desk, category), _count(desk, category_map)) == (before[0] + 3, before[1] + 1)
    new = next(one for one in list_editions(desk.room) if one.name == "试行 2027")
    assert (new.active, new.components, new.events, new.local) == (False, 1, 2, 0)
    with pytest.raises(ImportRefused, match="1 faults"):
        import_edition(desk.room, "试行 2027", [file])


def test_every_fault_is_told_and_nothing_written(desk: Desk, tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        "e.csv",
        HEAD,
        "EVENT,06,市容环境,06001,店外乱摆,来源,低",
        "EVENT,06,市容环境,06001,另一个,来源,低",
        "THING,07,市容环境,06003,店外乱摆,,",
        "EVENT,06,市容环境,0600x,,来源,低",
    )
    steps = _file(
        tmp_path, "c.csv", STEPS[0], "EVENT,没有的,06010,06001,x", "EVENT,没有的,06010,99999,"
    )
    before = _count(desk, category)
    with pytest.raises(ImportRefused) as refused:
        import_edition(desk.room, "", [file], [steps])
    told = "\n".join(refused.value.faults)
    for words in (
        "edition: its name",
        "e.csv line 3: EVENT 06001 occurs twice, first at e.csv line 2",
        "e.csv line 4: kind must be",
        "e.csv line 4: code '06003' must begin with its major",
        "e.csv line 4: source must say",
        "e.csv line 4: confidence must say",
        "e.csv line 5: code '0600x' must be",
        "e.csv line 5: name must have",
        "c.csv line 2: 没有的 EVENT 06010 is in no stored edition",
        "c.csv line 3: EVENT 99999 is not in the new rows",
        "c.csv line 3: match must say",
        "c.csv line 3: 没有的 EVENT 06010 is crossed twice",
    ):
        assert words in told
    assert _count(desk, category) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "cannot be read as UTF-8"),
        (b"a,b\n1,2\n", "columns missing: kind"),
        (HEAD.encode(), "no rows at all"),
        (b"", "columns missing"),
    ],
)
def test_files_that_are_none(desk: Desk, tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        import_edition(desk.room, "新版", [file])
    assert words in refused.value.faults[0]


def test_a_local_category_is_found_registered_and_has_a_handbook(
    desk: Desk, tmp_path: Path
) -> None:
    edition = desk.room.settings.edition
    row = "EVENT,12,本县事项,12001,河道偷钓,县城管局 2026 年通知,自定"
    import_edition(desk.room, edition, [_file(tmp_path, "l.csv", HEAD, row)], local=True)
    found = find_categories(desk.room, desk.operator, "偷钓")
    assert [one.label for one in found] == ["E12001"]
    assert find_categories(desk.room, desk.operator, "e12001")[0].name == "河道偷钓"
    rule = "E12001,1,禁钓水域内垂钓的,劝离并收起渔具,4工作时,CG"
    import_handbook(desk.room, [_file(tmp_path, "h.csv", HANDBOOK, rule)])
    card = read_handbook(desk.room, desk.operator, "E12001")[0]
    sheet = desk.received("有人在河边偷偷钓鱼")
    form = desk.form(category="E12001", condition_id=card.id)
    after = register(desk.room, desk.operator, sheet.number, sheet.version, form)
    assert after.category is not None
    assert after.category.label == "E12001"
    with pytest.raises(ImportRefused, match="1 faults"):
        import_edition(desk.room, edition, [_file(tmp_path, "l.csv", HEAD, row)], local=True)


def test_a_handbook_replaces_and_keeps_what_cases_were_filed_under(
    desk: Desk, tmp_path: Path
) -> None:
    filed = desk.filed()
    case = desk.case(filed.case_id)
    rules = (
        f"{GARBAGE},1,成堆的,清走,4工作时,TERRITORY",
        f"{GARBAGE},2,大片的,清走并设桶,4工作时;7工作日,CG",
    )
    done = import_handbook(desk.room, [_file(tmp_path, "h.csv", HANDBOOK, *rules)])
    assert (done.conditions, done.retired) == (2, 3)
    with desk.room.database.read() as conn:
        cards = handbook_cards(conn, GARBAGE, desk.room.settings.edition)
        old = select(condition.c.active).where(condition.c.id == case.condition_id)
        assert conn.execute(old).scalar_one() is False
    assert [card.filing for card in cards] == ["成堆的", "大片的"]
    assert cards[1].limits == ["4工作时", "7工作日"]


def test_a_faulty_handbook_is_told_whole(desk: Desk, tmp_path: Path) -> None:
    rules = (
        "E99999,1,条件,结案,4工作时,CG",
        f"{GARBAGE},0,,结案,很快,NOBODY",
        f"{GARBAGE},1,条件,结案,7工作日;4工作日,CG",
        f"{GARBAGE},1,条件,结案,7工作日,CG",
    )
    with pytest.raises(ImportRefused) as refused:
        import_handbook(desk.room, [_file(tmp_path, "h.csv", HANDBOOK, *rules)])
    told = "\n".join(refused.value.faults)
    for words in (
        "line 2: 'E99999' is no category in force",
        "line 3: seq '0'",
        "line 3: filing_condition must not be empty",
        "line 3: unit 'NOBODY' is not known",
        "line 3: limits:",
        "line 4: limits:",
        "line 5: label and seq occur twice, first at h.csv line 4",
    ):
        assert words in told
    assert len(read_handbook(desk.room, desk.operator, GARBAGE)) == 3
