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


class AnalysisUnavailable(Unavailable):
    """The transcript cannot be analyzed outside Timbre just now."""

    def __init__(self, why: str) -> None:
        """
        Args:
            why: A name for logs; callers learn only that trying again may help.
        """
        super().__init__()
        self.why = why
