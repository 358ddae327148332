"""Signing on a tablet, in ink and both ways; in force when all parties, the mediator and the seal are on it (Art. 29)."""

from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.clock import local_moment
from mediation.documents.trust import import_bundle
from mediation.documents.verify import Trust, Verdict, verify
from mediation.errors import CaseChanged, InputInvalid, NotPermitted, TransitionRefused
from tests.cases.aftercare.words import AGENT
from tests.cases.conftest import Signing
from tests.town import TODAY, Town, drawing, party, scanned_page

SLOTS = ("party-01", "party-02", "mediator-01", "recorder")


def missing(town: Town, ref: str) -> list[str]:
    return [who.partition(" ")[0] for who in town.instance.case("jiamed", ref).missing_signatures]


def scan(town: Town, ref: str, **changes: object) -> None:
    town.act("jiamed", ref, "attach_scan", **{"pages": [scanned_page()], "signed_on": TODAY, **changes})


def verdict(town: Town, ref: str, form: str = "agreement") -> Verdict:
    pdf, _id = town.instance.paper("jiamed", ref, form)
    return town.instance.verify(pdf).verdict


def test_tablet_paper_is_in_force_when_the_seal_is_on_it(signing: Signing):
    town, ref = signing.town, signing.tablet
    assert missing(town, ref) == ["申请人", "被申请人", "人民调解员", "记录人", "调委会印章"]
    for at, slot in enumerate(SLOTS):
        before = town.dump()
        with pytest.raises(TransitionRefused, match="还没有签名"):
            town.act("jiamed", ref, "seal")
        assert town.dump() == before
        assert town.case(ref).outcome == "open"
        town.sign(ref, slot, drawing=drawing(at))
        event = town.last(ref)
        assert (event.act, event.facts["slot"], event.facts["revision"]) == ("sign", slot, at + 1)
        assert set(event.commitments) == {"drawing_sha256", "fingerprint_sha256", "witness"}
    assert missing(town, ref) == ["调委会印章"]
    assert verdict(town, ref) is Verdict.INCOMPLETE
    town.act("jiamed", ref, "seal")
    [agreement] = town.of(ref, queries.agreements)
    case = town.case(ref)
    assert (agreement.state, agreement.in_force_at) == ("in_force", town.clock.now())
    assert (case.state, case.outcome, case.settled_level) == ("performing", "agreed_written", "gacha")
    assert verdict(town, ref) is Verdict.VALID
    clocks = {row.name: row for row in town.of(ref, queries.deadlines)}
    assert (clocks["mediation_limit"].state, clocks["performance:1"].state) == ("met", "running")
    assert clocks["confirmation"].due_at == local_moment(TODAY + timedelta(days=31))
    assert clocks["performance:1"].due_at == local_moment(TODAY.replace(month=4, day=2))
    assert town.instance.verify_trail().problems == []


def test_slot_is_signed_once(signing: Signing):
    signing.town.sign(signing.tablet, "party-01")
    before = signing.town.dump()
    for slot in ("party-01", "party-09", "seal"):
        with pytest.raises(TransitionRefused) as refused:
            signing.town.sign(signing.tablet, slot)
        assert [reason.guard for reason in refused.value.reasons] == ["slot_is_open"]
    assert signing.town.dump() == before


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"drawing": None}, "drawing"),
        ({"drawing": None, "fingerprint": drawing()}, "witness"),
        ({"drawing": "no base64!"}, "drawing"),
        ({"identity_check": "winked"}, "identity_check"),
        ({"agent": 7}, "agent"),
    ],
)
def test_signature_that_proves_nothing_is_refused(signing: Signing, changes, key):
    before = signing.town.dump()
    with pytest.raises(InputInvalid) as refused:
        signing.town.sign(signing.tablet, "party-01", **changes)
    assert [problem.key for problem in refused.value.problems] == [key]
    assert signing.town.dump() == before


def test_signer_who_does_not_agree_does_not_sign(signing: Signing):
    with pytest.raises(TransitionRefused, match="没有表示同意"):
        signing.town.sign(signing.tablet, "party-01", agrees=False)


def test_fingerprint_with_a_witness_stands_for_a_name(signing: Signing):
    signing.town.sign(
        signing.tablet,
        "party-01",
        drawing=None,
        fingerprint=drawing(),
        read_to="read_aloud",
        witness="见证人",
    )
    assert "申请人" not in missing(signing.town, signing.tablet)


