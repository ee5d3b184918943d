"""
Any method of any service, called at the service's own port: as one of the cast, or, where a method is for
services, as the operator who acts for one of the cast. Tokens go to `grpcurl` through its environment, so that
neither the screen nor the list of processes shows one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from local.accounts import Accounts, Session
from local.aws import Resources
from local.people import people
from local.stack import OPERATOR, emulator_of
from local.state import State
from services.kit.policy import Policy, policies
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from timbre.account.v1 import data_pb2
from timbre.api.v1 import policy_pb2
from timbre.auth.v1 import auth_pb2
from timbre.match.v1 import match_pb2
from timbre.media.v1 import media_pb2
from timbre.profile.v1 import profile_pb2

SOMEBODY = "elena-v"
"""Of the cast; who calls when nobody is named."""
_INTERRUPTED = 130
_ACCOUNT_DATA = data_pb2.DESCRIPTOR.services_by_name["AccountDataService"]
_CONTRACTS: Mapping[str, tuple[ServiceDescriptor, ...]] = {
    "auth": (auth_pb2.DESCRIPTOR.services_by_name["AuthService"],),
    "media": (media_pb2.DESCRIPTOR.services_by_name["MediaService"], _ACCOUNT_DATA),
    "profile": (profile_pb2.DESCRIPTOR.services_by_name["ProfileService"], _ACCOUNT_DATA),
    "match": (match_pb2.DESCRIPTOR.services_by_name["MatchService"], _ACCOUNT_DATA),
}


class CallRefused(Exception):
    """The call cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the contract."""

    descriptor: MethodDescriptor
    policy: Policy

    @property
    def path(self) -> str:
        """As `grpcurl` takes it."""
        return f"{self.descriptor.containing_service.full_name}/{self.descriptor.name}"

    @property
    def callers(self) -> str:
        """Who may call, for people to read."""
        match self.policy.access:
            case policy_pb2.ACCESS_PUBLIC:
                return "anybody"
            case policy_pb2.ACCESS_GROUP:
                return f"people of the group {self.policy.group}"
            case policy_pb2.ACCESS_SERVICE:
                return f"services: {', '.join(sorted(self.policy.callers))}"
            case _:
                return "people"


def methods(service: str) -> Mapping[str, Method]:
    """The methods that a service serves, by name, in the order of the contract."""
    contracts = _CONTRACTS[service]
    known = policies(contracts)
    return {
        each.name: Method(each, known[f"/{contract.full_name}/{each.name}"])
        for contract in contracts
        for each in contract.methods
    }


def listing(service: str) -> str:
    """A line for each method: its name, and who may call it."""
    found = methods(service)
    width = max(map(len, found))
    return "\n".join(f"{name:<{width}}  {method.callers}" for name, method in found.items())


def sign_in(own: State, now: Mapping[str, Any], person: str) -> Session:
    """
    Sign a person of the cast in at the running stack.

    Raises:
        CallRefused: there is no such person.
    """
    email = _email(person)
    return _accounts(own, now).sign_in(email, own.secret("cast"))


def _accounts(own: State, now: Mapping[str, Any]) -> Accounts:
    return Accounts(emulator_of(own, now["ports"]["emulator"]), Resources(**now["aws"]))


def _email(person: str) -> str:
    cast = {one.id: one.email for one in people()}
    if person not in cast:
        raise CallRefused(f"nobody is called {person!r}; there are {', '.join(cast)}")
    return cast[person]


def call(own: State, now: Mapping[str, Any], service: str, name: str, *, data: str, person: str) -> int:
    """
    Make one call, print what is answered, and return grpcurl's status.

    Args:
        own: The folder of the stack.
        now: What the running stack has published.
        service: Whom to call.
        name: The method.
        data: The request in JSON; empty is an empty request.
        person: Of the cast: who calls, or for whom the operator does.

    Raises:
        CallRefused: there is no such method or person, or the operator may not call it.
    """
    method = methods(service).get(name)
    if method is None:
        raise CallRefused(f"{service} has no method {name!r}; it has\n{listing(service)}")
    command = [str(Path(sys.executable).with_name("grpcurl")), "-plaintext", "-d", "@"]
    environment = dict(os.environ)
    if not method.policy.is_public:
        command += ["-expand-headers", "-rpc-header", "authorization: Bearer ${TIMBRE_TOKEN}"]
        environment["TIMBRE_TOKEN"] = _token(own, now, service, method, person)
    command += [f"127.0.0.1:{now['ports'][service]}", method.path]
    try:
        return subprocess.run(command, env=environment, input=data or "{}", text=True, check=False).returncode
    except KeyboardInterrupt:  # how one leaves a stream
        return _INTERRUPTED


def _token(own: State, now: Mapping[str, Any], service: str, method: Method, person: str) -> str:
    if method.policy.is_for_services and OPERATOR not in method.policy.callers:
        raise CallRefused(
            f"{method.descriptor.name} is not for people who run Timbre; it is for {method.callers}"
        )
    if not method.policy.is_for_services:
        return sign_in(own, now, person).access_token
    # Not by signing in: the operator may act for somebody who cannot.
    email = _email(person)
    user_id = _accounts(own, now).user_id(email)
    if user_id is None:
        raise CallRefused(f"{person} has no account yet; `make token USER={person}` makes one")
    tokens = ServiceTokens(ServiceKeys.load(own.private_key(OPERATOR), own.public_keys))
    return tokens.mint(service, user_id)
