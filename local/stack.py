"""
What the stack is made of: which process with which settings, in which order.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway import envoy
from gateway.render import DESCRIPTOR, write
from gateway.settings import Gateway
from local import cloud, health, page, postgres
from local.aws import Resources, deploy
from local.child import Child, inherited
from local.emulator import Emulator
from local.ports import free_ports
from local.setup import ROOT, setup
from local.state import State
from local.supervisor import Show, StartFailed, Supervisor

SERVICES = postgres.SERVICES
ORIGINS = ("http://localhost:5173", "http://127.0.0.1:5173")
"""Where the web page's development server is."""
OPERATOR = "operator"
"""The identity with which people and batch jobs make calls that are for services."""
_WITH_WORKER = ("media", "profile", "auth")
_OTHERS = tuple(service for service in SERVICES if service != "auth")
PORTS = {
    "gateway": 8080,
    "gateway-admin": 9901,
    "postgres": 5432,
    "emulator": 4566,
    "openai": 4580,
    **{service: 50051 + index for index, service in enumerate(SERVICES)},
    **{f"{service}-health": 50151 + index for index, service in enumerate(SERVICES)},
    **{f"{service}-worker": 50251 + index for index, service in enumerate(_WITH_WORKER)},
}


@dataclass(frozen=True, slots=True)
class Stack:
    """One set of processes on free ports, and what each is told."""

    state: State
    ports: dict[str, int]
    emulator: Emulator
    emulates_cloud: bool = False
    """Whether the adapters of production are at work; see `local.cloud`."""

    @classmethod
    def of(cls, state: State, preferred: Mapping[str, int], *, emulates_cloud: bool = False) -> Stack:
        """Choose ports, near the usual ones; make keys and passwords if there are none."""
        state.make_keys((*SERVICES, OPERATOR))
        ports = free_ports(preferred)
        emulator = emulator_of(state, ports["emulator"], hears=emulates_cloud)
        return cls(state, ports, emulator, emulates_cloud)

    def address(self, name: str) -> str:
        return f"127.0.0.1:{self.ports[name]}"

    @property
    def gateway(self) -> str:
        return f"http://{self.address('gateway')}"

    def published(self, resources: Resources) -> dict[str, object]:
        """What other commands need to know; see `State.publish`."""
        return {
            "gateway": self.gateway,
            "ports": self.ports,
            "aws": asdict(resources),
            "emulates_cloud": self.emulates_cloud,
        }

    def service_settings(self, service: str, resources: Resources) -> dict[str, str]:
        """The environment of every process of one service."""
        own: dict[str, str] = {
            "LISTEN": self.address(service),
            "HEALTH": self.address(f"{service}-health"),
            "SERVICE_KEY": str(self.state.private_key(service)),
            "DATABASE": postgres.dsn(
                service, self.state.secret(f"postgres-{service}"), self.ports["postgres"]
            ),
        }
        if service in _WITH_WORKER:
            own["WORKER_HEALTH"] = self.address(f"{service}-worker")
        match service:
            case "auth":
                own |= {other.upper(): self.address(other) for other in _OTHERS}
                own |= {"USER_POOL": resources.user_pool, "EXPORTS": f"s3://{resources.exports}"}
                own |= {"RECEIPT_KEY": str(self.state.receipt_key)}
            case "media":
                own |= {"AUDIO": f"s3://{resources.bucket}", "EVENTS": resources.events_queue}
                own |= {"PROFILE": self.address("profile"), "MATCH": self.address("match")}
            case "profile":
                own |= {"MATCH": self.address("match"), "MEDIA": self.address("media")}
            case "match":
                own |= {"INDEX": f"edge:{self.state.root / 'index'}"}
            case _:
                pass
        if self.emulates_cloud:
            own |= cloud.settings(service, self.address("openai"))
        return self._common(resources) | {f"{service.upper()}_{name}": value for name, value in own.items()}

    def _common(self, resources: Resources) -> dict[str, str]:
        return {
            "TIMBRE_ENV": "local",
            "TIMBRE_LOG": "console",
            "TIMBRE_TOKEN_ISSUER": resources.issuer,
            "TIMBRE_TOKEN_JWKS": resources.jwks,
            "TIMBRE_TOKEN_CLIENTS": resources.client,
            "TIMBRE_AWS_ENDPOINT": self.emulator.endpoint,
            "TIMBRE_SERVICE_KEYS": str(self.state.public_keys),
            "TIMBRE_AUTH": self.address("auth"),
            # The models are in packages; nothing may be fetched behind our back.
            "HF_HUB_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            **self.emulator.credentials,
        }

    def command(self, service: str, command: str) -> list[str]:
        return [sys.executable, "-m", f"services.{service}", command]

    def serving(self, service: str, resources: Resources) -> Child:
        address = self.address(f"{service}-health")
        return self._child(service, "serve", service, address, resources)

    def working(self, service: str, resources: Resources) -> Child:
        address = self.address(f"{service}-worker")
        return self._child(f"{service}-worker", "worker", service, address, resources)

    def _child(self, name: str, command: str, service: str, address: str, resources: Resources) -> Child:
        return Child(
            name=name,
            argv=self.command(service, command),
            env=self.service_settings(service, resources),
            cwd=ROOT,
            healthy=lambda: health.grpc_serves(address),
        )

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the web page may be served from: the gateway, by both its names, and the development server."""
        port = self.ports["gateway"]
        return (*(f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")), *ORIGINS)

    def place_page(self, dist: Path, resources: Resources) -> Path:
        """Put the built page, told where everything is, beside the gateway's configuration."""
        told = page.config(resources, self.emulator.endpoint, self.state.public_receipt_key)
        return page.place(dist, self.state.root / "gateway/site", told)

    def gateway_child(self, resources: Resources, site: Path | None = None) -> Child:
        """Render Envoy's configuration for these addresses and describe its process; `site` is the placed page."""
        settings = Gateway(
            listen=self.address("gateway"),
            admin=self.address("gateway-admin"),
            upstreams={service: [self.address(service)] for service in SERVICES},
            health={service: [self.address(f"{service}-health")] for service in SERVICES},
            issuer=resources.issuer,
            jwks_uri=resources.jwks,
            origins=self.origins,
            site=site,
            # Where people sign in, and where audio and exports are.
            site_hosts=[self.emulator.endpoint],
            descriptor=self.state.root / "gateway" / DESCRIPTOR,
        )
        return Child(
            name="gateway",
            argv=envoy.argv(write(settings)),
            cwd=ROOT,
            healthy=lambda: health.http_answers(f"http://{settings.admin}/ready"),
        )


