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
    (r"media/recordings\.json", "Your recordings: when you made them, what they answer, how far they came."),
    (r"media/transcripts/.*", "What was understood of one recording, with the time of each word."),
    (r"media/audio/[^/]*", "The sound of one recording, as you uploaded it."),
    (r"media/audio/.*/clips/.*", "A few seconds of a recording, cut so that a match could hear them."),
    (r"media/requests\.json", "Calls that created recordings, by the number that your browser gave them."),
    (r"media/removals\.json", "Recordings that you deleted and whose last traces are being removed."),
    (r"media/.*", "Something about your recordings."),
    (
        r"profile/profile\.json",
        "Your profile as it is now: name, headline, languages, whether others see you.",
    ),
    (r"profile/preferences\.json", "Whom you would like to meet, and under which conditions."),
    (r"profile/facts\.json", "The statements in your profile, each with the words that it rests on."),
    (r"profile/versions\.json", "Every earlier state of your profile."),
    (r"profile/consents\.json", "What you agreed to, and what you withdrew, and when."),
    (
        r"profile/(deleted|hidden)_statements\.json",
        "Statements you deleted or hid, so that they do not come back.",
    ),
    (r"profile/analyses\.json", "When which recording was read for statements, and what came of it."),
    (
        r"profile/requests\.json",
        "Calls that changed your profile, by the number that your browser gave them.",
    ),
    (r"profile/.*", "Something about your profile."),
    (
        r"match/index\.json",
        "What matching knows of you: your card and your statements, as others can find them.",
    ),
    (r"match/matches\.json", "Whom you were shown, and how you answered."),
    (r"match/connections\.json", "People with whom the interest was mutual."),
    (r"match/blocks\.json", "The people you do not want to meet."),
    (r"match/reports\.json", "What you reported to the moderators, and what came of it."),
    (r"match/weights\.json", "What your feedback taught the order of your matches."),
    (r"match/.*", "Something about your matches."),
    (r"README\.md", "This guide."),
    (r".*", "Something else that is held about you."),
)


def guide(sizes: Mapping[str, int]) -> str:
    """Explain each of these files."""
    lines = [f"| `{path}` | {size:,} | {_meaning(path)} |" for path, size in sorted(sizes.items())]
    return _INTRODUCTION + "\n".join(lines) + "\n"


def _meaning(path: str) -> str:
    return next(meaning for pattern, meaning in _MEANINGS if re.fullmatch(pattern, path))
