"""
The judge behind the OpenAI protocol, on a real socket: whose facts leave, what comes back of them, and that nothing
else depends on it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
import pytest
from pydantic import SecretStr

from services.kit.config import ConfigError
from services.kit.postgres import EVERYBODY, acting_for, open_database
from services.match import judging
from services.match.adapters.judgements import Tasks
from services.match.app import open_judge
from tests.fixtures.openai_server import KEY, Fault, OpenAIServer, pairs_of
from tests.integration.match.people import ENGINEER, FOUNDER, GARDENER, refused

if TYPE_CHECKING:
    from services.kit.config import Common
    from services.match.config import MatchConfig
    from tests.integration.match.conftest import Behind, Client, Start
    from timbre.match.v1 import match_pb2 as pb

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")

T = TypeVar("T")
JUDGE = "openai:gpt-4o-mini:judge-v1"
BUILDS = "They can help with what you look for, build reliable backend services in Python."
OFFERED = "You can help with what they look for, build reliable backend services in Python."


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def openai(server: OpenAIServer) -> OpenAIServer:
    server.clear()
    return server


@pytest.fixture
def judge_url() -> str:
    return "openai://gpt-4o-mini"


@pytest.fixture
def config(
    config: MatchConfig, judge_url: str, openai: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> MatchConfig:
    monkeypatch.setattr(judging, "SWEEP_SECONDS", 0.05)
    return config.model_copy(
        update={
            "judge": judge_url,
            "judge_after_seconds": 0,
            "openai_base_url": openai.url,
            "openai_key": SecretStr(KEY),
            "openai_in_terms": True,
            "openai_timeout_seconds": 10,
        }
    )


async def eventually(look: Callable[[], Awaitable[T]]) -> T:
    """Look until there is something to see."""
    async with asyncio.timeout(15):
        while not (seen := await look()):
            await asyncio.sleep(0.05)
        return seen


@pytest.fixture
def rest(behind: Behind) -> Callable[[], Awaitable[None]]:
    """Wait until nobody is left to be judged, those aside with whom it has to wait."""

    async def done() -> bool:
        return behind("SELECT 1 FROM judge_tasks WHERE due_time <= now() OR claim_until > now()") == []

    async def rested() -> None:
        await eventually(done)

    return rested


async def agree(match: Client, *names: str, version: int = 1) -> None:
    facts = {"nora": FOUNDER, "priya": ENGINEER, "ruth": GARDENER}
    for name in names:
        await match.index(name, *facts[name], version=version, external_analysis=True)


def sentences(match: pb.Match) -> set[str]:
    return {reason.sentence for reason in match.reasons if reason.sentence}


def told(openai: OpenAIServer) -> list[Any]:
    return [pairs_of(request.body["messages"]) for request in openai.requests]


Rest = Callable[[], Awaitable[None]]


async def test_both_get_sentences_that_say_nothing_beyond_the_pair(
    start: Start, openai: OpenAIServer, rest: Rest
) -> None:
    async with start() as match:
        await agree(match, "nora", "priya")
        await rest()
        (listed,) = (await match.matches("nora")).matches
        assert BUILDS in sentences(listed)
        assert await match.get("nora", listed.name) == listed
        (seen,) = (await match.matches("priya")).matches
        assert OFFERED in sentences(seen)
        # What the rules of the server make of "I have paying customers and I know how to sell" speaks as nobody may.
        assert not any(" I " in sentence for sentence in sentences(seen))
        assert all(
            not reason.sentence
            for each in (await match.search("nora", "backend")).matches
            for reason in each.reasons
        )
    assert len(openai.requests) == 2
    assert all(request.body["response_format"]["json_schema"]["strict"] for request in openai.requests)


async def test_nothing_leaves_but_the_redacted_texts_of_one_pair_a_call(
    start: Start, openai: OpenAIServer, rest: Rest, behind: Behind
) -> None:
    async with start() as match:
        await match.index(
            "nora",
            *FOUNDER[:1],
            "OFFER: I have customers who pay, call 020 7946 0958",
            external_analysis=True,
        )
        await agree(match, "priya", "ruth")
        await rest()
    assert [[pair["number"] for pair in pairs] for pairs in told(openai)] == [[1, 2], [1, 2]]
    assert "[NUMBER]" in openai.sent
    ids = {str(each) for row in behind("SELECT user_id, person_id FROM people") for each in row}
    facts = {each["id"] for (row,) in behind("SELECT facts FROM people") for each in row}
    for trace in {"Nora", "Priya", "7946", "vegetables", "quote", *ids, *facts}:
        assert trace not in openai.sent


@pytest.mark.parametrize("willing", ["nora", "priya"])
async def test_nothing_leaves_unless_both_agree(
    start: Start, openai: OpenAIServer, rest: Rest, willing: str
) -> None:
    async with start() as match:
        await match.index("nora", *FOUNDER, external_analysis=willing == "nora")
        await match.index("priya", *ENGINEER, external_analysis=willing == "priya")
        await rest()
        assert await match.names("nora") == ["Priya"]
    assert openai.requests == []


async def test_with_the_consent_goes_what_was_said_under_it(
    start: Start, openai: OpenAIServer, rest: Rest, behind: Behind
) -> None:
    async with start() as match:
        await agree(match, "nora", "priya")
        await rest()
        assert behind("SELECT count(*) FROM judgements") == [(2,)]
        openai.clear()
        await match.index("priya", *ENGINEER, version=2, external_analysis=False)
        assert behind("SELECT count(*) FROM judgements") == [(0,)]
        await agree(match, "nora", version=2)
        await rest()
        (listed,) = (await match.matches("nora")).matches
        assert sentences(listed) == set()
    assert openai.requests == []


async def test_a_verdict_that_comes_after_the_consent_went_is_not_kept(
    start: Start, openai: OpenAIServer, behind: Behind, rest: Rest
) -> None:
    openai.always = Fault(slow=True)
    async with start() as match:
        await agree(match, "nora", "priya")
        await eventually(lambda: _has(openai))
        await match.index("priya", *ENGINEER, version=2, external_analysis=False)
        openai.always = None
        openai.release()
        await rest()
    assert behind("SELECT count(*) FROM judgements") == [(0,)]


async def _has(openai: OpenAIServer) -> bool:
    return bool(openai.requests)


async def test_a_pair_is_judged_once_and_each_new_version_anew(
    start: Start, openai: OpenAIServer, rest: Rest, behind: Behind
) -> None:
    async with start() as match:
        await agree(match, "nora", "priya")
        await rest()
        behind("INSERT INTO judge_tasks (user_id, spreads) SELECT user_id, true FROM people")
        await rest()
        assert len(openai.requests) == 2
        await agree(match, "priya", version=2)
        await rest()
        assert len(openai.requests) == 4
        assert behind("SELECT user_version + other_version FROM judgements") == [(3,), (3,)]


async def test_while_the_judge_is_away_lists_are_as_ever_and_the_work_waits(
    start: Start, openai: OpenAIServer, rest: Rest, behind: Behind, capfd: pytest.CaptureFixture[str]
) -> None:
    openai.always = Fault(status=400)
    async with start() as match:
        await agree(match, "nora", "priya")
        waiting = (
            "SELECT attempts, due_time > now() + interval '20 s' FROM judge_tasks WHERE claim_until < now()"
        )
        await eventually(lambda: _rows(behind, waiting, [(1, True)]))
        assert await match.names("nora") == ["Priya"]
        behind("UPDATE judge_tasks SET due_time = now()")
        longer = "SELECT attempts, due_time > now() + interval '50 s' FROM judge_tasks"
        await eventually(lambda: _rows(behind, longer, [(2, True)]))
        openai.clear()
        behind("UPDATE judge_tasks SET due_time = now()")
        await rest()
        assert behind("SELECT count(*) FROM judge_tasks") == [(0,)]
        assert BUILDS in sentences(await match.named("nora", "Priya"))
    captured = capfd.readouterr()
    log = captured.out + captured.err
    assert "people judged" in log
    assert "tokens_in" in log
    for words in ("backend", "customers", "Failed", KEY):
        assert words not in log


async def _rows(behind: Behind, sql: str, expected: list[tuple[Any, ...]]) -> bool:
    return behind(sql) == expected


async def test_somebody_who_withdrew_from_matching_is_not_judged_and_not_kept_waiting(
    start: Start, openai: OpenAIServer, rest: Rest, behind: Behind
) -> None:
    async with start() as match:
        await match.index("nora", *FOUNDER)
        await match.index("priya", *ENGINEER, matching=False, external_analysis=True)
        behind("INSERT INTO judge_tasks (user_id, spreads) SELECT user_id, true FROM people")
        await rest()
    assert openai.requests == []
    assert behind("SELECT count(*) FROM judge_tasks") == [(0,)]


@pytest.mark.parametrize("judge_url", [""])
async def test_nobody_is_claimed_twice_at_once_and_who_comes_again_meanwhile_stays(
    config: MatchConfig, start: Start, behind: Behind
) -> None:
    async with start() as match, AsyncExitStack() as stack:
        await match.index("nora", *FOUNDER)
        tasks = Tasks(await open_database(config.database, stack))
        behind("INSERT INTO judge_tasks (user_id) VALUES ('nora')")
        with acting_for(EVERYBODY):
            first = await tasks.claim(lease_seconds=60)
            assert first
            assert await tasks.claim(lease_seconds=60) is None
            behind("UPDATE judge_tasks SET mark = gen_random_uuid()")
            await tasks.done(first)
            again = await tasks.claim(lease_seconds=0)
            assert again
            # Whoever had it last is gone, as their lease says.
            assert await eventually(lambda: tasks.claim(lease_seconds=60)) == again
            await tasks.done(again)
    assert behind("SELECT count(*) FROM judge_tasks") == [(0,)]


_ENGINEERS = {
    f"eng{number}": (f"OFFER: I build backend services in {language}", *ENGINEER[1:])
    for number, language in enumerate(("Python", "Java", "Rust", "Ruby"))
}
_SAY = """
INSERT INTO judgements (user_id, other_id, user_version, other_version, judge, fit, sentences)
SELECT 'nora', user_id, 1, 1, '{judge}', {fit}, '[]' FROM people WHERE user_id LIKE 'eng%'
"""


@asynccontextmanager
async def _engineers(start: Start) -> AsyncIterator[tuple[Client, list[str]]]:
    """Nora and four who build backends, none of whom agrees to be judged."""
    async with start() as match:
        await match.index("nora", *FOUNDER)
        for name, facts in _ENGINEERS.items():
            await match.index(name, *facts)
        yield match, await match.names("nora")


@pytest.mark.parametrize("judge_url", [""])
async def test_without_a_judge_nothing_that_was_said_counts(start: Start, behind: Behind) -> None:
    async with _engineers(start) as (match, names):
        behind(_SAY.format(judge=JUDGE, fit="CASE user_id WHEN 'eng0' THEN 0 ELSE 100 END"))
        assert await match.names("nora") == names


async def test_a_verdict_moves_near_equals_and_only_those_of_this_judge_count(
    start: Start, behind: Behind
) -> None:
    async with _engineers(start) as (match, names):
        first, last = names[0].lower(), names[-1].lower()
        behind(
            _SAY.format(judge="openai:other:judge-v1", fit=f"CASE user_id WHEN '{first}' THEN 0 ELSE 100 END")
        )
        assert await match.names("nora") == names
        behind(_SAY.format(judge=JUDGE, fit=f"CASE user_id WHEN '{first}' THEN 0 ELSE 50 END"))
        moved = await match.names("nora")
        assert sorted(moved) == sorted(names)
        assert moved[0] != names[0]
        assert [name for name in moved if name != names[0]] == names[1:]
        bands = {match.card.display_name: match.band for match in (await match.matches("nora")).matches}
        behind(f"UPDATE judgements SET fit = 100 WHERE other_id = '{last}'")
        assert {m.card.display_name: m.band for m in (await match.matches("nora")).matches} == bands


async def test_pages_are_in_the_order_in_which_they_began(start: Start, behind: Behind) -> None:
    async with _engineers(start) as (match, names):
        page = await match.matches("nora", page_size=2)
        behind(_SAY.format(judge=JUDGE, fit=f"CASE user_id WHEN '{names[0].lower()}' THEN 0 ELSE 100 END"))
        rest = await match.matches("nora", page_size=2, page_token=page.next_page_token)
        assert [m.card.display_name for m in (*page.matches, *rest.matches)] == names


async def test_an_export_tells_what_was_said_and_an_erasure_leaves_none_of_it(
    start: Start, rest: Rest, behind: Behind
) -> None:
    async with start() as match:
        await agree(match, "nora", "priya")
        await rest()
        behind("INSERT INTO judge_tasks (user_id, due_time) VALUES ('nora', 'infinity')")
        (said,) = json.loads((await match.export("nora"))["matches.json"])["judgements"]
        assert (said["display_name"], said["judge"]) == ("Priya", JUDGE)
        assert BUILDS in {each["sentence"] for each in said["sentences"]}
        assert (await match.erase("nora"))["postgres.judgements"] == 2
        assert behind("SELECT count(*) FROM judgements") == [(0,)]
        assert behind("SELECT count(*) FROM judge_tasks") == [(0,)]
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "PROFILE_NOT_READY"):
            await match.matches("nora")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"judge": "openai://"}, "MATCH_JUDGE: not like"),
        ({"judge": "openai://gpt?temperature=2"}, "MATCH_JUDGE: not like"),
        ({"judge": "gpt-4o-mini"}, "MATCH_JUDGE: no adapter"),
        ({"openai_in_terms": False}, "MATCH_OPENAI_IN_TERMS"),
        ({"openai_key": SecretStr("")}, "MATCH_OPENAI_KEY"),
    ],
)
async def test_a_judge_that_cannot_be_used_stops_the_start(
    config: MatchConfig, common: Common, changes: dict[str, Any], complaint: str
) -> None:
    async with AsyncExitStack() as stack:
        with pytest.raises(ConfigError, match=complaint):
            open_judge(config.model_copy(update=changes), common, stack)
