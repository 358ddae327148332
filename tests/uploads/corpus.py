"""Three hundred files that somebody might hand in, made by families from a seed: no file of them lies in the repository.

A sample says what must become of it, where that can be said: taken as one of these types, or refused. What was spoiled at
random may be either, and nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.uploads import archives, bombs, documents, pictures, recordings, texts
from tests.uploads.sample import Sample

FAMILIES: tuple[Callable[[Random], Iterator[Sample]], ...] = (
    pictures.good,
    pictures.foreign,
    pictures.joined,
    documents.good,
    documents.acting,
    documents.broken,
    archives.office,
    archives.packed,
    archives.programs,
    recordings.good,
    recordings.joined,
    texts.good,
    texts.markup,
    bombs.small,
)
_NAMES = (
    "借条.jpg",
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "看我\u202egpj.exe",
    "a.pdf.exe",
    "con.png",
    "x\r\nSet-Cookie: planted=1.png",
    'x";filename="y.exe',
    "<img src=x onerror=alert(1)>.png",
    "照" * 300 + ".jpg",
    ".htaccess",
    "",
    "index.html",
    "图片.svg",
    "C:\\用户\\借条.docx",
    "%2e%2e%2fx.php",
    "a\x00.png",
)


@dataclass(frozen=True)
class Spoiling:
    """One way in which a good file is spoiled."""

    name: str
    do: Callable[[bytes, Random], bytes]


def corpus(seed: int, count: int = 300, *, heavy: bool = True) -> list[Sample]:
    """The files of a seed: all of the families, then good ones spoiled until there are so many. `heavy`: the slow ones too."""
    chance = Random(seed)  # noqa: S311  a draw, not a key
    made = [sample for family in FAMILIES for sample in family(chance)]
    if heavy:
        made += bombs.large(chance)
    good = [one for one in made if one.types and len(one.data) < 200_000]
    while len(made) < count:
        one, how = chance.choice(good), chance.choice(SPOILINGS)
        spoiled = how.do(one.data, chance)
        made.append(Sample("spoiled", f"{one.what}, {how.name}", spoiled, None))
    return [replace(one, name=chance.choice(_NAMES)) for one in made]


def drawn(seed: int, count: int) -> Sequence[Sample]:
    """So many of the quick ones: of each family some, in the order of the seed."""
    chance = Random(seed)  # noqa: S311  a draw, not a key
    found = corpus(seed, heavy=False)
    chance.shuffle(found)
    firsts = {one.family: one for one in reversed(found)}
    rest = [one for one in found if one is not firsts[one.family]]
    return [*firsts.values(), *rest][:count]


def _cut(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(1, len(data))]


def _flipped(data: bytes, chance: Random) -> bytes:
    spoiled = bytearray(data)
    for _time in range(chance.randint(1, 12)):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def _doubled(data: bytes, chance: Random) -> bytes:
    first, last = sorted(chance.randrange(len(data)) for _end in range(2))
    return data[:last] + data[first:]


def _gapped(data: bytes, chance: Random) -> bytes:
    first, last = sorted(chance.randrange(len(data)) for _end in range(2))
    return data[:first] + bytes(last - first) + data[last:]


def _behind_html(data: bytes, _chance: Random) -> bytes:
    return b"<html><script>alert(1)</script>" + data


def _before_html(data: bytes, _chance: Random) -> bytes:
    return data + b"<html><script>alert(1)</script>"


SPOILINGS = (
    Spoiling("cut short", _cut),
    Spoiling("bytes changed", _flipped),
    Spoiling("a part twice", _doubled),
    Spoiling("a part blank", _gapped),
    Spoiling("behind a page", _behind_html),
    Spoiling("before a page", _before_html),
)
