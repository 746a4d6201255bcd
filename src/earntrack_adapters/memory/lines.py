"""Imported lines in dictionaries."""

from collections.abc import Iterable, Sequence

from attrs import define, evolve, frozen

from earntrack_adapters.memory.room import Room
from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.errors import DuplicateError
from earntrack_core.statements.line import Line, LineFilter, LineId


@frozen
class Claim:
    """That a batch tells of a line, and what if the line says otherwise."""

    line_id: LineId
    batch_id: BatchId
    said: Line | None = None


@define
class MemoryLines:
    """Lines, their keys and who claims them, in dictionaries."""

    room: Room

    def known(self, keys: Sequence[str]) -> dict[str, Line]:
        """Return the lines that exist, by their key."""
        ids = self.room.shelf("keys").things
        things = self.room.shelf("lines").things
        return {key: things[ids[key]] for key in keys if key in ids}

    def find(
        self, where: LineFilter, after: LineId | None = None, limit: int = 500
    ) -> Sequence[Line]:
        """Return the lines that match, by id, the oldest first."""
        found = sorted(
            (
                one
                for one in self._candidates(where)
                if (after is None or one.id > after) and where.matches(one)
            ),
            key=lambda one: one.id,
        )
        return found[:limit]

    def add_all(self, lines: Sequence[Line]) -> None:
        """Store new lines, each claimed by its batch."""
        keys = self.room.shelf("keys")
        for line in lines:
            if line.key in keys.things:
                raise DuplicateError("line", "key", line.key)
            keys.put(line.key, line.id)
            self._put(line)
            self._claim(Claim(line.id, line.batch_id))

    def replace_all(self, lines: Sequence[Line]) -> None:
        """Store lines anew; those that are gone do not matter."""
        things = self.room.shelf("lines").things
        for line in lines:
            old = things.get(line.id)
            if old is not None:
                self._put(evolve(line, key=old.key))

    def keep(self, lines: Sequence[Line]) -> None:
        """Keep what a batch says of lines, and claim them."""
        for line in lines:
            self._claim(Claim(line.id, line.batch_id, line))

    def kept(self, keys: Sequence[LineId]) -> dict[LineId, Sequence[Line]]:
        """Return what was kept of the lines by batches that claim them."""
        found: dict[LineId, list[Line]] = {}
        for claim in self._claims(keys):
            if claim.said is not None:
                found.setdefault(claim.line_id, []).append(claim.said)
        return dict(found)

    def unclaim(self, batch_id: BatchId, limit: int) -> Sequence[Line]:
        """Drop some claims of a batch and return their lines."""
        keys = self.room.index("claimed_by").of(batch_id)[:limit]
        for key in keys:
            self._drop_claim(key, batch_id)
        things = self.room.shelf("lines").things
        return [things[key] for key in keys]

    def claimed(self, keys: Sequence[LineId]) -> dict[LineId, BatchId]:
        """Return those of the lines that a batch claims, with the latest."""
        claimants = self.room.index("claimants")
        return {
            key: max(batches) for key in keys if (batches := claimants.of(key))
        }

    def remove_all(self, keys: Sequence[LineId]) -> None:
        """Forget lines, with their claims."""
        lines = self.room.shelf("lines")
        for key in keys:
            line = lines.things.get(key)
            if line is None:
                continue
            for batch_id in self.room.index("claimants").of(key):
                self._drop_claim(key, batch_id)
            self.room.shelf("keys").drop(line.key)
            self.room.index("orders").drop(line.order_ref, key)
            lines.drop(key)

    def _candidates(self, where: LineFilter) -> Iterable[Line]:
        """Return the lines that a filter may match, if that is easy."""
        things = self.room.shelf("lines").things
        if where.ids:
            keys: Iterable[LineId] = where.ids
        elif where.order_refs:
            orders = self.room.index("orders")
            keys = [key for ref in where.order_refs for key in orders.of(ref)]
        else:
            return list(things.values())
        return [things[key] for key in dict.fromkeys(keys) if key in things]

    def _put(self, line: Line) -> None:
        lines, orders = self.room.shelf("lines"), self.room.index("orders")
        old = lines.things.get(line.id)
        if old is not None:
            orders.drop(old.order_ref, line.id)
        if line.order_ref is not None:
            orders.add(line.order_ref, line.id)
        lines.put(line.id, line)

    def _claim(self, claim: Claim) -> None:
        key, batch_id = claim.line_id, claim.batch_id
        self.room.shelf("claims").put((key, batch_id), claim)
        self.room.index("claimants").add(key, batch_id)
        self.room.index("claimed_by").add(batch_id, key)

    def _drop_claim(self, key: LineId, batch_id: BatchId) -> None:
        self.room.shelf("claims").drop((key, batch_id))
        self.room.index("claimants").drop(key, batch_id)
        self.room.index("claimed_by").drop(batch_id, key)

    def _claims(self, keys: Sequence[LineId]) -> Iterable[Claim]:
        claims = self.room.shelf("claims").things
        for key in dict.fromkeys(keys):
            for batch_id in self.room.index("claimants").of(key):
                yield claims[key, batch_id]
