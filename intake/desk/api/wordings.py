"""The editable texts over the API: the same service as the page."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from intake.desk.api.views import Record
from intake.http.endpoints import Asked, Endpoints
from intake.http.words import Input, Words
from intake.services import wordings
from intake.services.wordings import WordingView

wordings_api = Endpoints("/api/v1", "wordings")


class WordingTried(Input):
    """A text that is not in force yet."""

    text: Words


class WordingSaved(WordingTried):
    """A new text; ``version`` 0 when nobody has changed it yet."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class WordingShown(Record):
    """``places`` are the words in braces that it may use, ``must`` those it may not lose."""

    key: str
    title: str
    text: str
    places: list[str]
    must: list[str]
    version: int
    updated_at: datetime | None

    @classmethod
    def of(cls, view: WordingView) -> Self:
        one = view.wording
        return cls(
            key=one.key,
            title=one.title,
            text=view.text,
            places=list(one.samples),
            must=sorted(one.must),
            version=view.version,
            updated_at=view.updated_at,
        )


class SectionShown(Record):
    title: str
    wordings: list[WordingShown]


class WordingsShown(Record):
    sections: list[SectionShown]


class PreviewShown(Record):
    text: str


@wordings_api.endpoint("GET", "/wordings", summary="话术和消息用语", answer=WordingsShown)
async def shown(asked: Asked[None, None]) -> WordingsShown:
    """Every text as it is now."""
    sections = await asked.call(wordings.read_wordings, asked.actor)
    return WordingsShown(
        sections=[
            SectionShown(title=section.title, wordings=[WordingShown.of(view) for view in views])
            for section, views in sections
        ]
    )


@wordings_api.endpoint(
    "POST",
    "/wordings/{key}",
    summary="修改话术或消息用语",
    answer=WordingShown,
    body=WordingSaved,
    problems=("stale-version",),
)
async def saved(asked: Asked[None, WordingSaved]) -> WordingShown:
    """The shift leader's."""
    said = asked.body
    wording = wordings.find_wording(asked.request.match_info["key"])
    view = await asked.call(wordings.edit_wording, asked.actor, wording, said.text, said.version)
    return WordingShown.of(view)


@wordings_api.endpoint(
    "POST",
    "/wordings/{key}/preview",
    summary="预览话术或消息用语",
    answer=PreviewShown,
    body=WordingTried,
)
async def previewed(asked: Asked[None, WordingTried]) -> PreviewShown:
    """What a citizen would hear or read, with made-up values; nothing is saved."""
    wording = wordings.find_wording(asked.request.match_info["key"])
    return PreviewShown(text=wordings.preview(asked.actor, wording, asked.body.text))
