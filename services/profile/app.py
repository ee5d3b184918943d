"""
profile, wired: the service (`app`) and the worker of its durable jobs (`worker`).
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import grpc.aio
from grpc_health.v1 import health_pb2

from services.kit import account_data
from services.kit.account_data import AccountDataServicer
from services.kit.clients import open_neighbour
from services.kit.config import Common, ConfigError, DevelopmentWarning
from services.kit.identity import open_identity
from services.kit.jobs import open_jobs
from services.kit.logs import describe, get_logger
from services.kit.postgres import open_database
from services.kit.server import health_server, running
from services.profile.adapters.account import ProfileData
from services.profile.adapters.match import Match
from services.profile.adapters.media import Media
from services.profile.adapters.notices import IndexNotices
from services.profile.adapters.postgres import Store
from services.profile.config import ProfileConfig
from services.profile.jobs import define, sweep
from services.profile.ports import Analyzer
from services.profile.service.analysis import AnalysisService
from services.profile.service.analyzers import Analyzers
from services.profile.service.consents import ConsentService
from services.profile.service.facts import FactService
from services.profile.service.index import IndexService, WaitService
from services.profile.service.preferences import PreferencesService
from services.profile.service.profiles import ProfileService
from services.profile.service.prompts import PromptService
from services.profile.service.versions import VersionService
from services.profile.servicer import ProfileServicer, UseCases
from timbre.account.v1.data_pb2_grpc import add_AccountDataServiceServicer_to_server
from timbre.profile.v1 import profile_pb2
from timbre.profile.v1.profile_pb2_grpc import add_ProfileServiceServicer_to_server

_JOBS_AT_ONCE = 4


@asynccontextmanager
async def app(config: ProfileConfig, common: Common) -> AsyncIterator[int]:
    """Run profile and yield its port; everything is closed in reverse order on the way out."""
    async with AsyncExitStack() as stack:
        identity = await open_identity("profile", config, common, stack)
        analyzers = await open_analyzers(config, common, stack)
        database = await open_database(config.database, stack, reader=config.database_reader)
        store = Store(database, await open_jobs(config.database, stack))
        notices = IndexNotices()
        await stack.enter_async_context(_background(notices.listen(database)))
        use_cases = UseCases(
            profiles=ProfileService(store),
            preferences=PreferencesService(store),
            consents=ConsentService(store),
            facts=FactService(store, identity.pages, uuid4),
            versions=VersionService(store, identity.pages),
            prompts=PromptService(store),
            analysis=AnalysisService(store, analyzers, uuid4),
            waits=WaitService(store, notices),
        )
        data = AccountDataServicer(ProfileData(database))

        def register(server: grpc.aio.Server) -> None:
            add_ProfileServiceServicer_to_server(ProfileServicer(use_cases), server)
            add_AccountDataServiceServicer_to_server(data, server)

        service = profile_pb2.DESCRIPTOR.services_by_name["ProfileService"]
        yield await stack.enter_async_context(
            running(config, service, register, identity.gatekeeper, database, beside=account_data.SERVICE)
        )


@asynccontextmanager
async def worker(config: ProfileConfig, common: Common) -> AsyncIterator[None]:
    """Work on profile's jobs until the block ends; running ones go back to the queue."""
    if not config.media:
        raise ConfigError("PROFILE_MEDIA: the worker needs the address of media")
    async with AsyncExitStack() as stack:
        identity = await open_identity("profile", config, common, stack)
        database = await open_database(config.database, stack)
        jobs = await open_jobs(config.database, stack)
        store = Store(database, jobs)
        match = Match(await open_neighbour("match", config.match, identity.tokens, stack))
        media = Media(await open_neighbour("media", config.media, identity.tokens, stack))
        define(jobs, IndexService(store, match), media)
        health = await stack.enter_async_context(health_server(config.worker_health))
        await stack.enter_async_context(
            _background(
                jobs.work(database, concurrency=_JOBS_AT_ONCE),
                sweep(store, every_seconds=config.sweep_seconds),
            )
        )
        await health.set("", health_pb2.HealthCheckResponse.SERVING)
        yield
        await health.enter_graceful_shutdown()


async def open_analyzers(config: ProfileConfig, common: Common, stack: AsyncExitStack) -> Analyzers:
    """
    Open the analyzer that the scheme of `PROFILE_ANALYZER` names, and the one for users who want none outside
    Timbre, which is the extractive one. Closed with `stack`.

    Raises:
        ConfigError: there is none, something it needs is missing, or it is a local one in production.
    """
    match config.analyzer.partition(":")[0]:
        case "extractive":
            if common.env == "production":
                raise ConfigError("PROFILE_ANALYZER: extractive: is not for TIMBRE_ENV=production")
            warnings.warn(
                "The extractive analyzer knows simple English only.", DevelopmentWarning, stacklevel=2
            )
            inside = await asyncio.to_thread(_extractive)
            return Analyzers(chosen=inside, inside=inside)
        case "openai":
            config.check_openai(common.env)
            # The client only when asked for.
            from services.profile.adapters.openai.opening import open_analyzer  # noqa: PLC0415

            chosen = open_analyzer(config, stack)
            return Analyzers(chosen=chosen, inside=await asyncio.to_thread(_extractive))
        case other:
            raise ConfigError(f"PROFILE_ANALYZER: no adapter for {other!r}")


def _extractive() -> Analyzer:
    # Imported only when asked for: it loads a model.
    from services.kit.minilm import MiniLM  # noqa: PLC0415
    from services.profile.adapters.extractive.analyzer import ExtractiveAnalyzer  # noqa: PLC0415

    return ExtractiveAnalyzer(MiniLM())


@asynccontextmanager
async def _background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run endless work beside the block; should it fail, the block is cancelled and with it the process."""
    block = asyncio.current_task()
    assert block

    def stop(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            get_logger().error("background work failed", **describe(error))
            block.cancel()

    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(stop)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
