"""What people write, as PostgreSQL can keep it."""

from __future__ import annotations

from services.kit.errors import InvalidArgument


def storable(text: str, field: str) -> str:
    """The text; raises `InvalidArgument` when it has a NUL character."""
    if "\0" in text:
        raise InvalidArgument(f"{field} contains a NUL character.", field=field)
    return text
