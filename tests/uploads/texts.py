"""Plain words, which are taken, and markup, which is not, however it is disguised."""

from collections.abc import Iterator
from random import Random

from tests.uploads.sample import CANARY, Sample

UTF_8, GB = "text/plain; charset=utf-8", "text/plain; charset=gb18030"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def good(_chance: Random) -> Iterator[Sample]:
    def taken(what: str, data: bytes, media_type: str = UTF_8) -> Sample:
        return Sample("words", what, data, (media_type,))

    yield taken("a note", f"2026年3月1日，借到人民币五千元。{CANARY}\n".encode())
    yield taken("a note of Windows", "借条：五千元。\r\n".encode("gb18030"), GB)
    yield taken("with a mark", b"\xef\xbb\xbf" + "借条".encode())
    yield taken("less and more", "3 < 5，a<b，<此处空白>".encode())
    yield taken("a formula", b"=HYPERLINK(1),2\r\n")
    yield taken("turned round", "借条\u202e五千元".encode())
    yield taken("one long line", b"a" * 3_000_000)
    yield taken("chat", "[2026-03-01 10:00] 甲: 你好\n".encode() * 500)
    yield taken("a test of scanners", EICAR)
    yield taken("an address", b"javascript:alert(1)")
    yield taken("JSON", b'{"a": [1, 2]}')


def markup(_chance: Random) -> Iterator[Sample]:
    def refused(what: str, data: bytes) -> Sample:
        return Sample("markup", what, data, ())

    svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"
    page = "<!DOCTYPE html><html><body onload=alert(1)></body></html>"
    for what, text in (
        ("a page", page),
        ("a drawing", svg),
        ("a drawing with a head", f"<?xml version='1.0'?>{svg}"),
        ("a page after blanks", " \n\t" * 20_000 + page),
        ("a page after words", "借条" * 30_000 + page),
        ("a script alone", "<script>alert(1)</script>"),
        ("a script in capitals", "<ScRiPt src=//example.com/x>"),
        ("a script with a blank", "< script>alert(1)</script>"),
        ("a script over lines", "<\n\nscript>alert(1)</script>"),
        ("a frame", "<iframe srcdoc='x'></iframe>"),
        ("an object", "<object data='x'></object>"),
        ("a sum", "<math><mtext></mtext></math>"),
        ("PHP", "<?php echo 1; ?>"),
        ("entities", "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><x>&b;</x>"),
        ("an entity elsewhere", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>"),
        ("a style sheet of XSL", "<xsl:stylesheet version='1.0'/>"),
        ("a page saved whole", f"MIME-Version: 1.0\nContent-Type: multipart/related\n\n{page}"),
    ):
        yield refused(what, text.encode())
        if len(text) < 1_000:
            yield refused(f"{what}, for Windows", ("借条" + text).encode("gb18030"))
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        yield refused(f"a page in {encoding}", page.encode(encoding))
    yield refused("nothing", b"")
    yield refused("zeros", bytes(1_000))
    yield refused("a zero among words", "借\x00条".encode())
    yield refused("what a terminal obeys", b"\x1b]0;x\x07\x1b[2J")
    yield refused("no words of any kind", bytes(range(128, 256)) * 4)
