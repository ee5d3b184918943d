"""An account that is deleted is gone everywhere, whatever dies meanwhile, and ends in a receipt."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import grpc
import pytest
from google.protobuf.json_format import MessageToJson

from services.kit.revocations import hashed
from tests.integration.auth.harness import Person, System, new_request_id, refused, until
from tests.integration.auth.neighbours import NAMES
from timbre.auth.v1 import auth_pb2 as pb

ROUNDS = (
    ("lock out", *NAMES),
    ("exports",),
    ("own rows",),
    ("account",),
    tuple(f"{name} again" for name in NAMES),
)
STEPS = [step for steps in ROUNDS for step in steps]
GATE = 4711
"""An advisory lock at which the database itself holds a worker, in these tests only."""


def fill(system: System, user: str) -> None:
    """Give every service three rows of the user."""
    for holder in system.holders.values():
        holder.rows[user] = 3


def counts_of(erasure: pb.Erasure) -> dict[str, dict[str, int]]:
    return json.loads(erasure.receipt.payload)["counts"]


def accounts_of(person: Person) -> int:
    cognito = person.system.aws.emulator.client("cognito-idp")
    pool = person.system.aws.resources.user_pool
    return len(cognito.list_users(UserPoolId=pool, Filter=f'email = "{person.email}"')["Users"])


def archives_of(person: Person) -> int:
    s3 = person.system.aws.emulator.client("s3")
    prefix = hashed(person.user).hex()
    return s3.list_objects_v2(Bucket=person.system.aws.resources.exports, Prefix=prefix).get("KeyCount", 0)


async def test_deleting_an_account_erases_it_everywhere_and_ends_in_a_receipt(ada: Person) -> None:
    system = ada.system
    fill(system, ada.user)
    export = await ada.export_account(request_id=new_request_id())
    await ada.exported(export.name)
    assert archives_of(ada) == 1
    begun = await ada.delete_account()
    assert begun.state == pb.Erasure.STATE_RUNNING
    await ada.refused_soon("ACCOUNT_ERASED")
    done = await ada.erased(begun.name)

    said = json.loads(done.receipt.payload)
    assert said["erasure"] == begun.name
    assert said["user_sha256"] == hashed(ada.user).hex()
    assert said["create_time"] < said["complete_time"]
    assert said["counts"] == {
        **{name: {"postgres.rows": 3} for name in NAMES},
        "auth": {
            "cognito.users": 1,
            "postgres.exports": 1,
            "postgres.jobs": 0,
            "postgres.request_ids": 1,
            "s3.export_uploads": 0,
            "s3.export_versions": 1,
        },
    }
    assert (accounts_of(ada), archives_of(ada)) == (0, 0)
    held = system.everything()
    assert ada.user not in held
    assert hashed(ada.user).hex() in held
    assert export.name.removeprefix("exports/") not in held
    assert ada.user not in system.logged()
    assert begun.name.removeprefix("erasures/") not in system.logged()


async def test_services_are_asked_twice_and_what_was_in_flight_is_counted(ada: Person) -> None:
    """media gets a late row between the two rounds."""
    fill(ada.system, ada.user)
    match, media = ada.system.holders["match"], ada.system.holders["media"]
    with match.holding("EraseUser", ada.user):
        begun = await ada.delete_account()
        await until(lambda: ada.user in media.erasures)
        media.rows[ada.user] = 1
    done = await ada.erased(begun.name)
    assert counts_of(done)["media"] == {"postgres.rows": 4}
    assert media.erasures.count(ada.user) == 2


async def test_a_repeat_returns_the_same_erasure_also_when_it_is_done(ada: Person) -> None:
    first = await ada.delete_account(request_id=new_request_id())
    assert (await ada.delete_account(request_id=new_request_id())).name == first.name
    await ada.erased(first.name)
    # The token has not expired yet.
    again = await ada.delete_account()
    assert (again.name, again.state) == (first.name, pb.Erasure.STATE_DONE)


async def test_an_erased_user_can_do_nothing_else(ada: Person) -> None:
    begun = await ada.delete_account()
    await ada.refused_soon("ACCOUNT_ERASED")
    with refused(grpc.StatusCode.UNAUTHENTICATED, "ACCOUNT_ERASED"):
        await ada.export_account()
    with refused(grpc.StatusCode.UNAUTHENTICATED, "ACCOUNT_ERASED"):
        await ada.set_state(pb.ACCOUNT_STATE_ACTIVE)
    await ada.erased(begun.name)


async def test_nobody_finds_an_erasure_without_its_name(ada: Person) -> None:
    with refused(grpc.StatusCode.NOT_FOUND, "ERASURE_NOT_FOUND"):
        await ada.erasure(f"erasures/{'a' * 43}")


async def test_an_erasure_waits_for_a_service_that_is_away(ada: Person) -> None:
    fill(ada.system, ada.user)
    ada.system.holders["profile"].refusals[f"EraseUser {ada.user}"] = [grpc.StatusCode.UNAVAILABLE] * 2
    begun = await ada.delete_account()
    await until(lambda: ada.user not in ada.system.holders["media"].rows)  # the others do not wait for it
    done = await ada.erased(begun.name)
    assert counts_of(done)["profile"] == {"postgres.rows": 3}


async def test_an_erasure_whose_job_vanished_is_taken_up(lonely: System) -> None:
    with lonely.service():
        async with lonely.person() as ada:
            begun = await ada.delete_account()
            with lonely.sql() as sql:
                sql.execute("DELETE FROM procrastinate_jobs")
            with lonely.worker():
                await ada.erased(begun.name)


@contextmanager
def gated(system: System, table: str, occasion: str, condition: str) -> Iterator[None]:
    """Writes to the table wait, when the condition holds, until the block ends; then they have not happened."""
    with system.sql() as holder:
        holder.execute(f"SELECT pg_advisory_lock({GATE})".encode())
        holder.execute(
            f"CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN PERFORM pg_advisory_xact_lock({GATE}); RETURN NEW; END $$".encode()
        )
        holder.execute(
            f"CREATE TRIGGER gate BEFORE {occasion} ON {table} FOR EACH ROW WHEN ({condition})"
            f" EXECUTE FUNCTION gate()".encode()
        )
        try:
            yield
        finally:
            holder.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                f" AND objid = {GATE} AND database = (SELECT oid FROM pg_database"
                " WHERE datname = current_database())".encode()
            )
            holder.execute(f"DROP TRIGGER gate ON {table}".encode())
            holder.execute(b"DROP FUNCTION gate")


def held_at_the_gate(system: System) -> bool:
    waiting = (
        f"SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = {GATE}"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return system.value(waiting) is not None


def kill(worker: Popen[bytes]) -> None:
    worker.kill()
    worker.wait()


def noted_before(step: str) -> int:
    """How many steps are noted when this one alone of its round is not."""
    done = 0
    for steps in ROUNDS:
        done += len(steps)
        if step in steps:
            return done - 1
    return done


async def killed_at(system: System, step: str, table: str, occasion: str, condition: str) -> None:
    """Kill the worker when it is about to write this; another one brings the erasure to the same end."""
    noted = "SELECT count(*) FROM erasure_steps"
    async with system.person() as ada:
        fill(system, ada.user)
        with system.worker() as worker, gated(system, table, occasion, condition):
            begun = await ada.delete_account()
            await until(lambda: held_at_the_gate(system) and system.value(noted) == noted_before(step))
            kill(worker)
        system.forget_dead_workers()
        with system.worker():
            done = await ada.erased(begun.name)
            await until(lambda: not system.value("SELECT count(*) FROM procrastinate_jobs"))
        assert accounts_of(ada) == 0
        assert ada.user not in system.everything()
        counts = counts_of(done)
        assert set(counts) == {*NAMES, "auth"}
        for holder in system.holders.values():
            assert holder.rows == {}
            # What a service told the killed worker alone is lost; nothing that was noted is.
            assert counts[holder.name] == {"postgres.rows": 0 if holder.name == step else 3}


@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_killed_after_a_step_is_replaced(lonely: System, step: str) -> None:
    """The step has had its effect, and nobody knows."""
    with lonely.service():
        await killed_at(lonely, step, "erasure_steps", "INSERT", f"NEW.step = '{step}'")


async def test_a_worker_killed_before_the_receipt_is_replaced(lonely: System) -> None:
    with lonely.service():
        await killed_at(lonely, "receipt", "erasures", "UPDATE", "NEW.complete_time IS NOT NULL")


@pytest.mark.parametrize("name", NAMES)
async def test_a_worker_killed_while_a_service_erases_is_replaced(lonely: System, name: str) -> None:
    with lonely.service():
        async with lonely.person() as ada:
            fill(lonely, ada.user)
            holder = lonely.holders[name]
            with holder.holding("EraseUser", ada.user), lonely.worker() as worker:
                begun = await ada.delete_account()
                await until(holder.waiting.is_set)
                kill(worker)
            lonely.forget_dead_workers()
            with lonely.worker():
                done = await ada.erased(begun.name)
            assert holder.rows == {}
            assert set(counts_of(done)) == {*NAMES, "auth"}


async def test_an_export_that_is_being_packed_leaves_nothing_behind(lonely: System) -> None:
    with lonely.service(), lonely.worker():
        async with lonely.person() as ada:
            media = lonely.holders["media"]
            media.files[ada.user] = [("first.json", b"{}"), ("second.json", b"{}")]
            with media.holding("ExportUser", ada.user):
                await ada.export_account()
                await until(media.waiting.is_set)
                begun = await ada.delete_account()
                await until(lambda: ada.user in media.erasures)
            done = await ada.erased(begun.name)
            assert counts_of(done)["auth"]["postgres.exports"] == 1
            assert archives_of(ada) == 0
            assert not lonely.value("SELECT count(*) FROM exports")


async def test_anybody_can_verify_the_receipt_without_timbre(ada: Person, tmp_path: Path) -> None:
    begun = await ada.delete_account()
    done = await ada.erased(begun.name)
    answer, key = tmp_path / "erasure.json", ada.system.keys / "receipt/public/receipt.pem"
    answer.write_text(MessageToJson(done))

    def verdict(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.auth.receipt", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good = verdict(answer, key)
    assert (good.returncode, good.stderr) == (0, "")
    assert hashed(ada.user).hex() in good.stdout
    assert verdict(answer).returncode == 0

    other = tmp_path / "other.pem"
    other.write_bytes((ada.system.keys / "public/media.pem").read_bytes())
    forged = tmp_path / "forged.json"
    forged.write_text(answer.read_text().replace("cognito.users", "cognito.others"))
    for arguments in ((answer, other), (forged, key), (forged,), (key,)):
        bad = verdict(*arguments)
        assert bad.returncode == 1
        assert "NOT a valid receipt" in bad.stderr


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed here")
async def test_openssl_alone_verifies_the_receipt(ada: Person, tmp_path: Path) -> None:
    begun = await ada.delete_account()
    receipt = (await ada.erased(begun.name)).receipt
    key = ada.system.keys / "receipt/public/receipt.pem"
    assert receipt.public_key == key.read_text()
    signature = tmp_path / "signature"
    signature.write_bytes(receipt.signature)

    def verdict(payload: str) -> int:
        file = tmp_path / "payload"
        file.write_text(payload)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin"]
        command += ["-in", file, "-sigfile", signature]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert verdict(receipt.payload) == 0
    assert verdict(receipt.payload + " ") != 0


async def test_a_public_call_sees_no_erasure_but_the_one_it_names(ada: Person) -> None:
    """Row-level security: the code that acts for nobody, or for another, finds none."""
    begun = await ada.delete_account()
    await ada.erased(begun.name)
    with ada.system.sql() as sql:
        for user, seen in ((ada.user, 1), ("somebody else", 0), ("", 0)):
            sql.execute("SELECT set_config('timbre.user', %s, false)", (user,))
            row = sql.execute(
                "SELECT count(*) FROM erasures WHERE user_sha256 = %s", (hashed(ada.user),)
            ).fetchone()
            assert row == (seen,)
