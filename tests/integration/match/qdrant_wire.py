"""
Qdrant's published gRPC services on a real socket, with the Python client's in-memory mode behind them.

This is not a Qdrant server, and nothing seen here is evidence about one: no graph, no quantization, no shards, no
replicas, no persistence. It shows what our adapter sends (every request is kept as it arrived), that the key and
TLS are on the wire, and that the adapter does what it must with each answer a server may give: refusals, an old
version, a write that was only acknowledged, a server that hangs or goes away, a lost collection.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from qdrant_client import AsyncQdrantClient
from qdrant_client import grpc as wire
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc
from qdrant_client.grpc import collections_service_pb2_grpc, points_service_pb2_grpc, qdrant_pb2_grpc

_FREE = {"HealthCheck"}
"""What a server answers without a key."""


@dataclass
class Wire:
    """What is behind the socket, to be looked at and told to fail."""

    key: str = ""
    version: str = "1.20.0"
    port: int = 0
    calls: list[tuple[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """The key of each call that needed one."""
    faults: dict[str, grpc.StatusCode] = field(default_factory=dict)
    """Methods that fail."""
    hanging: set[str] = field(default_factory=set)
    """Methods that take a request and never answer."""
    status: wire.UpdateStatus.ValueType = wire.UpdateStatus.Completed
    """What writes are answered with."""
    client: AsyncQdrantClient = field(default_factory=lambda: AsyncQdrantClient(location=":memory:"))
    created: dict[str, Any] = field(default_factory=dict)
    indexed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def asked(self, method: str) -> list[Any]:
        """Return the requests to one method, as they arrived."""
        return [request for name, request in self.calls if name == method]

    async def aliases(self) -> dict[str, str]:
        return {each.alias_name: each.collection_name for each in (await self.client.get_aliases()).aliases}

    async def collections(self) -> set[str]:
        return {each.name for each in (await self.client.get_collections()).collections}


class _Door(grpc.aio.ServerInterceptor):
    """Asks for the key, keeps the request, and fails when told to."""

    def __init__(self, state: Wire) -> None:
        self._state = state

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        method = handler_call_details.method.rpartition("/")[2]
        given = dict(handler_call_details.invocation_metadata or ()).get("api-key", "")

        async def call(request: Any, context: Any) -> Any:
            state = self._state
            state.calls.append((method, request))
            if method not in _FREE:
                state.keys.append(str(given))
                if state.key and given != state.key:
                    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "no valid key")
            if method in state.hanging:
                await asyncio.sleep(3600)
            if method in state.faults:
                await context.abort(state.faults[method], "told to")
            try:
                return await handler.unary_unary(request, context)
            except ValueError as error:
                missing = "not found" in str(error)
                code = grpc.StatusCode.NOT_FOUND if missing else grpc.StatusCode.INVALID_ARGUMENT
                await context.abort(code, str(error))

        return grpc.unary_unary_rpc_method_handler(
            call,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


class _Root(wire.QdrantServicer):
    def __init__(self, state: Wire) -> None:
        self._state = state

    async def HealthCheck(self, request: Any, context: Any) -> Any:
        return wire.HealthCheckReply(title="not a Qdrant server", version=self._state.version)


class _Collections(wire.CollectionsServicer):
    def __init__(self, state: Wire) -> None:
        self._state = state
        self._client = state.client

    async def CollectionExists(self, request: Any, context: Any) -> Any:
        exists = await self._client.collection_exists(request.collection_name)
        return wire.CollectionExistsResponse(result=wire.CollectionExists(exists=exists))

    async def Create(self, request: Any, context: Any) -> Any:
        name = request.collection_name
        if await self._client.collection_exists(name):
            await context.abort(grpc.StatusCode.ALREADY_EXISTS, "it exists")
        await self._client.create_collection(
            name,
            vectors_config=GrpcToRest.convert_vectors_config(request.vectors_config),
            sparse_vectors_config=GrpcToRest.convert_sparse_vector_config(request.sparse_vectors_config),
        )
        self._state.created[name] = request
        self._state.indexed[name] = {}
        return wire.CollectionOperationResponse(result=True)

    async def Delete(self, request: Any, context: Any) -> Any:
        done = await self._client.delete_collection(request.collection_name)
        return wire.CollectionOperationResponse(result=done)

    async def Get(self, request: Any, context: Any) -> Any:
        name = request.collection_name
        if not await self._client.collection_exists(name):
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such collection")
        made = self._state.created[name]
        params = wire.CollectionParams(
            shard_number=made.shard_number,
            replication_factor=made.replication_factor,
            write_consistency_factor=made.write_consistency_factor,
            vectors_config=made.vectors_config,
            sparse_vectors_config=made.sparse_vectors_config,
        )
        quantized = made.quantization_config if made.HasField("quantization_config") else None
        config = wire.CollectionConfig(
            params=params,
            hnsw_config=wire.HnswConfigDiff(
                m=made.hnsw_config.m,
                ef_construct=made.hnsw_config.ef_construct,
                full_scan_threshold=10_000,
                max_indexing_threads=0,
            ),
            optimizer_config=wire.OptimizersConfigDiff(
                deleted_threshold=0.2,
                vacuum_min_vector_number=1000,
                default_segment_number=0,
                flush_interval_sec=5,
            ),
            wal_config=wire.WalConfigDiff(wal_capacity_mb=32, wal_segments_ahead=0),
            quantization_config=quantized,
        )
        schema = {
            key: wire.PayloadSchemaInfo(data_type=wire.PayloadSchemaType.Value(kind), points=0)
            for key, kind in self._state.indexed[name].items()
        }
        info = wire.CollectionInfo(
            status=wire.CollectionStatus.Green,
            optimizer_status=wire.OptimizerStatus(ok=True),
            config=config,
            payload_schema=schema,
        )
        return wire.GetCollectionInfoResponse(result=info)

    async def UpdateAliases(self, request: Any, context: Any) -> Any:
        changes = [GrpcToRest.convert_alias_operations(each) for each in request.actions]
        return wire.CollectionOperationResponse(result=await self._client.update_collection_aliases(changes))

    async def ListAliases(self, request: Any, context: Any) -> Any:
        found = (await self._client.get_aliases()).aliases
        return wire.ListAliasesResponse(
            aliases=[RestToGrpc.convert_alias_description(each) for each in found]
        )


class _Points(wire.PointsServicer):
    def __init__(self, state: Wire) -> None:
        self._state = state
        self._client = state.client

    async def CreateFieldIndex(self, request: Any, context: Any) -> Any:
        kind = wire.FieldType.Name(request.field_type).removeprefix("FieldType")
        self._state.indexed[request.collection_name][request.field_name] = kind
        return self._written()

    async def Upsert(self, request: Any, context: Any) -> Any:
        only = request.update_filter if request.HasField("update_filter") else None
        await self._client.upsert(
            request.collection_name,
            [GrpcToRest.convert_point_struct(each) for each in request.points],
            update_filter=GrpcToRest.convert_filter(only) if only else None,
        )
        return self._written()

    async def Delete(self, request: Any, context: Any) -> Any:
        await self._client.delete(request.collection_name, GrpcToRest.convert_points_selector(request.points))
        return self._written()

    async def Query(self, request: Any, context: Any) -> Any:
        asked = GrpcToRest.convert_query_points(request)
        found = await self._client.query_points(
            request.collection_name,
            query=asked.query,
            prefetch=asked.prefetch,
            query_filter=asked.filter,
            limit=asked.limit or 10,
            with_payload=False,
        )
        return wire.QueryResponse(result=[RestToGrpc.convert_scored_point(each) for each in found.points])

    async def Scroll(self, request: Any, context: Any) -> Any:
        offset = GrpcToRest.convert_point_id(request.offset) if request.HasField("offset") else None
        found, following = await self._client.scroll(
            request.collection_name,
            limit=request.limit,
            offset=offset,
            with_payload=GrpcToRest.convert_with_payload_interface(request.with_payload),
        )
        return wire.ScrollResponse(
            result=[RestToGrpc.convert_record(each) for each in found],
            next_page_offset=RestToGrpc.convert_extended_point_id(str(following)) if following else None,
        )

    def _written(self) -> Any:
        return wire.PointsOperationResponse(
            result=wire.UpdateResult(operation_id=1, status=self._state.status)
        )


@asynccontextmanager
async def serving(
    state: Wire, *, port: int = 0, certificate: tuple[bytes, bytes] | None = None
) -> AsyncIterator[Wire]:
    """Serve `state` on a socket, over TLS with a certificate; stopping loses nothing of it."""
    server = grpc.aio.server(interceptors=[_Door(state)], options=[("grpc.so_reuseport", 0)])
    generated: Any = (qdrant_pb2_grpc, collections_service_pb2_grpc, points_service_pb2_grpc)
    generated[0].add_QdrantServicer_to_server(_Root(state), server)
    generated[1].add_CollectionsServicer_to_server(_Collections(state), server)
    generated[2].add_PointsServicer_to_server(_Points(state), server)
    address = f"127.0.0.1:{port}"
    if certificate:
        credentials = grpc.ssl_server_credentials([(certificate[1], certificate[0])])
        state.port = server.add_secure_port(address, credentials)
    else:
        state.port = server.add_insecure_port(address)
    await server.start()
    try:
        yield state
    finally:
        await server.stop(0)


def self_signed() -> tuple[bytes, bytes]:
    """Make a certificate for 127.0.0.1 that nobody but a test trusts, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "not a Qdrant server")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private