def test_agent_signs_with_the_power_and_within_its_term(signing: Signing):
    town, ref = signing.town, signing.tablet
    before = town.dump()
    with pytest.raises(TransitionRefused, match="代理人没有「签署调解协议书」的权限"):
        town.sign(ref, "party-01", agent=2)
    with pytest.raises(InputInvalid, match="只有当事人的签名处可以由代理人代签"):
        town.sign(ref, "mediator-01", agent=1)
    town.clock.advance(timedelta(days=1))
    with pytest.raises(TransitionRefused, match="代理人的委托期限已经届满"):
        town.sign(ref, "party-01", agent=1)
    assert town.dump() == before
    town.clock.advance(-timedelta(days=1))
    town.sign(ref, "party-01", agent=1)
    assert town.last(ref).facts["agent"] == 1
    pdf, _id = town.instance.paper("jiamed", ref, "agreement")
    assert [line.name for line in town.instance.verify(pdf).signers] == ["乙某1（代甲代签）(申请人)"]
    [slot] = [
        one
        for paper in town.instance.room.workspace("jiamed", ref).papers
        for one in paper.slots
        if one.name == "party-01" and one.signed_at
    ]
    assert (slot.person, slot.agent) == ("乙某1", "代甲")


def test_ink_paper_is_not_signed_on_a_tablet(signing: Signing):
    with pytest.raises(TransitionRefused, match="约定纸质签署，不能电子签名"):
        signing.town.sign(signing.ink, "party-01")


def test_tablet_paper_takes_no_scan(signing: Signing):
    with pytest.raises(TransitionRefused, match="这份协议书不是纸质签署"):
        scan(signing.town, signing.tablet)


def test_ink_paper_is_in_force_on_the_day_of_the_last_act(signing: Signing):
    town, ref = signing.town, signing.ink
    town.clock.advance(timedelta(days=3))
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "seal")
    assert [reason.guard for reason in refused.value.reasons] == ["everybody_signed", "scan_attached_if_ink"]
    scan(town, ref, signed_on=TODAY, slots=["party-01"])
    assert missing(town, ref) == ["被申请人", "人民调解员", "记录人", "调委会印章"]
    scan(town, ref, signed_on=TODAY + timedelta(days=2))
    assert missing(town, ref) == []
    town.act("jiamed", ref, "seal")
    [agreement] = town.of(ref, queries.agreements)
    assert agreement.in_force_at == local_moment(TODAY + timedelta(days=2))
    assert town.case(ref).outcome == "agreed_written"
    confirmation = next(row for row in town.of(ref, queries.deadlines) if row.name == "confirmation")
    assert confirmation.due_at == local_moment(TODAY + timedelta(days=33))
    assert verdict(town, ref, "scan") is Verdict.VALID


def test_scan_that_was_wrong_is_attached_anew_and_its_day_counts(signing: Signing):
    town, ref = signing.town, signing.ink
    town.clock.advance(timedelta(days=3))
    scan(town, ref, signed_on=TODAY + timedelta(days=2))
    scan(town, ref, signed_on=TODAY + timedelta(days=1))
    town.act("jiamed", ref, "seal")
    [agreement] = town.of(ref, queries.agreements)
    assert agreement.in_force_at == local_moment(TODAY + timedelta(days=1))
    assert town.instance.verify_trail().problems == []


def test_later_scan_of_those_who_were_missing_leaves_the_days_of_the_others(signing: Signing):
    town, ref = signing.town, signing.ink
    town.clock.advance(timedelta(days=3))
    scan(town, ref, signed_on=TODAY + timedelta(days=2), slots=["party-01"])
    scan(town, ref, signed_on=TODAY + timedelta(days=1))
    town.act("jiamed", ref, "seal")
    [agreement] = town.of(ref, queries.agreements)
    assert agreement.in_force_at == local_moment(TODAY + timedelta(days=2))


def test_scan_attached_anew_leaves_alone_what_was_signed_on_the_tablet(signing: Signing):
    town, ref = signing.town, signing.mixed
    town.sign(ref, "party-01")
    at = {slot.name: slot.signed_at for slot in town.of(ref, _agreement_slots)}["party-01"]
    for _again in range(2):
        scan(town, ref)
    after = {slot.name: (slot.medium, slot.signed_at) for slot in town.of(ref, _agreement_slots)}
    assert after["party-01"] == ("tablet", at)
    assert after["seal"] == (None, None)


