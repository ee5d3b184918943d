"""A whole user: everything is handed over, everything goes, nothing comes back, and nobody else is touched."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import grpc.aio
import psycopg
import pytest
import pytest_asyncio
from psycopg import sql
from psycopg.rows import dict_row

from services.kit.jobs import open_jobs
from services.kit.postgres import acting_for, open_database
from services.kit.service_tokens import ServiceTokens
from services.profile.adapters.postgres import Store
from services.profile.app import app, worker
from services.profile.domain import Cause
from tests.integration.profile.conftest import Surroundings
from tests.integration.profile.door import NADIA, Person, new_recording, refused
from tests.integration.profile.match_server import MatchServer
from tests.integration.profile.test_indexing import settled, until
from timbre.account.v1 import data_pb2 as account
from timbre.account.v1.data_pb2_grpc import AccountDataServiceStub
from timbre.profile.v1 import profile_pb2 as pb

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
]

TABLES = (
    "profiles",
    "facts",
    "tombstones",
    "hidden_statements",
    "analyses",
    "versions",
    "consents",
    "requests",
)


class Accounts:
    """auth, as it calls for a user who takes their data home or leaves."""

    def __init__(self, channel: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self.channel = channel
        self._stub = AccountDataServiceStub(channel)
        self._tokens = tokens

    def _for(self, person: Person) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self._tokens.mint('profile', person.id)}"),)

    async def export(self, person: Person) -> dict[str, Any]:
        files: dict[str, bytes] = {}
        request = account.ExportUserRequest()
        async for piece in self._stub.ExportUser(request, metadata=self._for(person)):
            assert len(piece.content) <= 1024 * 1024
            files[piece.path] = files.get(piece.path, b"") + piece.content
        return {path: json.loads(content) for path, content in files.items()}

    async def erase(self, person: Person) -> dict[str, int]:
        reply = await self._stub.EraseUser(account.EraseUserRequest(), metadata=self._for(person))
        return dict(reply.counts)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def accounts(surroundings: Surroundings, match: MatchServer) -> AsyncIterator[Accounts]:
    async with (
        app(surroundings.config(match.address), surroundings.common) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield Accounts(channel, surroundings.tokens("auth"))


async def live(person: Person) -> None:
    """Leave something in every table."""
    await person.update("display_name", "headline", display_name="Ada Canary", headline="A canary line")
    await person.says(NADIA)
    await person.says("I love quartz clocks.", recording=new_recording(), typed=True)
    await person.edit(pb.Fact(name=(await person.fact(pb.FACET_OFFER)).name, text="Canary lessons"))
    await person.hide((await person.fact(pb.FACET_SEEK)).name)
    await person.delete((await person.fact(pb.FACET_INTEREST)).name)
    await person.create("Canary rain", request_id=str(uuid4()))
    await person.prefer("languages", "place", languages=["es"], place=pb.Place(latitude=12.25, longitude=77))
    await person.agree(pb.PURPOSE_SHARE_CLIPS, terms="canary-terms")
    await person.withdraw(pb.PURPOSE_SHARE_CLIPS)
    await person.agree(pb.PURPOSE_EXTERNAL_ANALYSIS)
    await person.forget(new_recording())


async def rows(surroundings: Surroundings, table: str, person: Person) -> list[dict[str, Any]]:
    connect = psycopg.AsyncConnection[dict[str, Any]].connect
    async with await connect(surroundings.everything, row_factory=dict_row) as connection:  # pyright: ignore[reportArgumentType] - the overloads do not see the class's own row type
        query = sql.SQL("SELECT * FROM {} WHERE user_id = %s").format(sql.Identifier(table))
        return await (await connection.execute(query, (person.id,))).fetchall()


def values(content: object) -> set[str]:
    """Every value in rows or in a document, as text."""
    if isinstance(content, dict):
        return {text for value in content.values() for text in values(value)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
    if isinstance(content, list | tuple):
        return {text for value in content for text in values(value)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
    return {content.isoformat() if hasattr(content, "isoformat") else str(content)}  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue, reportUnknownArgumentType] - times


async def test_every_value_of_every_row_is_in_the_export(
    ada: Person, accounts: Accounts, surroundings: Surroundings
) -> None:
    await live(ada)
    exported = values(await accounts.export(ada))
    for table in TABLES:
        held = await rows(surroundings, table, ada)
        assert held, table
        for row in held:
            assert values(row) <= exported, table


async def test_the_export_reads_like_what_it_is(ada: Person, accounts: Accounts) -> None:
    await live(ada)
    files = await accounts.export(ada)
    assert files["profile.json"]["display_name"] == "Ada Canary"
    assert files["preferences.json"]["preferences"]["place"] == {"latitude": 12.25, "longitude": 77.0}
    assert {fact["text"] for fact in files["facts.json"]} >= {"Canary lessons", "Canary rain"}
    assert [row["quote"] for row in files["deleted_statements.json"]] == ["I love quartz clocks"]
    assert [row["granted"] for row in files["consents.json"]] == [True, False, True]
    assert [row["version"] for row in files["versions.json"]] == list(
        range(1, (await ada.profile()).version + 1)
    )


async def test_of_a_user_who_is_not_known_nothing_is_exported(ada: Person, accounts: Accounts) -> None:
    assert await accounts.export(ada) == {}


async def test_a_history_longer_than_a_piece_arrives_whole(ada: Person, accounts: Accounts) -> None:
    await ada.says(" ".join(f"I need a very special thing with number {i}." for i in range(60)), typed=True)
    for number in range(60):
        await ada.update("display_name", display_name=f"Ada {number}")
    versions = (await accounts.export(ada))["versions.json"]
    assert [version["card"]["display_name"] for version in versions] == [
        "",
        *(f"Ada {number}" for number in range(60)),
    ]


async def test_an_erased_user_leaves_nothing_anywhere(
    ada: Person, bob: Person, accounts: Accounts, surroundings: Surroundings
) -> None:
    await live(ada)
    await live(bob)
    counts = await accounts.erase(ada)
    assert counts["postgres.profiles"] == 1
    assert all(count > 0 for count in counts.values()), counts
    async with await psycopg.AsyncConnection.connect(surroundings.everything) as connection:
        cursor = await connection.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        )
        tables = [name for (name,) in await cursor.fetchall()]
        assert set(TABLES) <= set(tables)
        for name in tables:
            query = sql.SQL("SELECT count(*) FROM {} AS t WHERE t::text LIKE %s").format(sql.Identifier(name))
            assert await (await connection.execute(query, (f"%{ada.id}%",))).fetchone() == (0,), name
    assert len(await bob.facts()) == 5
    assert set((await accounts.erase(ada)).values()) == {0}


async def test_an_erased_user_cannot_come_back(ada: Person, accounts: Accounts) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    await accounts.erase(ada)
    for late in (
        ada.says(NADIA, recording=recording),
        ada.forget(recording),
        ada.create("Rain"),
        ada.create("Rain", request_id=str(uuid4())),
        ada.agree(pb.PURPOSE_SHARE_CLIPS),
    ):
        with refused(grpc.StatusCode.UNAUTHENTICATED, "ACCOUNT_ERASED"):
            await late
    assert await accounts.export(ada) == {}


async def test_an_erasure_between_two_changes_wins_whatever_the_order(
    new_person: Callable[[], Person], accounts: Accounts, surroundings: Surroundings
) -> None:
    person = new_person()
    await person.create("Rain")

    async def keep_on() -> None:
        with suppress(grpc.aio.AioRpcError):
            while True:
                await person.create("Snow")

    busy = [asyncio.create_task(keep_on()) for _ in range(4)]
    await asyncio.sleep(0.2)
    await accounts.erase(person)
    await asyncio.gather(*busy)
    for table in TABLES:
        assert await rows(surroundings, table, person) == [], table
    async with await psycopg.AsyncConnection.connect(surroundings.everything) as connection:
        jobs = "SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'user_id' = %s"
        assert await (await connection.execute(jobs, (person.id,))).fetchone() == (0,)


async def test_an_erasure_waits_for_the_change_that_is_being_made_and_counts_it(
    ada: Person, accounts: Accounts, surroundings: Surroundings
) -> None:
    await ada.create("Rain")
    async with AsyncExitStack() as stack:
        database = await open_database(surroundings.dsn, stack)
        store = Store(database, await open_jobs(surroundings.dsn, stack))
        with acting_for(ada.id):
            async with store.change(ada.id) as change:
                (rain,) = await change.facts()
                await change.save_facts([replace(rain, id=uuid4(), text="Snow")])
                erasing = asyncio.create_task(accounts.erase(ada))
                done, _ = await asyncio.wait([erasing], timeout=0.5)
                assert not done
                await change.commit(Cause.FACT_CREATED)
    counts = await erasing
    assert (counts["postgres.facts"], counts["postgres.versions"], counts["postgres.jobs"]) == (2, 2, 2)
    for table in TABLES:
        assert await rows(surroundings, table, ada) == [], table


async def test_a_job_that_runs_while_its_user_is_erased_stops_nobody_elses(
    ada: Person, bob: Person, accounts: Accounts, surroundings: Surroundings, match: MatchServer
) -> None:
    async with await psycopg.AsyncConnection.connect(surroundings.everything) as connection:
        # What other tests have left to be done would take all the worker's places.
        await connection.execute("UPDATE profiles SET indexed_version = version")
        await connection.execute("DELETE FROM procrastinate_jobs")
    match.open.clear()
    try:
        await ada.create("Rain")
        async with worker(surroundings.config(match.address), surroundings.common):
            await until(lambda: (ada.id, 1) in match.calls)
            assert (await accounts.erase(ada))["postgres.jobs"] == 1
            match.open.set()
            for version in (1, 2, 3):
                await bob.create("Snow")
                await settled(bob, version)
    finally:
        match.open.set()


async def test_only_auth_may_take_or_erase_a_user(
    ada: Person, accounts: Accounts, surroundings: Surroundings
) -> None:
    strangers = Accounts(accounts.channel, surroundings.tokens("media"))
    with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
        await strangers.erase(ada)
    with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
        await strangers.export(ada)


async def test_the_database_itself_keeps_users_apart(
    ada: Person, bob: Person, surroundings: Surroundings
) -> None:
    """The second wall: code that acts for one user cannot see or write rows of another, whatever it asks."""
    await live(ada)
    async with await psycopg.AsyncConnection.connect(surroundings.dsn, autocommit=True) as connection:
        for acting, seen in (("", False), (bob.id, False), (ada.id, True), ("*", True)):
            await connection.execute("SELECT set_config('timbre.user', %s, false)", (acting,))
            for table in TABLES:
                query = sql.SQL("SELECT count(*) > 0 FROM {} WHERE user_id = %s").format(
                    sql.Identifier(table)
                )
                assert await (await connection.execute(query, (ada.id,))).fetchone() == (seen,), table
        await connection.execute("SELECT set_config('timbre.user', %s, false)", (bob.id,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("INSERT INTO profiles (user_id) VALUES (%s)", (str(uuid4()),))


async def test_a_use_case_that_is_handed_anothers_id_finds_nothing(
    ada: Person, bob: Person, surroundings: Surroundings
) -> None:
    await ada.create("Rain")
    async with AsyncExitStack() as stack:
        database = await open_database(surroundings.dsn, stack)
        store = Store(database, await open_jobs(surroundings.dsn, stack))
        with acting_for(bob.id):
            assert await store.versions(ada.id, before=None, limit=10) == []
            assert (await store.profile(ada.id)).version == 0
