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
from local.stack import Stack

_SHOWN = 3
_DIRECTIONS = {
    "DIRECTION_THEY_ANSWER": "they offer what you seek",
    "DIRECTION_I_ANSWER": "you offer what they seek",
    "DIRECTION_SHARED": "you share",
}


async def show_matches(cast: Cast, person: Person, terminal: Terminal) -> None:
    """
    Print the first matches of `person`, after each quote was looked up in what both really said.

    Raises:
        DemoFailed: there is no match with a reason, or a reason is not true.
    """
    api = await cast.api(person)
    matches: list[dict[str, Any]] = (await api.call("GET", "matches", pageSize=_SHOWN)).get("matches", [])
    if not any(match.get("reasons") for match in matches):
        raise DemoFailed(f"{person.name} has no match with a reason")
    mine = await _transcripts(cast, person)
    by_name = {one.name: one for one in cast.people}
    terminal.say(Text(f"\nMatches of {person.name} ({person.headline})", style="bold"))
    for match in matches:
        name = match["card"]["displayName"]
        if name not in by_name:
            raise DemoFailed(f"{person.name} was matched with {name}, who is not of the cast")
        reasons = match.get("reasons", [])
        if complaints := unproven(reasons, mine, await _transcripts(cast, by_name[name])):
            raise DemoFailed("\n".join(complaints))
        _print(match, by_name[name], reasons, terminal)
    terminal.say("\nEvery quote above was found in the transcript of the person who said it, at that time.")


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


async def show_calls(cast: Cast, person: Person, stack: Stack, terminal: Terminal) -> None:
    """Print the gateway's address, a token, and three calls that can be pasted into another terminal."""
    session = await cast.session(person)
    recordings = (await (await cast.api(person)).call("GET", "recordings", pageSize=1))["recordings"]
    header = '-H "authorization: Bearer $TOKEN"'
    terminal.say(Text(f"\nGateway  {stack.gateway}", style="bold"))
    until = f"{session.expires.astimezone():%H:%M}"
    terminal.say(f"A token of {person.name}, good until {until}; then `make token USER={person.id}`:")
    terminal.say(f"\n  export TOKEN={session.access_token}\n")
    terminal.say(f"  curl -s {header} {stack.gateway}/v1/matches?pageSize=1")
    terminal.say(
        f"  .venv/bin/grpcurl -plaintext {header} {stack.address('match')} timbre.match.v1.MatchService/ListMatches"
    )
    terminal.say(f"  curl -N {header} {stack.gateway}/v1/{recordings[0]['name']}:watch\n")
