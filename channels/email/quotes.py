"""What a person wrote himself: the reply without what it answers to, and without signatures.

Line by line, so that no text can make it slow. Libraries for this were measured on mails of
Chinese mailers (see README.md): they leave most quotations in place.
"""

import re

# A line that begins a quotation: everything from it on was written by somebody else.
_DIVIDER = re.compile(
    r"^[\s>*]*[-_—=－*]{2,}\s*(?:原始邮件|原邮件|回复的?(?:原)?邮件|转发(?:的)?邮件(?:信息)?|转发的消息"
    r"|邮件原文|original message|original appointment|forwarded message|reply message"
    r"|replied message|回复的原邮件)\s*[-_—=－*]*\s*$",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"^[\s>]*(?:"
    r"(?:在|于)?\s*.{0,120}(?:写道|写到|寫道|写了|写入)\s*[:：]"
    r"|on\b.{4,200}\bwrote\s*:"
    r"|at\s+\d{4}-\d{2}-\d{2}.{0,120}(?:wrote|写道)\s*[:：]"
    r"|.{0,100}<[^<>\s]{3,100}@[^<>\s]{3,100}>\s*于?\s*\d{4}.{0,60}(?:写道|wrote)?\s*[:：]"
    r")\s*$",
    re.IGNORECASE,
)
_WROTE_HEAD = re.compile(
    r"^[\s>]*(?:在\s*\d{4}|于\s*\d{4}|on\s+\S{2,10},?\s|.{0,100}<[^<>\s]{3,100}>\s*于?\s*\d{4})",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^[\s>*]*(发件人|發件人|发送时间|发送日期|日期|时间|收件人|抄送|主题|主旨|from|sent|date|to|cc"
    r"|subject)[\s*]*[:：]",
    re.IGNORECASE,
)
_FIRST_LABEL = re.compile(r"^[\s>*]*(发件人|發件人|from)[\s*]*[:：]", re.IGNORECASE)
_RULE = re.compile(r"^[\s>]*[-_—─－=]{8,}\s*$")
_QUOTED = re.compile(r"^\s*(?:>|＞|\|\s)")
_SIGNATURE_MARK = re.compile(r"^--\s?$")
_SENT_FROM = re.compile(
    r"^\s*(?:发自我的.{0,20}|从我的.{0,20}发送|发自\s?(?:iphone|ipad|qq邮箱|网易邮箱\S{0,6}|foxmail"
    r"|华为\S{0,10}|小米\S{0,10}|outlook)\S{0,12}.{0,20}|来自我的.{0,20}|sent from my .{1,40}"
    r"|get outlook for .{1,30}|sent from (?:mail|outlook) .{0,30}|获取 ?outlook.{0,20}"
    r"|由 ?(?:网易|qq)\S{0,12}发送.{0,10}|获取 .{1,12}版 ?outlook)\s*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:此致|敬礼|祝好|顺颂商祺|best regards|kind regards|regards)[，,！!。.]?\s*$", re.I
)
_BLANK_LINES = re.compile(r"\n{3,}")
_CLOSING_LINES = 8
_LONGEST_LINE = 400
_MOST_LINES = 2_000


def visible(text: str) -> str:
    """The sender's own words; empty when there is nothing but quotation."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", _MOST_LINES)[:_MOST_LINES]
    own = [line.rstrip() for line in lines[: _quotation(lines)]]
    own = [line for line in own if not _QUOTED.match(line)]
    own = own[: _signature(own)]
    return _BLANK_LINES.sub("\n\n", "\n".join(own)).strip()


def _quotation(lines: list[str]) -> int:
    """Where the quotation begins, or the number of lines."""
    for place, line in enumerate(lines):
        if len(line) > _LONGEST_LINE:
            continue
        if _DIVIDER.match(line) or _WROTE.match(line):
            return place
        if _WROTE_HEAD.match(line) and _wrote_in_two(lines, place):
            return place
        if _RULE.match(line) and _labels(lines, place + 1) >= 2:
            return place
        if _FIRST_LABEL.match(line) and _labels(lines, place) >= 2:
            return place
    return len(lines)


def _wrote_in_two(lines: list[str], place: int) -> bool:
    """Mailers fold "On …, … wrote:" over two or three lines."""
    joined = lines[place].strip()
    for line in lines[place + 1 : place + 3]:
        joined = f"{joined} {line.strip()}"
        if len(joined) <= _LONGEST_LINE and _WROTE.match(joined):
            return True
    return False


def _labels(lines: list[str], place: int) -> int:
    """How many of the next lines look like the head of a quoted mail."""
    shown = [line for line in lines[place : place + 12] if line.strip()][:6]
    return sum(1 for line in shown if len(line) <= _LONGEST_LINE and _LABEL.match(line))


def _signature(lines: list[str]) -> int:
    """Where the signature begins, or the number of lines; never at the very top."""
    filled = [place for place, line in enumerate(lines) if line.strip()]
    if not filled:
        return len(lines)
    first, last = filled[0], filled[-1]
    late = filled[-_CLOSING_LINES:][0]
    for place in filled:
        line = lines[place]
        if _SENT_FROM.match(line) and place == last:
            return place
        if place == first:
            continue
        if _SIGNATURE_MARK.match(line) or (place >= late and _ends(line)):
            return place
    return len(lines)


def _ends(line: str) -> bool:
    return bool(_RULE.match(line) or _CLOSING.match(line))