def _agreement_slots(session, case_id):
    paper = queries.document(session, case_id, "agreement", "")
    return queries.slots(session, paper.id)


def test_verification_says_of_ink_what_is_true(signing: Signing):
    """The text is on record and signed on paper; the seal on the scan vouches for the scan alone; both here and by the bundle."""
    town, ref = signing.town, signing.ink
    on_paper = "手写的签名是不是本人的，要看纸上的原件。"
    kept = "这是手签文书的扫描件：电子印章只证明扫描件存档以后没有改动过。"

    def told(form: str, trust: Trust | None = None) -> tuple[str, tuple[str, ...], bool, bool]:
        pdf, _id = town.instance.paper("jiamed", ref, form)
        found = town.instance.verify(pdf) if trust is None else verify(pdf, trust)
        return found.verdict.value, found.sentences, found.is_text_of_ink, found.is_scan

    assert told("agreement") == ("incomplete", ("这是签署之前的文本，还没有任何人签名。",), False, False)
    scan(town, ref, slots=["party-01"])
    waiting = "这是印出来手签的文本；纸上还有人没有签名，或还没有盖章。"
    assert told("agreement") == ("incomplete", (waiting,), False, False)
    scan(town, ref)
    town.act("jiamed", ref, "seal")
    text = "这是印出来手签的文本，与登记的一致；签名和印章在纸上，扫描件已存档，这个文件里没有电子签名。"
    valid = "1 个签名全部有效，文件与办理日志记录的一致。"
    bundle = import_bundle(town.instance.trust_bundle()).trust
    for trust in (None, bundle):
        assert told("agreement", trust) == ("incomplete", (text, on_paper), True, False)
        assert told("scan", trust) == ("valid", (valid, kept, on_paper), False, True)
    court = {"court": "示例旗人民法院", "number": "（2026）示例调确1号", "decided_on": TODAY.isoformat()}
    words = {"paper": "agreement", "basis": "court_decision", "decision": court, "reason": "撤销"}
    town.act("jiamed", ref, "void_paper", **words)
    void = "注意：这份文书后来已作废，签名真实不等于仍然有效。"
    assert told("scan") == ("valid", (valid, kept, on_paper, void), False, True)
    states = {one["form"]: one["state"] for one in town.instance.case("jiamed", ref).papers}
    assert (states["agreement"], states["scan"]) == ("void", "void")


def test_verification_counts_those_who_signed_a_mixed_paper_by_hand(signing: Signing):
    town, ref = signing.town, signing.mixed
    for at, slot in enumerate(SLOTS):
        if slot != "party-02":
            town.sign(ref, slot, drawing=drawing(at))
    scan(town, ref, slots=["party-02"])
    town.act("jiamed", ref, "seal")
    pdf, _id = town.instance.paper("jiamed", ref, "agreement")
    found = town.instance.verify(pdf)
    assert (found.verdict, found.by_hand) == (Verdict.VALID, ("party-02",))
    assert found.sentences[1] == "另有 1 处在纸上手签，扫描件已存档。"


def test_ink_paper_without_its_seal_is_not_in_force(signing: Signing):
    town, ref = signing.town, signing.ink
    scan(town, ref, slots=list(SLOTS))
    with pytest.raises(InputInvalid, match="印章还没有登记"):
        town.act("jiamed", ref, "seal")
    scan(town, ref, slots=["seal"])
    town.act("jiamed", ref, "seal")
    assert town.case(ref).state == "performing"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"signed_on": "2026-03-03"}, "signed_on"),
        ({"signed_on": "2026-03-01"}, "signed_on"),
        ({"slots": ["party-09"]}, "slots"),
        ({"pages": ["###"]}, "pages[0]"),
    ],
)
def test_scan_that_cannot_be_is_refused(signing: Signing, changes, key):
    before = signing.town.dump()
    with pytest.raises(InputInvalid) as refused:
        scan(signing.town, signing.ink, **changes)
    assert [problem.key for problem in refused.value.problems] == [key]
    assert signing.town.dump() == before


