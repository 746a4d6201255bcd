"""How things look in JSON: camelCase, exact numbers, strict types."""

from earntrack_core.wire.converter import Wire, make_wire
from earntrack_core.wire.forms import (
    Form,
    amount_of,
    plain_form,
    wire_form,
)
from earntrack_core.wire.names import WireError
from earntrack_core.wire.text import MalformedError, dumps, loads


__all__ = [
    "Form",
    "MalformedError",
    "Wire",
    "WireError",
    "amount_of",
    "dumps",
    "loads",
    "make_wire",
    "plain_form",
    "wire_form",
]
