"""Imported lines in dictionaries."""

from collections.abc import Sequence
from datetime import date

from attrs import define

from earntrack_adapters.memory.shelves import Shelf
from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.errors import DuplicateError
from earntrack_core.statements.line import Line, LineFilter, LineId


Claim = tuple[LineId, BatchId]


@define
class MemoryLines:
    """Lines, their keys and who claims them, in dictionaries."""

    lines: Shelf[LineId, Line]
    keys: Shelf[str, LineId]
    claims: Shelf[Claim, Line | None]
    """Claims, with what the batch says where the line says otherwise."""

    def known(self, keys: Sequence[str]) -> dict[str, Line]:
        """Return the lines that exist, by their key."""
        ids = self.keys.things
        return {key: self.lines.things[ids[key]] for key in keys if key in ids}

    def find(
        self, where: LineFilter, after: LineId | None = None, limit: int = 500
    ) -> Sequence[Line]:
        """Return the lines that match, by id, the oldest first."""
        found = sorted(
            (one for one in self.lines if where.matches(one)),
            key=lambda one: one.id,
        )
        return [one for one in found if after is None or one.id > after][
            :limit
        ]

    def add_all(self, lines: Sequence[Line]) -> None:
        """Store new lines, each claimed by its batch."""
        for line in lines:
            if line.key in self.keys.things:
                raise DuplicateError("line", "key", line.key)
            self.keys.put(line.key, line.id)
            self.lines.put(line.id, line)
            self.claims.put((line.id, line.batch_id), None)

    def replace_all(self, lines: Sequence[Line]) -> None:
        """Store lines anew."""
        for line in lines:
            self.lines.put(line.id, line)

    def claim(self, batch_id: BatchId, keys: Sequence[LineId]) -> None:
        """Say that the batch tells of the lines too."""
        for key in keys:
            if (key, batch_id) not in self.claims.things:
                self.claims.put((key, batch_id), None)

    def keep(self, lines: Sequence[Line]) -> None:
        """Keep what a batch said of lines, and claim them."""
        for line in lines:
            self.claims.put((line.id, line.batch_id), line)

    def kept(self, keys: Sequence[LineId]) -> dict[LineId, Line]:
        """Return what was kept of the lines by batches that claim them."""
        wanted = set(keys)
        found: dict[LineId, Line] = {}
        for (key, _), line in self.claims.things.items():
            if key in wanted and line is not None:
                held = found.get(key)
                if held is None or _newness(line) > _newness(held):
                    found[key] = line
        return found

    def unclaim(self, batch_id: BatchId, limit: int) -> Sequence[Line]:
        """Drop some claims of a batch and return their lines."""
        claims = [
            claim for claim in self.claims.things if claim[1] == batch_id
        ]
        for claim in claims[:limit]:
            self.claims.drop(claim)
        return [self.lines.things[key] for key, _ in claims[:limit]]

    def claimed(self, keys: Sequence[LineId]) -> dict[LineId, BatchId]:
        """Return those of the lines that a batch claims, with the latest."""
        wanted = set(keys)
        found: dict[LineId, BatchId] = {}
        for key, batch_id in self.claims.things:
            if key in wanted:
                found[key] = max(batch_id, found.get(key, batch_id))
        return found

    def remove_all(self, keys: Sequence[LineId]) -> None:
        """Forget lines, with their claims."""
        wanted = set(keys)
        for claim in list(self.claims.things):
            if claim[0] in wanted:
                self.claims.drop(claim)
        for key in keys:
            line = self.lines.things.get(key)
            if line is not None:
                self.keys.drop(line.key)
                self.lines.drop(key)


def _newness(line: Line) -> tuple[date, BatchId]:
    return line.exported_on or date.min, line.batch_id
