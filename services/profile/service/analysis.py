"""
What transcripts say, and that a deleted recording says nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from services.kit.access import Caller
from services.kit.logs import get_logger
from services.profile.adapters.postgres import Change, Store
from services.profile.domain import (
    Analysis,
    Analyzed,
    Cause,
    Evidence,
    Outcome,
    Profile,
    Source,
    Transcript,
    Verified,
)
from services.profile.merging import merge
from services.profile.ports import Analyzer
from services.profile.quotes import Quotes, verify_quotes


class AnalysisService:
    """Turns transcripts into facts; each call may come again, late, or after the recording was deleted."""

    def __init__(self, store: Store, analyzer: Analyzer, new_id: Callable[[], UUID]) -> None:
        self._store = store
        self._analyzer = analyzer
        self._new_id = new_id

    async def analyze_transcript(
        self, caller: Caller, recording_id: UUID, revision: int, transcript: Transcript
    ) -> Outcome:
        """
        Replace what the analyzer knows from this recording, as a new version.

        A repeat returns the outcome of the first time. An older revision than one already analyzed, or a
        forgotten recording, changes nothing and returns the current version.
        """
        digest = transcript.digest()
        known = await self._store.analysis(caller.user_id, recording_id)
        current = await self._store.profile(caller.user_id)
        if outcome := self._settled(known, revision, digest, current):
            return outcome
        # No transaction is open while the analyzer works, which may take its time.
        analysis = await self._analyzer.analyze(transcript)
        verified = verify_quotes(recording_id, transcript, analysis)
        async with self._store.change(caller.user_id) as change:
            known = await change.analysis(recording_id)
            if outcome := self._settled(known, revision, digest, change.profile):
                return outcome
            outcome = await self._apply(change, recording_id, transcript, analysis, verified)
            analyzed = Analyzed(revision, digest, self._analyzer.id, forgotten=False, outcome=outcome)
            await change.save_analysis(recording_id, analyzed, headline=verified.headline)
        get_logger().info(
            "analyzed", recording=str(recording_id), version=outcome.version, count=outcome.fact_count
        )
        return outcome

    async def forget_recording(self, caller: Caller, recording_id: UUID) -> int:
        """
        Remove what was said in a deleted recording, for good; facts the user edited lose their evidence.
        Return the version that is free of it.
        """
        async with self._store.change(caller.user_id) as change:
            said = [
                fact
                for fact in await change.facts()
                if fact.evidence and fact.evidence.recording_id == recording_id
            ]
            await change.delete_facts([fact.id for fact in said if fact.source is Source.ANALYZER])
            await change.save_facts(
                replace(fact, evidence=None, revision=fact.revision + 1, update_time=change.now)
                for fact in said
                if fact.source is Source.USER
            )
            await change.forget(recording_id)
            profile = await _with_headline(change, change.profile, without=recording_id)
            if said or profile != change.profile:
                profile = await change.commit(Cause.RECORDING_DELETED, profile)
        return profile.version

    def _settled(
        self, known: Analyzed | None, revision: int, digest: str, current: Profile
    ) -> Outcome | None:
        """Return the answer when there is nothing to analyze: it was done before, or is of no use any more."""
        if known is None:
            return None
        if known.forgotten or revision < known.revision:
            return Outcome(current.version)
        same = (known.revision, known.digest, known.analyzer) == (revision, digest, self._analyzer.id)
        return known.outcome if same else None

    async def _apply(
        self,
        change: Change,
        recording_id: UUID,
        transcript: Transcript,
        analysis: Analysis,
        verified: Verified,
    ) -> Outcome:
        quotes = Quotes(transcript)

        def find(evidence: Evidence) -> Evidence | None:
            return quotes.find(recording_id, evidence.quote, near=evidence.start_char)

        merged = merge(
            recording_id,
            verified.statements,
            facts=await change.facts(),
            tombstones=await change.tombstones(),
            analyzer=self._analyzer.id,
            find=find,
            new_id=self._new_id,
            now=change.now,
        )
        await change.delete_facts(merged.deleted)
        # Newest first is also first said first: the last one written is the newest.
        await change.save_facts(reversed(merged.written))
        profile = change.profile
        if verified.headline:
            profile = replace(profile, selected_headline=verified.headline, headline_recording=recording_id)
        elif profile.headline_recording == recording_id:
            profile = await _with_headline(change, profile, without=recording_id)
        profile = await change.commit(Cause.ANALYSIS, profile)
        return Outcome(profile.version, len(verified.statements), verified.dropped, analysis.warnings)


async def _with_headline(change: Change, profile: Profile, *, without: UUID) -> Profile:
    """Return the profile with a selected headline that was said elsewhere, if there is one."""
    if profile.headline_recording != without:
        return profile
    headline, recording = await change.headline(without=without)
    return replace(profile, selected_headline=headline, headline_recording=recording)
