"""Signing slot by slot: what it makes, and all that it refuses."""

import io
import pickle
from datetime import datetime, timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from mediation.clock import SITE_ZONE
from mediation.crypto import sha256
from mediation.documents.authority import create_authority
from mediation.documents.revisions import SlotOnPaper, slots_on
from mediation.documents.signatures import read_signatures
from mediation.documents.signers import LocalSigner
from mediation.documents.signing import prepare_fields, sign_slot, sign_slot_by
from mediation.documents.stamps import Appearance, Drawn
from mediation.errors import SigningError
from tests.documents.signed import (
    AT,
    DOCUMENT_ID,
    FACE,
    Box,
    appended,
    fingerprint,
    names_for,
    plain_paper,
    signed_paper,
    site,
    slots,
    strokes,
)


def sign(pdf: bytes, slot: str, appearance: Appearance | None = None, **changed: object) -> bytes:
    authority, seal = site()
    credentials = seal if slot == "seal" else authority.issue_one_off("张三", "申请人", AT)
    given = {
        "expected_sha256": sha256(pdf),
        "document_id": DOCUMENT_ID,
        "root": authority.root,
        "slots": names_for(2),
        **changed,
    }
    return sign_slot(pdf, slot, credentials, appearance, AT, **given)  # type: ignore[arg-type]  # tests change one each


@pytest.fixture(scope="module")
def prepared() -> bytes:
    return prepare_fields(plain_paper(), slots(("party-01", "party-02", "seal")))


def test_prepared_paper_has_empty_slots_in_their_places(prepared: bytes) -> None:
    assert slots_on(prepared) == (
        SlotOnPaper("party-01", signed=False),
        SlotOnPaper("party-02", signed=False),
        SlotOnPaper("seal", signed=False),
    )
    fields = [
        field.get_object() for field in PdfFileReader(io.BytesIO(prepared)).root["/AcroForm"]["/Fields"]
    ]
    assert [[float(side) for side in field["/Rect"]] for field in fields] == [
        [60, 600, 200, 650],
        [60, 540, 200, 590],
        [60, 480, 200, 530],
    ]
    assert ["/Lock" in field for field in fields] == [False, False, True]


def test_preparing_twice_gives_the_same_bytes(prepared: bytes) -> None:
    base = plain_paper()
    names = slots(("party-01", "seal"))
    assert prepare_fields(base, names) == prepare_fields(base, names)


def test_signing_appends_and_rewrites_nothing(prepared: bytes) -> None:
    signed = sign(prepared, "party-01", Drawn(strokes()))
    assert signed.startswith(prepared)
    assert [slot.signed for slot in slots_on(signed)] == [True, False, False]


def test_first_signature_certifies_and_seal_locks() -> None:
    reader = PdfFileReader(io.BytesIO(signed_paper(2).pdf))
    first, _second, seal = reader.embedded_signatures
    assert first.sig_object.get_object()["/Reference"][0]["/TransformMethod"] == "/DocMDP"
    assert first.docmdp_level.name == "FILL_FORMS"
    assert seal.docmdp_level.name == "NO_CHANGES"
    assert seal.fieldmdp.action.name == "ALL"


def test_signatures_tell_who_signed_when_and_for_which_document() -> None:
    signed = signed_paper(2)
    found = read_signatures(signed.pdf, (signed.authority.root,))
    assert [(s.slot, s.name, s.claimed_at, s.document_id) for s in found] == [
        ("party-01", "张三(申请人)", AT, DOCUMENT_ID),
        ("party-02", "张三(申请人)", AT + timedelta(minutes=1), DOCUMENT_ID),
        ("seal", "示例镇人民调解委员会(印章)", AT + timedelta(minutes=2), DOCUMENT_ID),
    ]
    assert [s.covers_all for s in found] == [False, False, True]
    assert all(s.holds for s in found)
    assert [s.certificate_sha256 for s in found] == [slot.certificate_sha256 for slot in signed.record.slots]


