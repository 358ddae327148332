"""Signing a paper slot by slot: each signature is a new revision of the file, appended and never rewritten.

The slots are made before the first signature. The first signature certifies the paper and allows nothing but filling
its slots; the seal comes last and locks it. After each signature everything signed so far is validated again, because a
PDF writer does not refuse to break an earlier signature.

All functions take and give bytes, so that they run in a rendering worker.
"""

import asyncio
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key
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
from mediation.documents import structures
from mediation.documents.authority import Credentials
from mediation.documents.signatures import read_signatures
from mediation.documents.stamps import Appearance, Stencil, draw
from mediation.errors import SigningError
from mediation.language import _

_DIGEST = "sha256"
_CMS_BESIDE_CERTIFICATE = (
    640  # bytes of a CMS container besides its certificate, two issuer names and the signature
)
_DOCUMENT_ID = re.compile(r"[0-9a-z]{1,64}")
_SLOT_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


class Place(Protocol):
    """Where a slot lies: the page, counted from 0, and its box in PDF points from the lower left."""

    @property
    def page(self) -> int: ...
    @property
    def x0(self) -> float: ...
    @property
    def y0(self) -> float: ...
    @property
    def x1(self) -> float: ...
    @property
    def y1(self) -> float: ...


class Signer(Protocol):
    """Whoever holds a key: this program's own authority, later a smart card (PKCS#11) or a licensed authority."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""
        ...

    @property
    def issuers(self) -> tuple[bytes, ...]:
        """Certificates between the signer's and the root, DER; the root itself is never embedded."""
        ...

    @property
    def signature_size(self) -> int:
        """The most bytes that a raw signature takes."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The raw signature over `data` with SHA-256, as CMS wants it (DER for EC)."""
        ...


class LocalSigner:
    """Signs with credentials of the site's own authority; the key is loaded once."""

    issuers: tuple[bytes, ...] = ()
    signature_size = 72

    def __init__(self, credentials: Credentials) -> None:
        self.certificate = credentials.certificate
        key = load_der_private_key(credentials.key, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SigningError(_("签名密钥不是 EC P-256 密钥。"))
        self._key = key

    def sign(self, data: bytes) -> bytes:
        """The raw signature, DER."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True, slots=True)
class SlotOnPaper:
    """A slot as the file shows it: its field's name, and whether something is signed there."""

    name: str
    signed: bool


def prepare_fields(
    pdf: bytes, slots: Mapping[str, Place], labels: Mapping[str, str] | None = None, seal: str = "seal"
) -> bytes:
    """The paper with an empty signature field at each slot; the same paper gives the same bytes.

    The slot named `seal` locks the paper when it is signed. `labels` are what a reader program shows for a slot.
    """
    _check_names(slots)
    structures.refuse_dangerous(pdf)
    writer = _writer(pdf)
    if "/AcroForm" in writer.root:
        raise SigningError(_("文书中已经有签名位,不能再建。"))
    pages = writer.root["/Pages"]["/Count"]
    for name, place in slots.items():
        if not 0 <= place.page < pages or place.x0 >= place.x1 or place.y0 >= place.y1:
            raise SigningError(_("签名位 {name} 不在文书的页面上。").format(name=name))
        fields.append_signature_field(
            writer, _field(name, place, (labels or {}).get(name), locks=name == seal)
        )
    return _written(writer)


def sign_slot(
    pdf: bytes,
    slot: str,
    credentials: Credentials,
    appearance: Appearance | None,
    at: datetime,
    *,
    expected_sha256: str,
    document_id: str,
    root: bytes,
    in_ink: Collection[str] = (),
    seal: str = "seal",
) -> bytes:
    """The paper with one more slot signed by this site's own credentials; see `sign_slot_by`."""
    return sign_slot_by(
        LocalSigner(credentials),
        pdf,
        slot,
        appearance,
        at,
        expected_sha256=expected_sha256,
        document_id=document_id,
        roots=(root,),
        in_ink=in_ink,
        seal=seal,
    )


def sign_slot_by(
    signer: Signer,
    pdf: bytes,
    slot: str,
    appearance: Appearance | None,
    at: datetime,
    *,
    expected_sha256: str,
    document_id: str,
    roots: tuple[bytes, ...],
    in_ink: Collection[str] = (),
    seal: str = "seal",
) -> bytes:
    """The paper with one more slot signed, everything on it validated again.

    Refused with SigningError, and nothing is changed: other bytes than expected, a slot that is not there or is signed,
    a sealed paper, a seal before the others have signed (slots in `in_ink` are signed on paper), a dangerous structure,
    an earlier signature that does not hold.
    """
    if sha256(pdf) != expected_sha256:
        raise SigningError(_("要签署的文件与冻结的文书不一致,不能签署。"))
    if not _DOCUMENT_ID.fullmatch(document_id):
        raise SigningError(_("文书的系统编号写法不对。"))
    structures.refuse_dangerous(pdf)
    present = slots_on(pdf)
    _refuse_slot(present, slot, seal=seal, in_ink=in_ink)
    signed = _signed(signer, pdf, slot, appearance, at, document_id, first=not any(s.signed for s in present))
    _validate_again(signed, roots, expected=sum(s.signed for s in present) + 1)
    return signed


def slots_on(pdf: bytes) -> tuple[SlotOnPaper, ...]:
    """The slots of a paper, in the order in which they were made; SigningError if it cannot be read."""
    try:
        found = fields.enumerate_sig_fields(PdfFileReader(io.BytesIO(pdf), strict=True))
        return tuple(SlotOnPaper(str(name), value is not None) for name, value, _ref in found)
    except Exception as error:
        raise SigningError(_("文书不是完整的 PDF 文件,不能签署。")) from error


def _check_names(slots: Mapping[str, Place]) -> None:
    if not slots:
        raise SigningError(_("文书上没有签名位。"))
    for name in slots:
        if not _SLOT_NAME.fullmatch(name):
            raise SigningError(_("签名位名称 {name} 写法不对。").format(name=name))
        # Reader programs take a field whose name begins another's for its parent.
        longer = next((other for other in slots if other != name and other.startswith(name)), None)
        if longer:
            raise SigningError(
                _("签名位名称 {name} 是 {longer} 的开头,不能并用。").format(name=name, longer=longer)
            )


def _field(name: str, place: Place, label: str | None, *, locks: bool) -> SigFieldSpec:
    return SigFieldSpec(
        name,
        on_page=place.page,
        box=(place.x0, place.y0, place.x1, place.y1),  # type: ignore[arg-type]  # declared int, takes points
        field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL) if locks else None,
        doc_mdp_update_value=MDPPerm.NO_CHANGES if locks else None,
        readable_field_name=label,
    )


