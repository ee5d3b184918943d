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
