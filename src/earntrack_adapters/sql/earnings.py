"""Earnings in SQL."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from attrs import evolve
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Update,
    bindparam,
    literal,
    null,
    select,
    tuple_,
    update,
)

from earntrack_adapters.sql import earning_rows
from earntrack_adapters.sql.compiled import Row
from earntrack_adapters.sql.conditions import Asked, among, parameters, parts
from earntrack_adapters.sql.daily_totals import Ledger
from earntrack_adapters.sql.earning_sums import EarningSums
from earntrack_adapters.sql.earning_tables import earnings
from earntrack_adapters.sql.repository import Values
from earntrack_adapters.sql.restoring import code_of
from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.model import Earning, EarningId, PayoutId
from earntrack_core.earnings.payouts import Payout
from earntrack_core.kernel.errors import (
    InvalidError,
    NotFoundError,
    StaleError,
)
from earntrack_core.kernel.paging import FIRST, Part


READERS: Final[dict[str, Callable[[Any], object]]] = {
    "date": date.fromisoformat,
    "created": lambda value: UUID(hex=value),
}
"""How a cursor says what an order sorts by; else it is a number."""


class SqlEarnings(EarningSums):
    """Earnings in SQL, with their daily totals in the same transaction."""

    table = earnings
    conditions = earning_rows.CONDITIONS

    def ask(self, where: EarningFilter) -> Asked:
        """Return what a filter asks for."""
        return earning_rows.ask(where)

    def to_values(self, entity: Earning) -> Values:
        """Spread an earning over the columns."""
        return earning_rows.to_values(entity)

    def from_row(self, row: Row) -> Earning:
        """Put an earning together again."""
        return earning_rows.from_row(row)

    def ordered(
        self, where: EarningFilter, order: EarningOrder, part: Part = FIRST
    ) -> Sequence[Earning]:
        """Return a part of the earnings that match, in some order."""
        what = self.ask(where)
        after = part.after is not None
        statement = self.statement(
            ("ordered", order.value, what.shape, after),
            lambda: self._ordered(what, order, after=after),
        )
        given = self.mine(**what.given, limit=part.limit)
        if part.after is not None:
            given["after"] = part.after.id
            given["place"] = _place(order, part.after.value)
        return [self.from_row(row) for row in self.work.rows(statement, given)]

    def add_all(self, entities: Sequence[Earning]) -> None:
        """Store many new earnings at once."""
        rows = [earning_rows.to_values(one) for one in entities]
        self._insert(rows)
        ledger = Ledger()
        ledger.add(rows)
        ledger.write(self.work, self.workspace_id)

    def replace(self, entity: Earning) -> Earning:
        """Store a changed earning with its version counted up."""
        return self.replace_all([entity])[0]

    def replace_all(self, entities: Sequence[Earning]) -> Sequence[Earning]:
        """Store many changed earnings, or raise as `replace` does."""
        newer = [evolve(one, version=one.version + 1) for one in entities]
        rows = [earning_rows.to_values(one) for one in newer]
        held = self._held([one.id for one in entities])
        for one in entities:
            if one.id not in held:
                raise NotFoundError("earning", one.id)
            if held[one.id]["version"] != one.version:
                raise StaleError("earning", one.id)
        pairs = zip(entities, rows, strict=True)
        self.work.write(
            self._replacing(), *(self.renewed(*pair) for pair in pairs)
        )
        ledger = Ledger()
        ledger.take(held.values())
        ledger.add(rows)
        ledger.write(self.work, self.workspace_id)
        return newer

    def remove(self, key: EarningId) -> None:
        """Forget an earning, or raise `NotFoundError`."""
        if not self._removed([key]):
            raise NotFoundError("earning", key)

    def remove_all(self, keys: Sequence[EarningId]) -> None:
        """Forget many earnings; those that are gone do not matter."""
        self._removed(keys)

    def settle(self, payout: Payout, until: date) -> int:
        """Link to a payout what no payout pays yet; return how many."""
        given = self.mine(
            payout=payout.id,
            platform=payout.platform_id,
            code=code_of(payout.amount),
            day=until,
        )
        statement = self.statement("settle", self._settle)
        return self.work.changed(statement, given)

    def unsettle(self, key: PayoutId) -> int:
        """Unlink all earnings of a payout; return how many."""
        statement = self.statement("unsettle", self._unsettle)
        return self.work.changed(statement, self.mine(payout=key))

    def unsettle_all(self, keys: Sequence[PayoutId]) -> None:
        """Unlink all earnings of many payouts."""
        statement = self.statement("unsettle", self._unsettle)
        self.work.write(statement, *(self.mine(payout=key) for key in keys))

    def _held(self, keys: Sequence[EarningId]) -> dict[EarningId, Values]:
        """Return rows by id, and keep others from changing them."""
        held: dict[EarningId, Values] = {}
        for count, given in parts("key", sorted(set(keys))):
            statement = self.statement(
                ("held", count), partial(self._holding, count)
            )
            for row in self.work.fetch(statement, self.mine(**given)):
                values = earning_rows.as_values(row)
                held[values["id"]] = values
        return held

    def _removed(self, keys: Sequence[EarningId]) -> int:
        held = self._held(keys)
        statement = self.statement("remove", self._remove)
        self.work.write(statement, *(self.mine(key=key) for key in held))
        ledger = Ledger()
        ledger.take(held.values())
        ledger.write(self.work, self.workspace_id)
        return len(held)

    def _holding(self, count: int) -> Select[Any]:
        keys = among(earnings.c.id, parameters("key", count))
        query = select(earnings).where(self.of_mine(), keys)
        return query.order_by(earnings.c.id).with_for_update()

    def _ordered(
        self, what: Asked, order: EarningOrder, *, after: bool
    ) -> Select[Any]:
        by = earning_rows.order_of(order.removeprefix("-"))
        place = tuple_(by, earnings.c.id)
        query = select(earnings).where(*self.where(what))
        falling = order.startswith("-")
        if after:
            begin = tuple_(
                bindparam("place", type_=by.type),
                bindparam("after", type_=earnings.c.id.type),
            )
            query = query.where(place < begin if falling else place > begin)
        both: list[ColumnElement[Any]] = [by, earnings.c.id]
        query = query.order_by(
            *(one.desc() if falling else one.asc() for one in both)
        )
        return query.limit(bindparam("limit", type_=Integer))

    def _settle(self) -> Update:
        return self._paying(bindparam("payout")).where(
            earnings.c.payout_id.is_(None),
            earnings.c.platform_id == bindparam("platform"),
            earnings.c.currency == bindparam("code"),
            earnings.c.earned_on <= bindparam("day"),
        )

    def _unsettle(self) -> Update:
        paid = earnings.c.payout_id == bindparam("payout")
        return self._paying(null()).where(paid)

    def _paying(self, payout: ColumnElement[Any]) -> Update:
        changes = {
            "payout_id": payout,
            "version": earnings.c.version + literal(1, Integer),
        }
        return update(earnings).where(self.of_mine()).values(changes)


def _place(order: EarningOrder, value: str | int) -> object:
    """Return a cursor's value as the column that it is of has it.

    Raises:
        InvalidError: It is none of that column.
    """
    read = READERS.get(order.removeprefix("-"), int)
    try:
        return read(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidError("cursor", "is not one of ours") from error
