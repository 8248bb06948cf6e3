"""Text as it may come in, and Chinese words for what is wrong with a value."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import ErrorDetails, PydanticCustomError, core_schema

from intake.http.problems import Fault

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_PRINTABLE_PATTERN = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"


class Input(BaseModel):
    """Base of everything read from requests: unknown names are refused, no NaN, no coercion."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class Shown(BaseModel):
    """Base of everything answered."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _printable(text: str) -> str:
    # NUL cannot be stored in PostgreSQL, and control characters reach terminals and spreadsheets.
    if UNPRINTABLE.search(text):
        raise PydanticCustomError("control_characters", "control characters are not accepted")
    return text


class Printable:
    """Marks text that must not hold control characters other than tabulator and line breaks.

    ``Annotated[str, Field(max_length=200), PRINTABLE]``; the OpenAPI document tells the pattern.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(_printable, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"pattern": _PRINTABLE_PATTERN}


PRINTABLE = Printable()
Line = Annotated[str, Field(max_length=200), PRINTABLE]
"""One short entry of a form."""
Words = Annotated[str, Field(max_length=5000), PRINTABLE]
"""Several sentences."""

_MESSAGES: Mapping[str, str] = {
    "missing": "缺少这一项。",
    "extra_forbidden": "没有这一项，请删去。",
    "string_too_long": "最多 {max_length} 个字。",
    "string_too_short": "至少 {min_length} 个字。",
    "string_pattern_mismatch": "格式不对。",
    "control_characters": "含有看不见的控制字符，请删去。",
    "too_long": "最多 {max_length} 项。",
    "too_short": "至少 {min_length} 项。",
    "greater_than": "应大于 {gt}。",
    "greater_than_equal": "不能小于 {ge}。",
    "less_than": "应小于 {lt}。",
    "less_than_equal": "不能大于 {le}。",
    "finite_number": "应为普通的数字。",
    "enum": "不是可选的值。",
    "literal_error": "不是可选的值。",
    "phone": "电话号码不对，请填写手机号或带区号的座机号。",
    "email": "邮箱地址不对，请检查后重新填写。",
}
_BY_FAMILY = (
    ("string", "应为文字。"),
    ("int", "应为整数。"),
    ("float", "应为数字。"),
    ("bool", "应为 true 或 false。"),
    ("datetime", "应为时间，例如 2026-01-31T08:30:00+08:00。"),
    ("timezone", "时间要带时区，例如 2026-01-31T08:30:00+08:00。"),
    ("date", "应为日期，例如 2026-01-31。"),
    ("list", "应为列表。"),
    ("model", "应为对象。"),
    ("dict", "应为对象。"),
)


def faults_of(error: ValidationError) -> tuple[Fault, ...]:
    """Every fault pydantic found, with a dotted field name and what to do about it.

    The value itself is never repeated: it may be personal data.
    """
    found = error.errors(include_input=False, include_url=False)
    return tuple(
        Fault(_field(item["loc"]), _message(item), item["type"].replace("_", "-")) for item in found
    )


def _field(location: Sequence[int | str]) -> str:
    # A name of the sender's own making comes back shortened and printable.
    return ".".join(UNPRINTABLE.sub("?", str(part))[:64] for part in location)


def _message(item: ErrorDetails) -> str:
    kind = item["type"]
    if kind in _MESSAGES:
        numbers: dict[str, Any] = {
            name: value
            for name, value in item.get("ctx", {}).items()
            if isinstance(value, int | float)
        }
        return _MESSAGES[kind].format_map(numbers)
    return next(
        (message for family, message in _BY_FAMILY if kind.startswith(family)), "填写有误，请检查。"
    )
