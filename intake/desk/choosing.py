"""Choose a category: search, handbook card, and a suggestion while somebody types."""

from aiohttp import web

from intake.desk.forms import degrees, query_text
from intake.desk.pages import render, signed_in
from intake.desk.sheet import chosen_values
from intake.http.identity import Identity
from intake.http.room import call
from intake.services.finding import find_categories
from intake.services.live_suggestion import suggest_live

_LONGEST = 60
_SHOWN = 8
_LEAST = 4


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
async def show_suggestion(request: web.Request, identity: Identity) -> web.StreamResponse:
    """What is proposed for the words typed so far: category, places, near tickets."""
    words = query_text(request, "text", 2000)
    if len(words) < _LEAST:
        return render(request, "live_suggestion.html", identity, live=None)
    address = query_text(request, "address", 200)
    lon, lat = degrees(request.query, "lon", 180), degrees(request.query, "lat", 90)
    spot = None if lon is None or lat is None else (lon, lat)
    live = await call(request, suggest_live, identity.actor, words, address, spot)
    # Points of a typed address are listed by the address field itself.
    proposing = spot is None and not address
    return render(request, "live_suggestion.html", identity, live=live, proposing=proposing)
