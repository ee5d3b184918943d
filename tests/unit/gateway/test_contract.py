"""What the gateway lets through follows from the contract, and a contract it cannot serve safely is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.rpc import error_details_pb2

from gateway.contract import SERVICES, all_methods, descriptor_set, methods, pattern
from services.kit.policy import PolicyError
from timbre.api.v1 import policy_pb2

Access = policy_pb2.Access
Declare = Callable[..., ServiceDescriptor]


@pytest.fixture
def declare() -> Declare:
    """`declare(access, get="/v1/x")` is a service with one such method."""

    def declare(access: Access.ValueType, **rule: str) -> ServiceDescriptor:
        pool = descriptor_pool.DescriptorPool()
        for file in descriptor_set().file:
            pool.Add(file)
        file = descriptor_pb2.FileDescriptorProto(
            name="made/up.proto",
            package="made.up",
            syntax="proto3",
            dependency=["timbre/api/v1/policy.proto", "google/api/annotations.proto"],
        )
        file.message_type.add(name="Nothing")
        method = file.service.add(name="Made").method.add(name="Up")
        method.input_type = method.output_type = ".made.up.Nothing"
        method.options.Extensions[policy_pb2.access] = access
        if rule:
            # The HTTP option in its wire form: field 72295728, with one string field for the verb.
            verb, path = next(iter(rule.items()))
            number = {"get": 2, "put": 3, "post": 4, "delete": 5, "patch": 6, "response_body": 12}[verb]
            text = path.encode()
            inner = bytes([number << 3 | 2, len(text)]) + text
            method.options.MergeFromString(b"\x82\xd3\xe4\x93\x02" + bytes([len(inner)]) + inner)
        pool.Add(file)
        return pool.FindServiceByName("made.up.Made")

    return declare


def test_methods_for_services_have_no_way_in() -> None:
    paths = {method.path for method in all_methods()}
    every = {
        f"/{service.full_name}/{method.name}": method
        for service in SERVICES.values()
        for method in service.methods
    }
    inside = {path for path, method in every.items() if _access(method) == policy_pb2.ACCESS_SERVICE}
    assert "/timbre.profile.v1.ProfileService/AnalyzeTranscript" in inside
    assert paths == every.keys() - inside
    assert not [path for path in paths if "AccountData" in path]


def _access(method: MethodDescriptor) -> Access.ValueType:
    return method.GetOptions().Extensions[policy_pb2.access]


def test_a_method_without_a_user_is_let_through_without_a_token(declare: Declare) -> None:
    (method,) = methods("made", declare(policy_pb2.ACCESS_PUBLIC, get="/v1/{name=made/*}"))
    assert (method.needs_user, method.verb, method.path) == (False, "GET", "/made.up.Made/Up")


@pytest.mark.parametrize(
    ("access", "rule"),
    [
        (policy_pb2.ACCESS_UNSPECIFIED, {"get": "/v1/made"}),
        (policy_pb2.ACCESS_SERVICE, {"get": "/v1/made"}),
        (policy_pb2.ACCESS_USER, {}),
        (policy_pb2.ACCESS_USER, {"response_body": "made"}),
    ],
    ids=["no access", "a path for services", "no path for users", "no verb"],
)
def test_an_unsafe_method_is_refused(
    declare: Declare, access: Access.ValueType, rule: dict[str, str]
) -> None:
    with pytest.raises(PolicyError, match=re.escape("made.up.Made")):
        methods("made", declare(access, **rule))


@pytest.mark.parametrize(
    ("template", "inside", "outside"),
    [
        ("/v1/profile", "/v1/profile", "/v1/profile/x"),
        ("/v1/{name=facts/*}", "/v1/facts/x", "/v1/facts/x/y"),
        ("/v1/{a.name=r/*/t}:do", "/v1/r/x/t:do", "/v1/r/x/t"),
        ("/v1/{name}", "/v1/x", "/v1/x/y"),
        ("/v1/{name=**}", "/v1/x/y", "/v2/x/y"),
    ],
)
def test_a_template_is_turned_into_the_paths_it_means(template: str, inside: str, outside: str) -> None:
    assert re.fullmatch(pattern(template), inside)
    assert not re.fullmatch(pattern(template), outside)


def test_the_descriptor_set_is_complete_and_in_order() -> None:
    """Each file comes after those it imports, and every type that an error may carry is in it."""
    seen: set[str] = set()
    for file in descriptor_set().file:
        assert set(file.dependency) <= seen
        seen.add(file.name)
    assert {service.file.name for service in SERVICES.values()} | {error_details_pb2.DESCRIPTOR.name} <= seen
