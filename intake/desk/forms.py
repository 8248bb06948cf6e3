"""Read the desk's own forms: bounded, UTF-8, one value a name, and the page's token checked."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import web

from intake.domain.errors import Invalid
from intake.http.identity import FIELD_NAME, Identity, require_csrf
from intake.http.problems import no
from intake.http.reading import read_bounded

_MOST_FIELDS = 60
_UNPRINTABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
Values = Mapping[str, str]
T = TypeVar("T")


async def read_form(request: web.Request) -> dict[str, str]:
    """The fields of a posted form; control characters are dropped, nothing else is changed."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise no("unsupported-media-type", "请从本系统的页面提交。")
    raw = await read_bounded(request)
    try:
        pairs = parse_qsl(
            raw.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise no("malformed", "表单内容不完整或格式不对，请刷新页面后重新提交。") from None
    return {name: value.translate(_UNPRINTABLE).replace("\r\n", "\n") for name, value in pairs}


def query_text(request: web.Request, name: str, most: int) -> str:
    """A value of the address without control characters, cut at ``most`` characters."""
    given = request.query.get(name, "").translate(_UNPRINTABLE)
    # Half a character cannot be stored or searched for.
    return given.encode("utf-8", "ignore").decode("utf-8").strip()[:most]


async def read_own_form(request: web.Request, identity: Identity) -> dict[str, str]:
    """The fields, after the check that one of our pages of this session sent them."""
    form = await read_form(request)
    require_csrf(request, identity, form.get(FIELD_NAME))
    return form


def text(form: Values, name: str, most: int = 2000) -> str:
    """A field's text without surrounding space; raises Invalid when it is too long."""
    value = form.get(name, "").strip()
    if len(value) > most:
        raise Invalid(f"内容太长，最多 {most} 个字，请精简后再提交。", field=name)
    return value


def ticked(form: Values, name: str) -> bool:
    """Whether a box is ticked."""
    return name in form


def whole(form: Values, name: str) -> int | None:
    """A whole number of at most 15 digits, None when empty; raises Invalid."""
    value = form.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise Invalid("应为数字，请刷新页面后重新提交。", field=name)
    return int(value)


def version(form: Values) -> int:
    """The version the page showed; raises Invalid when the page did not say."""
    seen = whole(form, "version")
    if seen is None:
        raise Invalid("页面不完整，请刷新后再操作。", field="version")
    return seen


def degrees(form: Values, name: str, most: float) -> float | None:
    """Degrees between -most and most, None when empty; raises Invalid."""
    value = form.get(name, "").strip()
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not -most <= number <= most:
        raise Invalid("位置的坐标不对，请在地图上重新标注。", field=name)
    return number


def choice(form: Values, name: str, read: Callable[[str], T], advice: str) -> T:
    """One of a list; raises Invalid with ``advice`` for anything else."""
    try:
        return read(form.get(name, ""))
    except (ValueError, KeyError):
        raise Invalid(advice, field=name) from None
