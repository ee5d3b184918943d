"""
`CLOUD=emulated`: the adapters of production in place of the models on this machine. Transcribe is the AWS emulator's,
with our own recogniser as its ears; OpenAI is the small server that the tests use, which selects and judges by
rules and knows no language model.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from local.child import Child
from local.emulator import REGION

CONSENTS = ("PURPOSE_EXTERNAL_ANALYSIS",)
"""What the cast has to agree to before anything they say may leave."""
_KEY = "sk-test-0123456789abcdef"
"""The only key that the server takes."""


def settings(service: str, address: str) -> dict[str, str]:
    """What a service is told instead of its defaults, without its prefix; `address` is that of the OpenAI server."""
    openai = {"OPENAI_BASE_URL": f"http://{address}/v1", "OPENAI_KEY": _KEY}
    match service:
        case "media":
            return {"SPEECH": f"transcribe://{REGION}?language=en-US&poll=2"}
        case "profile":
            return {"ANALYZER": "openai://rules", **openai}
        case "match":
            embeddings = "openai://text-embedding-3-small?dimensions=384"
            judge = {"JUDGE": "openai://rules", "JUDGE_AFTER_SECONDS": "1"}
            return {"EMBEDDINGS": embeddings, "OPENAI_IN_TERMS": "true", **judge, **openai}
        case _:
            return {}


def openai_child(address: str, cwd: Path) -> Child:
    """Describe the process of the OpenAI server."""
    host, _, port = address.rpartition(":")

    async def listens() -> bool:
        _, writer = await asyncio.open_connection(host, port)
        writer.close()
        return True

    return Child(
        name="openai",
        argv=[sys.executable, "-m", "tests.fixtures.openai_server", port],
        env={"HF_HUB_OFFLINE": "1"},
        cwd=cwd,
        healthy=listens,
    )
