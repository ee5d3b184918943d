"""What can go wrong in matching, as callers see it."""

from __future__ import annotations

from services.kit.errors import FailedPrecondition, NotFound, Unavailable


class MatchNotFound(NotFound):
    """There is no such person, or not one you can be matched with."""

    reason = "MATCH_NOT_FOUND"


class ProfileNotReady(FailedPrecondition):
    """You have no profile to match with yet; record an introduction first."""

    reason = "PROFILE_NOT_READY"


class IndexUnavailable(Unavailable):
    """Matching is not available just now; try again."""


class IndexPending(Unavailable):
    """The profile is stored but not findable yet; try again."""

    reason = "INDEX_PENDING"


class ConsentRequired(FailedPrecondition):
    """You have withdrawn your consent to be matched."""

    reason = "CONSENT_REQUIRED"

    def __init__(self) -> None:
        super().__init__(purpose="MATCHING")


class ClipNotFound(NotFound):
    """There is nothing here that you may hear."""

    reason = "CLIP_NOT_FOUND"


class BlockNotFound(NotFound):
    """You block nobody by that name."""

    reason = "BLOCK_NOT_FOUND"


class ReportNotFound(NotFound):
    """There is no such report."""

    reason = "REPORT_NOT_FOUND"


class ReportResolved(FailedPrecondition):
    """This report was resolved in another way."""

    reason = "REPORT_RESOLVED"


class AccountPending(Unavailable):
    """The account could not be disabled yet; call again."""
