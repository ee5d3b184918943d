"""What `MATCH_INDEX=qdrant://…` may say, and what follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.kit.config import ConfigError
from services.match.adapters.qdrant_target import Target


def test_a_host_alone_is_one_node_in_the_open() -> None:
    target = Target.parse("qdrant://vectors")
    assert target == Target(host="vectors", port=6334, tls=False, people=100_000, shards=1, replicas=1)
    assert target.quantization == "none"


def test_everything_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    target = Target.parse(
        f"qdrant://vectors:7000?tls=true&ca={tmp_path / 'ca.pem'}&people=2000000&shards=6&replicas=3&quantization=none",
        "key",
    )
    assert (target.port, target.tls, target.ca) == (7000, True, tmp_path / "ca.pem")
    assert (target.size.m, target.size.ef_construct, target.size.on_disk) == (32, 256, True)
    assert (target.shards, target.replicas, target.quantization) == (6, 3, "none")


@pytest.mark.parametrize(
    ("people", "quantization", "on_disk"),
    [(1, "none", False), (100_000, "none", False), (100_001, "scalar", True), (1_000_001, "scalar", True)],
)
def test_settings_follow_from_the_size(people: int, quantization: str, on_disk: bool) -> None:
    target = Target(host="x", people=people)
    assert (target.quantization, target.size.on_disk) == (quantization, on_disk)


@pytest.mark.parametrize(("replicas", "written"), [(1, 1), (2, 2), (3, 2), (5, 3)])
def test_a_write_counts_when_most_replicas_have_it(replicas: int, written: int) -> None:
    assert Target(host="x", replicas=replicas).write_consistency == written


def test_a_key_means_tls() -> None:
    assert Target.parse("qdrant://vectors", "key").tls
    with pytest.raises(ConfigError, match="tls=false would send the API key") as refused:
        Target.parse("qdrant://vectors?tls=false", "hush")
    assert "hush" not in str(refused.value)


def test_production_has_to_say_whether_it_is_private() -> None:
    with pytest.raises(ConfigError, match="say tls=true, or tls=false"):
        Target.parse("qdrant://vectors", production=True)
    assert not Target.parse("qdrant://vectors?tls=false", production=True).tls
    assert Target.parse("qdrant://vectors", "key", production=True).tls


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        Target.parse(
            "qdrant://v?tls=yes&ca=/none&people=many&shards=0&replicas=99&quantization=turbo&shard=1&people_=2"
        )
    told = str(refused.value).splitlines()
    assert [line.split()[1] for line in told] == [
        "tls", "ca", "people", "shards", "replicas", "quantization", "no", "no", "ca"
    ]  # fmt: skip
    assert all(line.startswith("MATCH_INDEX: ") for line in told)


def test_one_bit_for_a_number_is_for_long_vectors_only() -> None:
    target = Target.parse("qdrant://vectors?quantization=binary")
    target.check_dimension(1536)
    with pytest.raises(
        ConfigError, match="needs vectors of 1024 dimensions or more, and the model gives 384"
    ):
        target.check_dimension(384)
