"""
What transcripts say, as far as the user lets them be read, and that a deleted recording says nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from services.kit.access import Caller
from services.kit.logs import get_logger
from services.profile.adapters.changes import Change
from services.profile.adapters.postgres import Store
from services.profile.domain import (
    Analysis,
    Analyzed,
    Cause,
    Covered,
    Evidence,
    Origin,
    Outcome,
    Profile,
    Transcript,
    Verified,
)
from services.profile.merging import merge
from services.profile.ports import Analyzer
from services.profile.quotes import Quotes, verify_quotes
from services.profile.service.analyzers import Analyzers
from services.profile.service.taking_out import take_out

CONSENT_WITHDRAWN: Final = "CONSENT_WITHDRAWN"


@dataclass(frozen=True, slots=True)
class _Reading:
    """What an analyzer, if one may, made of a transcript, and what holds of it."""

    recording_id: UUID
    transcript: Transcript
    analyzer: Analyzer | None
    analysis: Analysis
    verified: Verified

    @property
    def origin(self) -> Origin:
        external = self.analyzer is not None and self.analyzer.external
        return Origin(self.recording_id, self.transcript.typed, external)


class AnalysisService:
    """Turns transcripts into facts; each call may come again, late, or after the recording was deleted."""

    def __init__(self, store: Store, analyzers: Analyzers, new_id: Callable[[], UUID]) -> None:
        self._store = store
        self._analyzers = analyzers
        self._new_id = new_id

    async def analyze_transcript(
        self, caller: Caller, recording_id: UUID, revision: int, transcript: Transcript
    ) -> Outcome:
        """
        Replace what the analyzer knows from this recording, as a new version.

        A repeat returns the outcome of the first time, unless then the analyzer inside had to stand in for the
        one outside, which is asked again. An older revision than one already analyzed, or a
        forgotten recording, changes nothing and returns the current version. So does a transcript that
        nobody may read, with a warning. The consents are those that hold when the result is written.
        """
        outcome: Outcome | None = None
        while outcome is None:
            outcome = await self._attempt(caller.user_id, recording_id, revision, transcript)
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
            profile = await take_out(change, Covered(recording_id=recording_id))
            await change.forget_recording(recording_id)
            if profile is None:
                return change.profile.version
            profile = await change.commit(Cause.RECORDING_DELETED, profile)
        return profile.version

    async def _attempt(
        self, user_id: str, recording_id: UUID, revision: int, transcript: Transcript
    ) -> Outcome | None:
        """Analyze, unless that is settled; return None when consents changed while the analyzer worked."""
        digest = transcript.digest()
        analyzer = self._analyzers.allowed(transcript, await self._store.consents(user_id))
        name = analyzer.id if analyzer else ""
        known = await self._store.analysis(user_id, recording_id)
        current = await self._store.profile(user_id)
        if outcome := _settled(known, revision, digest, name, current):
            return outcome
        # No transaction is open while the analyzer works, which may take its time.
        reader, analysis = analyzer, Analysis()
        if analyzer:
            reader, analysis = await self._analyzers.analyze(analyzer, transcript)
        verified = verify_quotes(recording_id, transcript, analysis)
        reading = _Reading(recording_id, transcript, reader, analysis, verified)
        async with self._store.change(user_id) as change:
            if self._analyzers.allowed(transcript, change.consents) is not analyzer:
                return None
            known = await change.analysis(recording_id)
            if outcome := _settled(known, revision, digest, name, change.profile):
                return outcome
            outcome = await self._apply(change, reading)
            # By whoever read it: after a fallback, a reanalysis is no repetition.
            read_by = reader.id if reader else ""
            analyzed = Analyzed(revision, digest, read_by, forgotten=False, outcome=outcome)
            await change.save_analysis(reading.origin, analyzed, headline=verified.headline)
        return outcome

    async def _apply(self, change: Change, reading: _Reading) -> Outcome:
        analyzer, verified, recording_id = reading.analyzer, reading.verified, reading.recording_id
        if analyzer is None:
            return Outcome(change.profile.version, warnings=(CONSENT_WITHDRAWN,))
        quotes = Quotes(reading.transcript)

        def find(evidence: Evidence) -> Evidence | None:
            return quotes.find(recording_id, evidence.quote, near=evidence.start_char)

        merged = merge(
            recording_id,
            verified.statements,
            facts=await change.facts(),
            tombstones=await change.tombstones(),
            hidden=await change.hidden_keys(),
            analyzer=analyzer.id,
            external=analyzer.external,
            find=find,
            new_id=self._new_id,
            now=change.now,
        )
        await change.delete_facts(merged.deleted)
        # Newest first is also first said first: the last one written is the newest.
        await change.save_facts(reversed(merged.written))
        profile = await _with_headline(change, reading)
        profile = await change.commit(Cause.ANALYSIS, profile)
        return Outcome(profile.version, len(verified.statements), verified.dropped, reading.analysis.warnings)


async def _with_headline(change: Change, reading: _Reading) -> Profile:
    """Return the profile with the headline that was selected now, or one from elsewhere for one that is gone."""
    profile, origin = change.profile, change.profile.headline_origin
    if reading.verified.headline:
        return replace(profile, selected_headline=reading.verified.headline, headline_origin=reading.origin)
    if origin is None or origin.recording_id != reading.recording_id:
        return profile
    headline, origin = await change.headline(without=reading.recording_id)
    return replace(profile, selected_headline=headline, headline_origin=origin)


def _settled(
    known: Analyzed | None, revision: int, digest: str, analyzer: str, current: Profile
) -> Outcome | None:
    """Return the answer when there is nothing to analyze: it was done before, or is of no use any more."""
    if known is None:
        return None
    if known.forgotten or revision < known.revision:
        return Outcome(current.version)
    same = (known.revision, known.digest, known.analyzer) == (revision, digest, analyzer)
    return known.outcome if same else None
