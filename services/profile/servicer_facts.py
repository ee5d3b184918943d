"""
Facts on the wire.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from google.protobuf import empty_pb2

from services.kit.errors import InvalidArgument
from services.kit.interceptors import Context, current_caller
from services.profile.domain import Facet
from services.profile.service.facts import FactChange
from services.profile.servicer_base import Calls, masked
from services.profile.wire import facet_from_wire, fact_to_wire, id_from_name, line_from_wire
from timbre.profile.v1 import profile_pb2 as pb

_PAGE: Final = 50
_FIELDS: Final = frozenset({"text", "facet", "hidden"})


class FactCalls(Calls):
    """Calls about what is known of the caller."""

    async def ListFacts(self, request: pb.ListFactsRequest, context: Context) -> pb.ListFactsResponse:
        facts, token = await self._do.facts.list_facts(
            current_caller(),
            facet=facet_from_wire(request.facet),
            page_size=request.page_size or _PAGE,
            page_token=request.page_token,
        )
        return pb.ListFactsResponse(facts=[fact_to_wire(fact) for fact in facts], next_page_token=token)

    async def CreateFact(self, request: pb.CreateFactRequest, context: Context) -> pb.Fact:
        fact = await self._do.facts.create_fact(
            current_caller(),
            _required_facet(request.fact),
            _required_text(request.fact),
            request_id=UUID(request.request_id) if request.request_id else None,
        )
        return fact_to_wire(fact)

    async def UpdateFact(self, request: pb.UpdateFactRequest, context: Context) -> pb.Fact:
        mask = masked(request.update_mask.paths, _FIELDS)
        change = FactChange(
            text=_required_text(request.fact) if "text" in mask else None,
            facet=_required_facet(request.fact) if "facet" in mask else None,
            hidden=request.fact.hidden if "hidden" in mask else None,
        )
        fact_id = id_from_name(request.fact.name)
        fact = await self._do.facts.update_fact(current_caller(), fact_id, change, etag=request.fact.etag)
        return fact_to_wire(fact)

    async def DeleteFact(self, request: pb.DeleteFactRequest, context: Context) -> empty_pb2.Empty:
        await self._do.facts.delete_fact(current_caller(), id_from_name(request.name))
        return empty_pb2.Empty()


def _required_text(fact: pb.Fact) -> str:
    text = line_from_wire(fact.text)
    if not text:
        raise InvalidArgument("A fact says something.", field="fact.text")
    return text


def _required_facet(fact: pb.Fact) -> Facet:
    facet = facet_from_wire(fact.facet)
    if facet is None:
        raise InvalidArgument("A fact has a facet.", field="fact.facet")
    return facet
