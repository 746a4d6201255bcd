"""The wire: strict, exact, and clear about what is wrong."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, ClassVar, Generic, Literal, NewType, TypeVar
from uuid import UUID

import orjson
import pytest
from attrs import Converter, Factory, field, frozen, validators
from hypothesis import given
from hypothesis import strategies as st
from moneyed import Money

from earntrack_core.kernel.entity import Entity, stamp
from earntrack_core.kernel.errors import FieldProblem, InvalidError
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.kernel.money import in_coins, money, not_negative
from earntrack_core.kernel.paging import Page
from earntrack_core.kernel.patch import UNSET, UnsetType
from earntrack_core.wire import (
    MalformedError,
    WireError,
    amount_of,
    dumps,
    loads,
    make_wire,
    plain_form,
    wire_form,
)
from earntrack_core.wire.kinds import blanks_of, filled
from earntrack_core.wire.names import camel, pointer, spelt
from earntrack_core.wire.strict import write_hours
from earntrack_server.http.text import json_bytes


T = TypeVar("T")
JobId = NewType("JobId", UUID)
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
ID = UUID(int=7)


class Colour(StrEnum):
    """A text with few values."""

    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    """A number with few values."""

    LOW = 1
    HIGH = 2


class Mixed(Enum):
    """Values of several kinds."""

    ONE = 1
    TWO = "two"


@frozen(kw_only=True)
class Line:
    """A thing inside a thing."""

    unit_price: Money
    share: Decimal = Decimal(1)


@frozen(kw_only=True)
class Order:
    """A thing with all kinds of fields."""

    job_id: JobId
    ordered_on: date
    lines: tuple[Line, ...] = ()
    notes: str = ""


@frozen(kw_only=True)
class Patch:
    """A change."""

    notes: str | UnsetType | None = UNSET
    count: int | UnsetType = UNSET


@frozen(kw_only=True)
class Payout(Entity):
    """A record with flat amounts."""

    paid_on: date
    gross: Money = field(converter=in_coins, validator=not_negative)
    fee: Money | None = None


@frozen(kw_only=True)
class Paid(Event):
    """An event."""

    topic: ClassVar[str] = "payout:paid"

    payout: Payout


@frozen
class Box(Generic[T]):
    """A thing around things."""

    items: tuple[T, ...]


@frozen(kw_only=True)
class Circle:
    """A round shape."""

    radius: int


@frozen(kw_only=True)
class Square:
    """A shape with corners."""

    side: int
    name: str = ""


@pytest.fixture(name="wire", scope="module")
def _wire():
    return make_wire()


def problems(wire, tree, kind):
    """Return what is wrong with a tree, by place."""
    with pytest.raises(WireError) as caught:
        wire.read(tree, kind)
    return {one.field: one.problem for one in caught.value.problems}


def an_order(**fields):
    """Return the tree of an order."""
    return {"jobId": str(ID), "orderedOn": "2026-01-15"} | fields


def a_payout(**fields):
    """Return a payout of 500 dollars."""
    given = {"gross": money("500", "USD"), "fee": money("5.5", "USD")}
    return Payout(
        **stamp(WorkspaceId(ID), NOON),
        id=ID,
        paid_on=date(2026, 1, 15),
        **given | fields,
    )


class TestNames:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("a", "a"),
            ("earned_on", "earnedOn"),
            ("_x_1", "x1"),
            ("a__b", "aB"),
        ],
    )
    def test_camel(self, name, expected):
        """Words are joined by capitals."""
        assert camel(name) == expected

    def test_pointers_escape(self):
        """`~` and `/` in names are escaped as RFC 6901 says."""
        assert pointer("a/b", 0, "c~d") == "/a~1b/0/c~0d"

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("", ""),
            ("/x/y", "/x/y"),
            ("earned_on", "/date"),
            ("lines.0.unit_price", "/lines/0/unitPrice"),
        ],
    )
    def test_fields_of_the_core_become_pointers(self, name, expected):
        """Names of the core are spelt as the client knows them."""
        assert spelt(name, {"earned_on": "date"}) == expected


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            (T, int),
            (list[T], list[int]),
            (T | None, int | None),
            (dict[str, tuple[T, ...]], dict[str, tuple[int, ...]]),
            (Literal["T"], Literal["T"]),
            (str, str),
        ],
    )
    def test_generic_fields_are_filled_in(self, kind, expected):
        """A field of a generic class has the type that the class is of."""
        assert filled(kind, {T: int}) == expected

    def test_blanks(self):
        """A generic class knows what it is of; others are of nothing."""
        assert blanks_of(Box[int]) == {T: int}
        assert blanks_of(Box) == {}
        assert blanks_of(list[int]) == {}
        assert filled(T, {}) is Any


class TestLeaves:
    @pytest.mark.parametrize(
        ("kind", "tree", "expected"),
        [
            (str, "a", "a"),
            (str, "", ""),
            (str, "h\u00e4\U0001f600", "h\u00e4\U0001f600"),
            (int, -3, -3),
            (int, 2**63 - 1, 2**63 - 1),
            (bool, True, True),
            (Decimal, Decimal("1.10"), Decimal("1.10")),
            (Decimal, 3, Decimal(3)),
            (Decimal, 10**39, Decimal(10**39)),
            (Decimal, Decimal("-0.0"), Decimal(0)),
            (UUID, str(ID), ID),
            (UUID, str(ID).upper(), ID),
            (JobId, str(ID), ID),
            (date, "2024-02-29", date(2024, 2, 29)),
            (datetime, "2026-01-15T12:00:00Z", NOON),
            (datetime, "2026-01-15T13:00:00+01:00", NOON),
            (
                datetime,
                "2026-01-15T12:00:00.5Z",
                NOON + timedelta(milliseconds=500),
            ),
            (timedelta, 8, timedelta(hours=8)),
            (timedelta, Decimal("0.3333"), timedelta(minutes=20)),
            (timedelta, Decimal("-0.25"), timedelta(minutes=-15)),
            (Colour, "red", Colour.RED),
            (Level, 2, Level.HIGH),
            (Mixed, "two", Mixed.TWO),
            (Mixed, 1, Mixed.ONE),
            (Literal["a", 1], 1, 1),
            (type(None), None, None),
            (Any, {"a": [1]}, {"a": [1]}),
            (Annotated[int, "small"], 1, 1),
            (list[int], [1, 2], [1, 2]),
            (tuple[int, ...], [1, 2], (1, 2)),
            (tuple[int, str], [1, "a"], (1, "a")),
            (frozenset[str], ["a", "a"], frozenset({"a"})),
            (dict[str, int], {"a": 1}, {"a": 1}),
            (dict[UUID, int], {str(ID): 1}, {ID: 1}),
            (int | str, "1", "1"),
            (int | None, None, None),
        ],
    )
    def test_what_fits_is_read(self, wire, kind, tree, expected):
        """A value of the right kind is read as what it means."""
        read = wire.read(tree, kind)

        assert read == expected
        assert type(read) is type(expected)

    @pytest.mark.parametrize(
        ("kind", "tree"),
        [
            (str, 5),
            (str, None),
            (str, "a\0"),
            (str, "\ud800"),
            (int, "12"),
            (int, True),
            (int, Decimal("1.0")),
            (int, 2**63),
            (int, Decimal("9" * 30)),
            (bool, "false"),
            (bool, 1),
            (Decimal, "1.0"),
            (Decimal, True),
            (Decimal, 10**50),
            (Decimal, Decimal("NaN")),
            (Decimal, Decimal("Infinity")),
            (Decimal, Decimal("1e9999999")),
            (Decimal, Decimal("1e-41")),
            (UUID, ID.hex),
            (UUID, f"{{{ID}}}"),
            (UUID, f"urn:uuid:{ID}"),
            (UUID, 7),
            (date, "2026-02-30"),
            (date, "20260130"),
            (date, "2026-W03-3"),
            (date, "2026-01-30T00:00:00"),
            (date, "\u0662026-01-30"),
            (date, 2026),
            (datetime, "2026-01-15T12:00:00"),
            (datetime, "2026-01-15"),
            (datetime, "2026-01-15T25:00:00Z"),
            (datetime, "0001-01-01T00:00:00+14:00"),
            (datetime, 0),
            (timedelta, Decimal("0.00001")),
            (timedelta, 1_000_001),
            (timedelta, "8"),
            (Colour, "green"),
            (Colour, 1),
            (Level, 3),
            (Level, True),
            (Level, "1"),
            (Mixed, True),
            (Literal["a", 1], True),
            (Literal["a", 1], "b"),
            (type(None), 0),
            (list[int], "12"),
            (list[int], {"1": 1}),
            (list[int], [1, "2"]),
            (tuple[int, str], [1]),
            (tuple[int, str], [1, 2]),
            (frozenset[str], "ab"),
            (dict[str, int], [["a", 1]]),
            (dict[str, int], {"a": "1"}),
            (dict[UUID, int], {"a": 1}),
            (int | str, Decimal("1.5")),
            (int | None, "1"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, wire, kind, tree):
        """Nothing is made to fit: not texts to numbers, nor 1 to true."""
        assert problems(wire, tree, kind)

    @pytest.mark.parametrize("kind", [Colour, Literal["red", Colour.BLUE]])
    def test_a_choice_is_told(self, wire, kind):
        """Who chose wrongly learns what there is."""
        assert problems(wire, "green", kind) == {
            "": "must be one of: red, blue"
        }

    def test_enumerations_inside_literals(self, wire):
        """A literal may be a member of an enumeration."""
        assert wire.read("blue", Literal[Colour.BLUE]) is Colour.BLUE

    def test_the_hosts_context_does_not_matter(self, wire):
        """Hours are exact even where the host calculates badly."""
        with localcontext(prec=2):
            read = wire.read(Decimal("1234.5678"), timedelta)

        assert read == timedelta(seconds=4444444)


class TestHours:
    @pytest.mark.parametrize(
        ("span", "expected"),
        [
            (timedelta(hours=8), 8),
            (timedelta(hours=100), 100),
            (timedelta(0), 0),
            (timedelta(minutes=90), Decimal("1.5")),
            (timedelta(minutes=20), Decimal("0.3333")),
            (timedelta(minutes=40), Decimal("0.6667")),
            (timedelta(minutes=-15), Decimal("-0.25")),
            (timedelta(minutes=-90), Decimal("-1.5")),
            (timedelta(milliseconds=180), Decimal("0.0001")),
            (timedelta(milliseconds=179), 0),
        ],
    )
    def test_are_written_with_four_decimals(self, span, expected):
        """Hours are rounded half up to four decimals, without zeros."""
        assert write_hours(span) == expected
        assert str(write_hours(span)) == str(expected)

    @given(seconds=st.integers(-(10**8), 10**8))
    def test_whole_seconds_survive(self, wire, seconds):
        """Every whole second comes back as it was."""
        span = timedelta(seconds=seconds)

        assert wire.loads(wire.dumps(span), timedelta) == span


class TestText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("1.10", Decimal("1.10")),
            ("1E+2", Decimal("1E+2")),
            ("12345678901234567890123", Decimal(12345678901234567890123)),
            (b'{"a":[null,true]}', {"a": [None, True]}),
        ],
    )
    def test_loads(self, text, expected):
        """Numbers with a point, exponent or many digits are decimals."""
        assert loads(text) == expected

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "line 1, column 1"),
            ('{"a":1,\n"b":}', "line 2, column 5"),
            ("NaN", "NaN is not"),
            ("-Infinity", "-Infinity is not"),
            ('{"a":1,"b":2,"a":3}', "'a' occurs twice"),
            ("[" * 101 + "]" * 101, "deeper than 100"),
            ("[" * 200_000, "deeper than 100"),
            ('{"a":' * 200_000, "deeper than 100"),
            (b"\xff", "not in UTF-8"),
            ("1e99999999999999999999", "out of all bounds"),
        ],
    )
    def test_loads_refuses(self, text, reason):
        """What is malformed is refused with the reason, never a crash."""
        with pytest.raises(MalformedError, match=reason):
            loads(text)

    @given(
        deep=st.integers(1, 100),
        text=st.text('[]{}"\\a', max_size=200),
    )
    def test_depth_is_counted_outside_texts(self, deep, text):
        """A hundred levels are fine, whatever their texts look like."""
        tree = [text] * 30
        for _ in range(deep - 1):
            tree = [tree]

        assert loads(dumps(tree)) == tree

    @pytest.mark.parametrize(
        ("tree", "expected"),
        [
            (Decimal("500.00"), "500.00"),
            (Decimal("1E+2"), "100"),
            (Decimal("1E-8"), "0.00000001"),
            (Decimal("-0.10"), "-0.10"),
            (date(2026, 1, 15), '"2026-01-15"'),
            (NOON, '"2026-01-15T12:00:00Z"'),
            (ID, f'"{ID}"'),
            (Colour.RED, '"red"'),
            (Mixed.ONE, "1"),
            ((1, [None, True, False]), "[1,[null,true,false]]"),
            ({"a": 'h\u00e4"\n'}, '{"a":"h\u00e4\\"\\n"}'),
        ],
    )
    def test_dumps(self, tree, expected):
        """Numbers keep their digits, instants end in Z."""
        assert dumps(tree) == expected

    @pytest.mark.parametrize(
        ("tree", "error"),
        [
            (Decimal("NaN"), ValueError),
            (Decimal("Infinity"), ValueError),
            (1.5, TypeError),
            (object(), TypeError),
            (b"x", TypeError),
        ],
    )
    def test_dumps_refuses(self, tree, error):
        """What JSON has no form for is never written, floats included."""
        with pytest.raises(error):
            dumps(tree)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.uuids()
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.sampled_from([*Colour, *Mixed])
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
)


class TestBothWriters:
    @given(tree=TREES)
    def test_write_the_same(self, tree):
        """The writer of the core and that of the server agree."""
        assert json_bytes(tree).decode() == dumps(tree)

    @pytest.mark.parametrize("tree", [Decimal("NaN"), object()])
    def test_refuse_the_same(self, tree):
        """Neither writes what is not JSON."""
        with pytest.raises((TypeError, ValueError)):
            json_bytes(tree)

    @given(number=st.decimals(allow_nan=False, allow_infinity=False))
    def test_decimals_survive(self, number):
        """A decimal comes back equal, and no exponent is written."""
        text = dumps(number)

        assert Decimal(loads(text)) == number
        assert "E" not in text
        assert orjson.loads(text) is not None


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "text"),
        [
            ("500", "USD", "500.00"),
            ("500", "JPY", "500"),
            ("0.5", "KWD", "0.500"),
            ("0", "USD", "0.00"),
            ("1E+3", "USD", "1000.00"),
        ],
    )
    def test_is_written_with_its_digits(self, wire, amount, currency, text):
        """An amount has the decimals of its currency, no fewer."""
        written = wire.dumps(Money(Decimal(amount), currency))

        assert written == f'{{"amount":{text},"currency":"{currency}"}}'

    def test_finer_amounts_are_not_rounded(self):
        """The wire never rounds."""
        assert amount_of(Money(Decimal("1.005"), "USD")) == Decimal("1.005")

    def test_comes_back(self, wire):
        """What was written is read as the same amount."""
        paid = money("12.30", "EUR")

        assert wire.loads(wire.dumps(paid), Money) == paid

    @pytest.mark.parametrize(
        ("tree", "places"),
        [
            (1, {""}),
            ({}, {"/amount", "/currency"}),
            ({"amount": "1", "currency": 1}, {"/amount", "/currency"}),
            ({"amount": 1, "currency": "XXQ"}, {"/currency"}),
            ({"amount": Decimal("0.001"), "currency": "USD"}, {"/amount"}),
            ({"amount": 10**12, "currency": "USD"}, {"/amount"}),
            ({"amount": 1, "currency": "USD", "x": 1}, {"/x"}),
        ],
    )
    def test_problems_have_places(self, wire, tree, places):
        """Amount and currency are told apart."""
        assert set(problems(wire, tree, Money)) == places


class TestClasses:
    def test_are_read(self, wire):
        """Names are camelCase, defaults may be left out."""
        order = wire.read(
            an_order(lines=[{"unitPrice": {"amount": 1, "currency": "USD"}}]),
            Order,
        )

        assert order == Order(
            job_id=JobId(ID),
            ordered_on=date(2026, 1, 15),
            lines=(Line(unit_price=money(1, "USD")),),
        )

    def test_are_written(self, wire):
        """Everything is written, in the order of the class."""
        order = Order(job_id=JobId(ID), ordered_on=date(2026, 1, 15))

        assert wire.dumps(order) == (
            f'{{"jobId":"{ID}","orderedOn":"2026-01-15","lines":[],'
            '"notes":""}'
        )

    def test_all_problems_are_found_at_once(self, wire):
        """Missing, unknown and wrong fields, deep inside too."""
        tree = {
            "jobID": str(ID),
            "orderedOn": "2026-13-01",
            "lines": [
                {"unitPrice": {"amount": 1, "currency": "USD"}},
                {"unitPrice": {"amount": "1"}, "share": "x"},
                7,
            ],
            "notes": None,
        }

        assert problems(wire, tree, Order) == {
            "/jobID": "is not known; did you mean jobId?",
            "/jobId": "is missing",
            "/orderedOn": "is not a day of the calendar",
            "/lines/1/unitPrice/amount": "must be a number",
            "/lines/1/unitPrice/currency": "is missing",
            "/lines/1/share": "must be a number",
            "/lines/2": "must be an object",
            "/notes": "must be text",
        }

    @pytest.mark.parametrize("tree", [[], "x", None, 1])
    def test_are_objects(self, wire, tree):
        """Nothing else will do, not even for a class without fields."""
        assert problems(wire, tree, Patch) == {"": "must be an object"}

    def test_problems_begin_where_they_are_told_to(self, wire):
        """A part of a request has its pointers in the whole."""
        with pytest.raises(WireError) as caught:
            wire.read({"count": "x"}, Patch, "/query")

        assert caught.value.field == "/query/count"

    def test_text_is_read_at_once(self, wire):
        """JSON text becomes a thing, or says why not."""
        with pytest.raises(MalformedError):
            wire.loads("{", Patch)

        assert wire.loads('{"count":1}', Patch) == Patch(count=1)

    def test_too_many_problems_are_cut(self, wire):
        """Nobody reads more than a hundred."""
        tree = an_order(**{f"x{number}": 1 for number in range(200)})

        assert len(problems(wire, tree, Order)) == 100

    def test_generic_classes(self, wire):
        """Pages and boxes are written with what they hold."""
        page = Page((money(1, "USD"),), "next")

        assert wire.write(page) == {
            "items": [{"amount": Decimal("1.00"), "currency": "USD"}],
            "next": "next",
        }
        assert wire.write(Box((ID,))) == {"items": [ID]}

    def test_mappings(self, wire):
        """Keys become texts; what has no obvious text is refused."""
        tree = {
            ID: 1, Colour.RED: 2, date(2026, 1, 1): 3, 4: 4, "x": {"y": {5}},
        }  # fmt: skip

        assert wire.write(tree) == {
            str(ID): 1, "red": 2, "2026-01-01": 3, "4": 4, "x": {"y": [5]},
        }  # fmt: skip
        with pytest.raises(TypeError, match="key"):
            wire.write({(1, 2): 3})

    def test_maps_name_their_keys(self, wire):
        """Problems in a map are told by key."""
        tree = {"a": 1, "b/c": "x"}

        assert problems(wire, tree, dict[str, int]) == {
            "/b~1c": "must be a whole number"
        }

    def test_what_is_right_is_not_complained_about(self, wire):
        """Of a box with right and wrong things, only these are told."""

        @frozen(kw_only=True)
        class Mixture:
            lines: tuple[int, ...]
            prices: dict[str, Decimal]
            pair: tuple[int, int]
            gone: str | None
            order: str

        tree = {
            "lines": [1, 2],
            "prices": {"a": 1},
            "pair": [1, 2],
            "gone": None,
            "order": 1,
        }

        assert problems(wire, tree, Mixture) == {"/order": "must be text"}

    def test_a_bug_is_no_problem_of_the_client(self, wire):
        """A type that the wire does not know raises as what it is."""
        with pytest.raises(Exception, match="complex"):
            wire.read(1, complex)


class TestValidators:
    @frozen(kw_only=True)
    class Limited:
        """Fields with rules of their own, and one rule between them."""

        least: int = field(validator=validators.ge(1))
        most: int = field(validator=validators.le(9))
        price: Money = field(converter=in_coins, validator=not_negative)
        name: str = field(default="", converter=str.strip)
        word: str = field(
            default="", converter=Converter(lambda text: text.lower())
        )
        items: list[int] = Factory(list)

        def __attrs_post_init__(self):
            if self.least > self.most:
                raise InvalidError(
                    "least",
                    "must not exceed most",
                    FieldProblem("most", "is less than least"),
                )

    def tree(self, **fields):
        """Return the tree of something limited."""
        price = {"amount": 1, "currency": "USD"}
        return {"least": 1, "most": 9, "price": price} | fields

    def test_all_have_their_say(self, wire):
        """Every field's own rule is told, not only the first one broken."""
        price = {"amount": -1, "currency": "USD"}
        tree = self.tree(least=0, most=10, price=price)

        assert problems(wire, tree, self.Limited) == {
            "/least": "'least' must be >= 1: 0",
            "/most": "'most' must be <= 9: 10",
            "/price": "must not be negative",
        }

    def test_rules_between_fields_come_last(self, wire):
        """Once every field is right, what they say together is judged."""
        tree = self.tree(least=5, most=4, word="X")

        assert problems(wire, tree, self.Limited) == {
            "/least": "must not exceed most",
            "/most": "is less than least",
        }

    def test_converters_that_fail(self, wire):
        """What a converter refuses is told at the field."""

        def picky(value):
            raise ValueError(f"{value} is not liked")

        @frozen
        class Picky:
            age: int = field(converter=picky)

        assert problems(wire, {"age": 3}, Picky) == {"/age": "3 is not liked"}

    def test_rules_about_amounts(self, wire):
        """A rule may speak of an amount's parts, or of the whole."""

        def pick(price):
            raise InvalidError(
                "amount", "is odd", FieldProblem("price", "is odd")
            )

        @frozen
        class Odd:
            price: Money = field(converter=pick)

        tree = {"price": {"amount": 1, "currency": "USD"}}

        assert problems(wire, tree, Odd) == {
            "/price/amount": "is odd",
            "/price": "is odd",
        }

    def test_validators_that_look_around(self, wire):
        """A rule that needs the other fields waits until they are there."""

        def below(thing, at, value):
            if value >= thing.most:
                raise InvalidError(at.name, "must be below most")

        @frozen
        class Pair:
            most: int
            least: int = field(validator=below)

        assert problems(wire, {"most": 1, "least": 2}, Pair) == {
            "/least": "must be below most"
        }


