"""The streams of a paper as they are written: each compressed once, where the library would do it three times.

Imported only in a worker: pydyf comes with WeasyPrint.
"""

import zlib
from itertools import accumulate
from typing import Any, Final

import pydyf

_LEVEL: Final = 6
"""Half the time of the library's 9, for half a hundredth more bytes."""
_BEGUN, _ENDED = b"\nstream\n", b"\nendstream"
_LINE_ENDS: Final = (b"\r", b"\n")


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
    _end_objects(pdf)


def end_table(pdf: bytes) -> bytes:
    """A written file with no doubt where its table of objects, the last of its streams, ends either.

    The library makes that stream as it writes; an end in doubt is compressed once more, which moves nothing that is counted.
    """
    place = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    begun = pdf.index(_BEGUN, place)
    end = pdf.rindex(_ENDED)
    packed, filters = pdf[begun + len(_BEGUN) : end], [b"/FlateDecode"]
    if not packed.endswith(_LINE_ENDS):
        return pdf
    length = b"/Length %d" % len(packed)
    while packed.endswith(_LINE_ENDS):
        packed = zlib.compress(packed, _LEVEL)
        filters.append(b"/FlateDecode")
    entries = pdf[place:begun].replace(length, b"/Length %d" % len(packed))
    entries = entries.replace(b"/Filter /FlateDecode", b"/Filter [%s]" % b" ".join(filters))
    return b"".join((pdf[:place], entries, _BEGUN, packed, pdf[end:]))


def _settled(stream: pydyf.Stream) -> WrittenStream:
    if stream.extra.get("Subtype") == "/Image":
        stream.extra["Interpolate"] = "false"
    written = WrittenStream(stream)
    for _attempt in range(8):
        if not _ends_in_doubt(written):
            break
        # A last byte that looks like a line end is taken for one.
        if stream.compress and _is_ascii(stream):
            stream.stream.append(b"")  # a blank line more changes the bytes alone
        elif stream.compress or stream.extra.get("Filter") == "/FlateDecode":
            stream = _twice_compressed(stream, written)
        written = WrittenStream(stream)
    return written


def _twice_compressed(stream: pydyf.Stream, written: WrittenStream) -> pydyf.Stream:
    """The same font or picture with other last bytes."""
    packed = zlib.compress(written.data[written.data.index(_BEGUN) + len(_BEGUN) : -len(_ENDED)], _LEVEL)
    entries = {**stream.extra, "Filter": pydyf.Array(["/FlateDecode", "/FlateDecode"])}
    if "DecodeParms" in entries:
        entries["DecodeParms"] = pydyf.Array(["null", entries["DecodeParms"]])
    again = pydyf.Stream([packed], entries)
    again.number = stream.number
    return again


class _Spaced(pydyf.Dictionary):  # type: ignore[misc]  # no types are published
    """A dictionary with a blank after it."""

    @property
    def data(self) -> bytes:
        spaced: bytes = super().data + b" "
        return spaced


def _end_objects(pdf: Any) -> None:
    """See that the stream of the small objects, which the library makes at the end, ends in no doubt either."""
    small = [place for place, made in enumerate(pdf.objects) if made.free != "f" and made.compressible]
    for place in small[:8]:
        data = [pdf.objects[number].data for number in small] + [pdf.info.data]
        starts = accumulate((len(one) + 1 for one in data), initial=0)
        places = (
            f"{number} {start}" for number, start in zip([*small, len(pdf.objects)], starts, strict=False)
        )
        whole = b"\n".join([" ".join(places).encode(), *data])
        if zlib.compress(whole, 0)[-1:] not in _LINE_ENDS:
            break
        plain = pdf.objects[place]
        if type(plain) is pydyf.Dictionary:
            spaced = _Spaced(plain)
            spaced.number = plain.number
            pdf.objects[place] = spaced


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
