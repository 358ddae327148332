"""Is this file the paper that was signed? One function, one closed verdict, never an exception, never the network.

Trust comes from this instance or from a bundle that it exported, never from the file or from beside it. That is the
point of the verdict: a file cut back to an earlier revision, and one with pages drawn over it, pass for "valid" with
many programs, because each signature in them is genuine.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from mediation.clock import SITE_ZONE
from mediation.crypto import sha256
from mediation.language import _, speak

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

    from mediation.documents.signatures import Signature

MOST_BYTES = 100_000_000
_SCAN = "scan"


class Verdict(StrEnum):
    """All that `verify` can say. Only VALID is a yes."""

    VALID = "valid"
    UNCHECKED = "genuine, not checked against a trail"
    INCOMPLETE = "incomplete"
    ALTERED = "altered"
    UNKNOWN_SIGNER = "unknown signer"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """What the trail says of one signature: its slot, when it was made, the certificate's fingerprint if it was kept."""

    name: str
    signed_at: datetime
    certificate_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """What the trail says of one paper: the hash of its bytes now, of every earlier revision, who signed, in order.

    `complete` is False while a signature is missing. `sha256` is that of the newest revision. `by_hand`: the slots that were
    signed in ink, on what was printed; a scan of it is kept as a paper of its own, of the form `scan`.
    """

    document_id: str
    sha256: str
    revisions: tuple[str, ...]
    slots: tuple[SlotRecord, ...]
    complete: bool = True
    void: bool = False
    form: str = ""
    number: str | None = None
    by_hand: tuple[str, ...] = ()


Judgement = tuple[Verdict, list[str]]
Finder = Callable[[str, str | None], PaperRecord | None]


def no_trail(_sha256: str, _document_id: str | None) -> PaperRecord | None:
    """Knows no paper: verification then ends at `genuine, not checked against a trail`, at best."""
    return None


@dataclass(frozen=True, slots=True)
class Trust:
    """What is believed: pinned roots (DER), and a way to find the trail's record of a paper.

    `find(sha256, document id)` gets the file's hash and the id that its signatures name (None when it names none); it
    returns the record whose final or earlier hash that is, else the record of that id, else None.
    """

    roots: tuple[bytes, ...]
    find: Finder = no_trail
    source: str = ""

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """SHA-256 of each root."""
        return tuple(sha256(root) for root in self.roots)


@dataclass(frozen=True, slots=True)
class SignerLine:
    """One signature as it is told to a reader."""

    slot: str
    name: str
    at: datetime
    holds: bool


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict, why, and who signed.

    `by_hand`: slots that were signed in ink. `is_text_of_ink`: it is the very text that was printed and then signed by hand by
    all who had to; the file itself bears no signature. `is_void`: the record of the paper says that it was voided.
    """

    verdict: Verdict
    sentences: tuple[str, ...]
    sha256: str
    document_id: str | None = None
    number: str | None = None
    form: str = ""
    signers: tuple[SignerLine, ...] = ()
    empty_slots: tuple[str, ...] = ()
    roots: tuple[str, ...] = field(default=())
    by_hand: tuple[str, ...] = ()
    is_text_of_ink: bool = False
    is_void: bool = False

    @property
    def is_valid(self) -> bool:
        """The only yes."""
        return self.verdict is Verdict.VALID

    @property
    def is_scan(self) -> bool:
        """Is it the picture of what was signed by hand, signed by the committee's key for its integrity alone?"""
        return self.form == _SCAN


@dataclass(frozen=True, slots=True)
class KnownPapers:
    """A finder over records held in memory; it can be sent to a worker."""

    papers: Mapping[str, PaperRecord]
    _by_hash: dict[str, PaperRecord] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for paper in self.papers.values():
            for digest in (*paper.revisions, paper.sha256):
                self._by_hash[digest] = paper

    def __call__(self, digest: str, document_id: str | None) -> PaperRecord | None:
        return self._by_hash.get(digest) or (self.papers.get(document_id) if document_id else None)


def records_by_id(papers: Mapping[str, PaperRecord]) -> Finder:
    """A finder over records held in memory, by document id."""
    return KnownPapers(papers)


