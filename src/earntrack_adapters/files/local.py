"""Files in a directory of this machine.

A file appears under its name only when it is written and flushed to the
disk: there is either the old one, or the whole new one, never a part.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Final

from attrs import field, frozen

from earntrack_core.kernel.errors import (
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from earntrack_core.ports.files import checked_key


PARTIAL: Final = ".partial"
"""Where files grow; no key begins with a dot."""
STALE: Final = 24 * 60 * 60
"""After how many seconds a partial file was left behind by a crash."""
OURS: Final = 0o700
ABSENT: Final = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
IN_THE_WAY: Final = (FileExistsError, NotADirectoryError, IsADirectoryError)


@frozen
class LocalFiles:
    """Keeps files that only the user who runs EarnTrack may read."""

    root: Path = field(converter=Path)

    def __attrs_post_init__(self) -> None:
        with _reported():
            self.root.mkdir(mode=OURS, parents=True, exist_ok=True)
            self._partial.mkdir(mode=OURS, exist_ok=True)
            _sweep(self._partial)

    def save(self, key: str, content: BinaryIO) -> int:
        """Store a whole file, or nothing."""
        place = self._place(key)
        with _reported():
            partial, size = _write(self._partial, content)
            try:
                _make_parents(place, self.root)
                partial.replace(place)
                _flush_directory(place.parent)
            except IN_THE_WAY as error:
                raise InvalidError(
                    "key", f"{key!r} and another key exclude each other"
                ) from error
            finally:
                partial.unlink(missing_ok=True)
        return size

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading."""
        place = self._place(key)
        with _reported():
            try:
                return place.open("rb")
            except ABSENT as error:
                raise NotFoundError("file", key) from error

    def remove(self, key: str) -> None:
        """Forget a file."""
        place = self._place(key)
        with _reported(), suppress(*ABSENT):
            place.unlink()
            _flush_directory(place.parent)

    @property
    def _partial(self) -> Path:
        return self.root / PARTIAL

    def _place(self, key: str) -> Path:
        return self.root / checked_key(key)


def _write(directory: Path, content: BinaryIO) -> tuple[Path, int]:
    """Write a file that only we may read; return its place and size."""
    with NamedTemporaryFile(dir=directory, delete=False) as file:
        place = Path(file.name)
        try:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        return place, file.tell()


def _make_parents(place: Path, root: Path) -> None:
    """Make the directories down to a file, each for us alone."""
    for parent in reversed(place.relative_to(root).parents):
        if not (root / parent).exists():
            (root / parent).mkdir(mode=OURS, exist_ok=True)
            _flush_directory((root / parent).parent)


def _flush_directory(place: Path) -> None:
    """Make the names in a directory survive a loss of power, where it can."""
    if os.name == "nt":
        return
    directory = os.open(place, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _sweep(partials: Path) -> None:
    """Remove the partial files of processes that crashed long ago."""
    for partial in partials.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - partial.stat().st_mtime > STALE:
                partial.unlink()


@contextmanager
def _reported() -> Iterator[None]:
    """Say in our own words what the operating system refuses."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnavailableError("file store", reason) from error
