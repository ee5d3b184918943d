"""
What a collection in a Qdrant server is made with, and how one that is there differs from that.
"""

from __future__ import annotations

from typing import Any, Final

from qdrant_client import models

from services.match.adapters import shape
from services.match.adapters.qdrant_target import Target

PAYLOAD_INDEXES: Final = {
    # The condition that keeps older versions out is on the version; servers in strict mode refuse it unindexed.
    shape.VERSION: models.PayloadSchemaType.INTEGER,
    **dict.fromkeys(shape.KEYWORDS, models.PayloadSchemaType.KEYWORD),
}


def vectors(dimension: int, *, on_disk: bool = False) -> dict[str, models.VectorParams]:
    """Return the named dense vectors: several rows on either side, and one of the whole."""
    max_sim = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    return {
        name: models.VectorParams(
            size=dimension,
            distance=models.Distance.DOT,
            multivector_config=None if name == shape.WHOLE else max_sim,
            datatype=models.Datatype.FLOAT16,
            on_disk=on_disk or None,
        )
        for name in (shape.OFFERS, shape.SEEKS, shape.WHOLE)
    }


def sparse_vectors() -> dict[str, models.SparseVectorParams]:
    rare = models.SparseVectorParams(modifier=models.Modifier.IDF)
    return {shape.OFFER_TERMS: rare, shape.SEEK_TERMS: rare}


def parameters(target: Target, dimension: int) -> dict[str, Any]:
    """Return what `create_collection` is called with."""
    size = target.size
    return {
        "vectors_config": vectors(dimension, on_disk=size.on_disk),
        "sparse_vectors_config": sparse_vectors(),
        "hnsw_config": models.HnswConfigDiff(m=size.m, ef_construct=size.ef_construct),
        "quantization_config": _quantization(target),
        "shard_number": target.shards,
        "replication_factor": target.replicas,
        "write_consistency_factor": target.write_consistency,
    }


def contradictions(found: models.CollectionConfig, dimension: int) -> list[str]:
    """Say what makes a collection unusable: vectors of another shape cannot be compared with ours."""
    dense = found.params.vectors if isinstance(found.params.vectors, dict) else {}
    problems = [
        f"{name}: {_told(dense.get(name))} instead of {_told(wanted)}"
        for name, wanted in vectors(dimension).items()
        if _told(dense.get(name)) != _told(wanted)
    ]
    sparse = found.params.sparse_vectors or {}
    return problems + [
        f"{name}: not sparse vectors weighed by rarity"
        for name in sparse_vectors()
        if name not in sparse or sparse[name].modifier is not models.Modifier.IDF
    ]


def differences(found: models.CollectionConfig, target: Target) -> list[str]:
    """Say what the configuration wants otherwise; the collection works, and a rebuild makes it so."""
    params, size = found.params, target.size
    dense = params.vectors if isinstance(params.vectors, dict) else {}
    pairs = {
        "shards": (params.shard_number, target.shards),
        "replicas": (params.replication_factor, target.replicas),
        "write consistency": (params.write_consistency_factor, target.write_consistency),
        "hnsw m": (found.hnsw_config.m, size.m),
        "hnsw ef_construct": (found.hnsw_config.ef_construct, size.ef_construct),
        "quantization": (_quantized(found.quantization_config), target.quantization),
        "vectors on disk": (any(each.on_disk for each in dense.values()), size.on_disk),
    }
    return [
        f"{name} {is_now}, configured {wanted}"
        for name, (is_now, wanted) in pairs.items()
        if is_now != wanted
    ]


def _told(params: models.VectorParams | None) -> str:
    if params is None:
        return "nothing"
    rows = "rows" if params.multivector_config else "one row"
    datatype = params.datatype.value if params.datatype else "float32"
    return f"{rows} of {params.size} {datatype} by {params.distance.value.lower()}"


def _quantization(target: Target) -> models.QuantizationConfig | None:
    match target.quantization:
        case "scalar":
            scalar = models.ScalarQuantizationConfig(
                type=models.ScalarType.INT8, quantile=0.99, always_ram=True
            )
            return models.ScalarQuantization(scalar=scalar)
        case "binary":
            return models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True))
        case "none":
            return None


def _quantized(found: models.QuantizationConfig | None) -> str:
    match found:
        case None:
            return "none"
        case models.ScalarQuantization():
            return "scalar"
        case models.BinaryQuantization():
            return "binary"
        case _:
            return "another kind"
