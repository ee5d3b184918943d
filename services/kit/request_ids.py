"""
Calls with a request id have one effect, however often they are made: the first answer is remembered and given
again. Stripe's contract, see docs/decisions/0008-request-ids.md.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import psycopg
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from psycopg_pool import PoolTimeout

from services.kit.errors import Aborted, InvalidArgument
from services.kit.logs import describe, get_logger
from services.kit.policy import REQUEST_ID, Policy
from services.kit.postgres import Database, for_everybody

KEPT_HOURS: Final = 24
SERVE_SECONDS: Final = 40
"""A call that has begun and not ended for so long has died: a unary call may take 30 s."""
MAX_KEY: Final = 255
"""Characters of an `Idempotency-Key`."""
_PURGE_SECONDS: Final = 600
_KEYS: Final = UUID("5d2bd8ae-4f2c-4a6f-9d0e-5b0a4f3a9d11")
"""Namespace of the request ids that stand for header values."""

# Losing the memory of a call in a crash of the database costs nothing: what a call does is guarded where it is
# done. So nobody waits for the disk.
_BEGIN: Final = """
INSERT INTO request_ids AS known (user_id, request_id, fingerprint, serve_until)
SELECT %(user)s, %(id)s, %(fingerprint)s, now() + make_interval(secs => %(serve_seconds)s)
  FROM set_config('synchronous_commit', 'off', true)
    ON CONFLICT (user_id, request_id) DO UPDATE
   SET fingerprint = EXCLUDED.fingerprint, done = false, response = NULL, create_time = now(),
       serve_until = EXCLUDED.serve_until
 WHERE known.create_time < now() - make_interval(hours => %(kept_hours)s)
    OR (NOT known.done AND known.serve_until < now() AND known.fingerprint = EXCLUDED.fingerprint)
RETURNING true AS begun
"""
_KNOWN: Final = """
SELECT fingerprint = %(fingerprint)s AS same, done, response
  FROM request_ids
 WHERE user_id = %(user)s AND request_id = %(id)s
"""
_DONE: Final = """
UPDATE request_ids
   SET done = true, response = %(response)s
  FROM set_config('synchronous_commit', 'off', true)
 WHERE user_id = %(user)s AND request_id = %(id)s
"""
_FORGET: Final = "DELETE FROM request_ids WHERE user_id = %(user)s AND request_id = %(id)s AND NOT done"
_PURGE: Final = "DELETE FROM request_ids WHERE create_time < now() - make_interval(hours => %(kept_hours)s)"


class RequestIdReused(InvalidArgument):
    """This request_id was used before with other parameters."""

    reason = "REQUEST_ID_REUSED"


class RequestInProgress(Aborted):
    """A call with this request_id is being served just now; ask again in a moment."""

    reason = "REQUEST_IN_PROGRESS"


def adopt_key(request: Message, key: str | bytes | None) -> None:
    """
    Take the header `Idempotency-Key` for the request id; any text of 1 to 255 characters will do.

    Raises:
        RequestIdReused: the request has another id already.
        InvalidArgument: it is empty, or too long.
    """
    if key is None:
        return
    if not isinstance(key, str) or not 1 <= len(key) <= MAX_KEY:
        raise InvalidArgument("Idempotency-Key must have 1 to 255 characters.", field=REQUEST_ID)
    request_id = _as_request_id(key)
    given: str = getattr(request, REQUEST_ID)
    if given and given != request_id:
        raise RequestIdReused("Idempotency-Key and request_id are not the same.", field=REQUEST_ID)
    setattr(request, REQUEST_ID, request_id)


def _as_request_id(key: str) -> str:
    try:
        return str(UUID(key)) if key == str(UUID(key)) else str(uuid.uuid5(_KEYS, key))
    except ValueError:
        return str(uuid.uuid5(_KEYS, key))


class RequestIds:
    """The memory of one service, in its own database and shared by its copies."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def once(
        self,
        method: str,
        policy: Policy,
        user_id: str,
        request: Message,
        answer: Callable[[], Awaitable[Message]],
    ) -> Message:
        """
        Return what `answer` returns, or returned when the user made this very call before.

        An error is not remembered: what failed may be tried again with the same id.

        Raises:
            RequestIdReused: the id was used for another call.
            RequestInProgress: another call with this id has not ended yet.
        """
        fingerprint = _fingerprint(method, request)
        names = {"user": user_id, "id": UUID(getattr(request, REQUEST_ID)), "fingerprint": fingerprint}
        if not await self._begin(names):
            known = await self._database.one(_KNOWN, names)
            if known is None:  # it has failed just now
                raise RequestInProgress(retry_after=timedelta(seconds=1))
            if not known["same"]:
                raise RequestIdReused(field=REQUEST_ID)
            if not known["done"]:
                raise RequestInProgress(retry_after=timedelta(seconds=1))
            if known["response"] is not None:
                return _parse(policy, known["response"])
            return await answer()
        try:
            response = await answer()
        except BaseException:
            await asyncio.shield(self._database.one(_FORGET, names))
            raise
        kept = None if policy.ephemeral else response.SerializeToString()
        await self._database.one(_DONE, {**names, "response": kept})
        return response

    async def _begin(self, names: dict[str, Any]) -> bool:
        limits = {"serve_seconds": SERVE_SECONDS, "kept_hours": KEPT_HOURS}
        return await self._database.one(_BEGIN, {**names, **limits}) is not None

    async def run(self) -> None:
        """Forget what is older than a day, now and then, until cancelled."""
        while True:
            try:
                await for_everybody(self._database.one(_PURGE, {"kept_hours": KEPT_HOURS}))
            except (psycopg.Error, PoolTimeout) as error:
                get_logger().warning("old request ids were not removed", **describe(error))
            await asyncio.sleep(_PURGE_SECONDS)


def _fingerprint(method: str, request: Message) -> bytes:
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField(REQUEST_ID)
    return sha256(method.encode() + b"\0" + bare.SerializeToString(deterministic=True)).digest()


def _parse(policy: Policy, response: bytes) -> Message:
    assert policy.answer is not None
    return GetMessageClass(policy.answer).FromString(response)
