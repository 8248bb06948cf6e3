"""The PBX's configuration: what may be in it, who may read it, and that it is whole."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from intake.settings import Settings, SettingsError
from telephony.asterisk.plan import LoadLine, Plan, PlanError
from telephony.asterisk.prompts import prompt_texts
from telephony.asterisk.render import render
from telephony.asterisk.settings import AsteriskSettings, load_asterisk_settings, plan_of


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Only its path matters for the files."""
    return tmp_path / "program"


def rendered(plan: Plan, program: Path, folder: Path) -> dict[str, str]:
    """The text of every configuration file, by name."""
    render(plan, program, folder, folder / "recordings")
    return {path.name: path.read_text("utf-8") for path in (folder / "etc").iterdir()}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "PBX 1"},
        {"queue": "hot line"},
        {"hotline": "call us"},
        {"area_code": "351"},
        {"extensions": ()},
        {"extensions": ("80x1",)},
        {"extensions": ("8001",), "contacts": {"8001": "sip:a@b\nauth=x"}},
        {"sip_host": "127.0.0.1\n[evil]"},
        {"trunk_address": "carrier;comment"},
        {"trunk_sources": ("10.0.0.1\nmatch=0.0.0.0/0",)},
        {"trunk_user": "a b"},
        {"trunk_secret": "a;b"},
        {"trunk_secret": "a\nb"},
        {"rtp_ports": (22_000, 21_000)},
    ],
)
def test_a_value_that_would_break_a_file_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="cannot be used: give"):
        replace(Plan(), **wrong)


@pytest.mark.parametrize("name", ["with blank", "semi;colon", "bracket[1]"])
def test_a_folder_no_file_can_name_is_refused(program: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(PlanError, match="without blanks"):
        render(Plan(), program, tmp_path / name, tmp_path / "recordings")


def test_a_folder_too_deep_for_a_socket_is_refused(program: Path, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="too long"):
        render(Plan(), program, tmp_path / ("deep" * 30), tmp_path / "recordings")


def test_secrets_are_made_once_and_for_the_owner_only(program: Path, tmp_path: Path) -> None:
    first = render(Plan(), program, tmp_path / "pbx", tmp_path / "recordings")
    more = replace(Plan(), extensions=("8001", "8002", "8003"))
    second = render(more, program, tmp_path / "pbx", tmp_path / "recordings")
    assert second.ami == first.ami
    assert second.phones["8001"] == first.phones["8001"]
    assert len({second.ami, *second.phones.values()}) == 4
    for path in (tmp_path / "pbx" / "secrets.json", *(tmp_path / "pbx" / "etc").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path
    kept = json.loads((tmp_path / "pbx" / "secrets.json").read_text("utf-8"))
    assert kept["ami"] == first.ami


def test_only_bound_to_loopback_unless_told(program: Path, tmp_path: Path) -> None:
    files = rendered(Plan(), program, tmp_path / "pbx")
    assert "bind=127.0.0.1:5060" in files["pjsip.conf"]
    assert "bindaddr = 127.0.0.1" in files["manager.conf"]
    assert "bindaddr = 127.0.0.1" in files["http.conf"]


def test_the_bridge_has_the_least_rights(program: Path, tmp_path: Path) -> None:
    manager = rendered(Plan(), program, tmp_path / "pbx")["manager.conf"]
    assert "\nwrite = call,agent,originate,reporting\n" in manager
    assert "\nread = system,call,agent,user\n" in manager
    assert "live_dangerously = no" in (tmp_path / "pbx/etc/asterisk.conf").read_text("utf-8")


def test_a_carrier_that_wants_a_registration_gets_one(program: Path, tmp_path: Path) -> None:
    plan = replace(Plan(), trunk_user="county", trunk_secret="s3cret!")
    pjsip = rendered(plan, program, tmp_path / "pbx")["pjsip_minsheng.conf"]
    assert "type=registration" in pjsip
    assert "password=s3cret!" in pjsip
    assert "s3cret" not in repr(plan)


def test_a_load_line_has_every_member(program: Path, tmp_path: Path) -> None:
    plan = replace(Plan(), load=LoadLine(members=60, address="127.0.0.3:5083"), greeting=False)
    files = rendered(plan, program, tmp_path / "pbx")
    assert files["queues_minsheng.conf"].count("member => PJSIP/load/sip:m") == 60
    assert "MS_GREETING=\n" in files["globals_minsheng.conf"]


def test_every_sound_the_dialplan_plays_has_a_text(program: Path, tmp_path: Path) -> None:
    files = rendered(Plan(), program, tmp_path / "pbx")
    texts = prompt_texts("示范县", "12319")
    played = {
        word.strip("().,&?\"'")
        for name, text in files.items()
        for line in text.splitlines()
        for word in line.replace("&", " ").replace(",", " ").replace("(", " ").split()
        if "minsheng/" in word and "${" not in word and "DB" not in line
    }
    named = {word.partition(")")[0] for word in played if word.startswith("minsheng/")}
    reasons = {f"minsheng/{reason}" for reason in ("overflow", "no_agent", "after_hours")}
    assert named | reasons <= set(texts)
    assert {f"digits/{digit}" for digit in range(11)} <= set(texts)


def test_texts_name_the_county() -> None:
    assert "示范县" in prompt_texts("示范县", "12319")["minsheng/greeting"]


def test_settings_become_a_plan(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, pbx_extensions="8001-8003,8101", pbx_ami_port=15038)
    plan = plan_of(settings, AsteriskSettings(trunk_sources="10.0.0.1, 10.0.0.2", max_waiting=9))
    assert plan.extensions == ("8001", "8002", "8003", "8101")
    assert (plan.ami_port, plan.ami_user, plan.max_waiting) == (15038, "minsheng", 9)
    assert plan.trunk_sources == ("10.0.0.1", "10.0.0.2")


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MINSHENG_DATA", str(tmp_path))
    monkeypatch.setenv("MINSHENG_ASTERISK_SIP_PORT", "five")
    with pytest.raises(SettingsError, match="MINSHENG_ASTERISK_SIP_PORT"):
        load_asterisk_settings()
