"""The verdict on genuine papers and on a corpus of forgeries. No forgery is ever valid; nothing is ever raised."""

import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from mediation.clock import SystemClock
from mediation.crypto import sha256
from mediation.documents.authority import create_authority
from mediation.documents.press import Renderer
from mediation.documents.signing import prepare_fields, sign_slot
from mediation.documents.verify import (
    MOST_BYTES,
    PaperRecord,
    SlotRecord,
    Trust,
    Verdict,
    named_document,
    records_by_id,
    verify,
)
from tests.documents.signed import (
    AT,
    DOCUMENT_ID,
    FACE,
    SignedPaper,
    appended,
    plain_paper,
    signed_paper,
    slots,
)


@pytest.fixture(scope="module")
def paper() -> SignedPaper:
    return signed_paper(2)


@pytest.mark.parametrize("people", [1, 2, 5])
def test_genuine_paper_with_its_trail_is_valid(people: int) -> None:
    signed = signed_paper(people)
    report = verify(signed.pdf, signed.trust)
    assert report.verdict is Verdict.VALID
    assert report.is_valid
    assert [line.slot for line in report.signers] == [slot.name for slot in signed.record.slots]
    assert [line.name for line in report.signers][:1] == ["张三(申请人)"]
    assert report.document_id == DOCUMENT_ID
    assert report.number == "〔2026〕示人调字第1号"
    assert report.empty_slots == ()


def test_genuine_paper_that_only_the_seal_signs_is_valid() -> None:
    signed = signed_paper(0)
    assert verify(signed.pdf, signed.trust).verdict is Verdict.VALID


def test_genuine_paper_without_a_seal_slot_is_valid() -> None:
    signed = signed_paper(2, seal=False)
    assert verify(signed.pdf, signed.trust).verdict is Verdict.VALID


def test_genuine_paper_stays_valid_when_its_certificates_have_run_out() -> None:
    signed = signed_paper(2, "很早的县", at=datetime(1956, 3, 2, tzinfo=UTC))
    root = x509.load_der_x509_certificate(signed.authority.root)
    assert root.not_valid_after_utc < SystemClock().now()
    assert verify(signed.pdf, signed.trust).verdict is Verdict.VALID


def test_genuine_paper_without_a_trail_is_only_genuine(paper: SignedPaper) -> None:
    report = verify(paper.pdf, paper.roots_only)
    assert report.verdict is Verdict.UNCHECKED
    assert not report.is_valid
    assert any("--trust" in sentence for sentence in report.sentences)


def test_genuine_paper_that_the_trail_does_not_know_is_only_genuine(paper: SignedPaper) -> None:
    report = verify(paper.pdf, Trust(paper.trust.roots, records_by_id({})))
    assert report.verdict is Verdict.UNCHECKED


def test_void_paper_is_valid_and_says_that_it_is_void(paper: SignedPaper) -> None:
    record = replace(paper.record, void=True)
    report = verify(paper.pdf, replace(paper.trust, find=records_by_id({DOCUMENT_ID: record})))
    assert report.verdict is Verdict.VALID
    assert any("作废" in sentence for sentence in report.sentences)


@pytest.mark.parametrize("revision", [0, 2])
def test_paper_voided_before_all_had_signed_says_that_it_is_void(paper: SignedPaper, revision: int) -> None:
    record = replace(
        paper.record,
        sha256=sha256(paper.revisions[revision]),
        revisions=paper.record.revisions[:revision],
        slots=paper.record.slots[:revision],
        complete=False,
        void=True,
    )
    report = verify(
        paper.revisions[revision], replace(paper.trust, find=records_by_id({DOCUMENT_ID: record}))
    )
    assert (report.verdict, report.is_void) == (Verdict.INCOMPLETE, True)
    assert report.sentences[-1] == "这份文书已经作废，不能再用。"
    assert len(report.sentences) == 2


@pytest.mark.parametrize("revision", [0, 1, 2])
def test_earlier_revision_is_incomplete(paper: SignedPaper, revision: int) -> None:
    report = verify(paper.revisions[revision], paper.trust)
    assert report.verdict is Verdict.INCOMPLETE
    assert len(report.signers) == revision


@pytest.mark.parametrize("revision", [1, 2])
def test_earlier_revision_without_a_trail_is_incomplete(paper: SignedPaper, revision: int) -> None:
    report = verify(paper.revisions[revision], paper.roots_only)
    assert report.verdict is Verdict.INCOMPLETE
    assert report.empty_slots == ("party-01", "party-02", "seal")[revision:]


