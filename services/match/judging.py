"""
A judge compares people once more, in the background: those who lead somebody's list, one pair a call.

Nothing waits for it and nothing needs it. What it says moves a rank by a little and adds sentences, those of which
each word is checked. Who is to be judged stands in PostgreSQL, so that nothing is lost when this process is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.kit.logs import describe, get_logger
from services.kit.postgres import acting_for
from services.match import ranking
from services.match.adapters.judgements import Judgements, Pair, Task, Tasks
from services.match.adapters.postgres import Seen, Viewer
from services.match.domain import Reason, Verdict
from services.match.errors import ConsentRequired, ProfileNotReady
from services.match.ports import Judge, JudgeUnavailable
from services.match.service.matches import Matches
from services.match.wording import is_faithful

SWEEP_SECONDS: Final = 2.0
LEADING: Final = 10
"""People whom somebody is compared with."""
LEASE_SECONDS: Final = 150.0
"""Longer than all calls for one person take: they are made side by side, each at most twice."""
_FIRST_WAIT_SECONDS: Final = 30.0
_LONGEST_WAIT_SECONDS: Final = 86_400.0


@dataclass(slots=True)
class _Tally:
    """What came of one person's turn."""

    pairs: int = 0
    failed: int = 0
    outdated: int = 0
    """Verdicts that came after one of the two had changed, or did not agree any more."""
    sentences: int = 0
    dropped: int = 0
    """Sentences that said something beyond their pair."""
    after: float = 0.0
    """How many seconds the judge wants to be left alone."""


class Judging:
    """Has everybody judged who is to be."""

    def __init__(
        self,
        judge: Judge,
        judgements: Judgements,
        tasks: Tasks,
        matches: Matches,
        *,
        first_wait: float = _FIRST_WAIT_SECONDS,
    ) -> None:
        """
        Args:
            judge: Who says it.
            judgements: Where it is kept.
            tasks: Who is to be judged.
            matches: Who leads whose list.
            first_wait: Seconds until a person with whom it did not work is tried again; then twice as long, and so on.
        """
        self._judge = judge
        self._judgements = judgements
        self._tasks = tasks
        self._matches = matches
        self._first_wait = first_wait

    async def run(self) -> None:
        """Judge until cancelled."""
        while True:
            try:
                while await self.next():
                    pass
            except Exception as error:  # noqa: BLE001 - whatever it was, the next round tries again
                get_logger().warning("judging failed", **describe(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def next(self) -> bool:
        """Judge one person who is due; say whether there was one and it worked."""
        task = await self._tasks.claim(LEASE_SECONDS)
        if task is None:
            return False
        try:
            with acting_for(task.user_id):
                tally = await self._compare(task)
        except (ProfileNotReady, ConsentRequired):
            tally = _Tally()
        except Exception:
            await self._postpone(task, 0.0)
            raise
        if tally.failed:
            await self._postpone(task, tally.after)
        else:
            await self._tasks.done(task)
        if tally.pairs:
            get_logger().info(
                "people judged",
                judge=self._judge.id,
                pairs=tally.pairs,
                failed=tally.failed,
                outdated=tally.outdated,
                sentences=tally.sentences,
                dropped=tally.dropped,
            )
        return not tally.failed

    async def _postpone(self, task: Task, after: float) -> None:
        wait = self._first_wait * 2 ** min(task.attempts, 20)
        await self._tasks.postpone(task, max(after, min(wait, _LONGEST_WAIT_SECONDS)))

    async def _compare(self, task: Task) -> _Tally:
        viewer, leading = await self._matches.leading(task.user_id, LEADING)
        tally = _Tally()
        async with asyncio.TaskGroup() as group:
            for seen in leading:
                group.create_task(self._compare_two(task, viewer, seen, tally))
        return tally

    async def _compare_two(self, task: Task, viewer: Viewer, seen: Seen, tally: _Tally) -> None:
        me, other = viewer.person, seen.person
        # Asked for each pair, just before the words leave: a consent may have been withdrawn meanwhile.
        if not await self._judgements.unjudged(task.user_id, me.version, {other.person_id: other.version}):
            return
        reasons = ranking.reasons(me.portrait, other.portrait)
        tally.pairs += 1
        try:
            verdict = await self._judge.judge(reasons)
        except JudgeUnavailable as error:
            tally.failed += 1
            tally.after = max(tally.after, error.after or 0.0)
            return
        sentences = faithful(reasons, verdict)
        pair = Pair(task.user_id, me.version, other.person_id, other.version)
        if not await self._judgements.keep(pair, verdict.fit, sentences, spreads=task.spreads):
            tally.outdated += 1
            return
        tally.sentences += len(sentences)
        tally.dropped += len(verdict.sentences) - len(sentences)


def faithful(reasons: Sequence[Reason], verdict: Verdict) -> Mapping[Reason, str]:
    """Return the sentences that say nothing beyond their own reason."""
    numbered = ((reason, verdict.sentences.get(number, "")) for number, reason in enumerate(reasons, start=1))
    return {
        reason: sentence
        for reason, sentence in numbered
        if sentence and is_faithful(sentence, reason.direction, (reason.mine.text, reason.theirs.text))
    }
