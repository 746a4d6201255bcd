"""What every storage promises about who claims imported lines."""
# ruff: noqa: PT012, S101 -- a contract is made of tests, on whole units

from decimal import Decimal

import pytest
from attrs import evolve

from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.errors import NotFoundError
from earntrack_core.kernel.ids import uuid7
from earntrack_core.statements.line import Line, LineFilter, LineId
from earntrack_core.testing.makers import DAY, a_line, a_platform, later
from earntrack_core.testing.storage_contract_lines import (
    ALL,
    a_file,
    stored,
)


class ClaimsContract:
    """What every storage promises about claims on lines."""

    def test_nothing_is_kept_of_who_says_the_same(
        self, storage: Storage
    ) -> None:
        """A new line is claimed by its batch, and says what that says."""
        actor, _, [batch] = a_file(storage)
        line = a_line(batch)
        stored(storage, actor, line)

        with storage.view(actor) as unit:
            assert unit.lines.claimed([line.id]) == {line.id: batch.id}
            assert unit.lines.kept([line.id]) == {}

    def test_kept_is_what_each_batch_says(self, storage: Storage) -> None:
        """Batches may say different things; the last word of each is kept."""
        actor, _, [first, second, third] = a_file(storage, 3)
        line = a_line(first)
        stored(storage, actor, line)
        says = evolve(
            line,
            batch_id=second.id,
            amounts={"gross": Decimal("1.50")},
            exported_on=DAY,
        )

        with storage.begin(actor) as unit:
            unit.lines.keep([evolve(says, description="before")])
            unit.lines.keep([says, evolve(line, batch_id=third.id)])

        with storage.view(actor) as unit:
            kept = unit.lines.kept([line.id, line.id])
            claimed = unit.lines.claimed([line.id])
            assert list(unit.lines.find(ALL)) == [line]
        assert set(kept) == {line.id}
        by_batch = {one.batch_id: one for one in kept[line.id]}
        assert by_batch == {
            second.id: says,
            third.id: evolve(line, batch_id=third.id),
        }
        assert len(kept[line.id]) == len(by_batch)
        assert claimed == {line.id: third.id}

    def test_unclaimed_part_by_part(self, storage: Storage) -> None:
        """A batch lets go of its lines, so many at a time."""
        actor, _, [first, second] = a_file(storage, 2)
        made = [a_line(first) for _ in range(5)]
        stored(storage, actor, *made)
        with storage.begin(actor) as unit:
            unit.lines.keep([evolve(made[0], batch_id=second.id)])
        gone: list[Line] = []

        with storage.begin(actor) as unit:
            while part := unit.lines.unclaim(first.id, 2):
                assert len(part) <= 2  # noqa: PLR2004 -- as was asked for
                gone += part

        assert sorted(gone, key=lambda one: one.id) == made
        with storage.view(actor) as unit:
            keys = [one.id for one in made]
            assert unit.lines.claimed(keys) == {made[0].id: second.id}
            assert list(unit.lines.find(ALL)) == made

    def test_unclaimed_is_forgotten(self, storage: Storage) -> None:
        """What a batch said goes with its claim."""
        actor, _, [first, second] = a_file(storage, 2)
        line = a_line(first)
        stored(storage, actor, line)
        with storage.begin(actor) as unit:
            unit.lines.keep([evolve(line, batch_id=second.id)])

        with storage.begin(actor) as unit:
            unit.lines.unclaim(second.id, 10)
            assert unit.lines.kept([line.id]) == {}
            assert unit.lines.claimed([line.id]) == {line.id: first.id}

    def test_removed_with_their_claims(self, storage: Storage) -> None:
        """A line that is gone can come again, as if it were new."""
        actor, _, [batch] = a_file(storage)
        line, other = a_line(batch), a_line(batch)
        stored(storage, actor, line, other)

        with storage.begin(actor) as unit:
            unit.lines.remove_all([line.id, a_line(batch).id])

        stored(storage, actor, evolve(line, id=LineId(uuid7(later()))))
        with storage.view(actor) as unit:
            assert unit.lines.claimed([line.id]) == {}
            known = unit.lines.known([line.key, other.key])
            assert set(known) == {line.key, other.key}

    def test_failure_takes_everything_back(self, storage: Storage) -> None:
        """Lines, claims and what was kept are of the unit, like the rest."""
        actor, _, [first, second] = a_file(storage, 2)
        line = a_line(first, order_ref="#1")
        stored(storage, actor, line)

        with pytest.raises(NotFoundError), storage.begin(actor) as unit:
            unit.lines.add_all([a_line(first, order_ref="#1")])
            unit.lines.replace_all([evolve(line, order_ref="#2")])
            unit.lines.keep([evolve(line, batch_id=second.id)])
            unit.lines.unclaim(first.id, 1)
            unit.platforms.get(a_platform(actor).id)

        with storage.view(actor) as unit:
            where = LineFilter(order_refs=("#1",))
            assert list(unit.lines.find(where)) == [line]
            assert list(unit.lines.find(ALL)) == [line]
            assert unit.lines.claimed([line.id]) == {line.id: first.id}
