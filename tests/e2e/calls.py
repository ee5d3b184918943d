"""
Any method of the contract by its name, through both doors: gRPC at the service itself, JSON through the gateway.
The request is one JSON object in either case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import grpc
import grpc.aio
import httpx
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2

from gateway.contract import SERVICES
from local.stack import Running
from services.kit import account_data
from services.kit.policy import Policy, policies
from services.kit.service_tokens import ServiceKeys, ServiceTokens

DATA_OWNERS = ("media", "profile", "match")
_VERBS = ("get", "post", "patch", "delete")
_LIMIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended, in the same words for both doors."""

    code: str
    """`OK`, or a gRPC status code by name; for JSON the one in the body."""
    reason: str = ""
    message: str = ""
    body: Mapping[str, Any] | None = None
    http: int | None = None

    @property
    def refusal(self) -> tuple[str, str]:
        return self.code, self.reason


@dataclass(frozen=True, slots=True)
class Method:
    """One method at one service."""

    service: str
    descriptor: MethodDescriptor
    policy: Policy

    @property
    def name(self) -> str:
        return self.descriptor.name

    @property
    def path(self) -> str:
        return f"/{self.descriptor.containing_service.full_name}/{self.name}"

    @property
    def http(self) -> tuple[str, str, str] | None:
        """Verb, path template and body of the HTTP mapping."""
        options = json_format.MessageToDict(self.descriptor.GetOptions())
        rule = cast("dict[str, str]", options.get("[google.api.http]", {}))
        return next(((verb, rule[verb], rule.get("body", "")) for verb in _VERBS if verb in rule), None)

    def __str__(self) -> str:
        return f"{self.service}.{self.name}"


def all_methods() -> list[Method]:
    """Every method of every service, those for services included."""
    served: list[tuple[str, ServiceDescriptor]] = [
        *SERVICES.items(),
        *((name, account_data.SERVICE) for name in DATA_OWNERS),
    ]
    return [
        Method(name, method, policies([service])[f"/{service.full_name}/{method.name}"])
        for name, service in served
        for method in service.methods
    ]


class Calls:
    """Both doors of a running system."""

    def __init__(self, system: Running, http: httpx.AsyncClient) -> None:
        self._system = system
        self._http = http

    def service_token(self, caller: str, audience: str, acting_user: str) -> str:
        """Return a fresh token of the service `caller`, or of the operator."""
        state = self._system.stack.state
        keys = ServiceKeys.load(state.private_key(caller), state.public_keys)
        return ServiceTokens(keys).mint(audience, acting_user)

    async def grpc(
        self, method: Method, request: Mapping[str, Any], token: str | None, *metadata: tuple[str, str]
    ) -> Answer:
        """Call the service directly, without the gateway."""
        message = json_format.ParseDict(dict(request), GetMessageClass(method.descriptor.input_type)())
        answer = GetMessageClass(method.descriptor.output_type)
        known = (("authorization", f"Bearer {token}"),) if token else ()
        async with grpc.aio.insecure_channel(self._system.stack.address(method.service)) as channel:
            kind: Any = channel.unary_stream if method.descriptor.server_streaming else channel.unary_unary
            call = kind(
                method.path,
                request_serializer=type(message).SerializeToString,
                response_deserializer=answer.FromString,
            )(message, metadata=(*known, *metadata), timeout=_LIMIT_SECONDS)
            try:
                if method.descriptor.server_streaming:
                    async for event in call:
                        return Answer("OK", body=json_format.MessageToDict(event))
                    return Answer("OK")
                return Answer("OK", body=json_format.MessageToDict(await call))
            except grpc.aio.AioRpcError as error:
                return _refused(error)

    async def json(
        self, method: Method, request: Mapping[str, Any], token: str | None, **headers: str
    ) -> Answer:
        """Call through the gateway; a method without HTTP mapping is tried by its gRPC path."""
        headers = {**headers, **({"authorization": f"Bearer {token}"} if token else {})}
        verb, path, query, body = _transcoded(method, dict(request))
        gateway = self._system.stack.gateway
        async with self._http.stream(
            verb, gateway + path, params=query, json=body, headers=headers, timeout=_LIMIT_SECONDS
        ) as response:
            if response.is_success:
                if method.descriptor.server_streaming:
                    return Answer("OK", http=response.status_code)
                await response.aread()
                return Answer("OK", body=response.json(), http=response.status_code)
            await response.aread()
        failed = response.json()
        reasons = [detail["reason"] for detail in failed["details"] if "reason" in detail]
        code = next(each.name for each in grpc.StatusCode if each.value[0] == failed["code"])
        return Answer(code, reasons[0], failed["message"], http=response.status_code)


def _refused(error: grpc.aio.AioRpcError) -> Answer:
    trailers = dict(error.trailing_metadata() or ())
    status = status_pb2.Status.FromString(cast("bytes", trailers.get("grpc-status-details-bin", b"")))
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info):
            break
    return Answer(error.code().name, info.reason, error.details() or "")


def _transcoded(
    method: Method, request: dict[str, Any]
) -> tuple[str, str, dict[str, Any], dict[str, Any] | None]:
    """Write a request as `google.api.http` says: path, then body, and what is left as the query."""
    if method.http is None:
        return "POST", method.path, {}, request
    verb, template, body_field = method.http
    path = template
    for variable in re.findall(r"\{([^}=]+)=?[^}]*\}", template):
        value, holder = request, request
        for part in variable.split("."):
            holder, value = value, value[_camel(part)]
        del holder[_camel(variable.rpartition(".")[2])]
        path = re.sub(r"\{" + re.escape(variable) + r"(=[^}]*)?\}", str(value), path)
    if body_field == "*":
        return verb.upper(), path, {}, request
    body = request.pop(_camel(body_field), {}) if body_field else None
    return verb.upper(), path, request, body


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
