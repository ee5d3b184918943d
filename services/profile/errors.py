"""
What can go wrong in profile, one reason each.
"""

from __future__ import annotations

from services.kit.errors import FailedPrecondition, InvalidArgument, NotFound, Unavailable


class FactNotFound(NotFound):
    """There is no such fact."""

    reason = "FACT_NOT_FOUND"


class InvalidUpdateMask(InvalidArgument):
    """The update mask must name one or more of the fields that can be changed."""

    reason = "INVALID_UPDATE_MASK"


class VersionNotFound(NotFound):
    """The profile has no such version."""

    reason = "VERSION_NOT_FOUND"


class TooManyFacts(FailedPrecondition):
    """A profile holds at most 500 facts of the user's own; delete one first."""


class IndexPending(Unavailable):
    """The profile version is stored and not yet indexed; call again."""

    reason = "INDEX_PENDING"
