"""The OpenAPI document: valid, complete, and true to the wire."""

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from http import HTTPStatus
from typing import Any, Literal, NewType
from uuid import UUID

import pytest
from attrs import field, frozen
from attrs.validators import (
    and_,
    ge,
    gt,
    in_,
    le,
    lt,
    matches_re,
    max_len,
    min_len,
    optional,
)
from jsonschema import Draft202012Validator
from moneyed import Money
from openapi_spec_validator import validate

from earntrack_core.kernel.patch import UNSET, UnsetType
from earntrack_core.kernel.texts import text_of
from earntrack_core.wire import amount_of, make_wire, plain_form, wire_form
from earntrack_server.http.docs import docs_routes, serve_ui
from earntrack_server.http.mounting import mount
from earntrack_server.http.openapi import About, document, document_bytes
from earntrack_server.http.route import ANYBODY, MEMBER, Route
from earntrack_server.http.schemas import Schemas
from earntrack_server.http.validators import keywords_of
from http_support import ROUTES, make_server


ABOUT = About(title="Notes", version="1.0")
ThingId = NewType("ThingId", UUID)


class Colour(StrEnum):
    """Colours."""

    RED = "red"
    BLUE = "blue"


class Size(Enum):
    """Sizes."""

    SMALL = 1
    LARGE = 2


@frozen(kw_only=True)
class Part:
    """A part."""

    name: str


@frozen(kw_only=True)
class Thing:
    """Everything that can be on the wire."""

    id: ThingId
    name: str = field(validator=text_of(1, 20))
    on: date
    at: datetime
    worked: timedelta | None = None
    share: Decimal = field(validator=[ge(Decimal(0)), lt(Decimal(1))])
    count: int = field(default=3, validator=and_(gt(0), le(9)))
    known: bool = False
    colour: Colour = Colour.RED
    size: Size | None = None
    mode: Literal["a", "b"] = "a"
    price: Money
    fee: Money | None = None
    parts: tuple[Part, ...] = ()
    pair: tuple[int, str] = (1, "")
    tags: frozenset[str] = frozenset()
    more: dict[str, Any] = field(factory=dict)
    either: int | str = 0
    code: str = field(default="ab", validator=matches_re("[a-z]+"))
    word: str | None = field(
        default=None, validator=optional(and_(min_len(2), max_len(4)))
    )
    kind: str = field(default="x", validator=in_(("x", "y")))
    note: str = field(default="", metadata={"schema": {"examples": ["n"]}})


@frozen(kw_only=True)
class Change:
    """A change."""

    name: str | UnsetType | None = UNSET


@frozen(kw_only=True)
class Shown:
    """What a secret looks like."""

    hint: str


@frozen(kw_only=True)
class Secret:
    """A secret."""

    text: str


@pytest.fixture(name="wire", scope="module")
def _wire():
    return make_wire(
        [
            plain_form(Part, names={"name": "label"}),
            wire_form(Secret, Shown, to=lambda one: Shown(hint=one.text[:1])),
        ]
    )


@pytest.fixture(name="spec", scope="module")
def _spec():
    return document(make_wire(), ROUTES, ABOUT)


def a_thing(**fields):
    """Return the JSON of a thing."""
    given = {
        "id": str(UUID(int=1)),
        "name": "n",
        "on": "2026-01-31",
        "at": "2026-01-31T12:00:00Z",
        "share": 0.5,
        "price": {"amount": 1.5, "currency": "EUR"},
    }
    return given | fields


