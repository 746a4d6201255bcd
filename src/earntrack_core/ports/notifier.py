"""The notifier port: messages to people."""

from typing import Protocol

from attrs import field, frozen


@frozen(kw_only=True)
class Message:
    """A message to one person; never logged, since it may hold a secret."""

    to: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)


class Notifier(Protocol):
    """Sends messages over one channel."""

    @property
    def channel(self) -> str:
        """What kind of address `Message.to` is: email, ..."""
        ...

    def send(self, message: Message) -> None:
        """Hand a message over for delivery.

        Raises:
            UnavailableError: The channel is down; try again later.
            InvalidError: The message can never be delivered.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class MessageWriter(Protocol):
    """Writes the text of messages, in the language of their reader."""

    def write(
        self, template: str, to: str, locale: str, facts: dict[str, str]
    ) -> Message:
        """Fill in a template.

        Raises:
            NotFoundError: There is no template of that name.
        """
        ...
