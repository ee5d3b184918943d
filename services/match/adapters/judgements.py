"""
What a judge said, and for whom it is still to be asked, in PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from services.kit.postgres import EVERYBODY, Database, acting_for, queries
from services.match.domain import Direction, Judgement, Reason

_SQL: Final = queries("services.match")
_BOTH: Final = 2


@dataclass(frozen=True, slots=True)
class Task:
    """Somebody who is to be compared with those who lead their list."""

    user_id: str
    mark: UUID
    spreads: bool
    """Whether those others are to be compared with theirs in turn."""
    attempts: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people in two versions, from the side of the first."""

    user_id: str
    version: int
    person_id: UUID
    other_version: int

    def names(self) -> dict[str, object]:
        return {
            "user": self.user_id,
            "version": self.version,
            "person": self.person_id,
            "other_version": self.other_version,
        }


class Judgements:
    """All that one judge said; what another said, or the same model told otherwise, is not seen."""

    def __init__(self, database: Database, judge: str) -> None:
        """
        Args:
            database: Where everything is.
            judge: The id of the judge.
        """
        self._database = database
        self.judge = judge

    async def of(self, user_id: str, version: int, since: datetime) -> Mapping[UUID, Judgement]:
        """Return what had been said by then of a version of a user and of others as they are now."""
        names = {"user": user_id, "version": version, "judge": self.judge, "since": since}
        rows = await self._database.all(_SQL["judgements"], names)
        return {
            row["person_id"]: Judgement(
                row["other_version"],
                row["fit"],
                {
                    (Direction(each["direction"]), UUID(each["mine"]), UUID(each["theirs"])): each["sentence"]
                    for each in row["sentences"]
                },
            )
            for row in rows
        }

    async def unjudged(self, user_id: str, version: int, others: Mapping[UUID, int]) -> frozenset[UUID]:
        """
        Return those of `others`, each in this version, about whom the judge is still to be asked.

        Nobody is among them who does not agree that words leave, as of now, and nobody at all when the user
        does not.
        """
        names = {
            "user": user_id,
            "version": version,
            "people": list(others),
            "versions": list(others.values()),
            "judge": self.judge,
        }
        return frozenset(row["person_id"] for row in await self._database.all(_SQL["to_be_judged"], names))

    async def keep(self, pair: Pair, fit: int, sentences: Mapping[Reason, str], *, spreads: bool) -> bool:
        """
        Keep a verdict if both are still in these versions and agree; say whether they were.

        Args:
            pair: Whom it is about.
            fit: How well they fit.
            sentences: What it said of reasons.
            spreads: Whether the other is to be judged with theirs, too.
        """
        told = [
            {
                "direction": int(reason.direction),
                "mine": str(reason.mine.id),
                "theirs": str(reason.theirs.id),
                "sentence": sentence,
            }
            for reason, sentence in sentences.items()
        ]
        names = pair.names() | {"judge": self.judge, "fit": fit, "sentences": Jsonb(told)}
        # For everybody, because it holds both people's rows: neither withdraws between the look and the write.
        with acting_for(EVERYBODY):
            async with self._database.transaction() as connection:
                cursor = await connection.execute(_SQL["lock_judged"], names)
                if len(await cursor.fetchall()) < _BOTH:
                    return False
                await connection.execute(_SQL["save_judgement"], names)
                if spreads:
                    await connection.execute(_SQL["put_other_to_judge"], names)
                return True


class Tasks:
    """Who is to be judged. Other copies of the service take others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, lease_seconds: float) -> Task | None:
        """Return somebody who is due; nobody else gets them before the lease ends."""
        row = await self._database.one(_SQL["claim_to_judge"], {"lease": lease_seconds})
        return Task(row["user_id"], row["mark"], row["spreads"], row["attempts"]) if row else None

    async def done(self, task: Task) -> None:
        """Let go of somebody; who was put there again since the claim stays."""
        await self._database.one(_SQL["end_judging"], {"user": task.user_id, "mark": task.mark})

    async def postpone(self, task: Task, seconds: float) -> None:
        """Try again later."""
        await self._database.one(_SQL["postpone_judging"], {"user": task.user_id, "wait": seconds})
