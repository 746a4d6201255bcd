"""What every storage promises about workspaces: they never meet."""
# ruff: noqa: PT012, S101 -- a contract is made of tests, on whole units

from typing import Any

import pytest
from attrs import evolve

from earntrack_core.earnings.filters import ALL, EarningFilter, EarningOrder
from earntrack_core.earnings.model import Earning
from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import NotFoundError
from earntrack_core.platforms.model import Platform, PlatformFilter
from earntrack_core.statements.line import LineFilter
from earntrack_core.testing.makers import (
    DAY,
    a_batch,
    a_line,
    a_payout,
    a_platform,
    a_reply,
    an_actor,
    an_earning,
)
from earntrack_core.testing.storage_contract_kinds import (
    Kind,
    each_kind,
    stored,
)


def a_stranger(storage: Storage) -> tuple[Actor, Platform, Earning]:
    """Store the things of somebody else."""
    actor = an_actor()
    platform = a_platform(actor)
    earning = an_earning(actor, platform)
    with storage.begin(actor) as unit:
        unit.platforms.add(platform)
        unit.earnings.add(earning)
    return actor, platform, earning


class WallsContract:
    """What is not yours does not exist, whatever you ask for it by."""

    @each_kind
    def test_records_of_others_are_unknown(
        self, storage: Storage, kind: Kind
    ) -> None:
        """A record of another workspace is not found by its id or at all."""
        theirs, me = an_actor(), an_actor()
        record = stored(storage, theirs, kind)

        with storage.view(me) as unit:
            with pytest.raises(NotFoundError):
                kind.records(unit).get(record.id)
            assert list(kind.records(unit).find(kind.everything)) == []
            assert kind.records(unit).count(kind.everything) == 0

    @each_kind
    def test_records_of_others_are_safe(
        self, storage: Storage, kind: Kind
    ) -> None:
        """A record of another workspace is neither changed nor removed."""
        theirs, me = an_actor(), an_actor()
        record = stored(storage, theirs, kind)

        with pytest.raises(NotFoundError), storage.begin(me) as unit:
            mine = evolve(record, workspace_id=me.workspace_id)
            kind.records(unit).replace(mine)
        with pytest.raises(NotFoundError), storage.begin(me) as unit:
            kind.records(unit).remove(record.id)

        with storage.view(theirs) as unit:
            assert kind.records(unit).get(record.id) == record

    @each_kind
    def test_one_id_in_two_workspaces(
        self, storage: Storage, kind: Kind
    ) -> None:
        """Whoever knows an id of others learns nothing by using it."""
        theirs, me = an_actor(), an_actor()
        record = stored(storage, theirs, kind)

        with storage.begin(me) as unit:
            own = kind.make(unit, me)
            kind.records(unit).add(evolve(own, id=record.id))

        with storage.view(theirs) as unit:
            assert kind.records(unit).get(record.id) == record

    @pytest.mark.parametrize("what", ["required", "earning", "payout"])
    def test_platform_of_others(self, storage: Storage, what: str) -> None:
        """Nothing of mine can refer to a platform of another workspace."""
        _, platform, _ = a_stranger(storage)
        me = an_actor()

        with (
            pytest.raises(NotFoundError) as refused,
            storage.begin(me) as unit,
        ):
            if what == "required":
                unit.platforms.require(platform.id)
            if what == "payout":
                unit.payouts.add(a_payout(me, platform))
            else:
                unit.earnings.add(an_earning(me, platform))

        assert refused.value.kind == "platform"
        assert refused.value.key == platform.id

    @pytest.mark.parametrize("field", ["payout_id", "batch_id"])
    def test_other_references(self, storage: Storage, field: str) -> None:
        """Nor to a payout or an import of another workspace."""
        theirs, platform, _ = a_stranger(storage)
        thing: Any = a_batch(theirs)
        if field == "payout_id":
            thing = a_payout(theirs, platform)
        with storage.begin(theirs) as unit:
            if field == "payout_id":
                unit.payouts.add(thing)
            else:
                unit.batches.add(thing)
        me = an_actor()
        own = a_platform(me)

        with (
            pytest.raises(NotFoundError) as refused,
            storage.begin(me) as unit,
        ):
            unit.platforms.add(own)
            unit.earnings.add(an_earning(me, own, **{field: thing.id}))

        assert refused.value.key == thing.id
        with storage.view(me) as unit:
            assert unit.platforms.count(PlatformFilter()) == 0

    def test_many_of_others(self, storage: Storage) -> None:
        """Bulk questions and changes leave out what is not mine."""
        theirs, platform, earning = a_stranger(storage)
        me = an_actor()

        with storage.begin(me) as unit:
            unit.earnings.remove_all([earning.id])
            assert list(unit.earnings.get_all([earning.id])) == []
            assert unit.earnings.unsettle(a_payout(me, platform).id) == 0
            payout = a_payout(me, platform)
            assert unit.earnings.settle(payout, DAY) == 0

        with pytest.raises(NotFoundError), storage.begin(me) as unit:
            unit.earnings.replace_all([earning])
        with storage.view(theirs) as unit:
            assert unit.earnings.get(earning.id) == earning

    def test_sums_of_others(self, storage: Storage) -> None:
        """No sum, list or span has a coin of anybody else."""
        _, platform, earning = a_stranger(storage)
        narrow = EarningFilter(ids=(earning.id,))

        with storage.view(an_actor()) as unit:
            for where in (ALL, narrow):
                assert list(unit.earnings.totals(where)) == []
                assert list(unit.earnings.daily(where)) == []
                newest = unit.earnings.ordered(where, EarningOrder.NEWEST)
                assert list(newest) == []
            assert unit.earnings.span() is None
            assert not unit.platforms.used(platform.id)

    def test_lines_of_others(self, storage: Storage) -> None:
        """Lines and their claims are of one workspace, too."""
        theirs, _, _ = a_stranger(storage)
        batch = a_batch(theirs)
        line = a_line(batch)
        with storage.begin(theirs) as unit:
            unit.batches.add(batch)
            unit.lines.add_all([line])

        with storage.begin(an_actor()) as unit:
            assert unit.lines.known([line.key]) == {}
            assert list(unit.lines.find(LineFilter(ids=(line.id,)))) == []
            assert list(unit.lines.unclaim(batch.id, 10)) == []
            assert unit.lines.claimed([line.id]) == {}
            assert unit.lines.kept([line.id]) == {}
            unit.lines.replace_all([evolve(line, description="mine")])
            unit.lines.remove_all([line.id])

        with storage.view(theirs) as unit:
            assert unit.lines.known([line.key]) == {line.key: line}
            assert unit.lines.claimed([line.id]) == {line.id: batch.id}

    def test_batch_of_others(self, storage: Storage) -> None:
        """A line cannot be of an import of another workspace."""
        theirs, _, _ = a_stranger(storage)
        batch = a_batch(theirs)
        with storage.begin(theirs) as unit:
            unit.batches.add(batch)

        with (
            pytest.raises(NotFoundError) as refused,
            storage.begin(an_actor()) as unit,
        ):
            unit.lines.add_all([a_line(batch)])

        assert (refused.value.kind, refused.value.key) == ("batch", batch.id)

    def test_answers_of_others(self, storage: Storage) -> None:
        """A key of a request is of one workspace: others may use it too."""
        theirs, me = an_actor(), an_actor()
        with storage.begin(theirs) as unit:
            unit.remember(a_reply(body=b"theirs"))

        with storage.begin(me) as unit:
            assert unit.recall("key") is None
            unit.remember(a_reply(body=b"mine"))

        with storage.view(theirs) as unit:
            reply = unit.recall("key")
        assert reply == a_reply(body=b"theirs")

    def test_events_of_others(self, storage: Storage) -> None:
        """Each workspace has its own events, numbered from one."""
        a_stranger(storage)

        with storage.view(an_actor()) as unit:
            assert list(unit.log.since(0)) == []
            assert unit.log.bounds() == (0, 0)
