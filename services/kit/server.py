"""
A gRPC server around one service: the door, reflection, health on a port of its own, drain on SIGTERM.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import grpc
import grpc.aio
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.kit.access import Gatekeeper
from services.kit.config import ServiceSettings
from services.kit.interceptors import Door
from services.kit.logs import get_logger
from services.kit.policy import policies
from services.kit.postgres import Database
from services.kit.request_ids import RequestIds

GRACE_SECONDS = 4.0
MAX_MESSAGE_BYTES = 4 * 1024 * 1024


@asynccontextmanager
async def running(
    settings: ServiceSettings,
    service: ServiceDescriptor,
    register: Callable[[grpc.aio.Server], None],
    gatekeeper: Gatekeeper,
    database: Database | None = None,
    *,
    beside: ServiceDescriptor | None = None,
) -> AsyncIterator[int]:
    """
    Serve one gRPC service and yield its port.

    Args:
        settings: Where to listen, and how much at once.
        service: The service, by whose name health is asked.
        register: Adds the servicers to the server.
        gatekeeper: Knows whom to let in.
        database: Where calls with a request id are remembered; without it each call is a new one.
        beside: A second service on the same port.

    On the way out health turns NOT_SERVING first, then, one interval of the load balancer later, no
    new call is taken and the calls in flight get `GRACE_SECONDS` to finish.

    Raises:
        PolicyError: a method of the service has no access policy.
    """
    services = [service, *([beside] if beside else [])]
    request_ids = RequestIds(database) if database else None
    server = grpc.aio.server(
        interceptors=[Door(policies(services), gatekeeper, request_ids)],
        maximum_concurrent_rpcs=settings.max_concurrent,
        options=[
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            # Envoy and our own clients ping every 30 s, also without a call in flight.
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ("grpc.keepalive_permit_without_calls", 1),
        ],
    )
    register(server)
    names = [each.full_name for each in services]
    reflection.enable_server_reflection([*names, reflection.SERVICE_NAME], server)
    async with health_server(settings.health, service.full_name) as status, _purging(request_ids):
        port = server.add_insecure_port(settings.listen)
        await server.start()
        await status.set("", health_pb2.HealthCheckResponse.SERVING)
        await status.set(service.full_name, health_pb2.HealthCheckResponse.SERVING)
        get_logger().info("listening", address=f"{settings.listen.rpartition(':')[0]}:{port}")
        try:
            yield port
        finally:
            await status.enter_graceful_shutdown()
            await asyncio.sleep(settings.drain_seconds)
            await server.stop(GRACE_SECONDS)


@asynccontextmanager
async def _purging(request_ids: RequestIds | None) -> AsyncIterator[None]:
    task = asyncio.create_task(request_ids.run()) if request_ids else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def health_server(address: str, *names: str) -> AsyncIterator[health.aio.HealthServicer]:
    """Answer grpc.health.v1 at `address`; every name, and the empty one, is NOT_SERVING until set."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    status = health.aio.HealthServicer()
    for name in ("", *names):
        await status.set(name, health_pb2.HealthCheckResponse.NOT_SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(status, server)
    server.add_insecure_port(address)
    await server.start()
    try:
        yield status
    finally:
        await server.stop(0)


async def until_stopped() -> None:
    """Return when the process is told to stop, by SIGTERM or Ctrl-C."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    get_logger().info("stopping")
