"""Logs: one line of JSON per event, or colours for people; no secrets."""

import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, Final, TextIO

import orjson
import structlog
from attrs import frozen
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor


HIDDEN: Final = "[hidden]"
SECRET_NAMES: Final = re.compile(
    r"authori[sz]ation|cookie|passw|secret|token|api_?key|csrf", re.IGNORECASE
)
SECRET_TEXTS: Final = re.compile(
    r"(?i:bearer\s+)[\w.~+/=-]+"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"
)
"""Tokens, and the user and password in URLs."""

HARMLESS: Final = frozenset({int, float, bool, type(None)})

LOUD: Final = ("aiohttp.access", "asyncio")
"""Libraries that say in debug what nobody asked."""


def hide(name: str, value: Any) -> Any:
    """Return what may be logged of a value."""
    if _is_secret(name):
        return None if value is None else HIDDEN
    return _hidden(value, name)


def _hidden(value: Any, name: str) -> Any:
    kind = type(value)
    if kind is str:
        value = _hide_inside(value)
    elif kind not in HARMLESS and isinstance(value, Mapping):
        value = {key: hide(str(key), inner) for key, inner in value.items()}
    elif kind is list or kind is tuple:
        value = [hide(name, inner) for inner in value]
    return value


def _hide_inside(text: str) -> str:
    if "." in text or "://" in text or " " in text:
        return SECRET_TEXTS.sub(HIDDEN, text)
    return text


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def redact(
    _: Any, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take secrets out of an event."""
    for name, value in event.items():
        event[name] = hide(name, value)
    return event


@frozen
class LineWriter:
    """Writes finished lines; what structlog calls a logger."""

    name: str
    out: TextIO
    lock: Lock

    def msg(self, text: str) -> None:
        """Write a line."""
        with self.lock:
            self.out.write(text + "\n")
            self.out.flush()

    debug = info = warning = error = critical = exception = msg


def _add_name(
    logger: Any, _: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    record = event.get("_record")
    event["logger"] = logger.name if record is None else record.name
    return event


def _json(event: Mapping[str, Any], **_: Any) -> str:
    try:
        return orjson.dumps(event, default=str).decode()
    except TypeError:
        return json.dumps(event, default=str)


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        _add_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _finish(style: str, *, colours: bool) -> list[Processor]:
    """Return the last processors; none of them shows local variables."""
    if style == "json":
        trace = ExceptionDictTransformer(show_locals=False)
        return [
            structlog.processors.ExceptionRenderer(trace),
            redact,
            structlog.processors.JSONRenderer(serializer=_json),
        ]
    plain = structlog.dev.plain_traceback
    return [
        redact,
        structlog.dev.ConsoleRenderer(
            colors=colours, exception_formatter=plain
        ),
    ]


def _hear_libraries(
    level: str, out: TextIO, finish: Sequence[Processor]
) -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *finish,
        ],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)


def set_up_logs(level: str, style: str, stream: TextIO | None = None) -> None:
    """Send all logs, ours and those of libraries, to *stream*.

    *style* is `json` or `console`. Ours take the short way, without the
    machinery of the standard library.
    """
    out = sys.stderr if stream is None else stream
    finish = _finish(style, colours=out.isatty())
    _hear_libraries(level.upper(), out, finish)
    lock = Lock()
    structlog.configure(
        processors=[*_shared(), *finish],
        logger_factory=lambda name="earntrack": LineWriter(name, out, lock),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
