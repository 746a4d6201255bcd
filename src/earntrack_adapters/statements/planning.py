"""Compiles a spec for one file, once all is known about it as a whole."""

from attrs import frozen

from earntrack_adapters.statements.building import Parts
from earntrack_adapters.statements.cells import Cells, capturing
from earntrack_adapters.statements.checking import compile_checks
from earntrack_adapters.statements.date_reader import Read, reader
from earntrack_adapters.statements.dates import compiled
from earntrack_adapters.statements.hours import hours_reader
from earntrack_adapters.statements.identities import identities_of
from earntrack_adapters.statements.moments import Calendar, Zones
from earntrack_adapters.statements.numbers import parser
from earntrack_adapters.statements.opening import Opening, formats_of
from earntrack_adapters.statements.order import OrderEvidence
from earntrack_adapters.statements.rules import compile_rules, decider
from earntrack_adapters.statements.sources import Coins, Span
from earntrack_adapters.statements.stream import Plan


@frozen
class Decided:
    """What holds for a whole file."""

    order: str
    mark: str
    currency: str | None
    period: Span | None


def plan_of(opening: Opening, decided: Decided) -> Plan:
    """Return how the records of a file are read."""
    spec, cells = opening.spec, opening.cells
    empty = frozenset(spec.numbers.empty)
    parse = parser(decided.mark, empty, opening.limits.digits)
    coins = None
    if spec.currency is not None:
        coins = Coins(cells, spec.currency, decided.currency)
    dated = reader(OrderEvidence(formats_of(spec)).of(decided.order))
    calendar = _calendar(opening, dated, decided.period)
    places = (*spec.date.column, *spec.date.evidence)
    reads: dict[int, Read] = dict.fromkeys(cells.there(places), dated)
    if calendar.time_column is not None:
        reads[calendar.time_column] = calendar.read_time
    parts = Parts(
        spec=spec,
        cells=cells,
        parse=parse,
        empty=empty,
        coins=coins,
        identities=identities_of(spec, cells, reads, parse),
        hours=hours_reader(spec.hours, cells, parse, dated),
    )
    return Plan(
        parts=parts,
        needed=opening.needed,
        damaged=opening.encoding.errors != "strict",
        ragged=not opening.headed,
        capturing=capturing(cells, spec.capture),
        decider=decider(parts, compile_rules(parts)),
        calendar=calendar,
        checks=compile_checks(parts),
        type_at=cells.at(spec.row.type),
        type_heading=cells.heading(cells.at(spec.row.type)) or None,
        balance_at=cells.at(spec.balance.column) if spec.balance else None,
    )


def _calendar(opening: Opening, dated: Read, period: Span | None) -> Calendar:
    spec, cells = opening.spec, opening.cells
    dates = spec.date
    columns = cells.there(dates.column)
    clocks = tuple(compiled(one, dates.language) for one in dates.time_formats)
    names = {word.casefold(): zone for word, zone in spec.zone.names.items()}
    ends = [one for one in (spec.period.start, spec.period.end) if one]
    return Calendar(
        cells=cells,
        zones=Zones(names),
        read=dated,
        read_time=reader(clocks) if clocks else dated,
        columns=columns,
        wanted=cells.heading(columns[0]) if columns else None,
        time_column=_only(cells, dates.time),
        zone_column=_only(cells, spec.zone.column),
        zone=opening.zone(),
        period=period,
        period_columns=cells.there(tuple(ends)),
        optional=spec.period.ask,
        summing=spec.identity.summary,
    )


def _only(cells: Cells, name: str | None) -> int | None:
    places = () if name is None else cells.all(name)
    return places[0] if places else None
