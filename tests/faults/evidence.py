"""Evidence handed in while calls fail: a site's play in which somebody at work on a case takes pieces in, gives back, withdraws."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from PIL import Image

from mediation.cases.evidence.page import Piece
from mediation.demo.player import Player
from mediation.demo.script import Step
from mediation.evidence_room import EvidenceRoom

AFTER = "assign"
_WORDS = {
    "kind": "documentary",
    "name": "借条",
    "given_by": "村委会",
    "shows": "当时的约定",
    "medium": "original",
}


@dataclass(frozen=True)
class Picture:
    """A photograph as a browser hands it in."""

    data: bytes
    name: str = "IMG_0001.png"

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def read(self) -> Callable[[], bytes]:
        return lambda: self.data


class Handing(Player):
    """Plays as always, and once, after the first act of assigning, hands evidence in."""

    _handed = False

    def play(self, step: Step) -> None:
        super().play(step)
        act = step.act
        if self._handed or act is None or act.do != AFTER or act.refused or step.dispute is None:
            return
        self._handed = True
        room, ref = self._instance.evidence, self._cases[step.dispute.key]
        first, _second = room.give(act.actor, ref, _WORDS, [picture(1), picture(2)])
        room.give_back(act.actor, ref, first.number, {"returned_to": "村委会"})
        room.withdraw(act.actor, ref, first.number + 1, {"reason": "交错了", "returned_to": "村委会"})


class Trying(Protocol):
    """Does a piece of work whose last commit is the given one, under failures; returns what it made."""

    def __call__(self, label: str, ref: str, work: Callable[[Any], Any], commits: int) -> list[Piece]: ...


class TriedRoom:
    """The room of evidence; each of its acts is tried with failures before it gets through.

    On PostgreSQL the bytes are put into the database in a transaction of their own, before that of the act.
    """

    def __init__(self, room: EvidenceRoom, trying: Trying, commits_of_bytes: int) -> None:
        self._room, self._try, self._bytes = room, trying, commits_of_bytes

    def give(self, actor: str, ref: str, words: Any, files: list[Picture]) -> list[Piece]:
        def work(remember: Any) -> list[Piece]:
            return self._room.give(actor, ref, words, files, remember=remember)

        return self._try("evidence given", ref, work, 1 + self._bytes * len(files))

    def give_back(self, actor: str, ref: str, number: int, words: Any) -> Piece:
        work = partial(self._room.give_back, actor, ref, number, words)
        return self._try("evidence given back", ref, lambda remember: work(remember=remember), 1)[0]

    def withdraw(self, actor: str, ref: str, number: int, words: Any) -> Piece:
        work = partial(self._room.withdraw, actor, ref, number, words)
        return self._try("evidence withdrawn", ref, lambda remember: work(remember=remember), 1)[0]


def picture(shade: int, noise: bytes = b"") -> Picture:
    """A small photograph; with noise it weighs about as much as the noise."""
    output = io.BytesIO()
    if noise:
        side = math.isqrt(len(noise))
        Image.frombytes("L", (side, side), noise[: side * side]).save(output, "PNG")
    else:
        Image.new("RGB", (30, 20), (shade, 100, 100)).save(output, "PNG")
    return Picture(output.getvalue())
