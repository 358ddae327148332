"""Papers of a simulated year: issued, numbered, signed and sealed as rows by the engine, but neither set nor signed as files.

Only the machine below is another one. Everything that the engine judges about a paper, and every act that a person does
on one, stays as it is; the bytes say of themselves that they are none.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mediation.crypto import Keyring, sha256
from mediation.documents.forms import Form
from mediation.documents.render import RenderedPaper, SlotPlace
from mediation.documents.scan import set_scan
from mediation.documents.signing import prepare_fields, sign_slot
from mediation.documents.snapshot import Snapshot
from mediation.documents.store import FileStore, sealed_as, stored_name

_SAYS = b"simulated: no paper was set or signed "


class RowPress:
    """Stands where the worker stands that sets and signs."""

    def __init__(self) -> None:
        self.papers = 0

    def render(self, form: Form, snapshot: Snapshot) -> RenderedPaper:
        """A paper of one page without content, with a place for each of its signatures."""
        self.papers += 1
        place = SlotPlace(0, 0.0, 0.0, 1.0, 1.0)
        pdf = _SAYS + f"{form.name} {self.papers}".encode()
        return RenderedPaper(pdf, 1, {slot.name: place for slot in snapshot.slots})

    def run(self, work: Callable[..., Any], *args: Any, **_more: Any) -> Any:
        """What the worker would give back, without its work."""
        if work is set_scan:
            self.papers += 1
            return RenderedPaper(
                _SAYS + f"scan {self.papers}".encode(), 1, {"seal": SlotPlace(0, 0.0, 0.0, 1.0, 1.0)}
            )
        if work is prepare_fields:
            return args[0]
        if work is sign_slot:
            self.papers += 1
            return _SAYS + f"revision {self.papers}".encode()
        raise AssertionError(f"a simulated year has no {work.__name__}")

    def close(self) -> None:
        """Nothing to let go of."""


class FleetingStore(FileStore):
    """Encrypted files as ever, but not pressed onto the disk: they are deleted with their year."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        super().__init__(folder, keyring)
        self._own, self._keys = folder, keyring

    def put(self, data: bytes) -> str:
        """Keep the bytes until the year is over, and return their SHA-256."""
        digest = sha256(data)
        name = stored_name(self._keys, digest)
        path = self._own / name[:2] / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(sealed_as(self._keys, digest, data))
        return digest
