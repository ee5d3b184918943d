"""
Durable jobs on the service's own PostgreSQL, by procrastinate: deferred inside the caller's
transaction, picked up by LISTEN/NOTIFY, run at least once. A worker that dies leaves its jobs
`doing`; the sweep gives them back as soon as its heartbeat is old (procrastinate itself does not).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued

from services.kit.logs import describe, get_logger
from services.kit.postgres import Connection, Database

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
_TAKE_BACK = "SELECT procrastinate_retry_job_v2(%(id)s, now(), NULL, NULL, NULL)"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job: how many runs failed before it, and whether another would follow a failure."""

    number: int
    last: bool


Handler = Callable[..., Awaitable[None]]


class Interrupted(Exception):  # noqa: N818 - it is no error
    """The worker stopped while the job ran; another one starts it again."""


class Jobs:
    """The kinds of jobs of one service, and the means to defer and to work on them."""

    def __init__(self, dsn: str) -> None:
        self._app = App(connector=PsycopgConnector(conninfo=dsn, min_size=1, max_size=4))

    def define(
        self, name: str, handler: Handler, *, attempts: int, wait_seconds: int = 1, queue: str = "default"
    ) -> None:
        """
        Register a kind of job. `handler(attempt, **args)` is called at least once for each deferred job,
        again after an exception up to `attempts` runs in all, waiting `wait_seconds`, then twice that, …
        """

        async def run(context: JobContext, **args: Any) -> None:
            attempt = Attempt(context.job.attempts, last=context.job.attempts + 1 >= attempts)
            try:
                await handler(attempt, **args)
            except asyncio.CancelledError:
                # The worker is stopping. As an ordinary failure the job goes back to the queue.
                raise Interrupted from None
            except Exception as error:
                get_logger().warning("job failed", job=name, attempt=attempt.number, **describe(error))
                raise

        retry = RetryStrategy(max_attempts=attempts - 1, exponential_wait=wait_seconds + 1)
        self._app.task(name=name, queue=queue, retry=retry, pass_context=True)(run)

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
        schedule = {"schedule_in": {"seconds": after_seconds}} if after_seconds else {}
        with suppress(AlreadyEnqueued):
            async with connection.transaction():
                deferrer = self._app.configure_task(
                    name, queueing_lock=once, connection=connection, **schedule
                )
                await deferrer.defer_async(**args)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with self._app.open_async():
            yield

    async def work(
        self, database: Database, *, concurrency: int, queues: Iterable[str] | None = None
    ) -> None:
        """Work until cancelled; a running job is cancelled too, and taken back by the next sweep."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep(database))
            group.create_task(
                self._app.run_worker_async(
                    queues=queues,
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=2.0,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=DEAD_AFTER_SECONDS,
                    shutdown_graceful_timeout=1.0,
                    delete_jobs="successful",
                )
            )

    async def _sweep(self, database: Database) -> None:
        while True:
            try:
                for row in await database.all(_DEAD_WORKERS_JOBS, {"dead_after": DEAD_AFTER_SECONDS}):
                    await database.one(_TAKE_BACK, {"id": row["id"]})
                    get_logger().warning("took back a job of a dead worker")
            except psycopg.Error as error:
                get_logger().warning("sweep failed", **describe(error))
            await asyncio.sleep(SWEEP_SECONDS)


async def open_jobs(dsn: str, stack: AsyncExitStack) -> Jobs:
    """Open the jobs of the role in `dsn`; they live as long as `stack`. Define the kinds before working."""
    jobs = Jobs(dsn)
    await stack.enter_async_context(jobs.open())
    return jobs