def test_mixed_paper_takes_both_and_the_seal_comes_last(signing: Signing):
    town, ref = signing.town, signing.mixed
    town.sign(ref, "party-01")
    town.sign(ref, "mediator-01")
    scan(town, ref)
    assert missing(town, ref) == ["调委会印章"]
    town.act("jiamed", ref, "seal")
    assert town.case(ref).state == "performing"
    assert (verdict(town, ref), verdict(town, ref, "scan")) == (Verdict.VALID, Verdict.VALID)
    assert town.instance.verify_trail().problems == []


def test_reopened_talks_void_the_paper_and_its_signatures(signing: Signing):
    town, ref = signing.town, signing.tablet
    town.sign(ref, "party-01")
    town.act("jiamed", ref, "reopen_talks", reason="对金额有异议")
    [paper] = town.of(ref, queries.documents)
    assert (paper.state, town.case(ref).state) == ("void", "mediating")
    town.step(ref, "draft_agreement")
    town.do("jiamed", ref, "conclude_written")
    old, new = town.of(ref, queries.documents)
    assert (old.state, new.state, new.subject) == ("void", "frozen", "agreement-2")
    assert (old.number, new.number) == (town.case(ref).number, f"{town.case(ref).number}-2")
    assert len(missing(town, ref)) == 5


def test_refusing_to_sign_ends_the_mediation(signing: Signing):
    town, ref = signing.town, signing.tablet
    town.sign(ref, "party-01")
    town.act("jiamed", ref, "refuse", party=2, explanation="拒绝签字", routes=["court"])
    assert town.case(ref).outcome == "party_refused"
    assert [paper.state for paper in town.of(ref, queries.documents)] == ["void"]


def test_signature_for_a_case_that_has_moved_on_is_thrown_away(signing: Signing):
    town, ref = signing.town, signing.tablet
    made = town.instance.papers._made

    def meanwhile(*args, **kwargs):
        town.instance.papers._made = made
        town.act("jiamed", ref, "extend", asked_by=[1, 2], days=3, reason="等家人")
        return made(*args, **kwargs)

    town.instance.papers._made = meanwhile
    with pytest.raises(CaseChanged):
        town.sign(ref, "party-01")
    assert town.acts(ref)[-1] == "extend"
    assert len(missing(town, ref)) == 5
    town.sign(ref, "party-01")


def test_outsider_neither_signs_nor_seals(signing: Signing):
    with pytest.raises(NotPermitted):
        signing.town.sign(signing.tablet, "party-01", who="sumed")
    with pytest.raises(NotPermitted):
        signing.town.act("sulead", signing.tablet, "seal")


@pytest.mark.parametrize("trigger", ["sign_paper", "scan_paper", "seal_paper"])
def test_scan_is_no_paper_that_could_be_signed_itself(signing: Signing, trigger: str):
    town, ref = signing.town, signing.ink
    scan(town, ref, signed_on=TODAY)
    words = {
        "sign_paper": {
            "slot": "party-01",
            "identity_check": "id_card_seen",
            "agrees": True,
            "drawing": drawing(),
        },
        "scan_paper": {"pages": [scanned_page()], "signed_on": TODAY},
        "seal_paper": {},
    }
    before = town.dump()
    with pytest.raises(InputInvalid, match="还没有印出"):
        town.act("jiamed", ref, trigger, paper="scan", **words[trigger])
    assert town.dump() == before


def test_agent_signs_a_record_only_with_that_power(sqlite_town):
    ref = sqlite_town.bring("mediating", parties=[party(agents=[AGENT]), party("respondent", 2)])
    sqlite_town.instance.issue("jiamed", ref, "mediation_record")
    said = {"paper": "mediation_record", "agent": 1, "slot": "party-01", "identity_check": "id_card_seen"}
    with pytest.raises(TransitionRefused, match="没有「签署调解记录」的权限"):
        sqlite_town.act("jiamed", ref, "sign_paper", **said, agrees=True, drawing=drawing())


def test_agreement_is_sealed_in_its_own_ceremony_only(sqlite_town):
    ref = sqlite_town.bring("agreed")
    sqlite_town.do("jiamed", ref, "conclude_written")
    with pytest.raises(InputInvalid, match="签署协议书"):
        sqlite_town.act("jiamed", ref, "seal_paper", paper="agreement")
    with pytest.raises(InputInvalid, match="不写 paper"):
        sqlite_town.act("jiamed", ref, "seal", paper="acceptance_register")
    assert sqlite_town.case(ref).state == "signing"
