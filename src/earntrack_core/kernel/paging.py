"""Pages of long lists: a cursor says after which thing to go on."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from attrs import field, frozen

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.texts import is_control


T = TypeVar("T")

MOST: Final = 500
LONGEST: Final = 4_000
"""No cursor has more characters."""
WIDEST: Final = 2**63
"""Numbers in a cursor are smaller, whatever their sign."""


def in_bounds(_: object, __: object, value: int) -> None:
    """Refuse pages of no size, and pages that are no pages.

    One more than the most is how a service learns that there is a next one.
    """
    if not 1 <= value <= MOST + 1:
        raise InvalidError("limit", f"must be 1 to {MOST}")


@frozen(kw_only=True)
class Cursor:
    """A place in a list: the order, its value there, and the thing's id."""

    order: str
    value: str | int
    id: UUID

    def encode(self) -> str:
        """Return the cursor as the opaque text that clients pass back."""
        text = json.dumps([self.order, self.value, self.id.hex])
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Read what `Cursor.encode` wrote.

    Raises:
        InvalidError: Somebody else wrote it, or it asks for a place that
            cannot be stored.
    """
    try:
        order, value, key = _fields(text)
        cursor = Cursor(order=order, value=value, id=UUID(hex=key))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidError("cursor", "is not one of ours") from error
    if not (_storable(order, str) and _storable(value, str, int)):
        raise InvalidError("cursor", "is not one of ours")
    if cursor.encode() != text:
        raise InvalidError("cursor", "is not one of ours")
    return cursor


def _fields(text: str) -> Any:
    if len(text) > LONGEST:
        raise ValueError("too long")
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _storable(value: object, *kinds: type) -> bool:
    if type(value) not in kinds:
        return False
    if isinstance(value, int):
        return -WIDEST < value < WIDEST
    return not any(map(is_control, str(value)))


@frozen(kw_only=True)
class Part:
    """The part of a list to return: so many, after a place."""

    limit: int = field(default=50, validator=in_bounds)
    after: Cursor | None = None


FIRST: Final = Part()


@frozen
class Page(Generic[T]):
    """A part of a list, and the cursor of the part after it, if any."""

    items: tuple[T, ...]
    next: str | None = None
