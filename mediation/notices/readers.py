"""Who reads a notice."""

from dataclasses import dataclass, field
from typing import Literal

from mediation.documents.wording import mask_phone

NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader: a person of the staff, a party, a unit (its mailbox, its group chat), or nobody.

    `unit`: code of the staff member's unit. `sees`: whether the case lies within what the reader may see. `away`: on leave
    today; told inside only. `kept_off`: has to keep from the case. `withheld`: what must not be read by this reader anywhere.
    """

    key: str
    kind: Literal["person", "party", "unit", "nobody"]
    name: str = ""
    unit: str = ""
    unit_name: str = ""
    phone: str = ""
    person_id: int | None = None
    party_id: int | None = None
    sees: bool = True
    kept_off: bool = False
    away: bool = False
    withheld: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_party(self) -> bool:
        return self.kind == "party"


def masked_name(name: str) -> str:
    """A name with its first character left: 罗**."""
    return name[:1] + "*" * (len(name) - 1)


def masked_address(address: str) -> str:
    """A phone number or mailbox as pages show it."""
    local, at, domain = address.partition("@")
    return f"{local[:2]}***{at}{domain}" if at else mask_phone(address)