def named_document(pdf: bytes) -> str | None:
    """The id of the document that a file's signatures name, unverified; None if there is none. Never raises.

    For judging an upload in a worker: find the record by this id or the file's hash, then send `verify` there with it.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - heavy

    from mediation.documents.signatures import named_in  # noqa: PLC0415 - heavy

    try:
        return named_in(PdfFileReader(io.BytesIO(pdf), strict=True))
    except Exception:  # noqa: BLE001 - a hostile file may raise anything
        return None


def verify(pdf: bytes, trust: Trust) -> Report:
    """Judge a file. Whatever goes wrong in reading it makes `unreadable`. Not for use in an event loop.

    Certificates are judged at the signing times of the record; without a record at the times that the signatures claim.
    """
    from mediation.documents.signatures import refuse_event_loop  # noqa: PLC0415 - heavy

    digest = sha256(pdf)
    refuse_event_loop()
    try:
        return _judged(pdf, digest, trust)
    except Exception as error:  # noqa: BLE001 - a hostile file may raise anything, and the verdict is closed
        return Report(
            Verdict.UNREADABLE,
            (_("文件不是完整的 PDF，或已损坏，无法核验（{kind}）。").format(kind=type(error).__name__),),
            digest,
            roots=trust.fingerprints,
        )


def verify_for(language: str, pdf: bytes, trust: Trust) -> Report:
    """The same in a reader's language, for a worker, which has none of its own."""
    speak(language)
    try:
        return verify(pdf, trust)
    finally:
        speak("")


