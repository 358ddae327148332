"""The trust bundle: one file with which anyone verifies this site's papers, without the instance and off line.

It holds the pinned roots, the signed final hash of every complete paper with its earlier revisions and signing times,
and the newest head of the audit trail; the root signs it. It holds no names and no texts.

A bundle proves nothing about itself: whoever makes a false one puts a root of his own in it. It must come by a way that
can be trusted (handed over, from the office's own page), and its root fingerprint must be compared by eye, or given as
`expected_root`, with the one that the office publishes and prints in the QR code of its papers.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mediation.crypto import sha256
from mediation.documents.authority import Authority, verify_bundle
from mediation.documents.verify import PaperRecord, SlotRecord, Trust, records_by_id
from mediation.errors import SigningError
from mediation.language import _

FORMAT = "mediation-trust"
VERSION = 1


class BundleError(SigningError):
    """信任文件不可用。"""


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """The newest head of the audit trail when the bundle was made."""

    number: int
    hash: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as it was read: whose it is, when it was made, and what it lets one verify."""

    site: str
    made_at: datetime
    roots: tuple[bytes, ...]
    signed_by: str
    papers: dict[str, PaperRecord]
    head: HeadRecord | None

    @property
    def trust(self) -> Trust:
        """What `verify` takes."""
        return Trust(self.roots, records_by_id(self.papers), source="bundle")


def export_bundle(
    authority: Authority,
    site: str,
    papers: Iterable[PaperRecord],
    made_at: datetime,
    *,
    head: HeadRecord | None = None,
    earlier_roots: tuple[bytes, ...] = (),
) -> bytes:
    """The bundle as a JSON file, signed by the root; papers that are not complete are left out."""
    body = {
        "format": FORMAT,
        "version": VERSION,
        "site": site,
        "made_at": _moment_out(made_at),
        "roots": [base64.b64encode(root).decode() for root in (authority.root, *earlier_roots)],
        "signed_by": authority.root_fingerprint,
        "papers": [_paper_out(paper) for paper in papers if paper.complete],
        "head": None if head is None else {**_fields(head), "made_at": _moment_out(head.made_at)},
    }
    signed = {"body": body, "signature": authority.sign_bundle(_canonical(body))}
    return (json.dumps(signed, ensure_ascii=False, indent=1) + "\n").encode()


def import_bundle(data: bytes, expected_root: str | None = None) -> Bundle:
    """Read a bundle; BundleError in words if it is of another format, cut, altered, or not of the expected root.

    `expected_root` is the fingerprint (or its first 16 or more digits) that the office publishes.
    """
    body, signature = _opened(data)
    try:
        bundle = _bundle_in(body)
        signing_root = next(root for root in bundle.roots if sha256(root) == bundle.signed_by)
        genuine = verify_bundle(signing_root, _canonical(body), signature)
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration):
        raise BundleError(_("信任文件不完整，或内容写法不对。")) from None
    if not genuine:
        raise BundleError(_("信任文件被改动过：签名与内容不符。"))
    wanted = (expected_root or "").lower().replace(" ", "").replace(":", "")
    if expected_root is not None and (len(wanted) < 16 or not bundle.signed_by.startswith(wanted)):  # noqa: PLR2004 - see above
        raise BundleError(
            _("信任文件的根证书指纹是 {found}，不是要求的 {wanted}。").format(
                found=bundle.signed_by, wanted=wanted
            )
        )
    return bundle


def spaced(fingerprint: str) -> str:
    """A fingerprint in groups of four, to be compared by eye."""
    return " ".join(fingerprint[place : place + 4] for place in range(0, len(fingerprint), 4))


def _opened(data: bytes) -> tuple[dict[str, Any], str]:
    try:
        content = json.loads(data.decode(), object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BundleError(_("信任文件不是完整的 JSON 文件：可能被截断或损坏。")) from None
    if not isinstance(content, dict) or set(content) != {"body", "signature"}:
        raise BundleError(_("这不是信任文件。"))
    body, signature = content["body"], content["signature"]
    if not isinstance(body, dict) or not isinstance(signature, str) or body.get("format") != FORMAT:
        raise BundleError(_("这不是信任文件。"))
    if body.get("version") != VERSION:
        raise BundleError(
            _("信任文件的版本 {version} 无法识别，请升级程序。").format(version=body.get("version"))
        )
    return body, signature


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _canonical(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _bundle_in(body: dict[str, Any]) -> Bundle:
    from cryptography import x509  # noqa: PLC0415  heavy

    roots = tuple(base64.b64decode(root, validate=True) for root in body["roots"])
    for root in roots:
        x509.load_der_x509_certificate(root)
    papers = [_paper_in(paper) for paper in body["papers"]]
    head = body["head"]
    return Bundle(
        site=_text(body["site"]),
        made_at=_moment_in(body["made_at"]),
        roots=roots,
        signed_by=_text(body["signed_by"]),
        papers={paper.document_id: paper for paper in papers},
        head=None
        if head is None
        else HeadRecord(int(head["number"]), _text(head["hash"]), _moment_in(head["made_at"])),
    )


def _paper_out(paper: PaperRecord) -> dict[str, Any]:
    return {
        "document_id": paper.document_id,
        "sha256": paper.sha256,
        "revisions": list(paper.revisions),
        "slots": [{**_fields(slot), "signed_at": _moment_out(slot.signed_at)} for slot in paper.slots],
        "form": paper.form,
        "number": paper.number,
        "void": paper.void,
        "by_hand": list(paper.by_hand),
    }


def _paper_in(paper: dict[str, Any]) -> PaperRecord:
    return PaperRecord(
        document_id=_text(paper["document_id"]),
        sha256=_text(paper["sha256"]),
        revisions=tuple(_text(revision) for revision in paper["revisions"]),
        slots=tuple(
            SlotRecord(
                _text(slot["name"]),
                _moment_in(slot["signed_at"]),
                None if slot["certificate_sha256"] is None else _text(slot["certificate_sha256"]),
            )
            for slot in paper["slots"]
        ),
        void=bool(paper["void"]),
        form=_text(paper["form"]),
        number=None if paper["number"] is None else _text(paper["number"]),
        by_hand=tuple(_text(slot) for slot in paper.get("by_hand", ())),
    )


def _fields(record: SlotRecord | HeadRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _moment_out(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _moment_in(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment
