from __future__ import annotations

from pathlib import Path

import pytest

from local.state import AlreadyRunning, owned
from services.kit.service_tokens import ServiceKeys


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_secrets_are_made_once_and_are_nobody_elses(tmp_path: Path) -> None:
    root = tmp_path / "data"
    with owned(root) as state:
        first, other = state.secret("postgres"), state.secret("cast")
    with owned(root) as state:
        assert state.secret("postgres") == first
    assert first != other
    assert mode(root) == 0o700
    assert mode(root / "secrets.json") == 0o600


def test_keys_are_made_once_and_are_what_services_read(tmp_path: Path) -> None:
    with owned(tmp_path / "data") as state:
        state.make_keys(("auth", "media"))
        before = ServiceKeys.load(state.private_key("media"), state.public_keys)
        state.make_keys(("auth", "media", "match"))
        after = ServiceKeys.load(state.private_key("media"), state.public_keys)
    assert before.private.private_bytes_raw() == after.private.private_bytes_raw()
    assert mode(state.private_key("media")) == 0o600


def test_a_second_owner_is_told_who_runs_and_where(tmp_path: Path) -> None:
    with owned(tmp_path) as state:
        with pytest.raises(AlreadyRunning, match="is still starting"), owned(tmp_path):
            pass
        state.publish({"gateway": "http://127.0.0.1:8080"})
        assert state.running() is not None
        told = r"process \d+ already runs .* at http://127\.0\.0\.1:8080"
        with pytest.raises(AlreadyRunning, match=told), owned(tmp_path):
            pass
    assert state.running() is None


def test_what_a_killed_owner_published_is_not_believed(tmp_path: Path) -> None:
    with owned(tmp_path) as state:
        state.publish({"gateway": "http://127.0.0.1:8080"})
        left_behind = (tmp_path / "stack.json").read_bytes()
    (tmp_path / "stack.json").write_bytes(left_behind)
    assert state.running() is None


def test_the_key_of_receipts_is_private_and_nobodys_identity(tmp_path: Path) -> None:
    with owned(tmp_path / "data") as state:
        state.make_keys(("auth",))
        before = state.public_receipt_key.read_bytes()
        state.make_keys(("auth",))
        assert state.public_receipt_key.read_bytes() == before
        assert mode(state.receipt_key) == 0o600
        keys = ServiceKeys.load(state.private_key("auth"), state.public_keys)
    assert set(keys.public) == {"auth"}