def test_newest_revision_that_still_lacks_a_signature_is_incomplete(paper: SignedPaper) -> None:
    record = replace(
        paper.record,
        sha256=sha256(paper.revisions[2]),
        revisions=paper.record.revisions[:2],
        slots=paper.record.slots[:2],
        complete=False,
    )
    trust = replace(paper.trust, find=records_by_id({DOCUMENT_ID: record}))
    assert verify(paper.revisions[2], trust).verdict is Verdict.INCOMPLETE


@given(where=st.integers(min_value=0), bit=st.integers(0, 7))
@settings(max_examples=120, deadline=None)
def test_flipped_bit_is_never_valid(where: int, bit: int) -> None:
    signed = signed_paper(2)
    forged = bytearray(signed.pdf)
    forged[where % len(forged)] ^= 1 << bit
    assert verify(bytes(forged), signed.trust).verdict in {
        Verdict.ALTERED,
        Verdict.UNREADABLE,
        Verdict.UNKNOWN_SIGNER,
    }


@pytest.mark.parametrize("written", ["padding", "lower case"])
def test_bytes_that_no_signature_covers_are_altered_even_without_a_trail(
    paper: SignedPaper, written: str
) -> None:
    last = list(re.finditer(rb"<[0-9A-F]{1000,}>", paper.pdf))[-1]
    if written == "padding":
        forged = paper.pdf[: last.end() - 3] + b"41" + paper.pdf[last.end() - 1 :]
    else:
        forged = paper.pdf[: last.start()] + last.group().lower() + paper.pdf[last.end() :]
    assert len(forged) == len(paper.pdf)
    assert verify(forged, paper.roots_only).verdict is Verdict.ALTERED


def test_flipped_byte_every_so_often_is_never_valid(paper: SignedPaper) -> None:
    verdicts = set()
    for place in range(0, len(paper.pdf), 397):
        forged = bytearray(paper.pdf)
        forged[place] ^= 0x01
        verdicts.add(verify(bytes(forged), paper.trust).verdict)
    assert verdicts <= {Verdict.ALTERED, Verdict.UNREADABLE, Verdict.UNKNOWN_SIGNER}
    assert Verdict.ALTERED in verdicts


@given(cut=st.integers(min_value=0))
@settings(max_examples=60, deadline=None)
def test_file_cut_anywhere_is_never_valid(cut: int) -> None:
    signed = signed_paper(2)
    part = signed.pdf[: cut % len(signed.pdf)]
    expected = (
        {Verdict.INCOMPLETE}
        if part in signed.revisions
        else {Verdict.ALTERED, Verdict.UNREADABLE, Verdict.INCOMPLETE}
    )
    assert verify(part, signed.trust).verdict in expected


@given(junk=st.binary(min_size=1, max_size=200))
@settings(max_examples=60, deadline=None)
def test_appended_bytes_are_never_valid(junk: bytes) -> None:
    signed = signed_paper(2)
    for trust in (signed.trust, signed.roots_only):
        assert verify(signed.pdf + junk, trust).verdict in {Verdict.ALTERED, Verdict.UNREADABLE}


