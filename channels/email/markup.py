"""HTML mails: plain text for people and the classifier, and a harmless form for the screen.

Both go through nh3 (the Ammonia cleaner): scripts, styles, frames, forms and event handlers are
gone before anything of ours looks at the markup.
"""

import html
import re

import nh3

LONGEST = 400_000
_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "blockquote", "pre", "hr"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "center"}
)
_SHOWN = _BLOCKS | {"b", "i", "u", "s", "strong", "em", "span", "a", "td", "th", "tbody", "thead"}
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_TAG = re.compile(r"<(/?)([a-z0-9]+)([^<>]*)>")
_HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?!\.)",
    re.IGNORECASE,
)
_HIDDEN = "style"
_BLANKS = re.compile(r"[ \t\u00a0\u200b\u200c\u200d\ufeff]+")
_LINES = re.compile(r"\s*\n\s*")
_EMPTY = frozenset({"br", "hr"})
_RAW_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[^<>]{0,10000}>")
_UNCLOSED = _EMPTY | {"p", "li", "td", "th", "tr", "img", "input", "meta", "link", "col", "option"}
_DEEPEST = 256


def text_of(markup: str) -> str:
    """What a reader would see, line by line; text that the markup hides is left out."""
    if _too_deep(markup[:LONGEST]):
        return _tidy(_ANY_TAG.sub(" ", markup[:LONGEST]))
    clean = nh3.clean(
        markup[:LONGEST],
        tags=set(_SHOWN),
        attributes={tag: {_HIDDEN} for tag in _SHOWN},
        attribute_filter=_mark_hidden,
        link_rel=None,
        strip_comments=True,
    )
    parts: list[str] = []
    position, hidden, depth = 0, 0, 0
    for tag in _TAG.finditer(clean):
        if not hidden:
            parts.append(_LINES.sub(" ", clean[position : tag.start()]))
        position = tag.end()
        closing, name = bool(tag[1]), tag[2]
        if name in _BLOCKS and not hidden:
            parts.append("\n")
        if name in {"td", "th"} and closing and not hidden:
            parts.append(" ")
        if name in _EMPTY:
            continue
        depth += -1 if closing else 1
        if hidden and depth < hidden:
            hidden = 0
        elif not hidden and not closing and _HIDDEN in tag[3]:
            hidden = depth
    if not hidden:
        parts.append(clean[position:])
    return _tidy(html.unescape("".join(parts)))


def _tidy(text: str) -> str:
    lines = re.sub(r" ?\n ?", "\n", _BLANKS.sub(" ", text))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _too_deep(markup: str) -> bool:
    """Whether elements are nested so deep that cleaning them would take seconds."""
    depth = 0
    for tag in _RAW_TAG.finditer(markup):
        if tag[2].lower() in _UNCLOSED:
            continue
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return True
    return False


def _mark_hidden(_tag: str, name: str, value: str) -> str | None:
    return "" if name == _HIDDEN and _HIDES.search(value[:2_000]) else None


def harmless(markup: str) -> str:
    """Markup that can be shown: no picture, no style, nothing that is fetched or runs."""
    if _too_deep(markup[:LONGEST]):
        return html.escape(text_of(markup))
    return nh3.clean(
        markup[:LONGEST],
        tags=set(_SHOWN),
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
