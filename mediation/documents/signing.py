"""Signing a paper slot by slot: each signature is a new revision of the file, appended and never rewritten.

The slots are made before the first signature. The first signature certifies the paper and allows nothing but filling
its slots; the seal comes last and locks it. After each signature everything signed so far is validated again, because a
PDF writer does not refuse to break an earlier signature.

All functions take and give bytes, so that they run in a rendering worker. What is heavy (pyHanko) is imported when one
runs.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from mediation.crypto import sha256
from mediation.documents.authority import Credentials
from mediation.documents.signers import LocalSigner, Place, Signer
from mediation.documents.stamps import Appearance
from mediation.errors import SigningError
from mediation.language import _

if TYPE_CHECKING:
    from mediation.documents.revisions import SlotOnPaper

_DOCUMENT_ID = re.compile(r"[0-9a-z]{1,64}")
_SLOT_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


def prepare_fields(
    pdf: bytes, slots: Mapping[str, Place], labels: Mapping[str, str] | None = None, seal: str = "seal"
) -> bytes:
    """The paper with an empty signature field at each slot; the same paper gives the same bytes.

    The slot named `seal` locks the paper when it is signed. `labels` are what a reader program shows for a slot.
    """
    from mediation.documents import revisions, structures  # noqa: PLC0415 - heavy

    _check_names(slots)
    structures.refuse_dangerous(pdf)
    return revisions.with_slots(pdf, slots, labels or {}, seal)


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
    slots: Collection[str],
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
        slots=slots,
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
    slots: Collection[str],
    in_ink: Collection[str] = (),
    seal: str = "seal",
) -> bytes:
    """The paper with one more slot signed, everything on it validated again. `slots` are all that the paper was made with.

    Refused with SigningError, and nothing is changed: other bytes than expected, a slot that is not there or is signed,
    a sealed paper, a seal before the others have signed (slots in `in_ink` are signed on paper), a dangerous structure,
    an earlier signature that does not hold.
    """
    from mediation.documents import revisions, structures  # noqa: PLC0415 - heavy

    if sha256(pdf) != expected_sha256:
        raise SigningError(_("要签署的文件与冻结的文书不一致，不能签署。"))
    if not _DOCUMENT_ID.fullmatch(document_id):
        raise SigningError(_("文书的系统编号写法不对。"))
    structures.refuse_dangerous(pdf, slots)
    present = revisions.slots_on(pdf)
    _refuse_slot(present, slot, seal=seal, in_ink=in_ink)
    first = not any(found.signed for found in present)
    signed = revisions.with_signature(signer, pdf, slot, appearance, at, document_id, first=first)
    _validate_again(signed, roots, expected=sum(s.signed for s in present) + 1)
    return signed


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
                _("签名位名称 {name} 是 {longer} 的开头，不能并用。").format(name=name, longer=longer)
            )


def _refuse_slot(
    present: "tuple[SlotOnPaper, ...]", slot: str, *, seal: str, in_ink: Collection[str]
) -> None:
    by_name = {found.name: found for found in present}
    if slot not in by_name:
        raise SigningError(_("文书上没有签名位 {slot}。").format(slot=slot))
    if seal in by_name and by_name[seal].signed:
        raise SigningError(_("文书已经盖章锁定，不能再签。"))
    if by_name[slot].signed:
        raise SigningError(_("签名位 {slot} 已经签过。").format(slot=slot))
    if slot in in_ink:
        raise SigningError(_("签名位 {slot} 已在纸上手签，不能再用电子方式签。").format(slot=slot))
    missing = [s.name for s in present if not s.signed and s.name not in in_ink and s.name != seal]
    if slot == seal and missing:
        raise SigningError(_("还有人没有签名，不能盖章：{missing}").format(missing="、".join(missing)))


def _validate_again(pdf: bytes, roots: tuple[bytes, ...], expected: int) -> None:
    from mediation.documents.signatures import read_signatures  # noqa: PLC0415 - heavy

    try:
        found = read_signatures(pdf, roots)
    except Exception as error:
        raise SigningError from error
    if len(found) != expected or not all(signature.holds for signature in found) or not found[-1].covers_all:
        raise SigningError(_("签署后复验没有通过，本次签署作废，原文书未改动。"))
