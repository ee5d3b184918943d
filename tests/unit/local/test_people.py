from __future__ import annotations

from pathlib import Path

import pytest

from local.people import people


def test_the_cast_is_complete_and_small() -> None:
    cast = people()
    assert len(cast) >= 24
    assert all(person.recording.stat().st_size <= 100_000 for person in cast)
    assert all(person.email.endswith("@example.org") for person in cast)


def test_two_people_of_one_name_are_refused(tmp_path: Path) -> None:
    person = '[[people]]\nid = "{}"\nname = "Ada B."\nemail = "a@example.org"\nheadline = ""\n'
    person += 'recording = "a.opus"\nlanguages = ["en"]\n'
    (tmp_path / "cast.toml").write_text(person.format("a") + person.format("b"))
    with pytest.raises(ValueError, match="share an id or a name"):
        people(tmp_path)
