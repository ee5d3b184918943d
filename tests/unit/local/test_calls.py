"""What `make grpc` lists, and what it refuses before anything is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.calls import CallRefused, call, listing, methods, sign_in
from local.stack import SERVICES
from local.state import State

NOW: dict[str, Any] = {"ports": {}, "aws": {}}


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


@pytest.mark.parametrize("service", SERVICES)
def test_every_method_of_a_service_is_listed(service: str) -> None:
    assert len(listing(service).splitlines()) == len(methods(service)) > 5


@pytest.mark.parametrize(
    ("service", "line"),
    [
        ("auth", "GetErasure anybody"),
        ("auth", "SignOut people"),
        ("auth", "SetAccountState services: match, operator"),
        ("match", "ListReports people of the group moderators"),
        ("media", "EraseUser services: auth"),
    ],
)
def test_a_line_says_who_may_call(service: str, line: str) -> None:
    assert line in [" ".join(one.split()) for one in listing(service).splitlines()]


def test_a_method_that_is_not_there_is_answered_with_those_that_are(state: State) -> None:
    with pytest.raises(CallRefused, match=r"match has no method 'listMatches'(.|\n)*ListMatches +people"):
        call(state, NOW, "match", "listMatches", data="", person="elena-v")


def test_a_method_between_services_is_not_for_the_operator(state: State) -> None:
    with pytest.raises(CallRefused, match=r"EraseUser is not for people who run Timbre.*services: auth"):
        call(state, NOW, "profile", "EraseUser", data="", person="elena-v")


def test_somebody_who_is_not_of_the_cast_is_refused(state: State) -> None:
    with pytest.raises(CallRefused, match=r"nobody is called 'root'; there are .*elena-v"):
        sign_in(state, NOW, "root")
