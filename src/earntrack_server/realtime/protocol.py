"""The websocket protocol `earntrack.v1`: frames of JSON text.

The server says `hello` with the numbers of the events that it still has, and
then sends what is new. A client that has seen some before says `subscribe`
at once, with the last number, or connects to `/ws?since=NUMBER`. Events come
in order, each once; a `reset` says that some are lost for good, and that the
client should load everything anew.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from earntrack_core.kernel.ids import UserId
from earntrack_core.ports.storage import StoredEvent
from earntrack_core.wire import MalformedError, dumps, loads


SUBPROTOCOL: Final = "earntrack.v1"
LONGEST: Final = 4096
"""No client has more than this to say at once."""

ONLINE: Final = "user:online"
OFFLINE: Final = "user:offline"


class Code(IntEnum):
    """Why the server closes a socket."""

    AWAY = 1001
    POLICY = 1008
    TRY_AGAIN = 1013
    SIGNED_OUT = 4401


@frozen
class Subscribe:
    """The client wants all events after a number; None: only new ones."""

    since: int | None


@frozen
class Ping:
    """The client wants to know that somebody is there."""


@frozen
class Frame:
    """An event as it is sent."""

    number: int
    text: str


def hello(bounds: tuple[int, int], present: Collection[UserId]) -> str:
    """Return the first frame of the server."""
    first, last = bounds
    return dumps(
        {
            "type": "hello",
            "protocol": SUBPROTOCOL,
            "first": first,
            "last": last,
            "present": sorted(str(user) for user in present),
        }
    )


def event_frame(event: StoredEvent) -> Frame:
    """Return the frame of a stored event; its data is JSON already."""
    head = dumps(
        {
            "type": "event",
            "number": event.number,
            "topic": event.topic,
            "at": event.at,
        }
    )
    return Frame(event.number, f'{head[:-1]},"data":{event.data}}}')


def frames(events: Sequence[StoredEvent]) -> list[Frame]:
    """Return the frames of stored events."""
    return [event_frame(event) for event in events]


def note(topic: str, at: datetime, data: Any) -> str:
    """Return the frame of something that is only true now: no number."""
    return dumps({"type": "event", "topic": topic, "at": at, "data": data})


def presence(user: UserId, *, online: bool) -> str:
    """Return the frame that says who came or went."""
    topic = ONLINE if online else OFFLINE
    who: UUID = user
    return dumps({"type": "presence", "topic": topic, "data": {"userId": who}})


def reset(bounds: tuple[int, int]) -> str:
    """Return the frame that says that events were missed for good."""
    first, last = bounds
    return dumps({"type": "reset", "first": first, "last": last})


def pong() -> str:
    """Return the answer to a ping."""
    return dumps({"type": "pong"})


def complaint(code: str, message: str) -> str:
    """Return the frame that says what was wrong with the client's."""
    return dumps({"type": "error", "code": code, "message": message})


def read_frame(text: str) -> Subscribe | Ping:
    """Return what a client says.

    Raises:
        MalformedError: It is not in the protocol.
    """
    tree = loads(text)
    kind = tree.get("type") if type(tree) is dict else None
    if kind == "ping":
        return Ping()
    if kind != "subscribe":
        raise MalformedError("Send a frame of type subscribe or ping.")
    since = tree.get("since")
    if since is not None and (type(since) is not int or since < 0):
        raise MalformedError("since must be a number of an event, or null.")
    return Subscribe(since)
