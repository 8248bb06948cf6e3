"""A report that somebody on duty writes down or hands in: visitor, letter, transfer, own round."""

from collections.abc import Mapping

from intake.domain.contact import Source
from intake.domain.errors import Invalid
from intake.domain.people import Action, Actor, Role
from intake.domain.submission import Submission
from intake.services.accept import Receipt, accept
from intake.services.workroom import Workroom

_BY_OPERATORS = frozenset(
    {
        Source.PHONE,
        Source.WALK_IN,
        Source.LETTER,
        Source.TRANSFER_12345,
        Source.MEDIA,
        Source.VIDEO,
    }
)
SOURCES: Mapping[Role, frozenset[Source]] = {
    Role.OPERATOR: _BY_OPERATORS,
    Role.SHIFT_LEADER: _BY_OPERATORS | {Source.LEADER},
    Role.COLLECTOR: frozenset({Source.COLLECTOR}),
    Role.LEADER: frozenset({Source.LEADER}),
}
"""Which origins of a report (R23) each role may write down."""


def source_for(actor: Actor, wanted: Source | None) -> Source:
    """The origin of a report by this person; roles with one origin need not name it.

    Raises NotAllowed for roles that do not report, Invalid for an origin that is not theirs.
    """
    actor.require(Action.REPORT)
    possible = SOURCES.get(actor.role, frozenset())
    if wanted is None and len(possible) == 1:
        return next(iter(possible))
    if wanted is None or wanted not in possible:
        names = "、".join(sorted(source.label for source in possible))
        raise Invalid(f"请选择来源：{names}。", field="source")
    return wanted


def report(room: Workroom, submission: Submission) -> Receipt:
    """Accept the report under the name of ``submission.actor``; once, like any other arrival.

    Raises NotAllowed, Invalid and KeyReused.
    """
    source_for(submission.actor, submission.source)
    return accept(room, submission)
