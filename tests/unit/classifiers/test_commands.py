"""The commands: train, predict and evaluate over JSON lines, with plain errors."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from classifiers.commands import classifier

ROWS = [
    {"id": "a", "title": "路灯不亮", "text": "三天没亮了", "label": "C01037", "appeal": "投诉"},
    {"id": "b", "title": "", "text": "老板拖欠工资", "label": "OUT:人社", "urgent": 0},
]


def _lines(path: Path, rows: list[dict[str, object]]) -> Path:
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def test_predict_writes_one_row_for_each(tmp_path: Path, cold_model: Path) -> None:
    source = _lines(tmp_path / "in.jsonl", [{"id": "a", "text": "路灯不亮"}, {"id": 2}, *ROWS[1:]])
    target = tmp_path / "out.jsonl"
    arguments = ["predict", "--model", str(cold_model), "--input", str(source)]
    done = CliRunner().invoke(classifier, [*arguments, "--output", str(target)])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["a", 2, "b"]
    assert rows[0]["suggestions"][0]["label"] == "C01037"
    assert rows[1]["suggestions"] == []
    assert rows[2]["suggestions"][0]["label"] == "OUT"
    assert rows[2]["field"] == "人社"
    assert set(rows[0]) >= {"appeal", "urgent", "place", "milliseconds"}


def test_evaluate_prints_the_figures(tmp_path: Path, cold_model: Path) -> None:
    data = _lines(tmp_path / "data.jsonl", ROWS)
    done = CliRunner().invoke(
        classifier, ["evaluate", "--model", str(cold_model), "--data", str(data)]
    )
    assert done.exit_code == 0, done.output
    assert "| top-1 strict | 1.000 [0.342, 1.000] (2/2) |" in done.output


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("[]", "line 1: a JSON object is needed"),
        ("{", "line 1: is no JSON object"),
        ('{"label": "E01037", "text": "x"}', "label 'E01037'"),
        ('{"label": "C01037", "text": 5}', "'text' must be a text"),
        ('{"label": "C01037", "text": "x", "appeal": "抱怨"}', "appeal '抱怨'"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_written(
    tmp_path: Path, row: str, message: str
) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text(row, encoding="utf-8")
    out = tmp_path / "model.npz"
    done = CliRunner().invoke(classifier, ["train", "--data", str(data), "--out", str(out)])
    assert done.exit_code == 1
    assert message in done.output
    assert not out.exists()


def test_cold_and_data_exclude_each_other(tmp_path: Path) -> None:
    done = CliRunner().invoke(classifier, ["train", "--out", str(tmp_path / "m.npz")])
    assert done.exit_code == 2
    assert "--cold" in done.output
