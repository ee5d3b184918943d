"""Page tokens cannot be forged, moved to another caller or query, or kept for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.pages import LIFETIME_SECONDS, InvalidPageToken, PageTokens


def test_a_cursor_comes_back() -> None:
    tokens = PageTokens(b"secret")
    assert tokens.read(tokens.make(["2026-01-01", "id"], bound_to="ada"), bound_to="ada") == [
        "2026-01-01",
        "id",
    ]


def test_the_first_page_has_no_cursor() -> None:
    assert PageTokens(b"secret").read("", bound_to="ada") is None


def test_another_caller_cannot_use_it() -> None:
    tokens = PageTokens(b"secret")
    with pytest.raises(InvalidPageToken):
        tokens.read(tokens.make([1], bound_to="ada"), bound_to="bob")


def test_another_secret_cannot_make_it() -> None:
    with pytest.raises(InvalidPageToken):
        PageTokens(b"secret").read(PageTokens(b"other").make([1], bound_to="ada"), bound_to="ada")


def test_it_ends() -> None:
    now = [1_000_000.0]
    tokens = PageTokens(b"secret", clock=lambda: now[0])
    token = tokens.make([1], bound_to="ada")
    now[0] += LIFETIME_SECONDS + 1
    with pytest.raises(InvalidPageToken):
        tokens.read(token, bound_to="ada")


@given(st.text(min_size=1, max_size=200))
def test_junk_is_refused(junk: str) -> None:
    with pytest.raises(InvalidPageToken):
        PageTokens(b"secret").read(junk, bound_to="ada")
