"""
What all calls of profile share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.profile.errors import InvalidUpdateMask
from services.profile.service.analysis import AnalysisService
from services.profile.service.consents import ConsentService
from services.profile.service.facts import FactService
from services.profile.service.index import WaitService
from services.profile.service.preferences import PreferencesService
from services.profile.service.profiles import ProfileService
from services.profile.service.prompts import PromptService
from services.profile.service.versions import VersionService
from timbre.profile.v1.profile_pb2_grpc import ProfileServiceServicer


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """Everything that profile can do."""

    profiles: ProfileService
    preferences: PreferencesService
    consents: ConsentService
    facts: FactService
    versions: VersionService
    prompts: PromptService
    analysis: AnalysisService
    waits: WaitService


class Calls(ProfileServiceServicer):
    """Some of the calls; the servicer is made of all of them."""

    def __init__(self, use_cases: UseCases) -> None:
        self._do = use_cases


def masked(paths: Sequence[str], known: frozenset[str]) -> frozenset[str]:
    """
    Return the fields that an update names.

    Raises:
        InvalidUpdateMask: there are none, or one is not among those that can be changed.
    """
    if not paths or not known.issuperset(paths):
        raise InvalidUpdateMask(field="update_mask")
    return frozenset(paths)
