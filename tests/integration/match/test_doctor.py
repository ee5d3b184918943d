"""What match's doctor says of a vector store; the server is the one of `qdrant_wire.py`."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from local.ports import free_port
from services.kit.config import Common
from services.kit.doctor import Finding, examine
from services.match.config import MatchConfig
from services.match.doctor import neighbours
from tests.integration.match.qdrant_wire import Wire, self_signed, serving


async def said_of(tmp_path: Path, index: str, key: str = "") -> Finding:
    config = MatchConfig(
        database="postgresql://match@127.0.0.1:1/timbre",
        service_key=tmp_path / "match.pem",
        index=index,
        index_key=SecretStr(key),
    )
    common = Common(
        env="local",
        token_issuer="https://issuer.example",
        token_jwks="https://issuer.example/jwks",
        token_clients=frozenset({"page"}),
        service_keys=tmp_path,
    )
    (check,) = (each for each in neighbours(config, common) if each.neighbour == "MATCH_INDEX")
    (finding,) = await examine([check])
    return finding


async def test_a_server_that_can_be_used(tmp_path: Path) -> None:
    async with serving(Wire()) as server:
        found = await said_of(tmp_path, f"qdrant://127.0.0.1:{server.port}")
    assert (found.ok, found.said) == (True, "Qdrant 1.20.0")


async def test_an_older_server(tmp_path: Path) -> None:
    async with serving(Wire(version="1.19.2")) as server:
        found = await said_of(tmp_path, f"qdrant://127.0.0.1:{server.port}")
    assert (found.ok, found.lasting) == (False, True)
    assert "1.19.2" in found.said
    assert "1.20" in found.said


async def test_nobody_there(tmp_path: Path) -> None:
    found = await said_of(tmp_path, f"qdrant://127.0.0.1:{free_port()}")
    assert (found.ok, found.lasting, found.said) == (False, False, "cannot be reached, or is not trusted")


async def test_a_key_that_is_refused_is_not_told(tmp_path: Path) -> None:
    certificate = self_signed()
    (tmp_path / "ca.pem").write_bytes(certificate[0])
    async with serving(Wire(key="the key of the server"), certificate=certificate) as server:
        address = f"qdrant://127.0.0.1:{server.port}?ca={tmp_path / 'ca.pem'}"
        found = await said_of(tmp_path, address, "another-key")
    assert (found.ok, found.lasting, found.fix) == (False, True, "correct MATCH_INDEX_KEY")
    assert "another-key" not in str(found)