def test_signing_time_is_written_in_the_sites_zone() -> None:
    first = PdfFileReader(io.BytesIO(signed_paper(1).pdf)).embedded_signatures[0]
    assert first.sig_object["/M"] == f"D:{AT.astimezone(SITE_ZONE):%Y%m%d%H%M%S}+08'00'"


@pytest.mark.parametrize("appearance", [None, FACE])
def test_signature_without_drawing_grows_the_file_by_little(
    prepared: bytes, appearance: Appearance | None
) -> None:
    most = 7_000 if appearance is None else 15_000
    assert len(sign(prepared, "party-01", appearance)) - len(prepared) < most


def test_signed_paper_embeds_no_font_and_no_soft_mask() -> None:
    paper = prepare_fields(plain_paper(), slots(("party-01", "seal")))
    signed = sign(sign(paper, "party-01", Drawn(strokes(), fingerprint())), "seal", FACE)
    for forbidden in (b"/Font", b"/SMask", b"Courier", b"/ModDate", b"/CreationDate"):
        assert signed.count(forbidden) == plain_paper().count(forbidden)


@pytest.mark.parametrize(
    "name",
    [
        "甲",
        "张三",
        "阿" * 60,
        "Äbc" * 30,
        "司马" * 31,
        "𬱖喆玥",
        "㛃𰻝" * 40,
        "ئەركىن",
        "张\u202e三",
        "\ue000",
        "⿰",
        "ꀀ",
        "ᠠ",
    ],
)
def test_name_of_any_length_and_script_is_certified_and_told_whole(prepared: bytes, name: str) -> None:
    authority = create_authority("一个名字特别特别长的部署单位" * 5, AT)
    credentials = authority.issue_one_off(name, "申请人的委托诉讼代理人", AT)
    signed = sign_slot(
        prepared,
        "party-01",
        credentials,
        None,
        AT,
        expected_sha256=sha256(prepared),
        document_id=DOCUMENT_ID,
        root=authority.root,
        slots=names_for(2),
    )
    (found,) = read_signatures(signed, (authority.root,))
    assert found.holds
    assert found.name == f"{name}(申请人的委托诉讼代理人)"


def test_order_of_people_is_free(prepared: bytes) -> None:
    signed = sign(sign(sign(prepared, "party-02"), "party-01"), "seal")
    assert [s.slot for s in read_signatures(signed, (site()[0].root,))] == ["party-02", "party-01", "seal"]


def test_arguments_and_errors_can_be_sent_to_a_worker(prepared: bytes) -> None:
    _authority, seal = site()
    sent = pickle.loads(pickle.dumps((sign_slot, prepared, seal, Drawn(strokes()), FACE, AT)))  # noqa: S301 - our own
    assert sent == (sign_slot, prepared, seal, Drawn(strokes()), FACE, AT)


def test_other_signer_behind_the_same_interface_signs(prepared: bytes) -> None:
    authority, _seal = site()

    class Card:
        """Stands for a smart card: its key never leaves it."""

        issuers: tuple[bytes, ...] = ()
        signature_size = 72

        def __init__(self) -> None:
            self._inside = LocalSigner(authority.issue_one_off("李四", "被申请人", AT))
            self.certificate = self._inside.certificate

        def sign(self, data: bytes) -> bytes:
            return self._inside.sign(data)

    signed = sign_slot_by(
        Card(),
        prepared,
        "party-01",
        None,
        AT,
        expected_sha256=sha256(prepared),
        document_id=DOCUMENT_ID,
        roots=(authority.root,),
        slots=names_for(2),
    )
    assert [s.name for s in read_signatures(signed, (authority.root,))] == ["李四(被申请人)"]


def test_other_bytes_than_expected_are_refused(prepared: bytes) -> None:
    with pytest.raises(SigningError, match="与冻结的文书不一致"):
        sign(prepared, "party-01", expected_sha256="0" * 64)


