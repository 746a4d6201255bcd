"""What validators say, in the words of JSON Schema.

The validators of attrs are private classes; their public names make them, so
the classes are found through those.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import validators

from earntrack_core.kernel.texts import TextCheck


Keywords = dict[str, Any]

COMPARED: Final[Mapping[str, str]] = {
    ">=": "minimum",
    ">": "exclusiveMinimum",
    "<=": "maximum",
    "<": "exclusiveMaximum",
}
SINGLE: Final = r"^[^\u0000-\u001F\u007F-\u009F]*$"
LINES: Final = r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$"


def _number(validator: Any) -> Keywords:
    return {COMPARED[validator.compare_op]: validator.bound}


def _longest(validator: Any) -> Keywords:
    return {"maxLength": validator.max_length}


def _shortest(validator: Any) -> Keywords:
    return {"minLength": validator.min_length}


def _one_of(validator: Any) -> Keywords:
    return {"enum": list(validator.options)}


def _pattern(validator: Any) -> Keywords:
    return {"pattern": f"^(?:{validator.pattern.pattern})$"}


def _all(validator: Any) -> Keywords:
    found: Keywords = {}
    for one in validator._validators:  # noqa: SLF001 -- no public name
        found |= keywords_of(one)
    return found


def _optional(validator: Any) -> Keywords:
    return keywords_of(validator.validator)


def _text(validator: Any) -> Keywords:
    pattern = LINES if validator.lines else SINGLE
    return {
        "minLength": validator.least,
        "maxLength": validator.most,
        "pattern": pattern,
    }


WORDS: Final[Mapping[type, Callable[[Any], Keywords]]] = {
    type(validators.ge(0)): _number,
    type(validators.max_len(1)): _longest,
    type(validators.min_len(1)): _shortest,
    type(validators.in_(())): _one_of,
    type(validators.matches_re("")): _pattern,
    type(validators.and_()): _all,
    type(validators.optional(validators.ge(0))): _optional,
    TextCheck: _text,
}


def keywords_of(validator: Any) -> Keywords:
    """Return the keywords that say what a validator checks, if any do."""
    say = WORDS.get(type(validator))
    return {} if say is None else say(validator)
