"""Waiting: files that cannot be booked before a question is answered.

Each user has one place for one file, so that nothing piles up; a new file
takes the place of the old one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from attrs import frozen

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import NotFoundError
from earntrack_core.ports.files import FileStore
from earntrack_core.statements.importer import fingerprint


FOLDER: Final = "waiting"


@frozen
class WaitingFile:
    """The place of a user."""

    files: FileStore
    actor: Actor

    @property
    def key(self) -> str:
        """The name of the place."""
        return f"{FOLDER}/{self.actor.workspace_id}/{self.actor.user_id}"

    def keep(self, content: BinaryIO) -> None:
        """Put a file there."""
        content.seek(0)
        self.files.save(self.key, content)

    @contextmanager
    def opened(self, digest: str) -> Iterator[BinaryIO]:
        """Open the file there, if it is still the same.

        Raises:
            NotFoundError: It is not.
        """
        with self.files.open(self.key) as content:
            if fingerprint(content) != digest:
                raise NotFoundError("file", digest[:12])
            yield content

    def drop(self) -> None:
        """Forget the file."""
        self.files.remove(self.key)
