"""Reading the signatures of a paper: who signed which slot, whether it holds, and what it covers.

Trust comes only from the roots handed in. A certificate is judged at the moment handed in for its slot, or, without
one, at the time that the signature itself claims; never at now. Nothing is fetched.
"""

import asyncio
import io
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from mediation.crypto import sha256
from mediation.documents.authority import name_in

# Its warnings on broken files are what the verdict says in words.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
_USAGE = KeyUsageConstraints(key_usage={"non_repudiation"})
_DOCUMENT_ID = re.compile(r"[0-9a-z]{1,64}")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature as it was found. `holds` is the whole judgement on this signature alone."""

    slot: str
    name: str
    certificate_sha256: str
    claimed_at: datetime | None
    judged_at: datetime
    document_id: str | None
    intact: bool
    trusted: bool
    allowed_changes: bool
    covers_all: bool
    holds: bool


def read_signatures(
    pdf: bytes, roots: tuple[bytes, ...], moments: Mapping[str, datetime] | None = None
) -> tuple[Signature, ...]:
    """The signatures in the order in which they were made.

    `moments` gives the recorded signing time of a slot. Raises whatever a broken file makes the reader raise.
    """
    return signatures_in(PdfFileReader(io.BytesIO(pdf), strict=True), pdf, roots, moments or {})


def signatures_in(
    reader: PdfFileReader, pdf: bytes, roots: tuple[bytes, ...], moments: Mapping[str, datetime]
) -> tuple[Signature, ...]:
    """The same for a file that is open already."""
    filled = [
        EmbeddedPdfSignature(reader, field.get_object(), name)
        for name, _value, field in enumerate_sig_fields(reader, filled_status=True)
    ]
    filled.sort(key=lambda embedded: embedded.signed_revision)
    anchors = [asn1_x509.Certificate.load(root) for root in roots]

    async def all_of_them() -> list[Signature]:
        return [await _judge(embedded, pdf, anchors, moments) for embedded in filled]

    return tuple(asyncio.run(all_of_them()))


def named_in(reader: PdfFileReader) -> str | None:
    """The one document that all signatures name, as they say it, unverified; None if they name none or several."""
    named = {
        _document_id(value.get_object())
        for _name, value, _field in enumerate_sig_fields(reader, filled_status=True)
    }
    return named.pop() if len(named) == 1 else None


def slot_names(reader: PdfFileReader) -> tuple[str, ...]:
    """All slots of the paper, signed or not."""
    return tuple(str(name) for name, _value, _field in enumerate_sig_fields(reader))


def refuse_event_loop() -> None:
    """RuntimeError in an event loop: the library runs one of its own, and its failure there would look like a verdict."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("signatures are read in a thread without an event loop")


async def _judge(
    embedded: EmbeddedPdfSignature,
    pdf: bytes,
    anchors: list[asn1_x509.Certificate],
    moments: Mapping[str, datetime],
) -> Signature:
    slot = embedded.field_name
    claimed = embedded.self_reported_timestamp
    moment = moments.get(slot) or claimed or datetime(1970, 1, 1, tzinfo=UTC)
    context = ValidationContext(
        trust_roots=anchors, moment=moment.astimezone(UTC), allow_fetching=False, revocation_mode="soft-fail"
    )
    status = await async_validate_pdf_signature(
        embedded,
        signer_validation_context=context,
        ts_validation_context=context,
        key_usage_settings=_USAGE,
    )
    intact = status.intact and status.valid and _gap_is_signature(embedded, pdf)
    subject = embedded.signer_cert.subject.native
    return Signature(
        slot=slot,
        name=name_in(str(subject.get("organization_name") or subject.get("common_name", ""))),
        certificate_sha256=sha256(embedded.signer_cert.dump()),
        claimed_at=claimed,
        judged_at=moment,
        document_id=_document_id(embedded.sig_object),
        intact=intact,
        trusted=status.trusted,
        allowed_changes=_are_changes_allowed(status),
        covers_all=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        holds=intact and status.bottom_line,
    )


def _document_id(signature: generic.DictionaryObject) -> str | None:
    reason = str(signature["/Reason"]) if "/Reason" in signature else ""
    return reason if _DOCUMENT_ID.fullmatch(reason) else None


def _are_changes_allowed(status: PdfSignatureStatus) -> bool:
    return bool(status.docmdp_ok) and status.coverage in {
        SignatureCoverageLevel.ENTIRE_FILE,
        SignatureCoverageLevel.ENTIRE_REVISION,
    }


def _gap_is_signature(embedded: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Is what the signature leaves out exactly its own container, as it was written, and nothing else?

    The library compares lengths only, and overlooks what stands behind the container: bytes could hide there.
    """
    start, length, second, _rest = (int(number) for number in embedded.byte_range)
    container = embedded.pkcs7_content
    gap = b"<" + container.hex().upper().encode() + b">"
    padding = container[len(asn1_cms.ContentInfo.load(container).dump()) :]
    return start == 0 and pdf[length:second] == gap and not any(padding)
