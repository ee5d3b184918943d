"""The demo cast is complete, consistent, small, and decodes as the services decode."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import av
import pytest
from pydantic import TypeAdapter

CAST = Path(__file__).parents[3] / "local" / "cast"


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    email: str
    headline: str
    recording: str
    transcript: str
    languages: list[str]
    role: Literal["pair", "decoy", "bystander"]
    note: str
    partner: str | None = None


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((CAST / name).read_text(encoding="utf-8"))


PEOPLE = TypeAdapter(list[Person]).validate_python(table("cast.toml")["people"])
BY_ID = {person.id: person for person in PEOPLE}
each_person = pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.id)


def seconds_of(recording: Path) -> float:
    with av.open(str(recording)) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name in {"opus", "libopus"}
        assert stream.channels == 1
        return sum(frame.samples / frame.sample_rate for frame in container.decode(stream))


def test_there_are_enough_different_people() -> None:
    assert len(PEOPLE) >= 24
    for column in ("id", "name", "email", "recording", "transcript"):
        values = [getattr(person, column) for person in PEOPLE]
        assert len(set(values)) == len(values), column


def test_pairs_point_at_each_other_and_nobody_else_points() -> None:
    for person in PEOPLE:
        assert (person.partner is not None) == (person.role == "pair"), person.id
        if person.partner is not None:
            assert person.partner != person.id
            assert BY_ID[person.partner].partner == person.id
    assert sum(person.role == "pair" for person in PEOPLE) // 2 >= 8
    assert {person.role for person in PEOPLE} == {"pair", "decoy", "bystander"}


def test_the_folder_holds_a_voice_and_both_files_of_everybody_and_no_strays() -> None:
    assert {path.name for path in CAST.glob("*.opus")} == {person.recording for person in PEOPLE}
    assert {path.name for path in CAST.glob("*.txt")} == {person.transcript for person in PEOPLE}
    assert set(table("voices.toml")) == set(BY_ID)


@each_person
def test_a_person_is_fictional_and_named_consistently(person: Person) -> None:
    first, initial = person.name.split(" ")
    assert person.id == f"{first}-{initial[0]}".lower()
    assert len(initial) == 2
    assert initial.endswith(".")
    assert person.email == f"{person.id}@example.org"
    assert (person.recording, person.transcript) == (f"{person.id}.opus", f"{person.id}.txt")
    assert person.languages == ["en"]
    assert 0 < len(person.headline) <= 60
    assert person.note


@each_person
def test_a_recording_is_small_and_as_long_as_its_text(person: Person) -> None:
    recording = CAST / person.recording
    words = len((CAST / person.transcript).read_text(encoding="utf-8").split())
    seconds = seconds_of(recording)
    assert recording.stat().st_size <= 100_000
    assert 12 <= seconds <= 45
    assert 60 <= words <= 90
    assert 2.0 <= words / seconds <= 3.8, "the text beside a recording is not what it says"
