"""Rates of the European Central Bank, from a file that is kept up to date.

The base is the euro; other directions are for the rules of exchange. The
file is read at the first question, and again after it was changed; while a
changed one cannot be read, the rates of before go on to be used.
"""

import logging
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple, Self

from attrs import define, field

from earntrack_adapters.rates.ecb_files import Book, read_book
from earntrack_core.kernel.errors import (
    InvalidError,
    UnavailableError,
)
from earntrack_core.ports.rates import Quote


log = logging.getLogger(__name__)

PREFIX: Final = "ecb:"
BASE: Final = "EUR"
SOURCE: Final = "ECB"


class Version(NamedTuple):
    """What changes when a file is changed."""

    number: int
    size: int
    at: int


@define
class EcbRates:
    """Knows what a euro was worth; threads may share it."""

    place: Path
    _book: Book | None = field(default=None, init=False)
    _version: Version | None = field(default=None, init=False)
    _problem: str = field(default="", init=False)
    _lock: Lock = field(factory=Lock, init=False)

    @classmethod
    def open(cls, url: str) -> Self:
        """Return the rates of a URL like `ecb:/data/eurofxref-hist.zip`.

        Raises:
            InvalidError: It names no file.
            UnavailableError: The file cannot be found.
        """
        name = url.removeprefix(PREFIX)
        if not name:
            raise InvalidError("url", "must be like ecb:/path/to/file")
        rates = cls(Path(name))
        rates._find()
        return rates

    def latest(self, base: str, quote: str, on: date) -> Quote | None:
        """Return the last rate of the euro up to a day.

        Raises:
            UnavailableError: The file was never read and cannot be.
        """
        series = self._read().get(quote) if base == BASE else None
        found = series.latest(on) if series is not None else None
        if found is None:
            return None
        day, value = found
        return Quote(
            base=base, quote=quote, on=day, value=value, source=SOURCE
        )

    def close(self) -> None:
        """Forget the rates; they are read again when asked for."""
        with self._lock:
            self._book = self._version = None

    def _read(self) -> Book:
        """Return the rates, read anew if the file was changed."""
        with self._lock:
            try:
                self._refresh()
            except UnavailableError as error:
                if self._book is None:
                    self._version = None
                    raise
                if self._problem != str(error):
                    self._problem = str(error)
                    log.warning("%s The rates of before are used.", error)
            return self._book or {}

    def _refresh(self) -> None:
        version = self._find()
        if version == self._version:
            return
        self._version = version
        try:
            with self.place.open("rb") as file:
                self._book = read_book(file)
        except (OSError, InvalidError) as error:
            raise self._unavailable(error) from error
        self._problem = ""

    def _find(self) -> Version:
        try:
            found = self.place.stat()
        except OSError as error:
            raise self._unavailable(error) from error
        return Version(found.st_ino, found.st_size, found.st_mtime_ns)

    def _unavailable(self, error: OSError | InvalidError) -> UnavailableError:
        problem = getattr(error, "strerror", None) or str(error)
        return UnavailableError(f"rate file {self.place}", problem)
