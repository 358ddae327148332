"""Revisions of a paper's file: empty slots added, one slot signed; always appended, never rewritten.

The only module that writes PDF through pyHanko; signing.py decides what may be done.
"""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import AppearanceContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.stamp.base import BaseStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from mediation.clock import SITE_ZONE
from mediation.crypto import sha256
from mediation.documents.signers import Place, Signer
from mediation.documents.stamps import Appearance, Stencil, draw
from mediation.errors import SigningError
from mediation.language import _

_DIGEST = "sha256"
# Bytes of a CMS container besides its certificate, two issuer names and the signature.
_CMS_BESIDE_CERTIFICATE = 340


@dataclass(frozen=True, slots=True)
class SlotOnPaper:
    """A slot as the file shows it: its field's name, and whether something is signed there."""

    name: str
    signed: bool


def slots_on(pdf: bytes) -> tuple[SlotOnPaper, ...]:
    """The slots of a paper, in the order in which they were made; SigningError if it cannot be read."""
    try:
        found = fields.enumerate_sig_fields(PdfFileReader(io.BytesIO(pdf), strict=True))
        return tuple(SlotOnPaper(str(name), value is not None) for name, value, _ref in found)
    except Exception as error:
        raise SigningError(_("文书不是完整的 PDF 文件，不能签署。")) from error


def with_slots(pdf: bytes, places: Mapping[str, Place], labels: Mapping[str, str], seal: str) -> bytes:
    """The file with an empty signature field at each place; the one named `seal` locks the file when it is signed."""
    writer = _writer(pdf)
    if "/AcroForm" in writer.root:
        raise SigningError(_("文书中已经有签名位，不能再建。"))
    pages = writer.root["/Pages"]["/Count"]
    for name, place in places.items():
        if not 0 <= place.page < pages or place.x0 >= place.x1 or place.y0 >= place.y1:
            raise SigningError(_("签名位 {name} 不在文书的页面上。").format(name=name))
        fields.append_signature_field(writer, _field(name, place, labels.get(name), locks=name == seal))
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def with_signature(
    signer: Signer,
    pdf: bytes,
    slot: str,
    appearance: Appearance | None,
    at: datetime,
    document_id: str,
    *,
    first: bool,
) -> bytes:
    """The file with a slot signed; the first signature certifies it, a slot that locks allows no more changes."""
    writer = _writer(pdf)
    cms_signer = _CmsSigner(signer)
    locks = _locks(writer, slot)
    metadata = signers.PdfSignatureMetadata(
        field_name=slot,
        md_algorithm=_DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=first,
        docmdp_permissions=MDPPerm.NO_CHANGES if locks else MDPPerm.FILL_FORMS,
        reason=document_id,
    )
    style = _Style(border_width=0, appearance=appearance)
    session = signers.PdfSigner(metadata, cms_signer, stamp_style=style).init_signing_session(
        writer, existing_fields_only=True
    )
    session.system_time = at.astimezone(SITE_ZONE)
    prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=cms_signer.reserved)
    digest, output = prepared.digest_tbs_document()
    asyncio.run(prepared.perform_signature(digest.document_digest, PdfCMSSignedAttributes()))
    return bytes(output.getbuffer()) if isinstance(output, io.BytesIO) else output.read()


def _locks(writer: IncrementalPdfFileWriter, slot: str) -> bool:
    _name, _value, reference = next(fields.enumerate_sig_fields(writer, with_name=slot))
    return "/Lock" in reference.get_object()


def _field(name: str, place: Place, label: str | None, *, locks: bool) -> SigFieldSpec:
    return SigFieldSpec(
        name,
        on_page=place.page,
        box=(place.x0, place.y0, place.x1, place.y1),  # type: ignore[arg-type]  # declared int, takes points
        field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL) if locks else None,
        doc_mdp_update_value=MDPPerm.NO_CHANGES if locks else None,
        readable_field_name=label,
    )


class _FrozenWriter(IncrementalPdfFileWriter):
    """Appends without touching the paper's metadata: they are part of what was frozen, and hold no time of today."""

    def _update_meta(self) -> None:
        pass

    @classmethod
    def _handle_id(cls, prev: Any) -> generic.ArrayObject:
        """The file's first id stays, the second follows from the revision before, so that equal input gives equal bytes."""
        previous = sha256(prev.stream.getvalue())
        second = bytes.fromhex(previous)[:16]
        first = prev.trailer["/ID"][0].original_bytes if "/ID" in prev.trailer else second
        return generic.ArrayObject([generic.ByteStringObject(first), generic.ByteStringObject(second)])


def _writer(pdf: bytes) -> IncrementalPdfFileWriter:
    try:
        return _FrozenWriter(io.BytesIO(pdf), strict=True)
    except Exception as error:
        raise SigningError(_("文书不是完整的 PDF 文件，不能签署。")) from error


class _CmsSigner(signers.Signer):
    """Lets pyHanko build the container around a signature of ours."""

    def __init__(self, signer: Signer) -> None:
        certificate = asn1_x509.Certificate.load(signer.certificate)
        issuers = [asn1_x509.Certificate.load(issuer) for issuer in signer.issuers]
        store = SimpleCertificateStore()
        store.register_multiple(issuers)
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)
        self._signer = signer
        size = len(signer.certificate) + sum(map(len, signer.issuers)) + 2 * len(certificate.issuer.dump())
        # Hexadecimal digits; reserving spares the dry run that would build the container twice.
        self.reserved = 2 * (size + signer.signature_size + _CMS_BESIDE_CERTIFICATE)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(self._signer.signature_size)
        if digest_algorithm != _DIGEST:
            raise SigningError
        return self._signer.sign(data)


@dataclass(frozen=True)
class _Style(BaseStampStyle):
    """Our own style: the library's default one adds a font that is not embedded."""

    appearance: Appearance | None = None

    def create_stamp(self, writer: Any, box: BoxConstraints, text_params: dict[str, Any]) -> Any:  # noqa: ARG002 - the library's signature
        return _Face(writer, box, self.appearance)


class _Face(AppearanceContent):
    def __init__(self, writer: Any, box: BoxConstraints, appearance: Appearance | None) -> None:
        super().__init__(writer=writer, box=box)
        self._appearance = appearance

    def render(self) -> bytes:
        if self._appearance is None:
            return b""
        drawing = draw(self._appearance, float(self.box.width), float(self.box.height))
        for name, picture in drawing.stencils.items():
            reference = self._ensure_writer.add_object(_image_mask(picture))
            self.set_resource(ResourceType.XOBJECT, pdf_name(name), reference)
        if b"/Ink gs" in drawing.operators:
            ink = generic.DictionaryObject({pdf_name("/BM"): pdf_name("/Multiply")})
            self.set_resource(ResourceType.EXT_G_STATE, pdf_name("/Ink"), ink)
        return drawing.operators

    def as_form_xobject(self) -> generic.StreamObject:
        form = super().as_form_xobject()
        form.compress()
        return form


def _image_mask(picture: Stencil) -> generic.StreamObject:
    return generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Image"),
            pdf_name("/ImageMask"): generic.BooleanObject(True),
            pdf_name("/Width"): generic.NumberObject(picture.width),
            pdf_name("/Height"): generic.NumberObject(picture.height),
            pdf_name("/BitsPerComponent"): generic.NumberObject(1),
            pdf_name("/Filter"): pdf_name("/FlateDecode"),
        },
        encoded_data=picture.packed,
    )
