"""Look-ups of the API: who am I, arrivals of a day, categories, handbook, a live suggestion."""

from datetime import date as day_type
from typing import Annotated

from pydantic import Field

from intake.desk.api.views import (
    CardShown,
    Categories,
    CategoryShown,
    ContactPage,
    Handbook,
    Me,
    SuggestionShown,
)
from intake.domain.contact import Source
from intake.domain.numbers import county_day
from intake.http.endpoints import Asked, Endpoints
from intake.http.identity import csrf_token_of, require_identity
from intake.http.room import room_of
from intake.http.words import PRINTABLE, Input
from intake.services.contacts import list_contacts
from intake.services.finding import find_categories, read_handbook, suggest_for

lookups_api = Endpoints("/api/v1", "lookups")


class ContactsAsked(Input):
    """``date`` is a day in the county's time zone, today when left out."""

    date: day_type | None = None
    source: Source | None = None
    after: Annotated[str, Field(max_length=40), PRINTABLE] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class CategoriesAsked(Input):
    q: Annotated[str, Field(max_length=64), PRINTABLE]
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class HandbookAsked(Input):
    category: Annotated[str, Field(pattern="^[CE][0-9]{5}$")]


class SuggestionAsked(Input):
    text: Annotated[str, Field(min_length=1, max_length=2000), PRINTABLE]


@lookups_api.endpoint("GET", "/me", summary="当前登录的人或程序", answer=Me)
async def me(asked: Asked[None, None]) -> Me:
    """Who is calling, and the token scripts of the desk send back."""
    identity = await require_identity(asked.request)
    return Me(
        username=identity.account.username,
        display_name=identity.account.display_name,
        role=identity.account.role.value,
        csrf_token=csrf_token_of(asked.request, identity),
    )


@lookups_api.endpoint(
    "GET", "/contacts", summary="一天的来件及其去向", answer=ContactPage, query=ContactsAsked
)
async def contacts(asked: Asked[ContactsAsked, None]) -> ContactPage:
    """The day's balance line by line."""
    wanted = asked.query
    day = wanted.date or county_day(room_of(asked.request).clock())
    page = await asked.call(
        list_contacts, asked.actor, day, wanted.source, wanted.after, wanted.limit
    )
    return ContactPage.model_validate(page)


@lookups_api.endpoint(
    "GET",
    "/categories",
    summary="查找类别（名称、代码、拼音首字母）",
    answer=Categories,
    query=CategoriesAsked,
)
async def categories(asked: Asked[CategoriesAsked, None]) -> Categories:
    """Best first."""
    found = await asked.call(find_categories, asked.actor, asked.query.q, asked.query.limit)
    return Categories(rows=[CategoryShown.model_validate(each) for each in found])


@lookups_api.endpoint(
    "GET",
    "/handbook",
    summary="某类别的立案条件、结案条件和时限",
    answer=Handbook,
    query=HandbookAsked,
)
async def handbook(asked: Asked[HandbookAsked, None]) -> Handbook:
    """Empty when the handbook has nothing for the category."""
    cards = await asked.call(read_handbook, asked.actor, asked.query.category)
    return Handbook(rows=[CardShown.model_validate(card) for card in cards])


@lookups_api.endpoint(
    "GET",
    "/suggestion",
    summary="对一段文字的类别建议（不保存）",
    answer=SuggestionShown,
    query=SuggestionAsked,
)
async def suggestion(asked: Asked[SuggestionAsked, None]) -> SuggestionShown:
    """A suggestion only; a person decides."""
    made = await asked.call(suggest_for, asked.actor, asked.query.text)
    return SuggestionShown.model_validate(made)
