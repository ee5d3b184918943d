"""
Who may call what, read from the contract itself: every method states its access as a proto option, and
a service with a method that does not state one, or whose shape the door cannot guard, does not start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor

from services.kit.access import Caller
from timbre.api.v1 import policy_pb2

REQUEST_ID = "request_id"
"""Name of the field by which calls of a method can be repeated without a second effect."""


class PolicyError(Exception):
    """A method of the contract cannot be served safely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the contract says about one method; see `timbre/api/v1/policy.proto`."""

    access: policy_pb2.Access.ValueType
    group: str = ""
    callers: frozenset[str] = frozenset()
    ephemeral: bool = False
    open_to_erased: bool = False
    keyed: bool = False
    """Whether requests have a `request_id`."""
    answer: Descriptor | None = None
    """Type of the response."""

    @property
    def is_public(self) -> bool:
        return self.access == policy_pb2.ACCESS_PUBLIC

    @property
    def is_for_services(self) -> bool:
        return self.access == policy_pb2.ACCESS_SERVICE

    def admits(self, caller: Caller) -> bool:
        """Whether a method that is not public may be called by whoever `caller` is."""
        if self.is_for_services or caller.service is not None:
            return self.is_for_services and caller.service in self.callers
        return not self.group or self.group in caller.groups


def policies(services: Iterable[ServiceDescriptor]) -> Mapping[str, Policy]:
    """
    Map `/package.Service/Method` to its policy.

    Raises:
        PolicyError: a method has no access option or a contradictory one, or streams requests.
    """
    return {
        f"/{service.full_name}/{method.name}": _policy(method)
        for service in services
        for method in service.methods
    }


def _policy(method: MethodDescriptor) -> Policy:
    options = method.GetOptions().Extensions
    policy = Policy(
        access=options[policy_pb2.access],
        group=options[policy_pb2.group],
        callers=frozenset(options[policy_pb2.callers]),
        ephemeral=options[policy_pb2.ephemeral],
        open_to_erased=options[policy_pb2.open_to_erased],
        keyed=REQUEST_ID in method.input_type.fields_by_name,
        answer=method.output_type,
    )
    name = method.full_name
    if policy.access == policy_pb2.ACCESS_UNSPECIFIED:
        raise PolicyError(f"{name} has no (timbre.api.v1.access)")
    if bool(policy.group) != (policy.access == policy_pb2.ACCESS_GROUP):
        raise PolicyError(f"{name}: ACCESS_GROUP and (timbre.api.v1.group) need each other")
    if bool(policy.callers) != policy.is_for_services:
        raise PolicyError(f"{name}: ACCESS_SERVICE and (timbre.api.v1.callers) need each other")
    if policy.keyed and (policy.is_public or method.server_streaming):
        raise PolicyError(f"{name} has a {REQUEST_ID}, but no caller or no single answer to remember it by")
    if method.client_streaming:
        raise PolicyError(f"{name} streams requests, which the door cannot validate")
    return policy
