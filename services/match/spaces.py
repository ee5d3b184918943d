"""
The vector spaces that are kept: the one that serves, and perhaps one beside it. Vectors of different spaces are
never compared: whoever looks, looks in one space from the first query to the last.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.kit.logs import describe, get_logger
from services.match.adapters.postgres import Store
from services.match.adapters.spaces import Register, Registered, State
from services.match.errors import IndexPending, IndexUnavailable
from services.match.ports import Embeddings, Index, Indexes


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """A model, and the index of its vectors."""

    embeddings: Embeddings
    index: Index
    generation: int = 1

    @property
    def id(self) -> str:
        return self.embeddings.id


OpenEmbeddings = Callable[[str], Awaitable[Embeddings]]
"""Opens the embedder that a URL names."""


class Spaces:
    """What is open of the spaces that are registered."""

    def __init__(self, register: Register, store: Store, indexes: Indexes, embedder: OpenEmbeddings) -> None:
        """
        Args:
            register: The spaces that are kept.
            store: Learns which one serves.
            indexes: Where their indexes are.
            embedder: Opens the model of each; asked again, it returns the same.
        """
        self.register = register
        self.indexes = indexes
        self._store = store
        self.embedder = embedder
        self._open: dict[str, Space] = {}

    @property
    def serving(self) -> Space:
        """The one that serves; raises `IndexPending` as `get` does."""
        return self.get(self._store.space)

    @property
    def open(self) -> Sequence[Space]:
        return tuple(self._open.values())

    def get(self, space: str) -> Space:
        """Return an open space; raise `IndexPending` when it has been dropped since, or cannot be opened yet."""
        try:
            return self._open[space]
        except KeyError:
            raise IndexPending from None

    async def adopt(self, url: str) -> None:
        """
        Keep what is registered when the configured model is among it; or else start anew with that model.

        Whoever only changed the configuration has everybody embedded again, and what others had is dropped.
        """
        embeddings = await self.embedder(url)
        async with self.register.changing() as change:
            known = await change.all()
            same = next((each for each in known if each.space == embeddings.id), None)
            if same:
                await change.name(embeddings.id, url)
                if same.state is not State.SERVING:
                    get_logger().warning("MATCH_EMBEDDINGS is not what serves", serving=known[0].space)
            else:
                for each in known:
                    get_logger().warning("vector space replaced", space=each.space, by=embeddings.id)
                    # Before it is forgotten: what breaks off here is done again by the next start.
                    await self.drop(each)
                    await change.drop(each.space)
                await change.add(embeddings.id, url, State.SERVING)

    async def drop(self, each: Registered) -> None:
        """Delete every index there is of a space."""
        await self.indexes.drop(each.space, each.generation)
        if each.other is not None:
            await self.indexes.drop(each.space, each.other)

    async def refresh(self) -> None:
        """
        Follow the register. What cannot be opened stays as it was; the next call tries again.

        Raises:
            Exception: whatever kept the space that serves from being opened, when nothing serves without it.
        """
        registered = [each for each in await self.register.all() if each.state is not State.DROPPED]
        found: dict[str, Space] = {}
        for each in registered:
            held = self._open.get(each.space)
            if held is None or held.generation != each.generation:
                try:
                    held = await self._opened(each)
                except Exception as error:
                    if each.state is State.SERVING and not self._open:
                        raise
                    get_logger().warning("vector space not opened", space=each.space, **describe(error))
            if held is not None:
                found[each.space] = held
        self._open = found
        serving = next((each.space for each in registered if each.state is State.SERVING), "")
        if serving != self._store.space and serving in found:
            self._store.space = serving
            await self.show(registered[0])

    async def show(self, serving: Registered) -> None:
        """Name the serving index for whoever looks from outside."""
        await self.indexes.show(serving.space, serving.generation)

    async def remove(self, person_ids: Collection[UUID]) -> None:
        """Take people out of every index there is, also out of one that is being filled."""
        await self.refresh()
        for space in self.open:
            await space.index.remove(person_ids)
        for each in await self.register.all():
            if each.state is State.DROPPED:
                await self.drop(each)
            elif each.space not in self._open:
                raise IndexUnavailable
            elif each.other is not None:
                await (await self.other(each.space, each.other)).remove(person_ids)

    async def other(self, space: str, generation: int) -> Index:
        """Open another generation of an open space than the one in use."""
        return await self.indexes.open(self.get(space).embeddings, generation)

    async def _opened(self, each: Registered) -> Space:
        embeddings = await self.embedder(each.embeddings)
        if embeddings.id != each.space:
            raise LookupError("the model has become another one")
        return Space(embeddings, await self.indexes.open(embeddings, each.generation), each.generation)
