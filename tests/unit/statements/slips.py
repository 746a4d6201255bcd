"""A small statement format of our own, and a desk that books its files.

The first line of a file says what it is: `slips platform=shop`. Each line
after it is a record: rows divided by `&`, and a row is

    id, kind, day, what it says

as in `tx1 earning 2026-01-05 gross=10.00 fee=-1.00 text=Shoes`. A row whose
id is `-` has none: what it says makes it itself. Other records are `skip
REASON`, `bad HINT`, `warn CODE`, `check NAME EXPECTED FOUND`, `+` for a part
of the record before, and `boom`, where the file cannot be read any further.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

from attrs import Factory, define, field

from earntrack_adapters.memory.clock import system_clock
from earntrack_adapters.memory.files import MemoryFiles
from earntrack_adapters.memory.storage import MemoryStorage
from earntrack_core.app import admit_platform
from earntrack_core.earnings.filters import ALL
from earntrack_core.earnings.payouts import PayoutFilter
from earntrack_core.kernel.paging import Part
from earntrack_core.platforms.model import PlatformFilter, PlatformInfo
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.finding import found
from earntrack_core.statements.importer import Order
from earntrack_core.statements.line import LineFilter, meaning
from earntrack_core.statements.model import (
    LEGS,
    Check,
    Facts,
    Problem,
    Question,
    Reading,
    Record,
    RowKind,
    RowStatus,
    Severity,
    Skipped,
    Sniff,
    StatementKind,
    StatementRow,
)
from earntrack_core.statements.service import StatementService
from earntrack_core.testing.makers import an_actor


MONEY = (*LEGS, "amount")


def day_of(text):
    return None if text in {None, "-"} else date.fromisoformat(text)


def pairs(words):
    return dict(word.split("=", 1) for word in words)


def row_of(text, line, currency):
    """Return the row that one part of a record says."""
    key, kind, day, *words = text.split()
    said = pairs(words)
    start = day_of(said.get("from"))
    original = said.get("original", "")
    at = said.get("at")
    return StatementRow(
        kind=RowKind(kind),
        line=line,
        currency=said.get("currency", currency),
        **{leg: Decimal(said[leg]) for leg in MONEY if leg in said},
        earnings=int(said.get("earnings", kind in {"earning", "bonus"})),
        identity=f"{start}/{day}" if start else text if key == "-" else key,
        exact=key != "-" and start is None,
        summary=start is not None,
        local_date=day_of(day),
        occurred_at=datetime.fromisoformat(at).astimezone(UTC) if at else None,
        period=(start, day_of(day)) if start else None,
        status=RowStatus(said.get("status", "final")),
        external_id=None if key == "-" else key,
        order_ref=said.get("order"),
        counterparty=said.get("who", ""),
        description=said.get("text", "").replace("_", " "),
        worked=timedelta(seconds=int(said["worked"]))
        if "worked" in said
        else None,
        original_amount=Decimal(original[:-3]) if original else None,
        original_currency=original[-3:] or None,
    )


@define
class Slips:
    """The format."""

    format_id: str = "test.slips"
    platform: str = "shop"
    label: str = "Slips"
    verified: str = "real-sample"

    def sniff(self, head):
        if not head.head.startswith(b"slips"):
            return None
        return Sniff(format_id=self.format_id, confidence=1.0)

    def read(self, source, head, answers):
        lines = source.read().decode().splitlines()
        said = pairs(lines[0].split()[1:])
        if "fails" in said:
            raise StatementError(said["fails"], "It cannot be read.")
        currency = answers.currency or said.get("currency")
        facts = Facts(
            format_id=self.format_id,
            platform=said.get("platform", self.platform),
            kind=StatementKind(said.get("kind", "platform")),
            family=said.get("family", ""),
            report=said.get("report", "ledger"),
            account=answers.account,
            exported_on=day_of(said.get("exported")),
        )
        ask = Question(key="currency", text="Which?", blocks_reading=False)
        return Reading(
            facts=facts,
            questions=() if currency else (ask,),
            items=self.items(lines[1:], currency),
        )

    def items(self, lines, currency):
        for line, text in enumerate(lines, 2):
            yield self.item(line, text, currency)

    def item(self, line, text, currency):
        word, _, rest = text.partition(" ")
        if word in OTHERS:
            return OTHERS[word](line, rest)
        rows = [row_of(part, line, currency) for part in text.split("&")]
        noted = (warning(line, "noted"),) if "warned=1" in text else ()
        return Record(line=line, rows=tuple(rows), warnings=noted)


def warning(line, code):
    return Problem(line=line, code=code, severity=Severity.WARNING)


def check(_, rest):
    name, expected, got = rest.split()
    return Check(name=name, expected=expected, found=got)


def boom(_, __):
    raise StatementError("malformed", "It ends in the middle.")


OTHERS = {
    "boom": boom,
    "check": check,
    "warn": warning,
    "skip": lambda line, rest: Skipped(line=line, reason=rest),
    "bad": lambda line, rest: Problem(line=line, code="bad", hint=rest),
    "+": lambda line, _: Record(line=line, rows=()),
}


def slips(*rows, **said):
    """Return a file: its rows, and what its first line says."""
    said = {"platform": "shop", "currency": "EUR"} | said
    top = " ".join(f"{name}={value}" for name, value in said.items() if value)
    return "\n".join([f"slips {top}", *rows])


INFOS = {
    "shop": PlatformInfo(key="shop", name="The Shop", category="shops"),
}


@define
class Drawer(MemoryFiles):
    """Keeps files, and shows which."""

    def names(self):
        return list(self._files)


@define
class Desk:
    """Books files of an actor, and shows the book."""

    actor: object = field(factory=an_actor)
    storage: object = Factory(
        lambda: MemoryStorage(system_clock, lambda _: "{}", lambda _: None)
    )
    files: object = field(factory=Drawer)
    formats: tuple = (Slips(),)
    units: object = None

    @property
    def service(self):
        return StatementService(
            units=self.units or self.storage,
            now=system_clock,
            files=self.files,
            formats=self.formats,
            admit=admit_platform,
            known=INFOS,
        )

    def order(self, **wanted):
        return Order(**{"name": "a.slips"} | wanted)

    def book(self, text, **wanted):
        source = BytesIO(text.encode())
        return self.service.book(self.actor, source, self.order(**wanted))

    def preview(self, text, **wanted):
        source = BytesIO(text.encode())
        return self.service.preview(self.actor, source, self.order(**wanted))

    def undo(self, report):
        return self.service.undo(self.actor, report.batch_id)

    def view(self):
        return self.storage.view(self.actor)

    def earnings(self):
        with self.view() as unit:
            return list(unit.earnings.find(ALL, Part(limit=500)))[::-1]

    def payouts(self):
        with self.view() as unit:
            where = PayoutFilter()
            return list(unit.payouts.find(where, Part(limit=500)))[::-1]

    def platforms(self):
        with self.view() as unit:
            return list(unit.platforms.find(PlatformFilter()))[::-1]

    def lines(self, **where):
        with self.view() as unit:
            return list(found(unit, LineFilter(**where)))

    def line(self, external_id):
        [line] = [
            one for one in self.lines() if one.external_id == external_id
        ]
        return line

    def gross(self):
        """Return what the earnings say, shortly and in no order."""
        return Counter(str(one.gross.amount) for one in self.earnings())

    def portrait(self):
        """Return the book, but for what tells when and how it came about."""
        names = {one.id: one.key for one in self.platforms()}
        keys = {line.id: line.key for line in self.lines()}
        return {
            "earnings": Counter(
                (
                    names[one.platform_id],
                    one.earned_on,
                    one.kind,
                    *(str(amount) for _, amount in one.legs()),
                    one.count,
                    one.worked,
                    one.notes,
                    one.external_id,
                    one.occurred_at,
                )
                for one in self.earnings()
            ),
            "payouts": Counter(
                (
                    names[one.platform_id],
                    one.paid_on,
                    str(one.amount),
                    one.notes,
                    one.arrived_on,
                )
                for one in self.payouts()
            ),
            "lines": {
                line.key: (
                    str(meaning(line)),
                    line.exported_on,
                    line.shadow,
                    keys.get(line.arrival_of),
                    line.earning_id is not None,
                    line.payout_id is not None,
                )
                for line in self.lines()
            },
        }
