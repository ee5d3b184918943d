"""
profile on the wire. Its calls are in modules by what they are about: `servicer_profile`, `servicer_facts`,
`servicer_versions`, `servicer_consents`, and `servicer_media` for the calls that media makes.
"""

from __future__ import annotations

from services.profile.servicer_base import UseCases
from services.profile.servicer_consents import ConsentCalls
from services.profile.servicer_facts import FactCalls
from services.profile.servicer_media import MediaCalls
from services.profile.servicer_profile import ProfileCalls
from services.profile.servicer_versions import VersionCalls

__all__ = ["ProfileServicer", "UseCases"]


class ProfileServicer(ProfileCalls, FactCalls, VersionCalls, ConsentCalls, MediaCalls):
    """Translates; every rule is in the use cases."""
