"""Who is refused although the token has not expired."""

from __future__ import annotations

import pytest

from services.kit.errors import Unavailable
from services.kit.revocations import (
    AccountDisabled,
    AccountErased,
    Revocation,
    Revocations,
    State,
    TokenRevoked,
    hashed,
)


def knowing(state: State, revoke_time: float = 1000.5) -> Revocations:
    revocations = Revocations()
    revocations.replace({hashed("ada"): Revocation(state, revoke_time)})
    return revocations


def test_nobody_comes_in_before_the_list_is_known() -> None:
    with pytest.raises(Unavailable) as refused:
        Revocations().check({"sub": "ada", "auth_time": 1})
    assert refused.value.retry_after


def test_an_empty_list_refuses_nobody() -> None:
    Revocations.none().check({"sub": "ada", "auth_time": 1})


def test_sessions_that_began_before_the_sign_out_are_over() -> None:
    revocations = knowing(State.SIGNED_OUT)
    with pytest.raises(TokenRevoked):
        revocations.check({"sub": "ada", "auth_time": 1000})
    revocations.check({"sub": "ada", "auth_time": 1001})
    revocations.check({"sub": "bob", "auth_time": 1})


def test_a_renewed_token_of_an_old_session_is_over_too() -> None:
    """Cognito keeps `auth_time` when a token is renewed; `iat` counts only where there is none."""
    revocations = knowing(State.SIGNED_OUT)
    with pytest.raises(TokenRevoked):
        revocations.check({"sub": "ada", "auth_time": 900, "iat": 2000})
    with pytest.raises(TokenRevoked):
        revocations.check({"sub": "ada", "iat": 900})
    with pytest.raises(TokenRevoked):
        revocations.check({"sub": "ada"})


@pytest.mark.parametrize(
    ("state", "error"), [(State.DISABLED, AccountDisabled), (State.ERASED, AccountErased)]
)
def test_a_disabled_or_erased_user_is_refused_whatever_the_time(state: State, error: type[Exception]) -> None:
    with pytest.raises(error):
        knowing(state).check({"sub": "ada", "auth_time": 9_999_999_999})


def test_only_the_erased_are_gone_for_services_too() -> None:
    assert knowing(State.ERASED).is_erased("ada")
    assert not knowing(State.ERASED).is_erased("bob")
    assert not knowing(State.DISABLED).is_erased("ada")


def test_a_change_replaces_what_was_known_of_that_user_alone() -> None:
    revocations = knowing(State.DISABLED)
    revocations.add({hashed("bob"): Revocation(State.ERASED, 1.0)})
    revocations.add({hashed("ada"): Revocation(State.SIGNED_OUT, 2000.0)})
    revocations.check({"sub": "ada", "auth_time": 2001})
    assert revocations.is_erased("bob")


def test_a_new_list_forgets_what_it_does_not_hold() -> None:
    revocations = knowing(State.DISABLED)
    revocations.replace({})
    revocations.check({"sub": "ada", "auth_time": 1})
