"""
Who may call what, read from the contract itself: every method states its access as a proto option, and
a service with a method that does not state one, or whose shape the door cannot guard, does not start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from google.protobuf.descriptor import ServiceDescriptor

from timbre.api.v1 import policy_pb2

Access = policy_pb2.Access


class PolicyError(Exception):
    """A method of the contract cannot be served safely."""


def access_table(services: Iterable[ServiceDescriptor]) -> Mapping[str, Access.ValueType]:
    """
    Map `/package.Service/Method` to its access.

    Raises:
        PolicyError: a method has no access option, or streams requests.
    """
    table: dict[str, Access.ValueType] = {}
    for service in services:
        for method in service.methods:
            path = f"/{service.full_name}/{method.name}"
            access = method.GetOptions().Extensions[policy_pb2.access]
            if access == policy_pb2.ACCESS_UNSPECIFIED:
                raise PolicyError(f"{path} has no (timbre.api.v1.access)")
            if method.client_streaming:
                raise PolicyError(f"{path} streams requests, which the door cannot validate")
            table[path] = access
    return table
