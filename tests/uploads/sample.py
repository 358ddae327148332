"""One file of the corpus."""

from dataclasses import dataclass

CANARY = "岱钦巴图尔 13900001234"
"""Words that a camera or a program may have written into a file; they are nobody's business but the file's own."""


@dataclass(frozen=True)
class Sample:
    """`types`: those as which it may be taken; empty if it must be refused; None if it may be taken or refused."""

    family: str
    what: str
    data: bytes
    types: tuple[str, ...] | None
    name: str = ""