def test_slot_that_is_not_there_is_refused(prepared: bytes) -> None:
    with pytest.raises(SigningError, match="没有签名位 party-09"):
        sign(prepared, "party-09")


def test_slot_signed_already_is_refused(prepared: bytes) -> None:
    with pytest.raises(SigningError, match="party-01 已经签过"):
        sign(sign(prepared, "party-01"), "party-01")


def test_seal_before_everyone_signed_is_refused(prepared: bytes) -> None:
    with pytest.raises(SigningError, match=r"不能盖章：party-02$"):
        sign(sign(prepared, "party-01"), "seal")


def test_seal_over_ink_is_allowed(prepared: bytes) -> None:
    sealed = sign(sign(prepared, "party-01"), "seal", in_ink=("party-02",))
    assert [slot.signed for slot in slots_on(sealed)] == [True, False, True]


def test_slot_signed_in_ink_is_refused(prepared: bytes) -> None:
    with pytest.raises(SigningError, match="已在纸上手签"):
        sign(prepared, "party-01", in_ink=("party-01",))


def test_sealed_paper_is_refused(prepared: bytes) -> None:
    sealed = sign(sign(prepared, "party-01"), "seal", in_ink=("party-02",))
    with pytest.raises(SigningError, match="已经盖章锁定"):
        sign(sealed, "party-02")


def test_paper_changed_after_a_signature_is_refused(prepared: bytes) -> None:
    changed = appended(sign(prepared, "party-01"), "content")
    with pytest.raises(SigningError, match="复验没有通过"):
        sign(changed, "party-02")


def test_signature_of_a_stranger_is_refused(prepared: bytes) -> None:
    stranger = create_authority("另一个县", AT)
    with pytest.raises(SigningError, match="复验没有通过"):
        sign(prepared, "party-01", root=stranger.root)


@pytest.mark.parametrize("change", ["script", "layer", "attachment", "annotation"])
def test_dangerous_paper_is_refused(prepared: bytes, change: str) -> None:
    with pytest.raises(SigningError, match="不允许的内容"):
        sign(appended(prepared, change), "party-01")
    with pytest.raises(SigningError, match="不允许的内容"):
        prepare_fields(appended(plain_paper(), change), slots(("seal",)))


@pytest.mark.parametrize("data", [b"", b"no pdf", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(SigningError, match="不是完整的 PDF"):
        sign(data, "party-01")


@pytest.mark.parametrize("document_id", ["", "ABC", "a b", "x" * 65, "a\n"])
def test_document_id_of_another_kind_is_refused(prepared: bytes, document_id: str) -> None:
    with pytest.raises(SigningError, match="系统编号"):
        sign(prepared, "party-01", document_id=document_id)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), "没有签名位"),
        (("party-1", "party-10"), "party-1 是 party-10 的开头"),
        (("Party",), "写法不对"),
        (("a.b",), "写法不对"),
    ],
)
def test_slot_names_that_readers_mistake_are_refused(names: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(SigningError, match=sentence):
        prepare_fields(plain_paper(), slots(names))


def test_preparing_a_prepared_paper_is_refused(prepared: bytes) -> None:
    with pytest.raises(SigningError, match="已经有签名位"):
        prepare_fields(prepared, slots(("other",)))


def test_slot_on_a_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(SigningError, match="不在文书的页面上"):
        prepare_fields(plain_paper(), {"seal": Box(2, 0, 0, 10, 10)})


@pytest.mark.parametrize("years", [-2, 80])
def test_certificate_outside_the_roots_life_is_refused(years: int) -> None:
    authority, _seal = site()
    moment: datetime = AT + timedelta(days=365 * years)
    with pytest.raises(SigningError, match="不在有效期内"):
        authority.issue_one_off("张三", "申请人", moment)