def emulator_of(state: State, port: int, *, hears: bool = False) -> Emulator:
    """The emulator of this folder's stack."""
    return Emulator(port, state.root / "emulator", "timbre-local", state.secret("aws"), hears=hears)


@dataclass(frozen=True, slots=True)
class Running:
    """A stack whose every process is healthy."""

    stack: Stack
    resources: Resources
    supervisor: Supervisor
    has_page: bool = False
    """Whether the gateway serves the web page."""


@asynccontextmanager
async def running(
    state: State,
    show: Show,
    notice: Show | None = None,
    *,
    ports: Mapping[str, int] = PORTS,
    emulates_cloud: bool = False,
    with_page: bool = False,
) -> AsyncIterator[Running]:
    """
    Start everything in order, and stop it when the block ends.

    Args:
        show: See `Supervisor`; `notice` too.
        ports: Where things should listen; the next free port is taken instead of a busy one.
        emulates_cloud: Put the adapters of production to work; see `local.cloud`.
        with_page: Serve the web page too. Where it cannot be built, `notice` is told why and the rest runs.

    Raises:
        StartFailed: a process or a migration failed; with its last lines.
    """
    await asyncio.to_thread(setup)
    stack = Stack.of(state, ports, emulates_cloud=emulates_cloud)
    data, password = state.root / "postgres", state.secret("postgres")
    await asyncio.to_thread(postgres.create, data, password)
    await asyncio.to_thread(postgres.reclaim, data)
    async with Supervisor(state.logs, show, notice) as supervisor:
        building = asyncio.create_task(asyncio.to_thread(_build, notice or show)) if with_page else None
        database = postgres.server(data, stack.ports["postgres"], password)
        models = [cloud.openai_child(stack.address("openai"), ROOT)] if emulates_cloud else []
        await supervisor.start(database, stack.emulator.child(), *models)
        admin = postgres.dsn("postgres", password, stack.ports["postgres"], "postgres")
        passwords = {service: state.secret(f"postgres-{service}") for service in SERVICES}
        resources, _ = await asyncio.gather(
            asyncio.to_thread(deploy, stack.emulator, stack.origins),
            asyncio.to_thread(postgres.provision, admin, passwords),
        )
        await asyncio.gather(*(_migrate(stack, service, resources) for service in SERVICES))
        # auth first: until the others have its list of revocations, they let no user in.
        await supervisor.start(stack.serving("auth", resources))
        await supervisor.start(*(stack.serving(service, resources) for service in _OTHERS))
        # Workers last: jobs that waited since the last run find everybody they call.
        workers = (stack.working(service, resources) for service in _WITH_WORKER)
        dist = await building if building else None
        site = stack.place_page(dist, resources) if dist else None
        await supervisor.start(*workers, stack.gateway_child(resources, site))
        state.publish(stack.published(resources))
        yield Running(stack, resources, supervisor, has_page=site is not None)


def _build(notice: Show) -> Path | None:
    try:
        return page.built(lambda text: notice("page", text))
    except page.NoPageError as error:
        notice("page", f"{error} Everything else runs.")
        return None


async def _migrate(stack: Stack, service: str, resources: Resources) -> None:
    process = await asyncio.create_subprocess_exec(
        *stack.command(service, "migrate"),
        cwd=ROOT,
        env=inherited() | stack.service_settings(service, resources),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:  # we were told to stop
            process.kill()
    if process.returncode:
        raise StartFailed(f"{service} could not be migrated:\n{output.decode(errors='replace').rstrip()}")
