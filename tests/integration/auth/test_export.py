"""An account can be taken home: one archive with everything, for its owner alone, for a day."""

from __future__ import annotations

import asyncio
import io
import json
import os
import zipfile
from urllib.parse import parse_qs, urlsplit

import grpc
import httpx

from services.kit.revocations import hashed
from tests.integration.auth.harness import Person, System, new_request_id, refused, until
from timbre.auth.v1 import auth_pb2 as pb

MEGABYTE = 1 << 20


def keys_of(person: Person) -> list[str]:
    s3 = person.system.aws.emulator.client("s3")
    prefix = hashed(person.user).hex()
    listed = s3.list_objects_v2(Bucket=person.system.aws.resources.exports, Prefix=prefix)
    return [found["Key"] for found in listed.get("Contents", [])]


async def fetched(export: pb.Export) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(export.url)


async def unpacked(export: pb.Export) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO((await fetched(export)).content)) as archive:
        names = archive.namelist()
        assert len(set(names)) == len(names)
        assert archive.testzip() is None
        return {name: archive.read(name) for name in names}


async def test_an_export_holds_what_every_service_sent_and_a_guide_to_each_file(ada: Person) -> None:
    take = os.urandom(2 * MEGABYTE + 5)
    holders = ada.system.holders
    holders["media"].files[ada.user] = [
        ("recordings/1.json", b'{"prompt": '),
        ("recordings/1.json", b'"Hello"}'),
        ("recordings/1.ogg", take[:MEGABYTE]),
        ("recordings/1.ogg", take[MEGABYTE : 2 * MEGABYTE]),
        ("recordings/1.ogg", take[2 * MEGABYTE :]),
    ]
    holders["profile"].files[ada.user] = [("profile.json", b"{}"), ("empty.json", b"")]
    begun = await ada.export_account()
    assert begun.state == pb.Export.STATE_RUNNING
    assert not begun.url
    done = await ada.exported(begun.name)
    assert done.state == pb.Export.STATE_READY
    files = await unpacked(done)
    assert set(files) == {
        "README.md",
        "account.json",
        "media/recordings/1.json",
        "media/recordings/1.ogg",
        "profile/profile.json",
        "profile/empty.json",
    }
    assert files["media/recordings/1.ogg"] == take
    assert json.loads(files["media/recordings/1.json"]) == {"prompt": "Hello"}
    assert all(f"`{name}`" in files["README.md"].decode() for name in files if name != "README.md")


async def test_the_account_is_in_it(ada: Person) -> None:
    cognito = ada.system.aws.emulator.client("cognito-idp")
    pool = ada.system.aws.resources.user_pool
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=ada.email, GroupName="moderators")
    request_id = new_request_id()
    begun = await ada.export_account(request_id=request_id)
    account = json.loads((await unpacked(await ada.exported(begun.name)))["account.json"])
    assert account["user_id"] == ada.user
    assert account["sign_in_account"]["attributes"]["email"] == ada.email
    assert account["sign_in_account"]["groups"] == ["moderators"]
    (export,) = account["exports"]
    assert export["request_ids"] == [request_id]


async def test_a_link_is_short_lived_and_saves_a_file(ada: Person) -> None:
    done = await ada.exported((await ada.export_account()).name)
    reply = await fetched(done)
    assert reply.headers["content-type"] == "application/zip"
    assert "attachment" in reply.headers["content-disposition"]
    assert len(reply.content) == done.size_bytes
    assert parse_qs(urlsplit(done.url).query)["X-Amz-Expires"] == ["300"]
    assert done.expire_time.ToSeconds() - done.create_time.ToSeconds() == 24 * 3600
    assert done.url not in ada.system.logged()
    async with httpx.AsyncClient() as client:
        assert (await client.get(done.url.partition("?")[0])).status_code == 403


async def test_another_call_returns_the_export_at_work_or_of_just_now(ada: Person) -> None:
    with ada.system.holders["media"].holding("ExportUser", ada.user):
        first = await ada.export_account()
        again = await asyncio.gather(*(ada.export_account() for _ in range(4)))
        assert {export.name for export in again} == {first.name}
    done = await ada.exported(first.name)
    ready = await ada.export_account()
    assert (ready.name, ready.state) == (done.name, pb.Export.STATE_READY)
    assert ready.url