def _judged(pdf: bytes, digest: str, trust: Trust) -> Report:
    if not pdf or len(pdf) > MOST_BYTES:
        sentence = (
            _("文件是空的。")
            if not pdf
            else _("文件超过 {most} MB，不予核验。").format(most=MOST_BYTES // 10**6)
        )
        return Report(Verdict.UNREADABLE, (sentence,), digest, roots=trust.fingerprints)
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - heavy

    from mediation.documents.signatures import signatures_in, slot_names  # noqa: PLC0415 - heavy

    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    claimed = signatures_in(reader, pdf, trust.roots, {})
    document_id = _one_id(claimed)
    record = trust.find(digest, document_id)
    signatures = claimed
    if record is not None:
        moments = {slot.name: slot.signed_at for slot in record.slots}
        signatures = signatures_in(reader, pdf, trust.roots, moments)
    empty = tuple(name for name in slot_names(reader) if name not in {s.slot for s in signatures})
    verdict, sentences = _weighed(pdf, digest, reader, signatures, empty, record, trust)
    is_text_of_ink = record is not None and not signatures and _is_text_of_ink(record, digest)
    is_void = record is not None and record.void
    if is_void and verdict is Verdict.INCOMPLETE and not is_text_of_ink:
        sentences = [*sentences, _("这份文书已经作废，不能再用。")]
    return Report(
        verdict,
        tuple(sentences),
        digest,
        document_id=record.document_id if record else document_id,
        number=record.number if record else None,
        form=record.form if record else "",
        signers=tuple(SignerLine(s.slot, s.name, s.judged_at, s.holds) for s in signatures),
        empty_slots=empty,
        by_hand=record.by_hand if record else (),
        is_text_of_ink=is_text_of_ink,
        is_void=is_void,
        roots=trust.fingerprints,
    )


def _weighed(
    pdf: bytes,
    digest: str,
    reader: "PdfFileReader",
    signatures: "tuple[Signature, ...]",
    empty: tuple[str, ...],
    record: PaperRecord | None,
    trust: Trust,
) -> Judgement:
    """The first that applies: nothing signed, changed, a stranger's, cut back or unfinished, not on record, good."""
    if not signatures:
        return _unsigned(pdf, digest, record)
    flaw = _flaw(reader, signatures)
    if flaw is not None:
        return flaw
    if record is None:
        return _without_record(signatures, empty, reader, trust)
    return _against(record, digest, signatures)


def _flaw(reader: "PdfFileReader", signatures: "tuple[Signature, ...]") -> Judgement | None:
    """What speaks against the file by itself, whatever the trail says."""
    from mediation.documents.structures import dangerous_in  # noqa: PLC0415 - heavy

    dangers = dangerous_in(reader)
    if dangers:
        return Verdict.ALTERED, [
            _("文件里有本系统的文书不会有的内容：{found}。").format(found="、".join(dangers))
        ]
    broken = [s.slot for s in signatures if not s.intact]
    if broken:
        return Verdict.ALTERED, [
            _("签名之后内容被改动过（签名位 {slots}）。").format(slots="、".join(broken))
        ]
    strangers = [s for s in signatures if not s.trusted]
    if strangers:
        return Verdict.UNKNOWN_SIGNER, [_stranger(s) for s in strangers]
    if not all(s.holds and s.allowed_changes for s in signatures) or not signatures[-1].covers_all:
        return Verdict.ALTERED, [_("签署完成之后，文件又被添加或修改过内容。")]
    if _one_id(signatures) is None:
        return Verdict.ALTERED, [_("文件里的签名不属于同一份文书。")]
    return None


def _unsigned(pdf: bytes, digest: str, record: PaperRecord | None) -> Judgement:
    if record is not None and digest in {record.sha256, *record.revisions}:
        return Verdict.INCOMPLETE, _of_unsigned(record)
    if b"/ByteRange" in pdf or b"/SigFlags" in pdf:
        return Verdict.ALTERED, [_("文件里的签名已被去掉，或从未签署。")]
    return Verdict.UNREADABLE, [_("文件里没有电子签名，无法核验。")]


def _is_text_of_ink(record: PaperRecord, digest: str) -> bool:
    return record.complete and bool(record.by_hand) and not record.slots and digest == record.sha256


def _of_unsigned(record: PaperRecord) -> list[str]:
    """What is to be said of the text of a paper that bears no signature."""
    if record.slots or not record.by_hand:
        return [_("这是签署之前的文本，还没有任何人签名。")]
    if not record.complete:
        return [_("这是印出来手签的文本；纸上还有人没有签名，或还没有盖章。")]
    sentences = [
        _("这是印出来手签的文本，与登记的一致；签名和印章在纸上，扫描件已存档，这个文件里没有电子签名。"),
        _("手写的签名是不是本人的，要看纸上的原件。"),
    ]
    return [*sentences, _("注意：这份文书后来已作废，签名真实不等于仍然有效。")] if record.void else sentences


def _stranger(signature: "Signature") -> str:
    return _("签名位 {slot} 的签名人“{name}”在 {at} 没有本单位签发的有效证书。").format(
        slot=signature.slot, name=signature.name, at=_day(signature.judged_at)
    )


def _without_record(
    signatures: "tuple[Signature, ...]", empty: tuple[str, ...], reader: "PdfFileReader", trust: Trust
) -> Judgement:
    if empty and not _is_locked(reader):
        return Verdict.INCOMPLETE, [_("还缺这些签名位的签名：{slots}。").format(slots="、".join(empty))]
    sentences = [_("{count} 个签名都由本单位签发的证书所签，内容没有改动。").format(count=len(signatures))]
    if trust.find is no_trail:
        sentences.append(_("没有与办理日志核对：请提供实例的数据目录（--data）或信任文件（--trust）。"))
    else:
        sentences.append(_("办理日志或信任文件中没有这份文书的记录：可能在信任文件导出之后才签署。"))
    sentences.append(_("签署时间是签名自己声明的，未经核对。"))
    if empty:
        sentences.append(
            _("这些签名位没有电子签名（可能在纸上手签）：{slots}。").format(slots="、".join(empty))
        )
    return Verdict.UNCHECKED, sentences


def _against(record: PaperRecord, digest: str, signatures: "tuple[Signature, ...]") -> Judgement:
    if digest != record.sha256:
        if digest in record.revisions:
            missing = [slot.name for slot in record.slots[len(signatures) :]]
            return Verdict.INCOMPLETE, [
                _("这是较早的版本，缺少后来的签名：{slots}。").format(slots="、".join(missing) or _("（无）"))
            ]
        return Verdict.ALTERED, [_("文件与办理日志记录的不一致。")]
    expected = [slot.name for slot in record.slots]
    if [s.slot for s in signatures] != expected:
        return Verdict.ALTERED, [_("文件上的签名与办理日志记录的签名不一致。")]
    for signature, slot in zip(signatures, record.slots, strict=True):
        if slot.certificate_sha256 not in {None, signature.certificate_sha256}:
            return Verdict.UNKNOWN_SIGNER, [
                _("签名位 {slot} 所用的证书不是办理日志记录的那一张。").format(slot=slot.name)
            ]
    if not record.complete:
        return Verdict.INCOMPLETE, [_("还有人没有签名，或还没有盖章，文书没有完成签署。")]
    return Verdict.VALID, _of_valid(record, len(signatures))


def _of_valid(record: PaperRecord, count: int) -> list[str]:
    """What is to be said of a paper of which all holds, and of what its signatures do not prove."""
    sentences = [_("{count} 个签名全部有效，文件与办理日志记录的一致。").format(count=count)]
    if record.form == _SCAN:
        sentences.append(_("这是手签文书的扫描件：电子印章只证明扫描件存档以后没有改动过。"))
    elif record.by_hand:
        sentences.append(_("另有 {count} 处在纸上手签，扫描件已存档。").format(count=len(record.by_hand)))
    if record.form == _SCAN or record.by_hand:
        sentences.append(_("手写的签名是不是本人的，要看纸上的原件。"))
    if record.void:
        sentences.append(_("注意：这份文书后来已作废，签名真实不等于仍然有效。"))
    return sentences


def _is_locked(reader: "PdfFileReader") -> bool:
    """Does a signature lock every field? The seal does."""
    return any(signature.fieldmdp is not None for signature in reader.embedded_signatures)


def _one_id(signatures: "tuple[Signature, ...]") -> str | None:
    named = {signature.document_id for signature in signatures}
    return named.pop() if len(named) == 1 else None


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(SITE_ZONE):%Y-%m-%d}"
