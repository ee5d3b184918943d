"""
match, wired: database, embedder and index → service → servicer → server; beside it the index is kept in repair, and
people are judged where there is a judge.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import grpc.aio

from services.kit import account_data
from services.kit.account_data import AccountDataServicer
from services.kit.clients import open_neighbour
from services.kit.config import Common, ConfigError, DevelopmentWarning
from services.kit.identity import open_identity
from services.kit.pages import PageTokens
from services.kit.postgres import Database, for_everybody, open_database
from services.kit.server import running
from services.match.adapters.account import AccountRows
from services.match.adapters.auth import Accounts
from services.match.adapters.behind import Backlog
from services.match.adapters.judgements import Judgements, Tasks
from services.match.adapters.learning import Learning
from services.match.adapters.postgres import Store
from services.match.adapters.reports import Reports
from services.match.adapters.safety import Safety
from services.match.adapters.spaces import Register
from services.match.config import MatchConfig
from services.match.indexing import Indexing
from services.match.judging import Judging
from services.match.ports import Embeddings, Indexes, Judge
from services.match.service.account import Account
from services.match.service.clips import Clips
from services.match.service.connections import Connections
from services.match.service.explain import Explain
from services.match.service.matches import Matches
from services.match.service.moderation import Moderation
from services.match.service.profiles import Profiles
from services.match.service.safety import Protection
from services.match.service.search import Search
from services.match.service.viewing import Viewing
from services.match.service.weights import Weights
from services.match.servicer import MatchServicer, UseCases
from services.match.spaces import Spaces
from timbre.account.v1.data_pb2_grpc import add_AccountDataServiceServicer_to_server
from timbre.match.v1 import match_pb2
from timbre.match.v1.match_pb2_grpc import add_MatchServiceServicer_to_server


@asynccontextmanager
async def app(config: MatchConfig, common: Common) -> AsyncIterator[int]:
    """Run match and yield its port; everything is closed in reverse order on the way out."""
    async with AsyncExitStack() as stack:
        identity = await open_identity("match", config, common, stack)
        database = await open_database(config.database, stack)
        auth = await open_neighbour("auth", common.auth, identity.tokens, stack) if common.auth else None
        judge = open_judge(config, common, stack)
        store = Store(database, judged_after=config.judge_after_seconds if judge else None)
        spaces = await open_spaces(config, common, store, Register(database), stack)
        backlog = Backlog(database)
        indexing = Indexing(backlog, spaces)
        judgements = Judgements(database, judge.id) if judge else None
        do = _use_cases(
            database=database,
            store=store,
            backlog=backlog,
            spaces=spaces,
            indexing=indexing,
            accounts=Accounts(auth) if auth else None,
            pages=identity.pages,
            judgements=judgements,
        )
        loops = [indexing.run()]
        if judge and judgements:
            loops.append(Judging(judge, judgements, Tasks(database), do.matches).run())
        await stack.enter_async_context(_beside(*loops))
        account = Account(AccountRows(database), store, spaces)

        def register(server: grpc.aio.Server) -> None:
            add_MatchServiceServicer_to_server(MatchServicer(do), server)
            add_AccountDataServiceServicer_to_server(AccountDataServicer(account), server)

        descriptor = match_pb2.DESCRIPTOR.services_by_name["MatchService"]
        yield await stack.enter_async_context(
            running(config, descriptor, register, identity.gatekeeper, database, beside=account_data.SERVICE)
        )


def _use_cases(
    *,
    database: Database,
    store: Store,
    backlog: Backlog,
    spaces: Spaces,
    indexing: Indexing,
    accounts: Accounts | None,
    pages: PageTokens,
    judgements: Judgements | None,
) -> UseCases:
    viewing = Viewing(store)
    return UseCases(
        matches=Matches(store, spaces, viewing, pages, judgements),
        search=Search(store, spaces, indexing, viewing, pages),
        explain=Explain(store, spaces, viewing),
        connections=Connections(store, pages),
        protection=Protection(Safety(database), viewing, pages),
        moderation=Moderation(Reports(database), indexing, accounts, pages),
        weights=Weights(Learning(database)),
        clips=Clips(store, viewing),
        profiles=Profiles(store, backlog, spaces, indexing),
    )


async def open_embeddings(config: MatchConfig, common: Common, stack: AsyncExitStack) -> Embeddings:
    """Open the embedder that `MATCH_EMBEDDINGS` names; closed with `stack`."""
    url = urlsplit(config.embeddings)
    match url.scheme:
        case "minilm":
            _local("MATCH_EMBEDDINGS", "minilm: understands English only", common)
            from services.match.adapters.minilm import open_minilm  # noqa: PLC0415 - the model only when asked for

            return await open_minilm()
        case "openai":
            config.check_openai(common.env)
            from services.match.adapters import openai  # noqa: PLC0415 - the client only when asked for

            return openai.open_embeddings(config, stack)
        case other:
            raise ConfigError(f"MATCH_EMBEDDINGS: no adapter for {other!r}; use minilm: or openai://MODEL")


def open_judge(config: MatchConfig, common: Common, stack: AsyncExitStack) -> Judge | None:
    """Open the judge that `MATCH_JUDGE` names, if it names one; closed with `stack`."""
    match urlsplit(config.judge).scheme:
        case "" if not config.judge:
            return None
        case "openai":
            config.check_openai(common.env)
            from services.match.adapters import openai_judge  # noqa: PLC0415 - the client only when asked for

            return openai_judge.open_judge(config, stack)
        case other:
            raise ConfigError(f"MATCH_JUDGE: no adapter for {other!r}; use openai://MODEL, or nothing")


async def open_spaces(
    config: MatchConfig,
    common: Common,
    store: Store,
    register: Register,
    stack: AsyncExitStack,
    *,
    adopt: bool = True,
) -> Spaces:
    """Open the spaces that are kept, and with `adopt` the configured one if it is new; closed with `stack`."""
    models: dict[str, Embeddings] = {}

    async def embedder(url: str) -> Embeddings:
        if url not in models:
            models[url] = await open_embeddings(config.model_copy(update={"embeddings": url}), common, stack)
        return models[url]

    # A model that may not be used is a reason to stop, whatever the register says, and before a server is asked.
    await embedder(config.embeddings)
    spaces = Spaces(register, store, await open_indexes(config, common, stack), embedder)
    if adopt:
        await spaces.adopt(config.embeddings)
    await spaces.refresh()
    return spaces


async def open_indexes(config: MatchConfig, common: Common, stack: AsyncExitStack) -> Indexes:
    """Open what `MATCH_INDEX` names; closed with `stack`."""
    url = urlsplit(config.index)
    match url.scheme:
        case "edge" if url.path:
            _local("MATCH_INDEX", "edge: serves one process on one machine", common)
            from services.match.adapters.edge import EdgeIndexes  # noqa: PLC0415 - the engine only when asked for

            return EdgeIndexes(Path(url.path), stack)
        case "qdrant" if url.hostname:
            from services.match.adapters.qdrant import open_qdrant  # noqa: PLC0415 - as above
            from services.match.adapters.qdrant_target import Target  # noqa: PLC0415 - as above

            key = config.index_key.get_secret_value()
            target = Target.parse(config.index, key, production=common.env == "production")
            return await open_qdrant(target, stack)
        case _:
            raise ConfigError("MATCH_INDEX: no adapter for this; use edge:DIR or qdrant://HOST:6334")


def _local(variable: str, limit: str, common: Common) -> None:
    if common.env == "production":
        raise ConfigError(f"{variable}: {limit}, so it is not for production")
    warnings.warn(f"{variable}: {limit}; use another outside development", DevelopmentWarning, stacklevel=3)


@asynccontextmanager
async def _beside(*loops: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Do work for everybody while the service runs. None of it ever ends, or ends the service, by itself."""
    tasks = [asyncio.create_task(for_everybody(loop)) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
