"""
The README of an export: what each file of it is, for the person it is about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_INTRODUCTION: Final = """\
# What Timbre holds about you

This archive has everything that Timbre stores about you, as it was when you asked for it. Text files end in
`.json` and open in any editor or browser; sound is as you recorded it and plays in any player. All times are
in UTC.

Left out is only what says nothing to a person: the numbers by which your statements are compared with those
of others, and notes that machines keep about work in progress. Of other people there is only what you could
see of them anyway.

| file | bytes | what it is |
|---|---:|---|
"""

# The first pattern that fits explains a file.
_MEANINGS: Final = (
    (
        r"account\.json",
        "Your account: how you sign in, the groups you are in, when you signed out everywhere, your exports.",
    ),
    (r"README\.md", "This guide."),
    (r"media/.*transcript.*", "What was understood of a recording, with the time of each word."),
    (r"media/.*\.json", "Your recordings: when you made them, how far they came, what was understood."),
    (r"media/.*", "The sound of a recording, as you uploaded it."),
    (r"profile/.*version.*", "Earlier states of your profile."),
    (r"profile/.*fact.*", "The statements in your profile, each with the words that it rests on."),
    (r"profile/.*preference.*", "Whom you would like to meet, and under which conditions."),
    (r"profile/.*consent.*", "What you agreed to, and when."),
    (r"profile/.*", "Your profile: what you offer and seek, and how others see you."),
    (r"match/.*reaction.*|match/.*connection.*", "How you answered the people who were proposed to you."),
    (r"match/.*block.*", "The people you do not want to meet."),
    (r"match/.*report.*", "What you reported to the moderators."),
    (r"match/.*", "What matching knows of you, and how you answered those who were proposed to you."),
    (r".*", "Something else that is held about you."),
)


def guide(sizes: Mapping[str, int]) -> str:
    """Explain each of these files."""
    lines = [f"| `{path}` | {size:,} | {_meaning(path)} |" for path, size in sorted(sizes.items())]
    return _INTRODUCTION + "\n".join(lines) + "\n"


def _meaning(path: str) -> str:
    return next(meaning for pattern, meaning in _MEANINGS if re.fullmatch(pattern, path))
