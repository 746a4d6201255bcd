"""What every storage promises about imported lines and who claims them."""
# ruff: noqa: PT012, S101 -- a contract is made of tests, on whole units

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from earntrack_core.earnings.model import BatchId, EarningId, PayoutId
from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import (
    ConflictError,
    DuplicateError,
    NotFoundError,
)
from earntrack_core.kernel.ids import uuid7
from earntrack_core.platforms.model import Platform
from earntrack_core.statements.batch import Batch
from earntrack_core.statements.line import Line, LineFilter, LineId, Shadow
from earntrack_core.statements.model import RowKind, RowStatus
from earntrack_core.testing.makers import (
    DAY,
    NOON,
    a_batch,
    a_line,
    a_platform,
    an_actor,
)
from earntrack_core.testing.storage_contract_lists import SEARCHING


ALL = LineFilter()
MANY = 1_200
"""More than one statement of any database asks for."""


def a_file(
    storage: Storage, batches: int = 1
) -> tuple[Actor, Platform, list[Batch]]:
    """Store a platform and imports of it, for lines to come."""
    actor = an_actor()
    platform = a_platform(actor)
    made = [a_batch(actor, platform_id=platform.id) for _ in range(batches)]
    with storage.begin(actor) as unit:
        unit.platforms.add(platform)
        for batch in made:
            unit.batches.add(batch)
    return actor, platform, made


def stored(storage: Storage, actor: Actor, *lines: Line) -> None:
    """Store lines."""
    with storage.begin(actor) as unit:
        unit.lines.add_all(lines)


@st.composite
def lines(draw: st.DrawFn, batch: Batch) -> Line:
    """Return lines of a batch that differ in whatever a filter asks for."""
    amounts = st.sampled_from((Decimal("5.00"), Decimal(5), Decimal("-3.1")))
    legs = st.sampled_from(("gross", "amount", "payout", "fee"))
    days = st.integers(0, 5).map(lambda n: DAY + timedelta(days=n))
    return a_line(
        batch,
        platform_id=draw(st.sampled_from((None, batch.platform_id))),
        platform_key=draw(st.sampled_from(("upwork", "bank", "wise"))),
        report=draw(st.sampled_from(("ledger", "orders"))),
        order_ref=draw(st.sampled_from((None, "#1", "#2"))),
        currency=draw(st.sampled_from((None, "EUR", "USD"))),
        summary=draw(st.booleans()),
        shadow=draw(st.sampled_from(Shadow)),
        local_date=draw(st.none() | days),
        amounts=draw(st.dictionaries(legs, amounts)),
        earnings=draw(st.integers(0, 1)),
    )


@st.composite
def line_filters(draw: st.DrawFn, batch: Batch) -> LineFilter:
    """Return filters of lines."""
    days = st.integers(0, 5).map(lambda n: DAY + timedelta(days=n))
    maybe = st.none() | st.none() | st.booleans()
    keys = st.sampled_from(((), ("bank", "wise"), ("upwork",)))
    owed = ((), (Decimal(5),), (Decimal("5.0"), Decimal("3.1")))
    return LineFilter(
        batch_id=draw(st.sampled_from((None, batch.id, a_batch_key()))),
        platform_id=draw(st.sampled_from((None, batch.platform_id))),
        report=draw(st.sampled_from((None, "orders"))),
        order_refs=draw(st.sampled_from(((), ("#1",), ("#1", "#3")))),
        currency=draw(st.sampled_from((None, "EUR"))),
        summary=draw(maybe),
        shadow=draw(st.none() | st.sampled_from(Shadow)),
        since=draw(st.none() | days),
        until=draw(st.none() | days),
        platform_keys=draw(keys),
        pays_out=draw(maybe),
        credit=draw(st.sampled_from(owed)),
        earns=draw(maybe),
    )


_CHOICE: st.SearchStrategy[Any] = st.booleans()


def a_batch_key() -> BatchId:
    """Return the id of no import."""
    return BatchId(uuid7(NOON))


def a_full_line(batch: Batch, platform: Platform) -> Line:
    """Return a line in which every field is filled."""
    return a_line(
        batch,
        platform_id=platform.id,
        report="orders",
        kind=RowKind.PAYOUT_REVERSAL,
        status=RowStatus.ESTIMATE,
        summary=True,
        local_date=DAY,
        occurred_at=NOON + timedelta(microseconds=3),
        period_start=DAY - timedelta(days=30),
        exported_on=DAY,
        currency="KWD",
        amounts={
            "gross": Decimal("0.000000000001"),
            "payout": Decimal("-12345678901234567890.10"),
        },
        earnings=1,
        seconds=3601,
        external_id="#1",
        group_id="g'1",
        order_ref="№7",
        counterparty="Ærø & Søn",
        description="\\ 🎈 100%",
        original_amount=Decimal("-1.50"),
        original_currency="JPY",
        earning_id=EarningId(uuid7(NOON)),
        payout_id=PayoutId(uuid7(NOON)),
        shadow=Shadow.ARRIVAL,
        arrival_of=LineId(uuid7(NOON)),
    )


