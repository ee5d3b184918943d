"""
What every vector index must do: Qdrant's engine in this process, and the client of a Qdrant server (here
on its own in-memory stand-in, which speaks the same API).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient

from services.kit.config import ConfigError
from services.match.adapters.edge import open_edge
from services.match.adapters.qdrant import QdrantIndexes, open_qdrant
from services.match.adapters.qdrant_target import Target
from services.match.adapters.shape import collection_name
from services.match.errors import IndexUnavailable
from services.match.filters import Filters, Place, admits, compatible
from services.match.ports import Entry, Floats, Index, Probe

DIMENSION = 8
NOBODY = frozenset[UUID]()
# The stand-in says that it has no payload indexes; a server has.
pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")


@dataclass(frozen=True)
class Space:
    """Stands for an embedder: an index needs its name and dimension only."""

    id: str = "test-space"
    dimension: int = DIMENSION

    async def embed(self, texts: object) -> Floats:
        raise NotImplementedError(texts)


@pytest.fixture(params=["edge", "qdrant"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Index]:
    async with AsyncExitStack() as stack:
        if request.param == "edge":
            yield await open_edge(tmp_path, Space(), stack)
        else:
            client = AsyncQdrantClient(location=":memory:")
            stack.push_async_callback(client.close)
            yield await QdrantIndexes(client, Target(host="nowhere")).open(Space())


def axis(*numbers: int) -> Floats:
    """Return unit vectors along these axes, one row each."""
    return np.eye(DIMENSION, dtype=np.float32)[list(numbers)]


def probe(
    offers: Iterable[int] = (),
    seeks: Iterable[int] = (),
    *,
    whole: int = 7,
    offer_terms: Iterable[str] = (),
    seek_terms: Iterable[str] = (),
) -> Probe:
    return Probe(axis(*offers), axis(*seeks), axis(whole)[0], frozenset(offer_terms), frozenset(seek_terms))


def entry(
    about: Probe,
    *,
    version: int = 1,
    languages: Iterable[str] = (),
    person: UUID | None = None,
    filters: Filters | None = None,
) -> Entry:
    filters = filters or Filters(speaks=frozenset(languages))
    return Entry(person or uuid4(), version, filters, about)


async def find(
    index: Index,
    about: Probe,
    *,
    languages: Iterable[str] = (),
    without: Iterable[UUID] = NOBODY,
    limit: int = 10,
) -> list[UUID]:
    filters = Filters(speaks=frozenset(languages))
    return await index.candidates(about, filters=filters, without=set(without), limit=limit)


async def test_a_new_index_is_empty(index: Index) -> None:
    assert await index.versions() == {}
    assert await find(index, probe([0], [1])) == []


async def test_putting_twice_is_putting_once(index: Index) -> None:
    someone = entry(probe([0], [1]))
    await index.put([someone])
    await index.put([someone])
    assert await index.versions() == {someone.person_id: 1}
    assert await find(index, probe([1], [0])) == [someone.person_id]


async def test_a_newer_version_replaces_all_of_the_older(index: Index) -> None:
    old = entry(probe([0], [1], offer_terms=["tango"], seek_terms=["polka"]), languages=["en"])
    await index.put([old])
    await index.put([entry(probe([2]), version=2, languages=["de"], person=old.person_id)])
    assert await index.versions() == {old.person_id: 2}
    rival = entry(probe([0], [1], whole=6, offer_terms=["tango"], seek_terms=["polka"]))
    await index.put([rival])
    asked = probe([1], [0], whole=6, seek_terms=["tango"], offer_terms=["polka"])
    assert (await find(index, asked))[0] == rival.person_id
    assert await find(index, asked, languages=["en"]) == [rival.person_id]


async def test_an_older_version_changes_nothing(index: Index) -> None:
    new = entry(probe([0], [1]), version=5, languages=["en"])
    await index.put([new])
    await index.put([entry(probe([2], [3]), version=4, languages=["de"], person=new.person_id)])
    assert await index.versions() == {new.person_id: 5}
    assert await find(index, probe([1], [0]), languages=["en"]) == [new.person_id]


async def test_many_people_of_different_versions_go_in_at_once(index: Index) -> None:
    people = [entry(probe([number % 7]), version=number % 3 + 1) for number in range(50)]
    await index.put(people)
    assert await index.versions() == {each.person_id: each.version for each in people}


async def test_removed_people_are_gone_and_removing_twice_is_fine(index: Index) -> None:
    stays, goes = entry(probe([0], [1])), entry(probe([0], [1]))
    await index.put([stays, goes])
    await index.remove([goes.person_id])
    await index.remove([goes.person_id, uuid4()])
    await index.remove([])
    assert await index.versions() == {stays.person_id: 1}
    assert await find(index, probe([1], [0])) == [stays.person_id]


async def test_the_mutual_fit_comes_before_the_one_sided_and_the_look_alike(index: Index) -> None:
    mutual = entry(probe([1], [0]))
    offers_only = entry(probe([1], [5]))
    seeks_only = entry(probe([5], [0]))
    look_alike = entry(probe([0], [1]))
    await index.put([look_alike, seeks_only, offers_only, mutual])
    assert (await find(index, probe([0], [1])))[0] == mutual.person_id


async def test_the_best_of_many_facts_counts_not_their_number(index: Index) -> None:
    exact = entry(probe([1], [0]))
    near = np.stack([axis(1)[0] * 0.6 + axis(5)[0] * 0.8] * 4)
    vague = entry(Probe(near, near, axis(7)[0], frozenset(), frozenset()))
    await index.put([vague, exact])
    assert (await find(index, probe([0], [1])))[0] == exact.person_id


async def test_rare_words_bring_people_up_in_both_directions(index: Index) -> None:
    """Where meaning tells nobody apart and their order is any, a word in common decides."""
    crowd = [entry(probe([4], [4], whole=3, offer_terms=["music"])) for _ in range(5)]
    teaches = entry(probe([4], [4], whole=3, offer_terms=["music", "theremin"]))
    learns = entry(probe([4], [4], whole=3, seek_terms=["theremin"]))
    await index.put([*crowd, teaches, learns])
    seeker = probe([6], [6], whole=2, seek_terms=["theremin"])
    assert (await find(index, seeker))[0] == teaches.person_id
    teacher = probe([6], [6], whole=2, offer_terms=["theremin"])
    assert (await find(index, teacher))[0] == learns.person_id


async def test_people_who_share_no_language_do_not_meet(index: Index) -> None:
    english = entry(probe([1], [0]), languages=["en"])
    german = entry(probe([1], [0]), languages=["de", "fr"])
    unknown = entry(probe([1], [0]))
    await index.put([english, german, unknown])
    me = probe([0], [1])
    assert set(await find(index, me, languages=["en"])) == {english.person_id, unknown.person_id}
    assert set(await find(index, me, languages=["fr", "it"])) == {german.person_id, unknown.person_id}
    assert len(await find(index, me)) == 3


BERLIN, HAMBURG, SYDNEY = Place(52.5, 13.5), Place(53.5, 10.0), Place(-33.75, 151.25)
CROWD = (
    Filters(),
    Filters(speaks=frozenset({"en"})),
    Filters(speaks=frozenset({"en", "de"}), asks=frozenset({"de"})),
    Filters(speaks=frozenset({"fr"}), formats=frozenset({1})),
    Filters(speaks=frozenset({"en"}), formats=frozenset({2, 3}), place=HAMBURG),
    Filters(speaks=frozenset({"en"}), place=HAMBURG, max_distance_km=500),
    Filters(speaks=frozenset({"en"}), place=HAMBURG, max_distance_km=50),
    Filters(speaks=frozenset({"en"}), place=SYDNEY, max_distance_km=20000),
    Filters(place=SYDNEY),
    Filters(place=BERLIN, max_distance_km=2500, formats=frozenset({1, 2})),
)
LOOKING = (
    *CROWD,
    Filters(speaks=frozenset({"en"}), asks=frozenset({"de"})),
    Filters(formats=frozenset({3})),
    Filters(speaks=frozenset({"en"}), place=BERLIN, max_distance_km=500),
    Filters(place=BERLIN, max_distance_km=20000),
    Filters(max_distance_km=50),
)


@pytest.mark.parametrize("me", LOOKING, ids=range(len(LOOKING)))
async def test_filters_lose_nobody_whom_they_let_through(index: Index, me: Filters) -> None:
    """And hold exactly here, where the places are far enough from the limits."""
    people = [entry(probe([1], [0], offer_terms=["tango"]), filters=each) for each in CROWD]
    await index.put(people)
    about = probe([0], [1], seek_terms=["tango"])
    both = await index.candidates(about, filters=me, without=(), limit=20)
    assert set(both) == {each.person_id for each in people if compatible(me, each.filters)}
    mine = await index.candidates(about, filters=me, without=(), limit=20, both_ways=False)
    assert set(mine) == {each.person_id for each in people if admits(me, each.filters)}
    found = await index.answering(axis(1)[0], frozenset({"tango"}), filters=me, without=(), limit=20)
    assert set(found) == set(both)


async def test_a_question_finds_offers_by_meaning_and_by_rare_words(index: Index) -> None:
    exact, vague, named = entry(probe([1])), entry(probe([5])), entry(probe([4], offer_terms=["theremin"]))
    seeker = entry(probe((), [1], seek_terms=["theremin"]))
    await index.put([vague, exact, named, seeker])

    async def ask(*terms: str, without: Iterable[UUID] = NOBODY, limit: int = 10) -> list[UUID]:
        return await index.answering(
            axis(1)[0], frozenset(terms), filters=Filters(), without=set(without), limit=limit
        )

    assert (await ask())[0] == exact.person_id
    assert set((await ask("theremin"))[:2]) == {exact.person_id, named.person_id}
    assert seeker.person_id not in await ask("theremin")
    rest = await ask(without=[exact.person_id])
    assert rest[0] != exact.person_id
    assert exact.person_id not in rest
    assert len(await ask(limit=1)) == 1


async def test_those_left_out_do_not_come_back_through_any_question(index: Index) -> None:
    people = [entry(probe([1], [0], offer_terms=["tango"], seek_terms=["polka"])) for _ in range(3)]
    await index.put(people)
    me = probe([0], [1], seek_terms=["tango"], offer_terms=["polka"])
    left_out = {people[0].person_id, people[2].person_id, uuid4()}
    assert await find(index, me, without=left_out) == [people[1].person_id]


async def test_no_more_than_the_limit_come_back(index: Index) -> None:
    await index.put([entry(probe([1], [0])) for _ in range(7)])
    assert len(await find(index, probe([0], [1]), limit=3)) == 3


@pytest.mark.parametrize("about", [probe([0]), probe((), [0]), probe()], ids=["offers", "seeks", "neither"])
async def test_a_person_without_one_side_can_be_put_and_can_ask(index: Index, about: Probe) -> None:
    someone = entry(about)
    other = entry(probe([0], [0]))
    await index.put([someone, other])
    assert set(await find(index, about)) == {someone.person_id, other.person_id}


async def test_edge_keeps_its_people_when_it_is_opened_again(tmp_path: Path) -> None:
    someone = entry(probe([1], [0]), languages=["en"], version=3)
    async with AsyncExitStack() as stack:
        await (await open_edge(tmp_path, Space(), stack)).put([someone])
    async with AsyncExitStack() as stack:
        again = await open_edge(tmp_path, Space(), stack)
        assert await again.versions() == {someone.person_id: 3}
        assert await find(again, probe([0], [1]), languages=["en"]) == [someone.person_id]


async def test_edge_refuses_a_second_owner_and_says_so(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        await open_edge(tmp_path, Space(), stack)
        with pytest.raises(ConfigError, match=r"another process has .* open"):
            await open_edge(tmp_path, Space(), stack)


async def test_edge_says_what_to_do_when_its_directory_is_damaged(tmp_path: Path) -> None:
    (tmp_path / collection_name(Space.id)).mkdir()
    (tmp_path / collection_name(Space.id) / "edge_config.json").write_text("{")
    async with AsyncExitStack() as stack:
        with pytest.raises(ConfigError, match="Delete it"):
            await open_edge(tmp_path, Space(), stack)


async def test_edge_keeps_each_vector_space_apart(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        first = await open_edge(tmp_path, Space(), stack)
        second = await open_edge(tmp_path, Space("another-space", 4), stack)
        await first.put([entry(probe([0]))])
        assert await second.versions() == {}


async def test_a_qdrant_server_that_is_away_is_unavailable(unused_tcp_port: int) -> None:
    async with AsyncExitStack() as stack:
        with pytest.raises(IndexUnavailable):
            await open_qdrant(Target(host="127.0.0.1", port=unused_tcp_port), stack)
