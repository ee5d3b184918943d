"""What an address of a database says, what it must not be, and that nothing of it is repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from services.kit.config import ConfigError
from services.kit.database_url import DatabaseUrl, Source
from services.kit.replica import WINDOW, Freshness, may_write

PLAIN = "postgresql://media:s3cret@db.example:5432/timbre"
SAFE = f"sslmode=verify-full&sslrootcert={__file__}"
IAM = "postgresql://media@db.example/timbre?auth=iam"


def problems(url: str, *, production: bool = True) -> list[str]:
    return DatabaseUrl.parse(url).problems(production=production)


def test_in_production_a_server_must_prove_who_it_is() -> None:
    for url in (PLAIN, f"{PLAIN}?sslmode=require", f"{PLAIN}?sslmode=verify-ca&sslrootcert={__file__}", IAM):
        (problem,) = problems(url)
        assert "sslmode=verify-full" in problem
    assert problems(f"{PLAIN}?{SAFE}") == problems(f"{IAM}&{SAFE}") == []
    assert problems(f"{PLAIN}?sslmode=verify-full&sslrootcert=system") == []


def test_certificates_have_to_be_there() -> None:
    assert problems(f"{PLAIN}?sslmode=verify-full") == [
        "sslmode=verify-full needs sslrootcert=FILE, the certificates of AWS's authorities"
    ]
    assert problems(f"{PLAIN}?sslmode=verify-full&sslrootcert=/nowhere.pem") == ["sslrootcert names no file"]


def test_a_token_takes_the_place_of_a_password() -> None:
    assert "password beside" in problems(f"{PLAIN}?auth=iam", production=False)[0]
    assert "needs a user" in problems("postgresql://db.example/timbre?auth=iam", production=False)[0]


@pytest.mark.parametrize(
    "url", ["s3cret", "https://s3cret/", f"{PLAIN}?auth=s3cret", f"{PLAIN}?nonsense=s3cret"]
)
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"postgresql://|auth=") as refused:
        DatabaseUrl.parse(url)
    assert "s3cret" not in str(refused.value)
    with pytest.raises(ConfigError):
        Source.of(url, statement_timeout_ms=1, writes=True)


def test_libpq_gets_what_was_said_and_what_survives_a_failover() -> None:
    root = Path("/etc/certificates of AWS.pem")
    url = DatabaseUrl.parse(f"{IAM}&sslmode=verify-full&sslrootcert={str(root).replace(' ', '%20')}")
    told = conninfo_to_dict(url.conninfo(target_session_attrs="read-write"))
    assert told["sslrootcert"] == str(root)
    assert told["sslmode"] == "verify-full"
    assert told["target_session_attrs"] == "read-write"
    assert "auth" not in told
    assert {"connect_timeout", "keepalives_idle", "tcp_user_timeout"} <= set(told)


def test_neither_address_nor_source_shows_a_password() -> None:
    assert "s3cret" not in repr(Source.of(PLAIN, statement_timeout_ms=1, writes=True))
    assert "s3cret" not in repr(DatabaseUrl.parse(PLAIN))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def beat(freshness: Freshness, number: int) -> None:
    freshness.sending(number)
    freshness.heard(number)
    freshness.shown(number)


@pytest.fixture
def fresh(clock: Clock) -> Freshness:
    freshness = Freshness(clock=clock)
    beat(freshness, 1)
    return freshness


def test_nobody_asks_a_replica_that_has_shown_nothing(clock: Clock) -> None:
    assert not Freshness(clock=clock).allows("ada")


def test_a_user_who_wrote_waits_for_the_replica_and_nobody_else_does(fresh: Freshness, clock: Clock) -> None:
    fresh.wrote("ada")
    assert not fresh.allows("ada")
    assert fresh.allows("bob")
    clock.now += WINDOW
    beat(fresh, 2)
    assert fresh.allows("ada")


def test_a_replica_must_have_shown_what_came_after_the_write(fresh: Freshness, clock: Clock) -> None:
    """It shows the first beat only: the write came later, and five seconds alone prove nothing."""
    clock.now += 1
    fresh.wrote("ada")
    clock.now += WINDOW
    fresh.sending(2)
    fresh.heard(2)
    assert not fresh.allows("ada")
    fresh.shown(2)
    assert fresh.allows("ada")


def test_whoever_cannot_hear_others_writes_asks_the_writer(fresh: Freshness, clock: Clock) -> None:
    fresh.deaf()
    beat(fresh, 2)
    assert not fresh.allows("bob")
    clock.now += WINDOW
    beat(fresh, 3)
    assert fresh.allows("bob")


def test_writers_that_are_too_many_to_remember_close_the_replica(fresh: Freshness, clock: Clock) -> None:
    for number in range(10_001):
        fresh.wrote(f"user-{number}")
    assert not fresh.allows("user-0")
    assert not fresh.allows("a-stranger")
    clock.now += WINDOW
    beat(fresh, 2)
    assert fresh.allows("user-0")


def test_statements_that_write_are_known_by_their_text() -> None:
    assert not may_write("SELECT * FROM facts WHERE updated_at > now()")
    assert may_write("with gone as (delete from facts returning id) select * from gone")
    assert may_write("\n INSERT INTO facts VALUES (1)")
