"""What every channel offers, and what it is given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mediation.notices.readers import Reader


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. `id` is the same however often it is sent. `page`: the slip's HTML, for the channel that prints."""

    id: str
    notice: str
    urgency: str
    subject: str
    body: str
    written_at: datetime
    page: str = ""

    @property
    def line(self) -> str:
        """The whole as one line."""
        return self.body.replace("\n", "")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What sending came to: what was put into the store, or what the other side calls the message."""

    sha256: str | None = None
    reference: str = ""


class Channel(Protocol):
    """One way of reaching readers. `outward`: what it sends leaves this machine. `reaches`: kinds of reader."""

    code: str
    outward: bool
    reaches: frozenset[str]

    def address(self, reader: Reader) -> str:
        """Where this reader is reached; nothing if that is not known."""
        ...

    def send(self, address: str, message: Message) -> Receipt:
        """Send it. SendingFailed: it may be tried again; SendingRefused: that is of no use.

        Local channels do the same thing however often they are asked to.
        """
        ...
