"""
What can go wrong in auth, one reason each.
"""

from __future__ import annotations

from services.kit.errors import NotFound, Unavailable


class ExportNotFound(NotFound):
    """There is no such export, or its archive was removed after a day."""

    reason = "EXPORT_NOT_FOUND"


class ErasureNotFound(NotFound):
    """There is no such erasure."""

    reason = "ERASURE_NOT_FOUND"


class IdentityUnavailable(Unavailable):
    """The identity provider did not answer; call again."""


class ExportStoreUnavailable(Unavailable):
    """The store of exports cannot be reached; try again."""


class ListUnavailable(Unavailable):
    """The list of revocations cannot be read just now; try again."""
