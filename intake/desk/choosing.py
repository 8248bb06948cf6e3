"""Choose a category: search, handbook card, and a suggestion while somebody types."""

from aiohttp import web

from intake.desk.forms import query_text
from intake.desk.pages import render, signed_in
from intake.desk.sheet import chosen_values
from intake.http.identity import Identity
from intake.http.room import call
from intake.services.finding import find_categories, suggest_for

_LONGEST = 60
_SHOWN = 8


@signed_in
async def search_categories(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Matches by code, name, synonym, pinyin or initials."""
    words = query_text(request, "words", _LONGEST)
    found = await call(request, find_categories, identity.actor, words, _SHOWN) if words else []
    return render(request, "category_matches.html", identity, found=found, words=words)


@signed_in
async def choose_category(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The chosen category with its handbook card; ``beside`` are the suggested labels."""
    label = request.match_info["label"][:12]
    beside = [name for name in query_text(request, "beside", 100).split(",") if name]
    values = await chosen_values(request, identity, label, beside, "")
    return render(request, "chosen.html", identity, **values)


@signed_in
async def suggest_live(request: web.Request, identity: Identity) -> web.StreamResponse:
    """What the classifier thinks of the words typed so far; nothing is stored."""
    words = query_text(request, "text", 2000)
    made = await call(request, suggest_for, identity.actor, words) if len(words) >= 4 else None
    return render(request, "live_suggestion.html", identity, made=made)
