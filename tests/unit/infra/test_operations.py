"""The handbook names what there is: no variable, parameter or output of it is made up, and none is forgotten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.auth.config import AuthConfig
from services.kit.config import Common, ServiceSettings, Settings
from services.match.config import MatchConfig
from services.media.config import MediaConfig
from services.profile.config import ProfileConfig

ROOT = Path(__file__).parents[3]
HANDBOOK = (ROOT / "docs/operations.md").read_text()
TEMPLATE = (ROOT / "infra/aws.yaml").read_text()
OWN: list[type[ServiceSettings]] = [AuthConfig, MediaConfig, ProfileConfig, MatchConfig]
ALL: list[type[Settings]] = [Common, *OWN]
KNOWN = {name for kind in ALL for name in kind.variables()}


def section(name: str) -> set[str]:
    """The names that a section of the template defines."""
    (_, _, rest) = TEMPLATE.partition(f"\n{name}:\n")
    body = re.split(r"^\w", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return set(re.findall(r"^  (\w+):", body, flags=re.MULTILINE))


def test_every_variable_of_the_handbook_is_a_setting() -> None:
    named = set(re.findall(r"\b(?:TIMBRE|AUTH|MEDIA|PROFILE|MATCH)_[A-Z_]+[A-Z]\b", HANDBOOK))
    assert named - KNOWN == set()


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_whatever_has_no_default_or_one_for_one_machine_is_in_the_handbook(kind: type[Settings]) -> None:
    needed = {name for name, field in kind.model_fields.items() if field.is_required()}
    if issubclass(kind, ServiceSettings):
        needed |= {name for name, _ in kind.development}
    assert {f"{kind.prefix()}{name.upper()}" for name in needed} - set(
        re.findall(r"`(\w+)`", HANDBOOK)
    ) == set()


def test_every_parameter_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", HANDBOOK.partition("## 2.")[0]))
    assert section("Parameters") - explained == set()


def test_the_command_gives_every_parameter_that_must_be_given() -> None:
    command = HANDBOOK.partition("--parameter-overrides")[2].partition("```")[0]
    given = set(re.findall(r"(\w+)=", command))
    parameters = section("Parameters")
    assert given <= parameters
    required = {
        name for name in parameters
        if "    Default:" not in re.split(r"^  \w", TEMPLATE.partition(f"\n  {name}:\n")[2], flags=re.MULTILINE)[0]
    }  # fmt: skip
    assert required <= given


def test_every_output_of_the_handbook_is_one() -> None:
    named = set(re.findall(r"outputs? `(\w+)`|`(\w+Arn)`|`(\w+Url)`", HANDBOOK))
    outputs = section("Outputs")
    assert {name for names in named for name in names if name} <= outputs
    forgotten = {name for name in outputs if name not in HANDBOOK}
    assert forgotten == {"SignInDomain", "KeyArn"}  # for the web page, and for other stacks