class TestDocument:
    def test_is_valid(self, spec):
        """It is an OpenAPI 3.1 document by the letter."""
        validate(json.loads(json.dumps(spec, default=str)))

        assert spec["openapi"] == "3.1.0"

    def test_has_every_route_and_no_other(self, spec):
        """All documented routes are there, under their ids."""
        found = {
            operation["operationId"]
            for methods in spec["paths"].values()
            for operation in methods.values()
        }

        assert found == {route.id for route in ROUTES if route.documented}

    def test_says_who_may_what(self, spec):
        """Doors for anybody need nothing, the others a token or session."""
        paths = spec["paths"]

        assert paths["/api/v1/whoami"]["get"]["security"] == []
        assert paths["/api/v1/notes"]["get"]["security"] == [
            {"token": []},
            {"session": []},
        ]

    def test_tells_every_refusal(self, spec):
        """Each status that a door can answer with is described."""
        responses = spec["paths"]["/api/v1/notes/{id}"]["put"]["responses"]

        assert set(responses) == {
            "200", "400", "401", "403", "404", "409", "412", "413", "415",
            "422", "428", "429", "503",
        }  # fmt: skip

    def test_tells_the_headers(self, spec):
        """Keys, versions and pages are described where they work."""
        names = {
            key: {one["name"] for one in operation["parameters"]}
            for path in spec["paths"].values()
            for operation in path.values()
            for key in [operation["operationId"]]
        }

        assert names["createNote"] == {"Idempotency-Key"}
        assert names["getNote"] == {"id", "If-None-Match"}
        assert names["updateNote"] == {"id", "Idempotency-Key", "If-Match"}
        assert names["findNotes"] == {
            "text", "numbers", "since", "limit", "cursor",
        }  # fmt: skip
        assert names["echo"] == set()

    def test_is_written_once(self):
        """The bytes are the document."""
        content = document_bytes(make_wire(), ROUTES, ABOUT)

        assert json.loads(content)["info"] == {
            "title": "Notes",
            "version": "1.0",
            "description": "",
        }

    def test_describes_what_a_raw_door_reads(self):
        """A door that reads by itself says what."""
        route = Route(
            method="POST",
            path="/up",
            id="up",
            summary="",
            policy=MEMBER,
            raw=lambda request: None,
            consumes="multipart/form-data",
            body_schema={"type": "object"},
            example={"a": 1},
            media_type="application/pdf",
            status=HTTPStatus.CREATED,
        )

        spec = document(make_wire(), [route], ABOUT)
        operation = spec["paths"]["/up"]["post"]

        validate(json.loads(json.dumps(spec, default=str)))
        assert operation["requestBody"]["content"] == {
            "multipart/form-data": {
                "schema": {"type": "object"},
                "example": {"a": 1},
            }
        }
        assert "application/pdf" in operation["responses"]["201"]["content"]

    def test_names_meet_only_once(self):
        """Two classes of one name that are sent are a mistake."""

        @frozen
        class Note:
            """Another note."""

            size: int

        twin = Route(
            method="GET", path="/t", id="t", summary="", policy=ANYBODY,
            handler=lambda et, ask: None, reply=Note,
        )  # fmt: skip

        with pytest.raises(ValueError, match="called Note"):
            document(make_wire(), [*ROUTES, twin], ABOUT)

    def test_what_has_no_schema(self):
        """A type that is not of the wire is a mistake."""
        with pytest.raises(TypeError, match="no schema"):
            Schemas(make_wire()).of(complex, sent=True)


