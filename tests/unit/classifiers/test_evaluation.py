"""Judging: intervals, calibration, folds, the learning curve and the report page."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from classifiers.commands import classifier
from classifiers.evaluation import Judgement, judge
from classifiers.examples import Example
from classifiers.page import BY_HAND, write_page
from classifiers.suggestion import Guess, Suggestion
from classifiers.tables import report

PARTS = ["路灯", "井盖", "垃圾", "工地", "摊贩", "树木", "河水", "欠薪"]
LABELS = ["C01037", "C01023", "E06010", "E08001", "E09001", "C04002", "E06026", "OUT:人社"]


def _said(label: str, chance: float) -> Suggestion:
    guesses = (Guess(label, "EVENT", label[1:], label, chance, ("路",)),) if label else ()
    return Suggestion(guesses, not label, "投诉", 0.9, "一般", (), None, None, "m", "e", 1.0)


def _judged(rows: list[tuple[str, str, float]]) -> Judgement:
    examples = [Example(str(n), truth, "", "路") for n, (truth, _, _) in enumerate(rows)]
    return judge(examples, [_said(first, chance) for _, first, chance in rows])


def test_calibration_compares_what_is_said_with_what_is_right() -> None:
    judgement = _judged([("C01037", "C01037", 0.9), ("C01037", "E06010", 0.9)] * 10)
    assert judgement.calibration == ((pytest.approx(0.9), 0.5, 20),)
    assert judgement.calibration_error == pytest.approx(0.4)
    low, high = judgement.intervals["calibration_error"]
    assert low < 0.4 < high


def test_intervals_are_the_same_each_time_and_hold_the_figure() -> None:
    rows = [("OUT:人社", "OUT:人社", 0.8), ("OUT:人社", "E06010", 0.6), ("E06010", "E06010", 0.7)]
    one, two = _judged(rows * 15), _judged(rows * 15)
    assert one.intervals == two.intervals
    low, high = one.intervals["out_f1"]
    assert low <= one.out_f1 <= high
    assert low < high


def test_a_text_without_guess_is_wrong_and_has_no_probability() -> None:
    judgement = _judged([("C01037", "", 0.0)])
    assert judgement.shares["top-1 strict"].hits == 0
    assert judgement.calibration == ()
    assert "| C01037 | none | 1 |" in report(judgement)


def _data(path: Path, copies: int = 12) -> Path:
    rows = [
        {
            "label": label,
            "title": part,
            "text": f"{part}{'坏乱多吵脏断黑少高低远近'[n]}{n}第{n}处有事",
        }
        for n in range(copies)
        for label, part in zip(LABELS, PARTS, strict=True)
    ]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def test_folds_curve_and_page(tmp_path: Path) -> None:
    arguments = ["evaluate", "--folds", "--curve", "--data", str(_data(tmp_path / "d.jsonl"))]
    done = CliRunner().invoke(classifier, [*arguments, "--report", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "| top-1 strict |" in done.output
    assert "| 0 |" in done.output
    page = (tmp_path / "out" / "REPORT.md").read_text(encoding="utf-8")
    for name in ("calibration", "abstention", "confusion", "learning"):
        picture = tmp_path / "out" / "pictures" / f"{name}.svg"
        assert f"pictures/{name}.svg" in page
        assert picture.read_text(encoding="utf-8").lstrip().startswith("<?xml")


def test_the_same_figures_give_the_same_page(tmp_path: Path) -> None:
    judgement = _judged([("OUT:人社", "E06010", 0.6), ("E06010", "E06010", 0.7)])
    pages = [tmp_path / "one", tmp_path / "two"]
    for folder in pages:
        write_page(folder, judgement, [], ["evaluate", "--data", "/somewhere/else/d.jsonl"])
    one, two = (sorted(folder.rglob("*.*")) for folder in pages)
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert "somewhere" not in (pages[0] / "REPORT.md").read_text(encoding="utf-8")


def test_what_people_wrote_on_the_page_is_kept(tmp_path: Path) -> None:
    page = tmp_path / "REPORT.md"
    page.write_text(f"# old figures\n\n{BY_HAND}\n\nA remark.\n", encoding="utf-8")
    write_page(tmp_path, _judged([("E06010", "E06010", 0.7)]), [], [])
    text = page.read_text(encoding="utf-8")
    assert "old figures" not in text
    assert text.endswith(f"{BY_HAND}\n\nA remark.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--folds", "--model"], "either --model or --folds"),
        ([], "either --model or --folds"),
        (["--model", "--curve"], "go with --folds"),
    ],
)
def test_options_that_do_not_fit_are_named(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    data = str(_data(tmp_path / "d.jsonl", 1))
    given = [word for one in arguments for word in ([one, data] if one == "--model" else [one])]
    done = CliRunner().invoke(classifier, ["evaluate", *given, "--data", data])
    assert done.exit_code == 2
    assert message in done.output


def test_no_labelled_row_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "d.jsonl"
    empty.write_text("\n", encoding="utf-8")
    done = CliRunner().invoke(classifier, ["evaluate", "--folds", "--data", str(empty)])
    assert done.exit_code == 1
    assert "no labelled row" in done.output


@pytest.mark.parametrize("certainty", [0, 4, "3", [1]])
def test_a_certainty_out_of_range_is_refused(tmp_path: Path, certainty: object) -> None:
    data = tmp_path / "d.jsonl"
    row = {"label": "C01037", "text": "路灯不亮", "confidence": certainty}
    data.write_text(json.dumps(row), encoding="utf-8")
    done = CliRunner().invoke(classifier, ["evaluate", "--folds", "--data", str(data)])
    assert done.exit_code == 1
    assert "must be 1, 2 or 3" in done.output


def test_a_title_alone_is_asked_as_a_note(tmp_path: Path, cold_model: Path) -> None:
    data = tmp_path / "d.jsonl"
    row = {"label": "C01037", "title": "路灯不亮", "text": "垃圾没人扫，垃圾成堆，到处是垃圾"}
    data.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    arguments = ["evaluate", "--model", str(cold_model), "--data", str(data), "--title-only"]
    done = CliRunner().invoke(classifier, arguments)
    assert done.exit_code == 0, done.output
    assert "| top-1 strict | 1.000" in done.output
    assert "| 0-30 | 1.000" in done.output