@given(data=st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_unreadable(data: bytes) -> None:
    assert verify(data, signed_paper(2).trust).verdict is Verdict.UNREADABLE


@pytest.mark.parametrize("change", ["content", "annotation", "script", "layer", "attachment"])
@pytest.mark.parametrize("revision", [1, 2, 3])
@pytest.mark.parametrize("with_trail", [True, False])
def test_appended_revision_is_altered(
    paper: SignedPaper, change: str, revision: int, *, with_trail: bool
) -> None:
    forged = appended(paper.revisions[revision], change)
    report = verify(forged, paper.trust if with_trail else paper.roots_only)
    assert report.verdict is Verdict.ALTERED


def test_look_alike_authority_with_the_same_names_is_unknown(paper: SignedPaper) -> None:
    forged = _signed_by_look_alike(paper)
    assert verify(forged.pdf, paper.trust).verdict is Verdict.UNKNOWN_SIGNER
    assert verify(forged.pdf, paper.roots_only).verdict is Verdict.UNKNOWN_SIGNER


def test_look_alike_with_its_own_roots_beside_it_is_unknown(
    paper: SignedPaper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = _signed_by_look_alike(paper)
    (tmp_path / "paper.pdf").write_bytes(forged.pdf)
    (tmp_path / "root.der").write_bytes(forged.authority.root)
    monkeypatch.chdir(tmp_path)
    assert verify((tmp_path / "paper.pdf").read_bytes(), paper.trust).verdict is Verdict.UNKNOWN_SIGNER


def test_paper_of_another_site_is_unknown(paper: SignedPaper) -> None:
    other = signed_paper(2, "另一个县", "z" * 26)
    assert verify(other.pdf, other.trust).verdict is Verdict.VALID
    assert verify(other.pdf, paper.trust).verdict is Verdict.UNKNOWN_SIGNER


def test_other_paper_of_the_site_under_this_ones_record_is_altered(paper: SignedPaper) -> None:
    other = signed_paper(1, "示例县", "y" * 26)
    trust = Trust(paper.trust.roots, lambda _digest, _id: paper.record)
    assert verify(other.pdf, trust).verdict is Verdict.ALTERED


@pytest.mark.parametrize("days", [-400, 365 * 70])
def test_certificate_not_valid_at_the_recorded_time_is_unknown(paper: SignedPaper, days: int) -> None:
    moved = tuple(
        replace(slot, signed_at=slot.signed_at + timedelta(days=days)) for slot in paper.record.slots
    )
    record = replace(paper.record, slots=moved)
    report = verify(paper.pdf, replace(paper.trust, find=records_by_id({DOCUMENT_ID: record})))
    assert report.verdict is Verdict.UNKNOWN_SIGNER


def test_certificate_other_than_the_recorded_one_is_unknown(paper: SignedPaper) -> None:
    first, *others = paper.record.slots
    record = replace(paper.record, slots=(replace(first, certificate_sha256="0" * 64), *others))
    report = verify(paper.pdf, replace(paper.trust, find=records_by_id({DOCUMENT_ID: record})))
    assert report.verdict is Verdict.UNKNOWN_SIGNER


def test_signers_other_than_the_recorded_ones_are_altered(paper: SignedPaper) -> None:
    extra = SlotRecord("party-03", AT)
    record = replace(paper.record, slots=(*paper.record.slots, extra))
    report = verify(paper.pdf, replace(paper.trust, find=records_by_id({DOCUMENT_ID: record})))
    assert report.verdict is Verdict.ALTERED


def test_stripped_signatures_are_altered(paper: SignedPaper) -> None:
    stripped = _stripped(paper.pdf)
    for trust in (paper.trust, paper.roots_only):
        report = verify(stripped, trust)
        assert report.verdict is Verdict.ALTERED
        assert report.signers == ()


def test_prepared_paper_without_a_record_is_altered_not_incomplete() -> None:
    prepared = prepare_fields(plain_paper(), slots(("party-01", "seal")))
    assert verify(prepared, signed_paper(1).roots_only).verdict is Verdict.ALTERED


def test_unsigned_paper_is_unreadable(paper: SignedPaper) -> None:
    assert verify(plain_paper(), paper.trust).verdict is Verdict.UNREADABLE


def test_zeroed_contents_are_never_valid(paper: SignedPaper) -> None:
    zeroed = re.sub(rb"/Contents <[0-9A-Fa-f]+>", lambda found: _zeros(found.group()), paper.pdf)
    assert zeroed != paper.pdf
    assert verify(zeroed, paper.trust).verdict is Verdict.UNREADABLE


def test_moved_gap_is_altered(paper: SignedPaper) -> None:
    ranges = list(re.finditer(rb"\[0 (\d+) (\d+) (\d+)\]", paper.pdf))
    last = ranges[-1]
    first, second, rest = (int(group) for group in last.groups())
    moved = b"[0 %d %d %d]" % (first - 10, second - 10, rest + 10)
    forged = paper.pdf[: last.start()] + moved.ljust(len(last.group())) + paper.pdf[last.end() :]
    assert verify(forged, paper.trust).verdict in {Verdict.ALTERED, Verdict.UNREADABLE}
    assert verify(forged, paper.roots_only).verdict in {Verdict.ALTERED, Verdict.UNREADABLE}


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-", "这是一封信。\n".encode(), b"%PDF-1.7\n%%EOF\n", b"\x00" * 5000]
)
def test_what_is_no_pdf_is_unreadable(paper: SignedPaper, data: bytes) -> None:
    report = verify(data, paper.trust)
    assert report.verdict is Verdict.UNREADABLE
    assert len(report.sentences) == 1


def test_file_too_large_is_unreadable(paper: SignedPaper) -> None:
    padded = paper.pdf + bytes(MOST_BYTES + 1 - len(paper.pdf))
    report = verify(padded, paper.trust)
    assert report.verdict is Verdict.UNREADABLE
    assert "100 MB" in report.sentences[0]


def test_looking_up_that_fails_is_unreadable(paper: SignedPaper) -> None:
    def broken(_digest: str, _document_id: str | None) -> PaperRecord | None:
        raise OSError

    assert verify(paper.pdf, Trust(paper.trust.roots, broken)).verdict is Verdict.UNREADABLE


def test_no_roots_trust_nobody(paper: SignedPaper) -> None:
    assert verify(paper.pdf, Trust((), paper.trust.find)).verdict is Verdict.UNKNOWN_SIGNER


def test_seal_over_slots_signed_in_ink_is_valid_with_its_trail() -> None:
    signed = _sealed_over_ink()
    report = verify(signed.pdf, signed.trust)
    assert report.verdict is Verdict.VALID
    assert report.empty_slots == ("party-02",)


def test_seal_over_slots_signed_in_ink_without_a_trail_names_them() -> None:
    signed = _sealed_over_ink()
    report = verify(signed.pdf, signed.roots_only)
    assert report.verdict is Verdict.UNCHECKED
    assert any("party-02" in sentence for sentence in report.sentences)


def test_verdict_of_a_worker_is_the_same(paper: SignedPaper, press: Renderer) -> None:
    assert press.run(named_document, paper.pdf) == DOCUMENT_ID
    assert press.run(verify, paper.pdf, paper.trust) == verify(paper.pdf, paper.trust)


@pytest.mark.parametrize("data", [b"", b"no pdf", plain_paper()])
def test_file_without_signatures_names_no_document(data: bytes) -> None:
    assert named_document(data) is None


@pytest.mark.parametrize("people", [1, 5])
def test_pdfsig_calls_every_signature_valid(people: int, tmp_path: Path) -> None:
    program = shutil.which("pdfsig")
    assert program, "pdfsig (Debian package poppler-utils) is missing: ./run test installs it"
    file = tmp_path / "paper.pdf"
    file.write_bytes(signed_paper(people).pdf)
    told = subprocess.run([program, "-nocert", file], capture_output=True, text=True, check=True).stdout
    assert told.count("Signature Validation: Signature is Valid.") == people + 1
    assert told.count("Signature Validation:") == people + 1
    assert told.count("- Total document signed") == 1


def _signed_by_look_alike(paper: SignedPaper) -> SignedPaper:
    """The same frozen paper signed anew by an authority that took the same names."""
    authority = create_authority("示例县", AT)
    revision = paper.revisions[0]
    for slot in paper.record.slots:
        credentials = (
            authority.issue_seal("示例镇人民调解委员会", AT)
            if slot.name == "seal"
            else authority.issue_one_off("张三", "申请人", AT)
        )
        revision = sign_slot(
            revision,
            slot.name,
            credentials,
            FACE,
            slot.signed_at,
            expected_sha256=sha256(revision),
            document_id=DOCUMENT_ID,
            root=authority.root,
            slots=[one.name for one in paper.record.slots],
        )
    return SignedPaper((revision,), paper.record, authority)


def _sealed_over_ink() -> SignedPaper:
    signed = signed_paper(2)
    one_signed = signed.revisions[1]
    seal = signed.authority.issue_seal("示例镇人民调解委员会", AT)
    sealed = sign_slot(
        one_signed,
        "seal",
        seal,
        FACE,
        AT + timedelta(hours=1),
        expected_sha256=sha256(one_signed),
        document_id=DOCUMENT_ID,
        root=signed.authority.root,
        slots=("party-01", "party-02", "seal"),
        in_ink=("party-02",),
    )
    record = replace(
        signed.record,
        sha256=sha256(sealed),
        revisions=signed.record.revisions[:2],
        slots=(signed.record.slots[0], SlotRecord("seal", AT + timedelta(hours=1), seal.certificate_sha256)),
    )
    return SignedPaper((*signed.revisions[:2], sealed), record, signed.authority)


def _stripped(pdf: bytes) -> bytes:
    """The file with the value of every signature field taken out."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        del field["/V"]
        writer.mark_update(reference)
    del writer.root[pdf_name("/Perms")]
    writer.update_root()
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _zeros(entry: bytes) -> bytes:
    return re.sub(rb"<[0-9A-Fa-f]+>", lambda found: b"<" + b"0" * (len(found.group()) - 2) + b">", entry)
