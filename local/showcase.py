"""
What the demo shows at its end: one person's matches with proven reasons, and calls to try.
"""

from __future__ import annotations

import asyncio
from typing import Any

from rich.text import Text

from local.demo import Cast, DemoFailed
from local.output import Terminal
from local.people import Person
from local.reasons import Transcripts, seconds, unproven
from local.stack import Running

_SHOWN = 3
GUEST = "you@timbre.example"
"""Somebody who has said nothing yet: the emulator's sign-in page lets nobody sign up."""
_BANDS = ("BAND_UNSPECIFIED", "BAND_POSSIBLE", "BAND_GOOD", "BAND_STRONG")
_DIRECTIONS = {
    "DIRECTION_THEY_ANSWER": "they offer what you seek",
    "DIRECTION_I_ANSWER": "you offer what they seek",
    "DIRECTION_SHARED": "you share",
}


async def show_matches(cast: Cast, terminal: Terminal) -> Person:
    """
    Print the first matches of the person who got on best, and return that person.

    Each quote is looked up in what both really said before it is shown.

    Raises:
        DemoFailed: nobody has a match with a reason, or a reason is not true.
    """
    everybody = [await _matches(cast, person) for person in cast.people]
    person, matches = max(zip(cast.people, everybody, strict=True), key=lambda both: _strength(both[1]))
    if not matches:
        raise DemoFailed("nobody of the cast has a match with a reason")
    mine = await _transcripts(cast, person)
    by_name = {one.name: one for one in cast.people}
    terminal.say(Text(f"\nMatches of {person.name} ({person.headline})", style="bold"))
    for match in matches:
        other, reasons = by_name[match["card"]["displayName"]], match["reasons"]
        if complaints := unproven(reasons, mine, await _transcripts(cast, other)):
            raise DemoFailed("\n".join(complaints))
        _print(match, other, reasons, terminal)
    terminal.say("\nEvery quote above was found in the transcript of the person who said it, at that time.")
    return person


async def _matches(cast: Cast, person: Person) -> list[dict[str, Any]]:
    matches = (await (await cast.api(person)).call("GET", "matches", pageSize=_SHOWN)).get("matches", [])
    # Somebody who tried the system by hand may be a match too, but only the cast's transcripts can be read.
    names = {one.name for one in cast.people}
    return [match for match in matches if match.get("reasons") and match["card"]["displayName"] in names]


def _strength(matches: list[dict[str, Any]]) -> int:
    return _BANDS.index(matches[0].get("band", _BANDS[0])) if matches else -1


async def _transcripts(cast: Cast, person: Person) -> Transcripts:
    api = await cast.api(person)
    recordings = (await api.call("GET", "recordings")).get("recordings", [])
    ready = [recording["name"] for recording in recordings if recording["state"] == "STATE_READY"]
    return Transcripts(
        person.name, await asyncio.gather(*(api.call("GET", f"{name}/transcript") for name in ready))
    )


def _print(match: dict[str, Any], other: Person, reasons: list[dict[str, Any]], terminal: Terminal) -> None:
    band = str(match.get("band", "")).removeprefix("BAND_").lower()
    terminal.say(Text.assemble("\n  ", (other.name, "bold green"), f"  {band}  ", (other.headline, "dim")))
    for reason in reasons:
        terminal.say(f"    {_DIRECTIONS.get(reason['direction'], reason['direction'])}:")
        for who, statement in (("you", reason["mine"]), ("they", reason["theirs"])):
            quote = f'{who:>9} said at {seconds(statement):>12}  "{statement["quote"]}"'
            terminal.say(Text.assemble(quote))
        if sentence := reason.get("sentence"):
            terminal.say(Text(f"{'judge':>9} said {sentence}", style="dim"))


async def show_calls(cast: Cast, person: Person, up: Running, terminal: Terminal) -> None:
    """
    Print where the page is and how to sign in there, the gateway's address, a token, and three calls that can be
    pasted into another terminal.
    """
    stack = up.stack
    session = await cast.session(person)
    recordings = (await (await cast.api(person)).call("GET", "recordings", pageSize=1))["recordings"]
    header = '-H "authorization: Bearer $TOKEN"'
    if up.has_page:
        password = await asyncio.to_thread(cast.welcome, GUEST)
        terminal.say(Text(f"\nOpen  {stack.gateway}", style="bold"))
        terminal.say(
            f"  and sign in as {GUEST} to speak for yourself, or as {person.email} to be {person.name};"
        )
        terminal.say(f"  the password is {password}")
    terminal.say(Text(f"\nGateway  {stack.gateway}", style="bold"))
    terminal.say(f"Its whole API on a page: {stack.gateway}/docs")
    until = f"{session.expires.astimezone():%H:%M}"
    terminal.say(f"A token of {person.name}, good until {until}; then `make token USER={person.id}`:")
    terminal.say(f"\n  export TOKEN={session.access_token}\n")
    terminal.say(f"  curl -s {header} {stack.gateway}/v1/matches?pageSize=1")
    terminal.say(
        f"  .venv/bin/grpcurl -plaintext {header} {stack.address('match')} timbre.match.v1.MatchService/ListMatches"
    )
    terminal.say(f"  curl -N {header} {stack.gateway}/v1/{recordings[0]['name']}:watch\n")
