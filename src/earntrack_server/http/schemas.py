"""JSON Schemas of what is on the wire, from the types themselves."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
from attrs import define, field
from moneyed import Money

from earntrack_core.kernel.patch import UNSET
from earntrack_core.wire import Form, Wire
from earntrack_core.wire.forms import CURRENCY, Spelling, spellings
from earntrack_core.wire.kinds import (
    LISTS,
    blanks_of,
    filled,
    is_fixed,
    is_list,
    is_literal,
    is_map,
    is_union,
    item_kinds,
    may_be_none,
    may_be_unset,
    options,
    plain,
)
from earntrack_server.http.validators import keywords_of


Schema = dict[str, Any]

AMOUNT: Final[Schema] = {"type": "number"}
CODE: Final[Schema] = {
    "type": "string",
    "pattern": "^[A-Z]{3}$",
    "description": "ISO 4217 code of a currency.",
    "examples": ["USD"],
}
LEAVES: Final[Mapping[Any, Schema]] = {
    str: {"type": "string"},
    int: {"type": "integer", "format": "int64"},
    bool: {"type": "boolean"},
    Decimal: {"type": "number", "description": "Exact decimal number."},
    UUID: {"type": "string", "format": "uuid"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    timedelta: {
        "type": "number",
        "description": "Hours, with at most four decimals.",
    },
    type(None): {"type": "null"},
    Any: {},
    object: {},
}
REF: Final = "#/components/schemas/"


@define
class Schemas:
    """Collects the schemas of classes, and refers to them by name.

    What is sent has all of its fields; what is received may leave out those
    that have a default.
    """

    wire: Wire
    known: dict[str, Schema] = field(factory=dict)
    records: dict[Any, type | None] = field(factory=dict)
    """Of which records what is received tells; it has their bounds."""
    _names: dict[tuple[Any, bool], str] = field(factory=dict)

    def of(self, kind: Any, *, sent: bool) -> Schema:
        """Return the schema of a type, or a reference to it."""
        kind = plain(kind)
        if kind in LEAVES:
            return dict(LEAVES[kind])
        if is_union(kind):
            return self._union(kind, sent=sent)
        if kind is Money:
            return self._refer("Money", lambda: MONEY)
        return self._inside(kind, sent=sent)

    def _inside(self, kind: Any, *, sent: bool) -> Schema:
        if is_list(kind):
            return self._list(kind, sent=sent)
        if is_map(kind):
            values = item_kinds(kind)[1]
            more = self.of(values, sent=sent)
            return {"type": "object", "additionalProperties": more}
        if is_literal(kind):
            return _values(get_args(kind))
        return self._named(kind, sent=sent)

    def _named(self, kind: Any, *, sent: bool) -> Schema:
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self._refer(kind.__name__, lambda: _values(tuple(kind)))
        if attrs.has(kind):
            return self._class(kind, sent=sent)
        raise TypeError(f"{kind} has no schema")

    def _refer(self, name: str, make: Callable[[], Schema]) -> Schema:
        if name not in self.known:
            self.known[name] = make()
        return {"$ref": REF + name}

    def _union(self, kind: Any, *, sent: bool) -> Schema:
        schemas = [self.of(one, sent=sent) for one in options(kind)]
        if may_be_none(kind):
            schemas.append({"type": "null"})
        return schemas[0] if len(schemas) == 1 else _any_of(schemas)

    def _list(self, kind: Any, *, sent: bool) -> Schema:
        inside = item_kinds(kind)
        if is_fixed(kind):
            return {
                "type": "array",
                "prefixItems": [self.of(one, sent=sent) for one in inside],
                "minItems": len(inside),
                "maxItems": len(inside),
            }
        schema: Schema = {
            "type": "array",
            "items": self.of(inside[0], sent=sent),
        }
        made = LISTS[get_origin(kind) or kind]
        if sent and made in {set, frozenset}:
            schema["uniqueItems"] = True
        return schema

    def _class(self, kind: Any, *, sent: bool) -> Schema:
        key = (kind, sent)
        if key not in self._names:
            self._names[key] = name = self._name(kind, sent=sent)
            self.known[name] = {}
            self.known[name] = self._object(kind, sent=sent)
        return {"$ref": REF + self._names[key]}

    def _name(self, kind: Any, *, sent: bool) -> str:
        inside = "".join(
            getattr(plain(one), "__name__", "") for one in get_args(kind)
        )
        name = f"{inside}{(get_origin(kind) or kind).__name__}"
        if name not in self.known:
            return name
        if sent or f"{name}Input" in self.known:
            raise ValueError(f"two things on the wire are called {name}")
        return f"{name}Input"

    def _object(self, kind: Any, *, sent: bool) -> Schema:
        whole = get_origin(kind) or kind
        form = self.wire.form_of(whole)
        while form.shape is not None:
            form = self.wire.form_of(form.shape)
        said = (whole.__doc__ or "").strip().split("\n\n")[0]
        schema = self.object_of(form, blanks_of(kind), sent=sent)
        if not sent:
            self._bound(schema["properties"], self.records.get(kind))
        return schema | {"description": " ".join(said.split())}

    def object_of(
        self,
        form: Form,
        blanks: Mapping[Any, Any] | None = None,
        *,
        sent: bool = False,
    ) -> Schema:
        """Return the schema of what is written field by field."""
        seen = spellings(form)
        properties = {
            one.name: self._property(one, blanks or {}, sent=sent)
            for one in seen
        }
        required = [one.name for one in seen if _is_required(one, sent=sent)]
        others = dict(self._others(form, sent=sent))
        schema: Schema = {
            "type": "object",
            "properties": properties | others,
            "required": [*required, *others],
        }
        if not sent:
            schema["additionalProperties"] = False
        return schema

    def _bound(
        self, properties: dict[str, Schema], record: type | None
    ) -> None:
        """Give properties the bounds of those of a record."""
        if record is None:
            return
        for one in spellings(self.wire.form_of(record)):
            if one.name in properties:
                properties[one.name] = self._limits(one) | properties[one.name]

    def _property(
        self, one: Spelling, blanks: Mapping[Any, Any], *, sent: bool
    ) -> Schema:
        kind = filled(one.attribute.type, blanks)
        if one.flat:
            schema = dict(AMOUNT)
            if may_be_none(kind):
                schema = _any_of([schema, {"type": "null"}])
        else:
            schema = self.of(kind, sent=sent)
        if sent:
            return schema
        return schema | self._limits(one) | self._default(one)

    def _limits(self, one: Spelling) -> Schema:
        given: Mapping[str, Any] = one.attribute.metadata.get("schema", {})
        return keywords_of(one.attribute.validator) | dict(given)

    def _default(self, one: Spelling) -> Schema:
        default = one.attribute.default
        if default is UNSET or default is attrs.NOTHING:
            return {}
        if not isinstance(default, str | int | Enum):
            return {}
        return {"default": self.wire.write(default)}

    def _others(
        self, form: Form, *, sent: bool
    ) -> Iterator[tuple[str, Schema]]:
        if form.flat:
            yield CURRENCY, dict(CODE)
        if not sent:
            return
        for name, work_out in form.extra.items():
            kind = get_type_hints(work_out).get("return", Any)
            yield name, self.of(kind, sent=True)


MONEY: Final[Schema] = {
    "type": "object",
    "description": "An exact amount of a currency, in whole coins.",
    "properties": {"amount": AMOUNT, CURRENCY: CODE},
    "required": ["amount", CURRENCY],
    "additionalProperties": False,
}


def _values(members: tuple[Any, ...]) -> Schema:
    values = [one.value if isinstance(one, Enum) else one for one in members]
    schema: Schema = {"enum": values}
    kinds = {type(value) for value in values}
    if len(kinds) == 1 and (kind := kinds.pop()) in {str, int}:
        schema["type"] = LEAVES[kind]["type"]
    return schema


def _any_of(schemas: list[Schema]) -> Schema:
    """Return the schema of a choice; null is written the short way."""
    nulls = [one for one in schemas if one == {"type": "null"}]
    others = [one for one in schemas if one not in nulls]
    first = others[0] if others else {}
    if nulls and len(others) == 1 and isinstance(first.get("type"), str):
        if "enum" in first:
            first = first | {"enum": [*first["enum"], None]}
        return first | {"type": [first["type"], "null"]}
    if nulls and len(others) == 1 and not first:
        return {}
    return {"anyOf": schemas}


def _is_required(one: Spelling, *, sent: bool) -> bool:
    if may_be_unset(one.attribute.type):
        return False
    return sent or one.attribute.default is attrs.NOTHING
