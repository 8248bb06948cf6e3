"""Catalogue, retraining and indexing as an administrator calls them: real processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from intake.domain.submission import ReporterDetails
from intake.services.near import find_near
from tests.integration.services.desk import Desk

HEAD = "kind,major_code,major_name,code,name,source,confidence"
pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def minsheng(desk: Desk, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command on the desk's store."""
    settings = desk.room.settings
    environment = {"MINSHENG_DATA": str(settings.data), "MINSHENG_DATABASE_URL": settings.store_url}
    return subprocess.run(
        [sys.executable, "-m", "intake.cli", *words],
        env={**os.environ, **environment, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_edition_is_checked_refused_and_imported(desk: Desk, tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_text(f"{HEAD}\nEVENT,06,市容环境,06001,店外乱摆,试印本,低\n", "utf-8")
    bad = tmp_path / "bad.csv"
    bad.write_text(f"{HEAD}\nEVENT,07,市容环境,06001,,试印本,低\n", "utf-8")
    refused = minsheng(desk, "catalogue", "import", "--edition", "新版", str(bad))
    assert refused.returncode == 1
    assert "2 faults, nothing was imported" in refused.stderr
    assert "bad.csv line 2: name must have" in refused.stderr
    assert "Traceback" not in refused.stderr
    checked = minsheng(desk, "catalogue", "import", "--edition", "新版", "--check", str(good))
    assert "in order" in checked.stdout
    assert "新版" not in minsheng(desk, "catalogue", "editions").stdout
    done = minsheng(desk, "catalogue", "import", "--edition", "新版", str(good))
    assert done.returncode == 0, done.stderr
    assert "新版" in minsheng(desk, "catalogue", "editions").stdout


def test_a_handbook_with_faults_is_refused_whole(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text(
        "label,seq,filing_condition,closing_condition,limits,lead_unit\nE06010,1,成堆,清走,马上,CG\n",
        "utf-8",
    )
    refused = minsheng(desk, "catalogue", "handbook", str(file))
    assert refused.returncode == 1
    assert "h.csv line 2: limits" in refused.stderr


def test_retraining_without_decisions_says_why(desk: Desk) -> None:
    told = minsheng(desk, "classifier", "retrain")
    assert told.returncode == 0, told.stderr
    assert "还没有足够的新处理结果" in told.stdout


def test_a_store_from_before_is_indexed_again(desk: Desk) -> None:
    other = ReporterDetails(phone="13900000000")
    first, second = desk.received(reporter=other), desk.received()
    assert find_near(desk.room, desk.operator, second.number) == []
    done = minsheng(desk, "duplicates", "index")
    assert "2 tickets indexed" in done.stdout, done.stderr
    found = find_near(desk.room, desk.operator, second.number)
    assert [one.number for one in found] == [first.number]
