"""The streams of a paper as they are written: each compressed once, where the library would do it three times.

Imported only in a worker: pydyf comes with WeasyPrint.
"""

import zlib
from typing import Any, Final

import pydyf

_LEVEL: Final = 6
"""Half the time of the library's 9, for half a hundredth more bytes."""
_BEGUN, _ENDED = b"\nstream\n", b"\nendstream"


class WrittenStream(pydyf.Stream):  # type: ignore[misc]  # no types are published
    """A stream whose bytes are settled: asked again, for the file's mark and for the file, it gives the same ones."""

    def __init__(self, stream: pydyf.Stream) -> None:
        self.__dict__.update(vars(stream))
        self._written = _compressed(stream) if stream.compress else stream.data

    @property
    def data(self) -> bytes:
        """Its dictionary and its bytes."""
        return self._written


def finish(document: Any, pdf: Any) -> None:
    """Settle every stream: the XMP packet uncompressed, no doubt where a stream ends, no picture smoothed.

    All three are for readers of PDF/A.
    """
    del document
    packet = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    packet.compress = False
    for place, made in enumerate(pdf.objects):
        if isinstance(made, pydyf.Stream):
            pdf.objects[place] = _settled(made)


def _settled(stream: pydyf.Stream) -> WrittenStream:
    if stream.extra.get("Subtype") == "/Image":
        stream.extra["Interpolate"] = "false"
    written = WrittenStream(stream)
    for _attempt in range(8):
        if not stream.compress or not _ends_in_doubt(written) or not _is_ascii(stream):
            break
        # A last byte that looks like a line end is taken for one. A blank line more changes the bytes alone.
        stream.stream.append(b"")
        written = WrittenStream(stream)
    return written


def _compressed(stream: pydyf.Stream) -> bytes:
    plain = pydyf.Stream(stream.stream, stream.extra).data
    packed = zlib.compress(plain[plain.index(_BEGUN) + len(_BEGUN) : -len(_ENDED)], _LEVEL)
    entries = pydyf.Dictionary({**stream.extra, "Filter": "/FlateDecode", "Length": len(packed)})
    return b"".join((entries.data, _BEGUN, packed, _ENDED))


def _ends_in_doubt(written: WrittenStream) -> bool:
    return written.data.endswith((b"\r\nendstream", b"\n\nendstream"))


def _is_ascii(stream: pydyf.Stream) -> bool:
    """Whether a stream is of operators or a character map, not of a font, picture or profile."""
    parts = (part if isinstance(part, bytes) else str(part).encode() for part in stream.stream)
    return all(part.isascii() for part in parts)