class LinesContract:
    """What every storage promises about imported lines."""

    def test_line_comes_back_whole(self, storage: Storage) -> None:
        """Nothing is lost or changed on the way in and out."""
        actor, platform, [batch] = a_file(storage)
        full = a_full_line(batch, platform)
        plain = a_line(batch, platform_id=None)
        stored(storage, actor, full, plain)

        with storage.view(actor) as unit:
            found = unit.lines.find(ALL)

        assert list(found) == [full, plain]
        amounts = {leg: str(one) for leg, one in found[0].amounts.items()}
        assert amounts == {
            "gross": "1E-12",
            "payout": "-12345678901234567890.10",
        }

    def test_known_by_their_keys(self, storage: Storage) -> None:
        """Of many keys those are returned that are there."""
        actor, _, [batch] = a_file(storage)
        found = [a_line(batch, line=at) for at in range(MANY)]
        stored(storage, actor, *found)
        keys = [one.key for one in found]

        with storage.view(actor) as unit:
            known = unit.lines.known([*keys, "nobody", *keys[:2]])
            none = unit.lines.known([])

        assert known == {one.key: one for one in found}
        assert none == {}

    def test_key_twice(self, storage: Storage) -> None:
        """A row that is there cannot be stored again by its key."""
        actor, _, [batch] = a_file(storage)
        line = a_line(batch)
        stored(storage, actor, line)

        with pytest.raises(DuplicateError) as refused:
            stored(storage, actor, a_line(batch), a_line(batch, key=line.key))

        assert (refused.value.kind, refused.value.field) == ("line", "key")
        with storage.view(actor) as unit:
            assert list(unit.lines.find(ALL)) == [line]

    def test_pages_of_lines_miss_and_repeat_nothing(
        self, storage: Storage
    ) -> None:
        """Pages are by id, the oldest first."""
        actor, _, [batch] = a_file(storage)
        made = [a_line(batch) for _ in range(5)]
        stored(storage, actor, *made[::-1])
        found: list[Line] = []
        after = None
        with storage.view(actor) as unit:
            while page := unit.lines.find(ALL, after, limit=2):
                found += page
                after = page[-1].id

        assert found == made

    @SEARCHING
    @given(data=st.data())
    def test_filters_find_the_lines_they_match(
        self, storage: Storage, data: st.DataObject
    ) -> None:
        """A storage finds just what `matches` matches."""
        actor, _, [batch] = a_file(storage)
        made = data.draw(st.lists(lines(batch), max_size=8))
        stored(storage, actor, *made)
        where = data.draw(line_filters(batch))
        if made and data.draw(_CHOICE):
            where = evolve(where, ids=(made[0].id, made[-1].id))

        with storage.view(actor) as unit:
            found = unit.lines.find(where)

        assert list(found) == [one for one in made if where.matches(one)]

    def test_stored_anew(self, storage: Storage) -> None:
        """What a line says is replaced; claims stay, and so does its key."""
        actor, _, [first, second] = a_file(storage, 2)
        line = a_line(first)
        stored(storage, actor, line)
        changed = evolve(
            line, description="new", batch_id=second.id, amounts={}
        )

        with storage.begin(actor) as unit:
            unit.lines.replace_all([changed, a_line(first)])

        with storage.view(actor) as unit:
            assert list(unit.lines.find(ALL)) == [changed]
            assert unit.lines.known([line.key]) == {line.key: changed}
            assert unit.lines.claimed([line.id]) == {line.id: first.id}

    @pytest.mark.parametrize("what", ["line", "claim", "platform"])
    def test_batch_and_platform_must_exist(
        self, storage: Storage, what: str
    ) -> None:
        """A line is of an import and a platform that are there."""
        actor, _, [batch] = a_file(storage)
        line = a_line(batch)
        stored(storage, actor, line)
        nowhere: Any = a_batch(actor)
        if what == "platform":
            nowhere = a_platform(actor)

        with (
            pytest.raises(NotFoundError) as refused,
            storage.begin(actor) as unit,
        ):
            if what == "line":
                unit.lines.add_all([a_line(nowhere)])
            elif what == "claim":
                unit.lines.keep([evolve(line, batch_id=nowhere.id)])
            else:
                unit.lines.add_all([a_line(batch, platform_id=nowhere.id)])

        assert refused.value.key == nowhere.id

    def test_used_by_lines(self, storage: Storage) -> None:
        """Platform and import of a line are used."""
        actor, platform, [batch] = a_file(storage)
        stored(storage, actor, a_line(batch))

        with storage.view(actor) as unit:
            assert unit.platforms.used(platform.id)
        with pytest.raises(ConflictError), storage.begin(actor) as unit:
            unit.batches.remove(batch.id)
