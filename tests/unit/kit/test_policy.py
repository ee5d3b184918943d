"""The policy of every method is in the contract, and a contradictory one stops the start."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor

from services.kit.access import Caller
from services.kit.policy import Policy, PolicyError, policies
from timbre.api.v1 import policy_pb2
from timbre.auth.v1 import auth_pb2
from timbre.match.v1 import match_pb2

LATER = datetime(2100, 1, 1, tzinfo=UTC)
ADA = Caller(user_id="ada", expires=LATER)
MODERATOR = Caller(user_id="mo", groups=frozenset({"moderators", "others"}), expires=LATER)
MEDIA = Caller(user_id="ada", service="media", expires=LATER)


def service(*, streams: bool = False, **options: object) -> ServiceDescriptor:
    """A service with one method that has these policy options."""
    file = descriptor_pb2.FileDescriptorProto(name="made_up.proto", package="made_up", syntax="proto3")
    file.dependency.append("timbre/api/v1/policy.proto")
    file.message_type.add(name="Nothing")
    method = file.service.add(name="Made").method.add(
        name="Up", input_type=".made_up.Nothing", output_type=".made_up.Nothing", client_streaming=streams
    )
    for name, value in options.items():
        extension = getattr(policy_pb2, name)
        if isinstance(value, list):
            method.options.Extensions[extension].extend(value)  # pyright: ignore[reportUnknownMemberType]
        else:
            method.options.Extensions[extension] = value
    pool = descriptor_pool.DescriptorPool()
    for known in ("google/protobuf/descriptor.proto", "timbre/api/v1/policy.proto"):
        pool.AddSerializedFile(descriptor_pool.Default().FindFileByName(known).serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    # Options are read from the bytes with the extensions of the default pool.
    return pool.FindServiceByName("made_up.Made")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "no \\(timbre.api.v1.access\\)"),
        ({"access": policy_pb2.ACCESS_GROUP}, "group"),
        ({"access": policy_pb2.ACCESS_USER, "group": "moderators"}, "group"),
        ({"access": policy_pb2.ACCESS_SERVICE}, "callers"),
        ({"access": policy_pb2.ACCESS_USER, "callers": ["media"]}, "callers"),
        ({"access": policy_pb2.ACCESS_USER, "streams": True}, "streams requests"),
    ],
    ids=str,
)
def test_a_contradictory_policy_stops_the_start(options: dict[str, object], why: str) -> None:
    with pytest.raises(PolicyError, match=why):
        policies([service(**options)])  # pyright: ignore[reportArgumentType]


def test_policies_are_read_from_the_contract() -> None:
    table = policies([auth_pb2.DESCRIPTOR.services_by_name["AuthService"]])
    delete = table["/timbre.auth.v1.AuthService/DeleteAccount"]
    assert (delete.access, delete.open_to_erased, delete.ephemeral, delete.keyed) == (
        policy_pb2.ACCESS_USER,
        True,
        True,
        True,
    )
    assert table["/timbre.auth.v1.AuthService/GetErasure"].is_public
    reports = policies([match_pb2.DESCRIPTOR.services_by_name["MatchService"]])
    assert reports["/timbre.match.v1.MatchService/ListReports"].group == "moderators"


def for_users() -> Policy:
    return Policy(access=policy_pb2.ACCESS_USER)


def for_moderators() -> Policy:
    return Policy(access=policy_pb2.ACCESS_GROUP, group="moderators")


def for_services(*callers: str) -> Policy:
    return Policy(access=policy_pb2.ACCESS_SERVICE, callers=frozenset(callers))


@pytest.mark.parametrize(
    ("policy", "admitted"),
    [
        (for_users(), [ADA, MODERATOR]),
        (for_moderators(), [MODERATOR]),
        (for_services("media", "profile"), [MEDIA]),
        (for_services("profile"), []),
    ],
    ids=["users", "moderators", "two services", "another service"],
)
def test_only_whom_the_policy_names_is_admitted(policy: Policy, admitted: list[Caller]) -> None:
    assert [caller for caller in (ADA, MODERATOR, MEDIA) if policy.admits(caller)] == admitted
