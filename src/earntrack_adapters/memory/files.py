"""Files that live in the process."""

from io import BytesIO
from typing import BinaryIO

from attrs import define, field

from earntrack_core.kernel.errors import NotFoundError
from earntrack_core.ports.files import checked_key


@define
class MemoryFiles:
    """Keeps files in a dictionary."""

    _files: dict[str, bytes] = field(factory=dict, init=False)

    def save(self, key: str, content: BinaryIO) -> int:
        """Store a file."""
        checked_key(key)
        read = content.read()
        self._files[key] = read
        return len(read)

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading."""
        kept = self._files.get(checked_key(key))
        if kept is None:
            raise NotFoundError("file", key)
        return BytesIO(kept)

    def remove(self, key: str) -> None:
        """Forget a file."""
        self._files.pop(checked_key(key), None)
