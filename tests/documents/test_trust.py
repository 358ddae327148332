"""The trust bundle: verifies off line, tells of every alteration, names no person."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.documents.authority import create_authority
from mediation.documents.trust import BundleError, HeadRecord, export_bundle, import_bundle, spaced
from mediation.documents.verify import Verdict, verify
from tests.documents.signed import AT, SignedPaper, signed_paper

HEAD = HeadRecord(7, "ab" * 32, AT)


def bundle_of(signed: SignedPaper, *papers: Any) -> bytes:
    return export_bundle(signed.authority, "示例县", papers or (signed.record,), AT, head=HEAD)


def altered(bundle: bytes, change: Any) -> bytes:
    content = json.loads(bundle)
    change(content)
    return json.dumps(content, ensure_ascii=False).encode()


def test_bundle_makes_a_genuine_paper_valid() -> None:
    signed = signed_paper(2)
    bundle = import_bundle(bundle_of(signed))
    assert verify(signed.pdf, bundle.trust).verdict is Verdict.VALID
    assert bundle.papers == {signed.record.document_id: signed.record}
    assert (bundle.site, bundle.made_at, bundle.head) == ("示例县", AT, HEAD)
    assert bundle.signed_by == signed.authority.root_fingerprint


def test_bundle_tells_earlier_revisions_and_forgeries() -> None:
    signed = signed_paper(2)
    trust = import_bundle(bundle_of(signed)).trust
    assert verify(signed.revisions[2], trust).verdict is Verdict.INCOMPLETE
    assert verify(signed.pdf + b"x", trust).verdict is Verdict.ALTERED


def test_paper_newer_than_the_bundle_is_only_genuine() -> None:
    signed, newer = signed_paper(2), signed_paper(1, document_id="n" * 26)
    trust = import_bundle(bundle_of(signed)).trust
    assert verify(newer.pdf, trust).verdict is Verdict.UNCHECKED


def test_incomplete_papers_are_left_out() -> None:
    signed = signed_paper(2)
    bundle = import_bundle(bundle_of(signed, replace(signed.record, complete=False)))
    assert bundle.papers == {}


def test_bundle_names_no_person() -> None:
    assert "张三" not in bundle_of(signed_paper(2)).decode()


def test_bundle_keeps_earlier_roots() -> None:
    signed = signed_paper(2)
    successor = create_authority("示例县", AT)
    data = export_bundle(successor, "示例县", (signed.record,), AT, earlier_roots=(signed.authority.root,))
    assert verify(signed.pdf, import_bundle(data).trust).verdict is Verdict.VALID


def test_expected_root_is_compared() -> None:
    signed = signed_paper(2)
    fingerprint = signed.authority.root_fingerprint
    for given_as in (fingerprint, fingerprint.upper(), spaced(fingerprint), fingerprint[:16]):
        assert import_bundle(bundle_of(signed), given_as).signed_by == fingerprint
    for other in ("0" * 64, "", fingerprint[:8]):
        with pytest.raises(BundleError, match="根证书指纹"):
            import_bundle(bundle_of(signed), other)


def test_fingerprint_is_spaced_in_fours() -> None:
    assert spaced("0123456789ab") == "0123 4567 89ab"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["body"]["papers"][0].update(sha256="0" * 64),
        lambda content: content["body"]["papers"].clear(),
        lambda content: content["body"]["papers"][0]["slots"].pop(),
        lambda content: content["body"].update(site="另一个县"),
        lambda content: content["body"]["head"].update(number=6),
        lambda content: content["body"]["papers"][0].update(void=True),
        lambda content: content.update(signature="AAAA"),
    ],
)
def test_altered_bundle_is_told(change: Any) -> None:
    with pytest.raises(BundleError, match="被改动过"):
        import_bundle(altered(bundle_of(signed_paper(2)), change))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["body"].pop("roots"),
        lambda content: content["body"].update(roots=["AAAA"]),
        lambda content: content["body"].update(roots=[]),
        lambda content: content["body"].update(made_at="2026-03-02T01:00:00"),
        lambda content: content["body"]["papers"][0].update(slots="seal"),
        lambda content: content["body"]["papers"][0].update(sha256=5),
        lambda content: content["body"].update(papers=[1]),
    ],
)
def test_bundle_of_the_wrong_shape_is_told(change: Any) -> None:
    with pytest.raises(BundleError, match="不完整，或内容写法不对"):
        import_bundle(altered(bundle_of(signed_paper(2)), change))


def test_root_swapped_into_a_bundle_is_told() -> None:
    signed = signed_paper(2)
    stranger = create_authority("示例县", AT)
    forged = json.loads(export_bundle(stranger, "示例县", (signed.record,), AT, head=HEAD))
    genuine = json.loads(bundle_of(signed))
    forged["signature"] = genuine["signature"]
    with pytest.raises(BundleError, match="被改动过"):
        import_bundle(json.dumps(forged).encode())


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"body": 1, "signature": 2}', b"\xff\xfe", b"%PDF-1.7"]
)
def test_what_is_no_bundle_is_told(data: bytes) -> None:
    with pytest.raises(BundleError):
        import_bundle(data)


def test_deep_nesting_is_told() -> None:
    with pytest.raises(BundleError):
        import_bundle(b"[" * 200_000)


def test_duplicate_key_is_told() -> None:
    text = bundle_of(signed_paper(2)).decode().replace('"site": ', '"site": "x", "site": ', 1)
    with pytest.raises(BundleError, match="JSON"):
        import_bundle(text.encode())


def test_unknown_version_is_told() -> None:
    with pytest.raises(BundleError, match="版本 2 无法识别"):
        import_bundle(altered(bundle_of(signed_paper(2)), lambda content: content["body"].update(version=2)))


@given(cut=st.integers(min_value=0))
@settings(max_examples=60, deadline=None)
def test_cut_bundle_is_told(cut: int) -> None:
    data = bundle_of(signed_paper(2)).rstrip()
    with pytest.raises(BundleError):
        import_bundle(data[: cut % len(data)])


def test_expired_root_still_reads() -> None:
    signed = signed_paper(2)
    data = export_bundle(signed.authority, "示例县", (signed.record,), AT + timedelta(days=365 * 90))
    assert verify(signed.pdf, import_bundle(data).trust).verdict is Verdict.VALID
