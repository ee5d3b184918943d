"""
Archives in S3: written by the worker, fetched by their owners through short links, removed in every version.
The same code talks to AWS and to its emulator; boto3 blocks, so it runs in threads.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Final, ParamSpec, TypeVar

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from services.auth.domain import LINK_LIFETIME, Export, Link
from services.auth.errors import ExportStoreUnavailable
from services.kit.revocations import hashed
from services.kit.s3 import open_bucket

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ObjectIdentifierTypeDef

P = ParamSpec("P")
T = TypeVar("T")

_NAME: Final = "timbre-export.zip"
_GONE: Final = "NoSuchUpload"


class S3Exports:
    """One bucket. Every method raises `ExportStoreUnavailable` when S3 cannot answer."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._s3 = client
        self._bucket = bucket

    @classmethod
    def open(cls, url: str, endpoint: str) -> S3Exports:
        """
        Args:
            url: `s3://BUCKET`.
            endpoint: The emulator's address; empty means AWS.
        """
        return cls(*open_bucket("AUTH_EXPORTS", url, endpoint))

    async def put(self, export: Export, archive: IO[bytes]) -> None:
        """Store an archive, from its beginning; a big one goes up in parts."""
        archive.seek(0)
        await self._call(
            self._s3.upload_fileobj,
            archive,
            self._bucket,
            _key(export),
            ExtraArgs={"ContentType": "application/zip"},
        )

    async def link(self, export: Export) -> Link:
        """Let whoever has the link fetch the archive for five minutes."""
        expire_time = datetime.now(UTC) + LINK_LIFETIME
        url = await self._call(
            self._s3.generate_presigned_url,
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": _key(export),
                "ResponseContentDisposition": f'attachment; filename="{_NAME}"',
            },
            ExpiresIn=int(LINK_LIFETIME.total_seconds()),
        )
        return Link(url, expire_time)

    async def remove(self, export: Export) -> None:
        """Remove one archive; removing what is not there is fine."""
        await self._call(self._remove, _key(export))

    async def remove_all(self, user_id: str) -> dict[str, int]:
        """Remove every archive of a user, and every upload of one that was never finished; count both."""
        return await self._call(self._remove, _folder(user_id))

    def _remove(self, prefix: str) -> dict[str, int]:
        count = Counter({"s3.export_versions": 0, "s3.export_uploads": 0})
        versions = self._s3.get_paginator("list_object_versions")
        for page in versions.paginate(Bucket=self._bucket, Prefix=prefix):
            doomed: list[ObjectIdentifierTypeDef] = [
                {"Key": version.get("Key", ""), "VersionId": version.get("VersionId", "null")}
                for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            ]
            if doomed:
                self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": doomed, "Quiet": True})
                count["s3.export_versions"] += len(doomed)
        uploads = self._s3.get_paginator("list_multipart_uploads")
        for page in uploads.paginate(Bucket=self._bucket, Prefix=prefix):
            for upload in page.get("Uploads", []):
                self._abort(upload.get("Key", ""), upload.get("UploadId", ""))
                count["s3.export_uploads"] += 1
        return dict(count)

    def _abort(self, key: str, upload_id: str) -> None:
        try:
            self._s3.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != _GONE:
                raise

    async def _call(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.to_thread(call, *args, **kwargs)
        except ClientError as error:
            # Its text may quote a signed request: only the code goes on.
            code = error.response.get("Error", {}).get("Code", "")
            raise ExportStoreUnavailable(code=code) from None
        except (BotoCoreError, Boto3Error):
            raise ExportStoreUnavailable from None


def _folder(user_id: str) -> str:
    # Keys show up in logs of buckets: they name nobody.
    return f"{hashed(user_id).hex()}/"


def _key(export: Export) -> str:
    return f"{_folder(export.user_id)}{export.id}.zip"
