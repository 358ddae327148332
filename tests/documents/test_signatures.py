"""Reading signatures: at which moment they are judged, and what they must cover."""

import asyncio
import io
from datetime import timedelta

import pytest
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from mediation.documents.authority import create_authority
from mediation.documents.signatures import read_signatures, refuse_event_loop, slot_names
from mediation.documents.verify import verify
from tests.documents.signed import AT, appended, plain_paper, signed_paper


def test_signature_is_judged_at_the_time_handed_in() -> None:
    signed = signed_paper(1)
    later = AT + timedelta(days=3)
    first, seal = read_signatures(signed.pdf, (signed.authority.root,), {"party-01": later})
    assert (first.judged_at, first.claimed_at, first.trusted) == (later, AT, True)
    assert seal.judged_at == seal.claimed_at


def test_signature_judged_after_its_certificates_end_is_not_trusted() -> None:
    signed = signed_paper(1)
    late = AT + timedelta(days=365 * 61)
    first, seal = read_signatures(signed.pdf, (signed.authority.root,), {"party-01": late})
    assert (first.intact, first.trusted, first.holds) == (True, False, False)
    assert seal.holds


def test_signature_under_another_root_is_intact_and_not_trusted() -> None:
    signed = signed_paper(1)
    for roots in ((), (create_authority("示例县", AT).root,)):
        found = read_signatures(signed.pdf, roots)
        assert [(s.intact, s.trusted, s.holds) for s in found] == [(True, False, False)] * 2


def test_one_of_several_roots_is_enough() -> None:
    signed = signed_paper(1)
    roots = (create_authority("另一个县", AT).root, signed.authority.root)
    assert [s.holds for s in read_signatures(signed.pdf, roots)] == [True, True]


def test_drawn_over_page_breaks_the_last_signature_only_by_what_it_covers() -> None:
    signed = signed_paper(1)
    found = read_signatures(appended(signed.pdf, "content"), (signed.authority.root,))
    assert [(s.intact, s.trusted, s.allowed_changes, s.covers_all) for s in found] == [
        (True, True, False, False)
    ] * 2


def test_unsigned_file_has_no_signatures() -> None:
    assert read_signatures(plain_paper(), ()) == ()


def test_slot_names_are_told_signed_or_not() -> None:
    reader = PdfFileReader(io.BytesIO(signed_paper(2).revisions[1]))
    assert slot_names(reader) == ("party-01", "party-02", "seal")


def test_broken_file_raises_what_the_reader_raises() -> None:
    with pytest.raises(PdfReadError):
        read_signatures(b"no pdf", ())


def test_event_loop_is_refused_rather_than_taken_for_a_verdict() -> None:
    signed = signed_paper(1)

    async def judge() -> None:
        verify(signed.pdf, signed.trust)

    with pytest.raises(RuntimeError, match="event loop"):
        asyncio.run(judge())
    refuse_event_loop()
