"""Logs: one line of JSON per event, or colours for people; no secrets."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog
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

LOUD: Final = ("aiohttp.access", "asyncio")
"""Libraries that say in debug what nobody asked."""


def hide(name: str, value: Any) -> Any:
    """Return what may be logged of a value."""
    if SECRET_NAMES.search(name):
        value = None if value is None else HIDDEN
    if isinstance(value, Mapping):
        return {key: hide(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [hide(name, inner) for inner in value]
    return _hide_inside(value) if isinstance(value, str) else value


def _hide_inside(text: str) -> str:
    return SECRET_TEXTS.sub(HIDDEN, text)


def redact(
    _: Any, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take secrets out of an event."""
    for name, value in event.items():
        event[name] = hide(name, value)
    return event


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _finish(style: str, *, colours: bool) -> list[Processor]:
    """Return the last processors; none of them shows local variables."""
    if style == "json":
        trace = ExceptionDictTransformer(show_locals=False)
        return [
            structlog.processors.ExceptionRenderer(trace),
            redact,
            structlog.processors.JSONRenderer(default=str),
        ]
    plain = structlog.dev.plain_traceback
    return [
        redact,
        structlog.dev.ConsoleRenderer(
            colors=colours, exception_formatter=plain
        ),
    ]


def set_up_logs(level: str, style: str, stream: TextIO | None = None) -> None:
    """Send all logs, ours and those of libraries, to *stream*.

    *style* is `json` or `console`.
    """
    out = sys.stderr if stream is None else stream
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_finish(style, colours=out.isatty()),
        ],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
