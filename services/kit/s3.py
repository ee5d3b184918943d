"""
A bucket in S3, or in the emulator of it, as settings name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from services.kit.config import ConfigError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


def open_bucket(variable: str, url: str, endpoint: str) -> tuple[S3Client, str]:
    """
    Return a client and the bucket's name. The client blocks: call it in threads.

    Args:
        variable: Name of the setting, for its error.
        url: `s3://BUCKET`.
        endpoint: The emulator's address; empty means AWS.

    Raises:
        ConfigError: the URL names no bucket.
    """
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or parts.path:
        raise ConfigError(f"{variable}: must be s3://BUCKET")
    config = Config(
        signature_version="s3v4",
        connect_timeout=2,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=16,
        # An emulator has no DNS name for each bucket.
        s3={"addressing_style": "path" if endpoint else "virtual"},
    )
    client: S3Client = boto3.client("s3", endpoint_url=endpoint or None, config=config)  # pyright: ignore[reportUnknownMemberType]  # overloads for every AWS service
    return client, parts.netloc