def _refuse_slot(present: tuple[SlotOnPaper, ...], slot: str, *, seal: str, in_ink: Collection[str]) -> None:
    by_name = {found.name: found for found in present}
    if slot not in by_name:
        raise SigningError(_("文书上没有签名位 {slot}。").format(slot=slot))
    if seal in by_name and by_name[seal].signed:
        raise SigningError(_("文书已经盖章锁定,不能再签。"))
    if by_name[slot].signed:
        raise SigningError(_("签名位 {slot} 已经签过。").format(slot=slot))
    if slot in in_ink:
        raise SigningError(_("签名位 {slot} 已在纸上手签,不能再用电子方式签。").format(slot=slot))
    missing = [s.name for s in present if not s.signed and s.name not in in_ink and s.name != seal]
    if slot == seal and missing:
        raise SigningError(_("还有人没有签名,不能盖章:{missing}").format(missing="、".join(missing)))


def _signed(
    signer: Signer,
    pdf: bytes,
    slot: str,
    appearance: Appearance | None,
    at: datetime,
    document_id: str,
    *,
    first: bool,
) -> bytes:
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


def _validate_again(pdf: bytes, roots: tuple[bytes, ...], expected: int) -> None:
    try:
        found = read_signatures(pdf, roots)
    except Exception as error:
        raise SigningError from error
    if len(found) != expected or not all(signature.holds for signature in found) or not found[-1].covers_all:
        raise SigningError(_("签署后复验没有通过,本次签署作废,原文书未改动。"))


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


def _writer(pdf: bytes) -> _FrozenWriter:
    try:
        return _FrozenWriter(io.BytesIO(pdf), strict=True)
    except Exception as error:
        raise SigningError(_("文书不是完整的 PDF 文件,不能签署。")) from error


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


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