async def test_a_request_id_means_the_same_export_however_old(ada: Person) -> None:
    first, second = new_request_id(), new_request_id()
    name = (await ada.export_account(request_id=first)).name
    await ada.exported(name)
    assert (await ada.export_account(request_id=second)).name == name
    with ada.system.sql() as sql:
        sql.execute(
            "UPDATE exports SET create_time = now() - interval '11 minutes' WHERE id = %s",
            (name.removeprefix("exports/"),),
        )
    for request_id in (first, second):
        assert (await ada.export_account(request_id=request_id)).name == name
    assert (await ada.export_account()).name != name


async def test_somebody_elses_export_is_not_there(ada: Person, bob: Person) -> None:
    export = await ada.export_account()
    with refused(grpc.StatusCode.NOT_FOUND, "EXPORT_NOT_FOUND"):
        await bob.get_export(export.name)
    with refused(grpc.StatusCode.NOT_FOUND, "EXPORT_NOT_FOUND"):
        await bob.get_export(f"exports/{new_request_id()}")


async def test_the_database_itself_shows_an_export_to_its_owner_only(ada: Person, bob: Person) -> None:
    await ada.export_account()
    with ada.system.sql() as sql:
        for user, seen in ((ada.user, 1), (bob.user, 0), ("", 0)):
            sql.execute("SELECT set_config('timbre.user', %s, false)", (user,))
            assert sql.execute("SELECT count(*) FROM exports").fetchone() == (seen,)


async def test_after_a_day_archive_and_row_are_gone(ada: Person) -> None:
    export = await ada.exported((await ada.export_account()).name)
    assert len(keys_of(ada)) == 1
    with ada.system.sql() as sql:
        sql.execute(
            "UPDATE exports SET create_time = now() - interval '25 hours' WHERE id = %s",
            (export.name.removeprefix("exports/"),),
        )
    with refused(grpc.StatusCode.NOT_FOUND, "EXPORT_NOT_FOUND"):
        await ada.get_export(export.name)
    await until(lambda: not keys_of(ada))
    rows = "SELECT count(*) FROM exports WHERE id = %s"
    await until(lambda: not ada.system.value(rows, export.name.removeprefix("exports/")))


async def test_a_service_that_fails_once_delays_the_export_only(ada: Person) -> None:
    refusals = {f"ExportUser {ada.user}": [grpc.StatusCode.UNAVAILABLE]}
    ada.system.holders["match"].refusals |= refusals
    done = await ada.exported((await ada.export_account()).name)
    assert done.state == pb.Export.STATE_READY


async def test_an_export_that_never_succeeds_is_failed_and_another_can_be_started(lonely: System) -> None:
    with lonely.service():
        async with lonely.person() as ada:
            match = lonely.holders["match"]
            # A file that comes twice cannot be packed.
            match.files[ada.user] = [("a.json", b"1"), ("b.json", b"2"), ("a.json", b"3")]
            begun = await ada.export_account()
            with lonely.sql() as sql:  # one more attempt, and patience is over
                sql.execute("UPDATE procrastinate_jobs SET attempts = 5")
            with lonely.worker():
                assert (await ada.exported(begun.name)).state == pb.Export.STATE_FAILED
                match.files.clear()
                second = await ada.export_account()
                assert second.name != begun.name
                assert (await ada.exported(second.name)).state == pb.Export.STATE_READY


async def test_a_worker_killed_while_it_packs_is_replaced(lonely: System) -> None:
    with lonely.service():
        async with lonely.person() as ada:
            media = lonely.holders["media"]
            media.files[ada.user] = [("recordings.json", b"[]")]
            with media.holding("ExportUser", ada.user), lonely.worker() as worker:
                begun = await ada.export_account()
                await until(media.waiting.is_set)
                worker.kill()
                worker.wait()
            lonely.forget_dead_workers()
            with lonely.worker():
                done = await ada.exported(begun.name)
            assert "media/recordings.json" in await unpacked(done)


async def test_an_export_whose_job_vanished_is_taken_up(lonely: System) -> None:
    with lonely.service():
        async with lonely.person() as ada:
            begun = await ada.export_account()
            with lonely.sql() as sql:
                sql.execute("DELETE FROM procrastinate_jobs")
            with lonely.worker():
                assert (await ada.exported(begun.name)).state == pb.Export.STATE_READY
