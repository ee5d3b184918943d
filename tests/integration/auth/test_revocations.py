"""The list reaches every service, whatever restarts, and forgets nobody."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

import grpc
import grpc.aio
import pytest

from local.ports import free_port
from services.auth.adapters.revocations import RevocationStore
from services.kit.clients import open_neighbour
from services.kit.errors import Unavailable
from services.kit.postgres import open_database
from services.kit.revocation_feed import Watch
from services.kit.revocations import Revocations, State, TokenRevoked, hashed
from services.kit.service_tokens import NOBODY
from tests.integration.auth.harness import Person, System, until
from timbre.auth.v1 import auth_pb2 as pb
from timbre.auth.v1.auth_pb2_grpc import AuthServiceStub

SECONDS = 2.0


def lets_in(revocations: Revocations, person: Person) -> bool:
    return not refuses(revocations, person.claims)


def refuses(revocations: Revocations, claims: dict[str, Any]) -> bool:
    try:
        revocations.check(claims)
    except TokenRevoked:
        return True
    return False


async def test_signing_out_reaches_a_watching_service_within_two_seconds(system: System, ada: Person) -> None:
    async with system.watching() as revocations:
        assert lets_in(revocations, ada)
        await ada.sign_out()
        await until(lambda: not lets_in(revocations, ada), seconds=SECONDS)


async def test_a_service_knows_the_whole_list_before_it_lets_anybody_in(system: System, ada: Person) -> None:
    await ada.sign_out()
    async with system.watching() as revocations:
        assert not lets_in(revocations, ada)


async def test_nobody_is_let_in_before_the_first_list(lonely: System) -> None:
    """While auth is not there, a service that has just started answers UNAVAILABLE; then it recovers alone."""
    revocations = Revocations()
    async with AsyncExitStack() as stack:
        neighbour = await open_neighbour("auth", lonely.address, lonely.tokens("media"), stack)
        watching = asyncio.create_task(Watch(revocations, neighbour).run())
        stack.callback(watching.cancel)
        await asyncio.sleep(0.5)
        with pytest.raises(Unavailable):
            revocations.check({"sub": "anybody"})
        with lonely.service():
            async with asyncio.timeout(30):
                await revocations.seen()
            revocations.check({"sub": "anybody"})


async def test_the_list_stands_while_auth_is_away_and_goes_on_after_a_restart(lonely: System) -> None:
    with lonely.service() as first:
        async with lonely.person() as ada, lonely.person() as bob, lonely.watching() as revocations:
            await ada.sign_out()
            await until(lambda: not lets_in(revocations, ada), seconds=SECONDS)
            first.kill()
            first.wait()
            assert not lets_in(revocations, ada)
            # What happens while nobody is told is in the list that comes with the next connection.
            with lonely.sql() as sql:
                sql.execute(
                    "INSERT INTO revocations VALUES (%s, 'SIGNED_OUT', now(), NULL, NULL,"
                    " nextval('revocation_revisions'))",
                    (hashed(bob.user),),
                )
            forgotten: list[float] = []

            async def look() -> None:
                while True:
                    if lets_in(revocations, ada):
                        forgotten.append(time.monotonic())
                    await asyncio.sleep(0.001)

            looking = asyncio.create_task(look())
            with lonely.service():
                await until(lambda: not lets_in(revocations, bob), seconds=15)
                async with lonely.person() as eve:
                    assert lets_in(revocations, eve)
                    await eve.sign_out()
                    await until(lambda: not lets_in(revocations, eve), seconds=SECONDS)
            looking.cancel()
            assert forgotten == []


async def test_every_copy_of_auth_knows_what_another_has_revoked(lonely: System) -> None:
    with lonely.service():
        async with lonely.person() as ada:
            other = {"AUTH_LISTEN": f"127.0.0.1:{free_port()}"}
            with lonely.service(**other):
                async with grpc.aio.insecure_channel(other["AUTH_LISTEN"]) as channel:
                    there = AuthServiceStub(channel)
                    await there.GetSession(pb.GetSessionRequest(), metadata=ada.me)
                    await ada.sign_out()

                    async def refused() -> bool:
                        try:
                            await there.GetSession(pb.GetSessionRequest(), metadata=ada.me)
                        except grpc.aio.AioRpcError:
                            return True
                        return False

                    async with asyncio.timeout(SECONDS):
                        while not await refused():
                            await asyncio.sleep(0.01)


async def test_a_change_that_nobody_announced_is_found_all_the_same(system: System, ada: Person) -> None:
    """A notification may be lost with its connection; the list is read once a second in any case."""
    async with system.watching() as revocations:
        with system.sql() as sql:
            sql.execute(
                "INSERT INTO revocations VALUES (%s, 'SIGNED_OUT', now(), NULL, NULL,"
                " nextval('revocation_revisions'))",
                (hashed(ada.user),),
            )
        await until(lambda: not lets_in(revocations, ada), seconds=SECONDS)


async def test_a_long_list_comes_in_pieces_and_a_heartbeat_every_second(lonely: System) -> None:
    with lonely.sql() as sql:
        sql.execute(
            "INSERT INTO revocations SELECT sha256(n::text::bytea), 'SIGNED_OUT', now(), now(), NULL, n"
            " FROM generate_series(1, 2500) AS n"
        )
        # Who was settled more than a day ago can have no token any more; who was not, can.
        sql.execute("UPDATE revocations SET settle_time = now() - interval '26 hours' WHERE revision <= 100")
        sql.execute("UPDATE revocations SET settle_time = NULL WHERE revision = 1")
    with lonely.service():
        async with grpc.aio.insecure_channel(lonely.address) as channel:
            metadata = (("authorization", f"Bearer {lonely.tokens('match').mint('auth', NOBODY)}"),)
            call: Any = AuthServiceStub(channel).WatchRevocations(
                pb.WatchRevocationsRequest(), metadata=metadata
            )
            sizes: list[int] = []
            async with asyncio.timeout(10):
                while True:
                    event = await call.read()
                    sizes.append(len(event.revocations))
                    if event.snapshot_complete:
                        break
            assert sizes == [1000, 1000, 401]
            for _ in range(2):
                begun = time.monotonic()
                event = await call.read()
                assert time.monotonic() - begun < 1.0
                assert event.snapshot_complete
                assert not event.revocations
            call.cancel()


async def test_watchers_are_told_when_auth_stops(lonely: System) -> None:
    """The stream ends by itself, so that a watcher need not wait for silence."""
    with lonely.service() as process:
        async with grpc.aio.insecure_channel(lonely.address) as channel:
            metadata = (("authorization", f"Bearer {lonely.tokens('match').mint('auth', NOBODY)}"),)
            call: Any = AuthServiceStub(channel).WatchRevocations(
                pb.WatchRevocationsRequest(), metadata=metadata
            )
            await call.read()
            process.terminate()
            async with asyncio.timeout(3):
                while await call.read() is not grpc.aio.EOF:
                    pass
            assert await call.code() is grpc.StatusCode.OK


async def test_ninety_nine_of_a_hundred_sign_outs_are_seen_within_two_seconds(lonely: System) -> None:
    """By two services at once; measured on the list alone, without a sign-in each."""
    with lonely.service():
        async with lonely.watching("media") as media, lonely.watching("match") as match:
            slow = 0
            for number in range(100):
                user = f"user-{number}"
                with lonely.sql() as sql, sql.transaction():
                    sql.execute(
                        "INSERT INTO revocations VALUES (%s, 'SIGNED_OUT', now(), now(), NULL,"
                        " nextval('revocation_revisions'))",
                        (hashed(user),),
                    )
                    sql.execute("NOTIFY auth_revocations")
                begun = time.monotonic()
                claims = {"sub": user, "auth_time": 1}
                while not all(refuses(each, claims) for each in (media, match)):
                    await asyncio.sleep(0.002)
                slow += time.monotonic() - begun > SECONDS
            assert slow <= 1


async def test_changes_become_visible_in_the_order_of_their_revisions(lonely: System) -> None:
    """Otherwise a reader who has seen the later one would never look for the earlier one again."""
    async with AsyncExitStack() as stack:
        database = await open_database(lonely.dsn, stack)
        store = RevocationStore(database)

        async def change(user: str) -> int:
            async with store.changing() as connection:
                return (await store.revoke(connection, user, State.SIGNED_OUT)).revision

        async with store.changing() as connection:
            first = await store.revoke(connection, "ada", State.SIGNED_OUT)
            second = asyncio.create_task(change("bob"))
            await asyncio.sleep(0.3)
            assert not second.done()
        assert await second > first.revision


async def test_a_listener_that_is_cut_off_misses_nothing(lonely: System) -> None:
    with lonely.service():
        async with lonely.watching() as revocations:
            with lonely.sql() as sql:
                cut = sql.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                assert cut.rowcount
                sql.execute(
                    "INSERT INTO revocations VALUES (%s, 'SIGNED_OUT', now(), NULL, NULL,"
                    " nextval('revocation_revisions'))",
                    (hashed("ada"),),
                )
            claims = {"sub": "ada", "auth_time": 1}
            await until(lambda: refuses(revocations, claims), seconds=SECONDS)


async def test_a_copy_that_cannot_read_the_list_says_so_and_comes_back(lonely: System) -> None:
    """A heartbeat from it would claim that nothing has changed."""
    with lonely.service():
        async with lonely.watching() as revocations, grpc.aio.insecure_channel(lonely.address) as channel:
            metadata = (("authorization", f"Bearer {lonely.tokens('match').mint('auth', NOBODY)}"),)
            call: Any = AuthServiceStub(channel).WatchRevocations(
                pb.WatchRevocationsRequest(), metadata=metadata
            )
            await call.read()
            with lonely.sql() as sql, sql.transaction():
                sql.execute("LOCK TABLE revocations IN ACCESS EXCLUSIVE MODE")
                with pytest.raises(grpc.aio.AioRpcError) as refusal:
                    async with asyncio.timeout(8):
                        while True:
                            await call.read()
                assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE
                sql.execute(
                    "INSERT INTO revocations VALUES (%s, 'SIGNED_OUT', now(), NULL, NULL,"
                    " nextval('revocation_revisions'))",
                    (hashed("ada"),),
                )
            claims = {"sub": "ada", "auth_time": 1}
            await until(lambda: refuses(revocations, claims), seconds=15)