class TestSchemas:
    def validator(self, wire, kind, *, sent):
        schemas = Schemas(wire)
        schema = schemas.of(kind, sent=sent)
        components = {"components": {"schemas": schemas.known}}
        return Draft202012Validator(
            json.loads(json.dumps(schema | components, default=float))
        )

    def test_what_is_written_fits(self, wire):
        """What the wire writes is what the schema of a reply says."""
        made = wire.loads(json.dumps(a_thing(parts=[{"label": "p"}])), Thing)
        written = json.loads(wire.dumps(made))

        self.validator(wire, Thing, sent=True).validate(written)

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"worked": 1.5, "size": 1, "fee": None, "word": None},
            {"parts": [{"label": "x"}], "pair": [2, "x"], "tags": ["a"]},
            {"more": {"a": [1]}, "either": "x", "count": 9, "mode": "b"},
        ],
    )
    def test_what_fits_is_read(self, wire, fields):
        """What the schema of a request allows, the wire reads."""
        given = a_thing(**fields)

        self.validator(wire, Thing, sent=False).validate(given)
        assert wire.loads(json.dumps(given), Thing).name == "n"

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": ""},
            {"name": "x" * 21},
            {"name": "a\nb"},
            {"share": 1},
            {"share": -0.1},
            {"count": 0},
            {"count": 10},
            {"known": None},
            {"colour": "green"},
            {"size": 3},
            {"mode": "c"},
            {"price": {"amount": 1}},
            {"price": 1},
            {"parts": [{}]},
            {"parts": [{"name": "x"}]},
            {"pair": [1]},
            {"pair": [1, 2]},
            {"tags": "a"},
            {"more": []},
            {"either": None},
            {"code": "AB"},
            {"word": "x"},
            {"kind": "z"},
            {"extra": 1},
        ],
    )
    def test_what_does_not_fit_is_refused(self, wire, fields):
        """Schema and wire refuse the same."""
        given = a_thing(**fields)

        assert not self.validator(wire, Thing, sent=False).is_valid(given)
        with pytest.raises(Exception, match=re.escape(next(iter(fields)))):
            wire.loads(json.dumps(given), Thing)

    def test_a_change_needs_nothing(self, wire):
        """Fields of a patch may be absent, and null where that means
        something.
        """
        check = self.validator(wire, Change, sent=False)

        assert all(map(check.is_valid, ({}, {"name": None}, {"name": "x"})))
        assert not check.is_valid({"name": 1})

    def test_the_shape_is_described(self, wire):
        """A class with another shape is described by that."""
        schemas = Schemas(wire)
        schemas.of(Secret, sent=True)

        assert set(schemas.known["Secret"]["properties"]) == {"hint"}

    def test_flat_amounts_and_extras(self):
        """Flat amounts stand beside one currency, extras are described."""

        @frozen(kw_only=True)
        class Bill:
            """A bill."""

            gross: Money
            fee: Money | None

        def net(bill: Bill) -> Decimal:
            return amount_of(bill.gross)

        wire = make_wire(
            [plain_form(Bill, flat={"gross", "fee"}, extra={"net": net})]
        )
        schemas = Schemas(wire)
        schemas.of(Bill, sent=True)
        properties = schemas.known["Bill"]["properties"]

        assert properties["gross"] == {"type": "number"}
        assert properties["fee"] == {"type": ["number", "null"]}
        assert properties["currency"]["pattern"] == "^[A-Z]{3}$"
        assert properties["net"]["type"] == "number"

    def test_the_same_class_both_ways(self, wire):
        """A class that is sent and received has two schemas."""
        schemas = Schemas(wire)
        sent = schemas.of(Thing, sent=True)
        received = schemas.of(Thing, sent=False)

        assert sent["$ref"].endswith("/Thing")
        assert received["$ref"].endswith("/ThingInput")

    def test_unknown_validators_say_nothing(self):
        """A validator without a word in JSON Schema adds none."""
        assert keywords_of(lambda *_: None) == {}
        assert keywords_of(None) == {}


class TestDocs:
    @pytest.fixture(name="client")
    async def _client(self, aiohttp_client):
        server = make_server()
        content = document_bytes(make_wire(), ROUTES, ABOUT)
        mount(server.app, docs_routes(content))
        serve_ui(server.app)
        return await aiohttp_client(server.app)

    async def test_the_document_is_for_anybody(self, client):
        """The document needs no sign-in, and is packed."""
        response = await client.get("/api/openapi.json")

        assert response.status == 200
        assert (await response.json())["openapi"] == "3.1.0"

    async def test_the_document_is_sent_once(self, client):
        """Who knows it already gets a 304."""
        first = await client.get("/api/openapi.json")
        second = await client.get(
            "/api/openapi.json",
            headers={"If-None-Match": first.headers["ETag"]},
        )

        assert second.status == 304

    async def test_the_page_asks_nobody_else(self, client):
        """Page, script and style come from here, under a strict policy."""
        page = await client.get("/api/docs")
        html = await page.text()
        targets = re.findall(r'(?:src|href)="(/[^"]+)"', html)

        assert "'unsafe" not in page.headers["Content-Security-Policy"]
        assert "https://" not in html
        assert len(targets) == 4
        for target in targets:
            assert (await client.get(target)).status == 200, target

    async def test_nothing_else_is_served(self, client):
        """The folder has no way out."""
        for path in ("../../keys.py", "%2e%2e/%2e%2e/keys.py", "nothing"):
            response = await client.get(f"/api/docs/ui/{path}")
            assert response.status in {403, 404}