class TestPatches:
    def test_absent_is_not_null(self, wire):
        """Absent leaves, null sets to nothing."""
        assert wire.read({}, Patch) == Patch()
        assert wire.read({"notes": None}, Patch) == Patch(notes=None)

    def test_null_needs_a_meaning(self, wire):
        """Null for what cannot be nothing is a problem."""
        assert problems(wire, {"count": None}, Patch) == {
            "/count": "must be a whole number"
        }

    def test_unset_is_not_written(self, wire):
        """What is left alone is left out, but a text may be `unset`."""
        assert wire.write(Patch(notes="unset")) == {"notes": "unset"}
        assert wire.write(Patch(notes=None)) == {"notes": None}

    def test_unset_cannot_be_sent(self, wire):
        """The name of the absent value is no value."""
        assert problems(wire, {"count": "unset"}, Patch)


class TestUnions:
    def test_the_first_that_fits(self, wire):
        """Classes are told apart by their fields."""
        kind = Circle | Square

        assert wire.read({"radius": 1}, kind) == Circle(radius=1)
        assert wire.read({"side": 1}, kind) == Square(side=1)

    @pytest.mark.parametrize(
        ("tree", "places"),
        [
            ({"side": "x"}, {"/side"}),
            ({"radius": "x"}, {"/radius"}),
            ({"name": "x", "sid": 1}, {"/side", "/sid"}),
            (7, {""}),
        ],
    )
    def test_problems_are_those_of_the_closest(self, wire, tree, places):
        """Who almost sent a square learns what is wrong with the square."""
        assert set(problems(wire, tree, Circle | Square)) == places


