"""
Audio in S3: presigned uploads from the browser, looks at what arrived, downloads for the worker, clips and
links to them, removal of everything below a key. The same code talks to AWS and to its emulator; boto3 blocks,
so it runs in threads.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from services.kit.s3 import open_bucket
from services.media.domain import TICKET_LIFETIME
from services.media.errors import AudioStoreUnavailable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ObjectIdentifierTypeDef

P = ParamSpec("P")
T = TypeVar("T")

_ABSENT = {"404", "NoSuchKey", "NoSuchVersion", "NotFound"}
_CHANGED = {"412", "PreconditionFailed"}
_CHUNK = 1 << 18
_PIECE = 1 << 20


class AudioMissing(Exception):
    """The object is not there (any more)."""


class AudioChanged(Exception):
    """The object is not the one that was seen before, or not as big as announced."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where and how the browser uploads; whoever has the fields may upload until they expire."""

    url: str
    fields: Mapping[str, str] = field(repr=False)
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """What arrived: its size, and the tag by which exactly this content can be asked for again."""

    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class Link:
    """From where something can be fetched, by whoever has the link, until it expires."""

    url: str = field(repr=False)
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was removed."""

    versions: int = 0
    """Versions of objects, delete markers among them."""
    uploads: int = 0
    """Multipart uploads that were never finished."""


class S3Audio:
    """One bucket. Every method raises `AudioStoreUnavailable` when S3 cannot answer."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._s3 = client
        self._bucket = bucket

    @classmethod
    def open(cls, url: str, endpoint: str) -> S3Audio:
        """
        Args:
            url: `s3://BUCKET`.
            endpoint: The emulator's address; empty means AWS.
        """
        return cls(*open_bucket("MEDIA_AUDIO", url, endpoint))

    @property
    def bucket(self) -> str:
        return self._bucket

    async def ticket(self, key: str, *, content_type: str, size_bytes: int) -> Ticket:
        """Let one upload of exactly this key, content type and size through for five minutes."""
        expire_time = datetime.now(UTC) + TICKET_LIFETIME
        post = await self._call(
            self._s3.generate_presigned_post,
            Bucket=self._bucket,
            Key=key,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", size_bytes, size_bytes]],
            ExpiresIn=int(TICKET_LIFETIME.total_seconds()),
        )
        return Ticket(post["url"], post["fields"], expire_time)

    async def look(self, key: str) -> Upload | None:
        """What lies at the key, or None."""
        try:
            head = await self._call(self._s3.head_object, Bucket=self._bucket, Key=key)
        except AudioMissing:
            return None
        return Upload(head["ContentLength"], head["ETag"])

    async def download(self, key: str, upload: Upload, to: BinaryIO) -> str:
        """
        Copy what was seen at the key to an open file and return its SHA-256 in hex. A call that is cancelled
        may go on for a moment, until the file is closed.

        Raises:
            AudioMissing: nothing is there any more.
            AudioChanged: it is something else by now, or longer than it said.
        """
        return await self._call(self._download, key, upload, to)

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store something of our own making."""
        await self._call(
            self._s3.put_object, Bucket=self._bucket, Key=key, Body=content, ContentType=content_type
        )

    async def link(self, key: str, *, content_type: str, filename: str, lifetime: timedelta) -> Link:
        """Let whoever has the link fetch the object for a while."""
        expire_time = datetime.now(UTC) + lifetime
        url = await self._call(
            self._s3.generate_presigned_url,
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentType": content_type,
                "ResponseContentDisposition": f'inline; filename="{filename}"',
                "ResponseCacheControl": "private, no-store",
            },
            ExpiresIn=int(lifetime.total_seconds()),
        )
        return Link(url, expire_time)

    async def below(self, prefix: str) -> Sequence[str]:
        """Every key that begins with the prefix."""
        return await self._call(self._below, prefix)

    async def pieces(self, key: str) -> AsyncIterator[bytes]:
        """The object's content, in pieces of at most 1 MiB; nothing when it is not there any more."""
        try:
            reply = await self._call(self._s3.get_object, Bucket=self._bucket, Key=key)
        except AudioMissing:
            return
        body = reply["Body"]
        try:
            while piece := await self._call(body.read, _PIECE):
                yield piece
        finally:
            await asyncio.to_thread(body.close)

    async def remove(self, prefix: str) -> Removed:
        """
        Remove whatever has a key that begins with the prefix: each version, each delete marker, each upload in
        parts that was not finished. Removing what is not there is fine.
        """
        return await self._call(self._remove, prefix)

    def _download(self, key: str, upload: Upload, to: BinaryIO) -> str:
        reply = self._s3.get_object(Bucket=self._bucket, Key=key, IfMatch=upload.etag)
        digest, size = hashlib.sha256(), 0
        for chunk in reply["Body"].iter_chunks(_CHUNK):
            size += len(chunk)
            if size > upload.size_bytes:
                raise AudioChanged
            digest.update(chunk)
            to.write(chunk)
        to.flush()
        if size != upload.size_bytes:
            raise AudioChanged
        return digest.hexdigest()

    def _below(self, prefix: str) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", []) if "Key" in found]

    def _remove(self, prefix: str) -> Removed:
        # Uploads in parts first: one that was finished in between has become an object by then.
        return Removed(uploads=self._remove_uploads(prefix), versions=self._remove_versions(prefix))

    def _remove_uploads(self, prefix: str) -> int:
        pages = self._s3.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=prefix)
        found = [upload for page in pages for upload in page.get("Uploads", [])]
        for upload in found:
            key, upload_id = upload.get("Key", ""), upload.get("UploadId", "")
            self._s3.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)
        return len(found)

    def _remove_versions(self, prefix: str) -> int:
        removed = 0
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            doomed: list[ObjectIdentifierTypeDef] = [
                {"Key": version.get("Key", ""), "VersionId": version.get("VersionId", "null")}
                for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            ]
            if not doomed:
                continue
            reply = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": doomed, "Quiet": True})
            if errors := reply.get("Errors", []):
                raise AudioStoreUnavailable(code=errors[0].get("Code", ""))
            removed += len(doomed)
        return removed

    async def _call(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.to_thread(call, *args, **kwargs)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _ABSENT:
                raise AudioMissing from None
            if code in _CHANGED:
                raise AudioChanged from None
            # Its text may quote a signed request: only the code goes on.
            raise AudioStoreUnavailable(code=code) from None
        except BotoCoreError:
            raise AudioStoreUnavailable from None
