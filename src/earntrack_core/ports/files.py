"""The files port: uploads and documents, by name."""

import re
from typing import BinaryIO, Final, Protocol

from earntrack_core.kernel.errors import InvalidError


LONGEST_KEY: Final = 200
KEY: Final = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*){0,7}")


def checked_key(key: str) -> str:
    """Return *key*, if it can name a file everywhere and no other place.

    Raises:
        InvalidError: It is not made of small letters, digits, `._-` and
            slashes between names that begin with a letter or digit.
    """
    if len(key) > LONGEST_KEY or KEY.fullmatch(key) is None:
        raise InvalidError("key", f"{key[:LONGEST_KEY]!r} cannot name a file")
    return key


class FileStore(Protocol):
    """Keeps files under keys like `imports/<id>`."""

    def save(self, key: str, content: BinaryIO) -> int:
        """Store a whole file, or nothing; return its size in bytes.

        Raises:
            InvalidError: The key cannot name a file.
            UnavailableError: There is no room, or no access.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading; it can seek.

        Raises:
            NotFoundError: There is no file under that key.
        """
        ...

    def remove(self, key: str) -> None:
        """Forget a file; it does not matter if there is none."""
        ...