class TestForms:
    def test_the_workspace_goes_without_saying(self, wire):
        """Entities and events do not repeat whose they are."""
        event = Paid(workspace_id=WorkspaceId(ID), payout=a_payout())

        assert wire.write(event) == {"payout": wire.write(a_payout())}
        assert "workspaceId" not in wire.write(a_payout())

    def test_names_and_omissions(self):
        """A class may have other names, and keep fields to itself."""
        wire = make_wire(
            [plain_form(Line, names={"unit_price": "price"}, leave={"share"})]
        )

        assert wire.write(Line(unit_price=money(1, "USD"))) == {
            "price": {"amount": Decimal("1.00"), "currency": "USD"}
        }
        assert set(problems(wire, {"share": 1}, Line)) == {"/share", "/price"}
        assert wire.pointer(Line, "unit_price") == "/price"
        assert wire.pointer(Order, "lines.0.unit_price") == (
            "/lines/0/unitPrice"
        )

    def test_flat_amounts(self):
        """Amounts stand as numbers beside one currency."""
        form = plain_form(
            Payout,
            flat={"gross", "fee"},
            extra={"net": lambda payout: payout.gross - payout.fee},
        )
        written = make_wire([form]).write(a_payout())

        assert written["gross"] == Decimal("500.00")
        assert written["fee"] == Decimal("5.50")
        assert written["currency"] == "USD"
        assert written["net"] == {
            "amount": Decimal("494.50"),
            "currency": "USD",
        }

    def test_flat_amounts_that_are_none(self):
        """No amount is null, and says nothing of the currency."""
        wire = make_wire([plain_form(Payout, flat={"gross", "fee"})])
        written = wire.write(a_payout(fee=None))

        assert written["fee"] is None
        assert written["currency"] == "USD"

    @frozen(kw_only=True)
    class Bill:
        """Flat amounts that are received."""

        gross: Money = field(converter=in_coins, validator=not_negative)
        fee: Money | None = None

    def test_flat_amounts_are_read(self):
        """They are put together with the currency beside them."""
        wire = make_wire([plain_form(self.Bill, flat={"gross", "fee"})])
        tree = {"gross": 5, "fee": Decimal("0.5"), "currency": "EUR"}

        assert wire.read(tree, self.Bill) == self.Bill(
            gross=money(5, "EUR"), fee=money("0.5", "EUR")
        )
        assert wire.read(tree | {"fee": None}, self.Bill).fee is None

    @pytest.mark.parametrize(
        ("tree", "expected"),
        [
            ({"gross": 5}, {"/currency": "is missing"}),
            (
                {"gross": "5", "fee": True, "currency": "USD"},
                {"/gross": "must be a number", "/fee": "must be a number"},
            ),
            (
                {"gross": -5, "currency": "USD"},
                {"/gross": "must not be negative"},
            ),
            (
                {"gross": Decimal("0.001"), "currency": "USD"},
                {"/gross": "0.001 is finer than 0.01 USD"},
            ),
            (
                {"gross": 1, "fee": 1, "currency": "XXQ"},
                {"/currency": "'XXQ' is not an ISO 4217 currency"},
            ),
            ({"currency": "USD"}, {"/gross": "is missing"}),
        ],
    )
    def test_flat_amounts_have_places(self, tree, expected):
        """Problems of an amount stand at its number."""
        wire = make_wire([plain_form(self.Bill, flat={"gross", "fee"})])

        assert problems(wire, tree, self.Bill) == expected

    @frozen(kw_only=True)
    class BillShape:
        """How a bill is sent."""

        amount: Decimal
        currency: str = "USD"

    def shaped(self, **options):
        """Return a wire that knows bills by their shape."""
        return make_wire(
            [
                wire_form(
                    self.Bill,
                    self.BillShape,
                    names={"gross": "amount"},
                    **options,
                )
            ]
        )

    def test_shapes_are_read(self):
        """A shape is read strictly, and then made into the thing."""
        wire = self.shaped(
            back=lambda shape: self.Bill(
                gross=money(shape.amount, shape.currency)
            )
        )

        assert wire.read({"amount": 5}, self.Bill).gross == money(5, "USD")
        assert problems(wire, {"amount": "x", "y": 1}, self.Bill) == {
            "/amount": "must be a number",
            "/y": "is not known",
        }
        assert problems(wire, {"amount": -1}, self.Bill) == {
            "/amount": "must not be negative"
        }
        assert problems(wire, [{"amount": None}], list[self.Bill]) == {
            "/0/amount": "must be a number"
        }

    def test_shapes_are_written(self):
        """A thing is written as its shape, or as a tree that is ready."""
        bill = self.Bill(gross=money(5, "EUR"))
        by_shape = self.shaped(
            to=lambda bill: self.BillShape(
                amount=amount_of(bill.gross),
                currency=bill.gross.currency.code,
            )
        )
        by_tree = self.shaped(to=lambda bill: {"ready": True})

        assert by_shape.dumps(bill) == '{"amount":5.00,"currency":"EUR"}'
        assert by_tree.dumps([bill]) == '[{"ready":true}]'

    def test_a_bug_in_a_form_is_a_bug(self):
        """What goes wrong in the making is not blamed on the client."""

        def back(shape):
            raise KeyError(shape)

        with pytest.raises(KeyError):
            self.shaped(back=back).read({"amount": 1}, self.Bill)

    def test_a_mood_is_a_bug(self):
        """What fails once, and then does not, is no problem to tell."""
        moods = [True]

        def back(shape):
            if moods:
                moods.pop()
                raise InvalidError("gross", "is not liked today")
            return self.Bill(gross=money(1, "USD"))

        with pytest.raises(InvalidError, match="not liked today"):
            self.shaped(back=back).read({"amount": 1}, self.Bill)

    def test_one_way_forms(self):
        """A form with one direction does not pretend to have the other."""
        wire = self.shaped()

        with pytest.raises(TypeError, match="only read"):
            wire.write(self.Bill(gross=money(5, "EUR")))
        with pytest.raises(NotImplementedError, match="only written"):
            wire.read({"amount": 1}, self.Bill)

    def test_shapes_in_unions(self):
        """The closest class is found by the shape that is sent."""
        wire = self.shaped(back=lambda shape: self.Bill(gross=money(1, "USD")))

        assert set(problems(wire, {"amount": "x"}, self.Bill | Circle)) == {
            "/amount"
        }
