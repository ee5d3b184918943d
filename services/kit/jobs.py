"""
Durable jobs on the service's own PostgreSQL, by procrastinate: deferred inside the caller's
transaction, picked up by LISTEN/NOTIFY, run at least once. A worker that dies leaves its jobs
`doing`; the sweep gives them back as soon as its heartbeat is old (procrastinate itself does not).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job

from services.kit.logs import describe, get_logger
from services.kit.postgres import EVERYBODY, Connection, Database, Source, acting_for

HEARTBEAT_SECONDS = 2.0
DEAD_AFTER_SECONDS = 8.0
SWEEP_SECONDS = 2.0

_DEAD_WORKERS_JOBS = """
SELECT job.id
  FROM procrastinate_jobs AS job
  LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
 WHERE job.status = 'doing'
   AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(dead_after)s))
"""
# Only jobs that wait are "once"; one that comes back must not collide with another that waits by now.
_NO_LONGER_ONCE = "UPDATE procrastinate_jobs SET queueing_lock = NULL WHERE id = %(id)s"
_TAKE_BACK = "SELECT procrastinate_retry_job_v2(%(id)s, now(), NULL, NULL, NULL)"

Handler = Callable[..., Awaitable[None]]
"""`async def handler(attempt: Attempt, **args)`; args are JSON values: ids, never content."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job: how many runs came before it, and whether no other would follow a failure."""

    number: int
    last: bool


class Interrupted(Exception):
    """The worker stopped while the job ran; another one starts it again."""


class Jobs:
    """The kinds of jobs of one service, and the means to defer and to work on them."""

    def __init__(self, dsn: str) -> None:
        source = Source.of(dsn, statement_timeout_ms=10_000, writes=True)
        connector = PsycopgConnector(
            conninfo=source.conninfo, kwargs=source.plain, min_size=1, max_size=4, timeout=3
        )
        self._app = App(connector=connector)

    def define(self, name: str, handler: Handler, *, attempts: int, max_wait_seconds: int = 60) -> None:
        """
        Register a kind of job. The handler is called at least once for each deferred job, and again
        after an exception, up to `attempts` runs in all, 1, 2, 4, … `max_wait_seconds` apart.
        """

        async def run(context: JobContext, **args: Any) -> None:
            attempt = Attempt(context.job.attempts, last=context.job.attempts + 1 >= attempts)
            try:
                # A job is work for whomever its row names; a handler that serves one user may narrow this.
                with acting_for(EVERYBODY):
                    await handler(attempt, **args)
            except asyncio.CancelledError:
                # The worker is stopping. As an ordinary failure the job goes back to the queue.
                await self._app.connector.execute_query_async(_NO_LONGER_ONCE, id=context.job.id)
                raise Interrupted from None
            except Exception as error:
                get_logger().warning("job failed", job=name, attempt=attempt.number, **describe(error))
                await self._app.connector.execute_query_async(_NO_LONGER_ONCE, id=context.job.id)
                raise

        self._app.task(name=name, retry=_Retry(attempts, max_wait_seconds), pass_context=True)(run)

    async def defer(
        self,
        connection: Connection,
        name: str,
        /,
        *,
        once: str | None = None,
        after_seconds: int = 0,
        **args: Any,
    ) -> None:
        """
        Add a job in the transaction of `connection`: it exists exactly when the transaction commits.

        Args:
            once: While a job with this key waits, no other is added.
            after_seconds: Do not start before.
        """
        later = {"schedule_in": {"seconds": after_seconds}} if after_seconds else {}
        deferrer = self._app.configure_task(
            name,
            queueing_lock=once,
            connection=connection,
            **later,  # pyright: ignore[reportArgumentType] - None is not accepted for "at once"
        )
        with suppress(AlreadyEnqueued):
            # A savepoint, since a refused duplicate would otherwise break the caller's transaction.
            async with connection.transaction():
                await deferrer.defer_async(**args)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with self._app.open_async():
            yield

    async def work(self, database: Database, *, concurrency: int) -> None:
        """Work until cancelled; jobs that are cut off go back to the queue. Survives a database restart."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep(database))
            group.create_task(self._run(concurrency))

    async def _run(self, concurrency: int) -> None:
        while True:
            try:
                await self._app.run_worker_async(
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=2.0,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=DEAD_AFTER_SECONDS,
                    shutdown_graceful_timeout=1.0,
                    delete_jobs="successful",
                )
            except (ConnectorException, psycopg.Error) as error:
                get_logger().warning("worker lost its database", **describe(error))
                # Stopping without a database ends in the same exception; it still has to end.
                task = asyncio.current_task()
                if task and task.cancelling():
                    raise asyncio.CancelledError from None
            await asyncio.sleep(1)

    async def _sweep(self, database: Database) -> None:
        while True:
            try:
                for row in await database.all(_DEAD_WORKERS_JOBS, {"dead_after": DEAD_AFTER_SECONDS}):
                    await database.one(_NO_LONGER_ONCE, row)
                    await database.one(_TAKE_BACK, row)
                    get_logger().warning("took back a job of a dead worker")
            except psycopg.Error as error:
                get_logger().warning("sweep failed", **describe(error))
            await asyncio.sleep(SWEEP_SECONDS)


class _Retry(BaseRetryStrategy):
    def __init__(self, attempts: int, max_wait_seconds: int) -> None:
        self._attempts = attempts
        self._max_wait = max_wait_seconds

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts + 1 >= self._attempts and not isinstance(exception, Interrupted):
            return None
        wait = 0 if isinstance(exception, Interrupted) else min(2 ** min(job.attempts, 16), self._max_wait)
        return RetryDecision(retry_in={"seconds": wait})


async def open_jobs(dsn: str, stack: AsyncExitStack) -> Jobs:
    """Open the jobs of the role in `dsn`; they live as long as `stack`. Define the kinds before working."""
    jobs = Jobs(dsn)
    await stack.enter_async_context(jobs.open())
    return jobs
