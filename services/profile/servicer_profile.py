"""
The profile itself, its card, the preferences, and what to say next, on the wire.
"""

from __future__ import annotations

from typing import Final

from services.kit.errors import InvalidArgument
from services.kit.interceptors import Context, current_caller
from services.profile.service.preferences import PreferencesChange
from services.profile.service.profiles import ProfileChange
from services.profile.servicer_base import Calls, masked
from services.profile.wire import (
    card_to_wire,
    facet_to_wire,
    format_from_wire,
    line_from_wire,
    place_from_wire,
    preferences_to_wire,
    profile_to_wire,
    visibility_from_wire,
    weight_from_wire,
)
from timbre.profile.v1 import profile_pb2 as pb

_PROFILE_FIELDS: Final = frozenset({"display_name", "headline", "languages", "visibility"})
_PREFERENCES_FIELDS: Final = frozenset({"languages", "formats", "place", "max_distance_km", "weights"})


class ProfileCalls(Calls):
    """Calls about the caller as a whole."""

    async def GetProfile(self, request: pb.GetProfileRequest, context: Context) -> pb.Profile:
        return profile_to_wire(await self._do.profiles.get_profile(current_caller()))

    async def UpdateProfile(self, request: pb.UpdateProfileRequest, context: Context) -> pb.Profile:
        change = _profile_change(request.profile, masked(request.update_mask.paths, _PROFILE_FIELDS))
        profile = await self._do.profiles.update_profile(current_caller(), change, etag=request.profile.etag)
        return profile_to_wire(profile)

    async def GetProfileCard(self, request: pb.GetProfileCardRequest, context: Context) -> pb.ProfileCard:
        return card_to_wire(await self._do.profiles.get_card(current_caller()))

    async def GetPreferences(self, request: pb.GetPreferencesRequest, context: Context) -> pb.Preferences:
        return preferences_to_wire(await self._do.preferences.get_preferences(current_caller()))

    async def UpdatePreferences(
        self, request: pb.UpdatePreferencesRequest, context: Context
    ) -> pb.Preferences:
        given = request.preferences
        change = PreferencesChange(
            masked(request.update_mask.paths, _PREFERENCES_FIELDS),
            languages=tuple(given.languages),
            formats=tuple(map(format_from_wire, given.formats)),
            place=place_from_wire(given.place) if given.HasField("place") else None,
            max_distance_km=given.max_distance_km,
            weights=tuple(map(weight_from_wire, given.weights)),
        )
        preferences = await self._do.preferences.update_preferences(current_caller(), change, etag=given.etag)
        return preferences_to_wire(preferences)

    async def SuggestPrompt(self, request: pb.SuggestPromptRequest, context: Context) -> pb.Prompt:
        prompt = await self._do.prompts.suggest_prompt(current_caller(), request.language)
        return pb.Prompt(
            prompt_id=prompt.id,
            text=prompt.text,
            facet=facet_to_wire(prompt.facet),
            reason=prompt.reason,
            fact_count=prompt.fact_count,
            language=prompt.language,
        )


def _profile_change(profile: pb.Profile, mask: frozenset[str]) -> ProfileChange:
    name = line_from_wire(profile.display_name)
    if "display_name" in mask and not name:
        raise InvalidArgument("A display name says something.", field="profile.display_name")
    return ProfileChange(
        display_name=name if "display_name" in mask else None,
        headline=line_from_wire(profile.headline) if "headline" in mask else None,
        languages=tuple(profile.languages) if "languages" in mask else None,
        visibility=visibility_from_wire(profile.visibility) if "visibility" in mask else None,
    )
