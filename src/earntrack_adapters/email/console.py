"""E-mail that is shown instead of sent."""

import sys
from typing import Final, TextIO

from attrs import field, frozen

from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.ports.notifier import Message


LINE: Final = "-" * 72


@frozen
class ConsoleNotifier:
    """Writes messages to a stream of text, by default standard error."""

    stream: TextIO = field(factory=lambda: sys.stderr)

    @property
    def channel(self) -> str:
        """It stands in for e-mail."""
        return "email"

    def send(self, message: Message) -> None:
        """Show a message as text."""
        shown = (
            f"{LINE}\nTo: {message.to}\nSubject: {message.subject}\n\n"
            f"{message.text.rstrip()}\n{LINE}\n"
        )
        encoding = self.stream.encoding or "utf-8"
        known = shown.encode(encoding, "backslashreplace").decode(encoding)
        try:
            self.stream.write(known)
            self.stream.flush()
        except (OSError, ValueError) as error:
            raise UnavailableError("console", str(error)) from error

    def close(self) -> None:
        """Leave the stream open; it belongs to somebody else."""
