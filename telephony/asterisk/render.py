"""Write the configuration of one PBX instance into its folder.

The folder then holds everything Asterisk reads and writes: ``etc`` (made again at every start),
``lib`` (its database: queue members, browser secrets, opening hours), ``log`` (queue_log, CDR and
CEL as files), ``data/sounds``, and ``secrets.json``.
"""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from telephony.asterisk.keys import Keys, load_keys
from telephony.asterisk.plan import Plan, PlanError

TEMPLATES = Path(__file__).parent / "conf"
MADE_BY = "Made by 民声 from its settings at every start: change those, not this file."
_FOLDERS = (
    "etc",
    "lib/keys",
    "data/agi-bin",
    "data/sounds/zh",
    "data/moh",
    "spool/tmp",
    "run",
    "log/cdr-csv",
    "log/cel-custom",
    "cache",
)
_SOCKET_PATH = 107


def render(plan: Plan, program: Path, folder: Path, recordings: Path) -> Keys:
    """Make the folder of one instance and its configuration; returns the instance's secrets.

    `program` is the unpacked Asterisk, `recordings` the folder calls and messages are recorded to.
    Files with secrets are readable by their owner alone. Raises PlanError when a path cannot be
    used, OSError when it cannot be written.
    """
    for path in (program, folder, recordings):
        _require_plain(path)
    if len(str(folder / "run" / "asterisk.ctl")) > _SOCKET_PATH:
        raise PlanError(f"The path {folder} is too long for Asterisk's socket: choose a shorter.")
    for part in _FOLDERS:
        (folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    recordings.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = load_keys(folder, plan.extensions)
    given = {
        "plan": plan,
        "keys": keys,
        "program": program,
        "folder": folder,
        "recordings": recordings,
        "made_by": MADE_BY,
    }
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=select_autoescape(()),  # not for a browser; Plan refuses what would break a file
    )
    for old in (folder / "etc").glob("*.conf"):
        old.unlink()
    for name in sorted(path.name for path in TEMPLATES.glob("*.conf")):
        target = folder / "etc" / name
        target.touch(mode=0o600)
        target.write_text(templates.get_template(name).render(given), "utf-8")
    (folder / "log" / "cel-custom" / "Master.csv").touch(mode=0o600)
    _link(folder / "data" / "sounds" / "en", program / "sounds-en")
    _link(folder / "data" / "documentation", program / "usr/share/asterisk/documentation")
    return keys


def _require_plain(path: Path) -> None:
    """A space or a bracket in a path would end a value in some configuration file."""
    if not path.is_absolute() or any(mark in str(path) for mark in " \t\r\n;,()[]{}$\"'"):
        raise PlanError(f"The path {path} cannot be used: choose one without blanks and brackets.")


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target)
