"""What the OpenAPI documents of all applications have in common."""

from collections.abc import Mapping
from typing import Final

from earntrack_core.kernel.paging import MOST
from earntrack_server.http.schemas import Schema


PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "requestId": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the request.",
                    },
                    "message": {"type": "string"},
                },
                "required": ["pointer", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code", "requestId"],
}
SECURITY: Final[Mapping[str, Schema]] = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-earntrack",
        "description": "For our own pages; writes need `X-CSRF-Token`, too.",
    },
}


def parameter(name: str, place: str, schema: Schema, text: str = "") -> Schema:
    """Return the description of a parameter."""
    made: Schema = {"name": name, "in": place, "schema": schema}
    if place == "path":
        made["required"] = True
    return made | ({"description": text} if text else {})


KEY: Final = parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "Makes a repeated request take effect once.",
)
MATCH: Final = parameter(
    "If-Match",
    "header",
    {"type": "string", "pattern": r'^(\*|"[0-9]{1,18}")$'},
    "The ETag that the record must still have.",
)
NONE_MATCH: Final = parameter(
    "If-None-Match",
    "header",
    {"type": "string"},
    "An ETag that is known already: then the answer is 304.",
)
PAGING: Final = (
    parameter(
        "limit",
        "query",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50},
    ),
    parameter(
        "cursor", "query", {"type": "string"}, "`next` of the page before."
    ),
)
HEADERS: Final[Mapping[str, Schema]] = {
    "ETag": {
        "schema": {"type": "string"},
        "description": "The version of the record.",
    },
    "Link": {
        "schema": {"type": "string"},
        "description": "The next page, if there is one.",
    },
}
