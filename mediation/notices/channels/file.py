"""The file channel: a letter in the encrypted store. It is a person's in-tray, and a party's place in the case's file."""

import json

from mediation.documents.store import Store
from mediation.notices.channels.interface import Message, Receipt
from mediation.notices.readers import Reader


class FileChannel:
    """The same message is the same bytes, and the same bytes are one file: putting it twice puts it once."""

    code = "file"
    outward = False
    reaches = frozenset({"person", "party"})

    def __init__(self, store: Store) -> None:
        self._store = store

    def address(self, reader: Reader) -> str:
        return reader.key

    def send(self, address: str, message: Message) -> Receipt:
        return Receipt(sha256=self._store.put(as_letter(address, message)))


def as_letter(address: str, message: Message) -> bytes:
    """The letter as it lies in the store."""
    letter = {
        "id": message.id,
        "to": address,
        "notice": message.notice,
        "subject": message.subject,
        "body": message.body,
        "written_at": message.written_at.isoformat(),
    }
    return json.dumps(letter, ensure_ascii=False, sort_keys=True).encode()


def read_letter(data: bytes) -> dict[str, str]:
    """What a letter says."""
    found: dict[str, str] = json.loads(data)
    return found
