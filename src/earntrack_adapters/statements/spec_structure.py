"""From TOML to a `Spec`: shapes only, with the place of every mistake."""

import types
import typing
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final

import attrs

from earntrack_adapters.statements.names import nearest
from earntrack_adapters.statements.spec import Names, Sum
from earntrack_core.kernel.errors import EarnTrackError


class SpecError(EarnTrackError):
    """A spec is wrong; `problems` says where and how, all at once."""

    code = "spec"

    def __init__(self, spec: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"Spec {spec}: {'; '.join(problems)}.")
        self.spec = spec
        self.problems = problems


class _Wrong(Exception):  # noqa: N818 -- never leaves this module
    """What is wrong at a place."""


TABLES: Final = ("rule", "otherwise", "check", "total", "capture", "leg")
ONE_OR_MANY: Final = "otherwise"


def structure(data: Mapping[str, Any], cls: type, problems: list[str]) -> Any:
    """Return *data* as a *cls*, or None after adding to *problems*."""
    return _object(data, cls, "", problems)


@cache
def _types(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _object(
    data: Any, cls: type, path: str, problems: list[str]
) -> Any | None:
    if not isinstance(data, dict):
        problems.append(f"{path or 'spec'}: must be a table")
        return None
    before = len(problems)
    fields = {field.name: field for field in attrs.fields(cls)}
    problems.extend(_unknown(data, fields, path))
    problems.extend(_absent(data, fields, path))
    values = {
        name: _value(data[name], _types(cls)[name], _at(path, name), problems)
        for name in fields
        if name in data
    }
    return None if len(problems) > before else cls(**values)


def _unknown(
    data: Mapping[str, Any], fields: Mapping[str, Any], path: str
) -> Iterator[str]:
    for name in data:
        if name not in fields:
            hint = nearest(name, fields)
            yield f"{_at(path, name)}: there is no such key{hint}"


def _absent(
    data: Mapping[str, Any], fields: Mapping[str, Any], path: str
) -> Iterator[str]:
    for name, field in fields.items():
        if field.default is attrs.NOTHING and name not in data:
            yield f"{_at(path, name)}: is missing"


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _value(data: Any, kind: Any, path: str, problems: list[str]) -> Any:
    if isinstance(kind, types.UnionType):
        kind = kind.__args__[0]
    if attrs.has(kind):
        return _object(data, kind, path, problems)
    items = typing.get_args(kind)
    if items and attrs.has(items[0]):
        return _objects(data, items[0], path, problems)
    try:
        return _reader(kind)(data)
    except _Wrong as wrong:
        problems.append(f"{path}: {wrong}")
        return None


def _objects(
    data: Any, cls: type, path: str, problems: list[str]
) -> tuple[Any, ...]:
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list):
        problems.append(f"{path}: must be tables, each under [[{path}]]")
        return ()
    return tuple(
        _object(one, cls, f"{path} {at}", problems)
        for at, one in enumerate(data, 1)
    )


def _reader(kind: Any) -> Callable[[Any], Any]:
    if kind in READERS:
        return READERS[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda data: _word(data, kind)
    of = READERS[typing.get_args(kind)[1]]
    return lambda data: _mapping(data, of)


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise _Wrong("must be a text in quotes")
    return data


def _whole(data: Any) -> int:
    if not isinstance(data, int) or isinstance(data, bool):
        raise _Wrong("must be a whole number")
    return data


def _flag(data: Any) -> bool:
    if not isinstance(data, bool):
        raise _Wrong("must be true or false")
    return data


def _names(data: Any) -> Names:
    if isinstance(data, str):
        return (data,)
    if not isinstance(data, list) or not all(
        isinstance(one, str) for one in data
    ):
        raise _Wrong("must be a text or a list of texts")
    return tuple(data)


def _sum(data: Any) -> Sum:
    if isinstance(data, str):
        return ((data,),)
    if not isinstance(data, list):
        raise _Wrong("must be a column or a list of columns")
    return tuple(map(_names, data))


def _word(data: Any, kind: type[Enum]) -> Enum:
    words = [str(one.value) for one in kind]
    if data not in words:
        hint = nearest(str(data), words) or f"; one of {', '.join(words)}"
        raise _Wrong(f"{data!r} is unknown{hint}")
    return kind(data)


def _mapping(data: Any, of: Callable[[Any], Any]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _Wrong("must be a table")
    return {name: of(one) for name, one in data.items()}


READERS: Final[dict[Any, Callable[[Any], Any]]] = {
    str: _text,
    int: _whole,
    bool: _flag,
    Names: _names,
    Sum: _sum,
}
