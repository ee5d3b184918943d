"""
Consents on the wire.
"""

from __future__ import annotations

from services.kit.interceptors import Context, current_caller
from services.profile.servicer_base import Calls
from services.profile.wire import consent_to_wire, line_from_wire, purpose_from_wire
from timbre.profile.v1 import profile_pb2 as pb


class ConsentCalls(Calls):
    """Calls about what the caller, or the acting user, agrees to."""

    async def ListConsents(
        self, request: pb.ListConsentsRequest, context: Context
    ) -> pb.ListConsentsResponse:
        consents = await self._do.consents.list_consents(current_caller())
        return pb.ListConsentsResponse(consents=[consent_to_wire(consent) for consent in consents])

    async def SetConsent(self, request: pb.SetConsentRequest, context: Context) -> pb.Consent:
        consent = await self._do.consents.set_consent(
            current_caller(),
            purpose_from_wire(request.purpose),
            granted=request.granted,
            terms=line_from_wire(request.terms),
            etag=request.etag,
        )
        return consent_to_wire(consent)

    async def CheckConsent(
        self, request: pb.CheckConsentRequest, context: Context
    ) -> pb.CheckConsentResponse:
        consents = await self._do.consents.list_consents(current_caller())
        return pb.CheckConsentResponse(granted=consents.hold(purpose_from_wire(request.purpose)))
