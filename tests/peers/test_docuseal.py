"""What went wrong in docusealco/docuseal (signing of documents)."""

import errno
import socket

import pytest

from mediation.cases import queries
from mediation.documents.verify import Verdict
from mediation.errors import TransitionRefused
from tests.documents.papers import text_of
from tests.town import party


def test_rare_characters_of_a_name_cost_no_paper_and_no_proof(town, tmp_path):
    """docusealco/docuseal#148, #213: a character without a glyph stopped the signing, or its audit report was never made."""
    people = [party("applicant", 1, name="张㛃𬱖"), party("respondent", 2, name="李𰻝喆")]
    ref = town.bring("agreed", parties=people)
    assert town.do("jiamed", ref, "conclude_written").warnings == []
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    town.act("jiamed", ref, "seal")
    pdf, _id = town.instance.paper("jiamed", ref, "agreement")
    report = town.instance.verify(pdf)
    assert report.verdict is Verdict.VALID
    assert [line.name.partition("(")[0] for line in report.signers][:2] == ["张㛃𬱖", "李𰻝喆"]
    printed = text_of(pdf, tmp_path)
    assert [name in printed for name in ("张㛃𬱖", "李𰻝喆")] == [True, True]
    assert {row.id for row in town.instance.cases("jiamed", words="㛃𬱖")} == {ref}
    assert town.instance.verify_trail().problems == []


def test_paper_is_signed_at_one_table_without_a_network(sqlite_town, monkeypatch):
    """docusealco/docuseal#432, #660, documenso/documenso#1639: in a place without a connection nobody could sign in person."""
    town = sqlite_town

    def cut(self, address):
        if self.family != socket.AF_UNIX:
            raise OSError(errno.ENETUNREACH, str(address))
        return connect(self, address)

    def no_names(*_asked, **_more):
        raise socket.gaierror(socket.EAI_AGAIN, "no network")

    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", cut)
    monkeypatch.setattr(socket, "getaddrinfo", no_names)
    ref = town.bring("agreed")
    town.do("jiamed", ref, "conclude_written")
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    town.act("jiamed", ref, "seal")
    pdf, _id = town.instance.paper("jiamed", ref, "agreement")
    assert (town.instance.verify(pdf).verdict, town.case(ref).state) == (Verdict.VALID, "performing")


def test_each_signer_has_a_certificate_of_their_own(town):
    """docusealco/docuseal#362: one certificate of the server stood for all who signed, which proved of none that they had."""
    ref = town.bring("agreed")
    town.do("jiamed", ref, "conclude_written")
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    town.act("jiamed", ref, "seal")
    [paper] = town.of(ref, queries.documents)
    slots = town.of(ref, lambda session, _case: queries.slots(session, paper.id))
    assert len({slot.certificate_sha256 for slot in slots}) == len(slots) == 5
    pdf, _id = town.instance.paper("jiamed", ref, "agreement")
    names = [line.name.partition("(")[0] for line in town.instance.verify(pdf).signers]
    assert names[:2] == [row.name for row in town.of(ref, queries.parties)]


def test_half_signed_paper_is_never_called_complete(town):
    """docusealco/docuseal#384, #435: a paper signed by some was sent round as signed by all."""
    ref = town.bring("agreed")
    town.do("jiamed", ref, "conclude_written")
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        pdf, _id = town.instance.paper("jiamed", ref, "agreement")
        report = town.instance.verify(pdf)
        assert (report.verdict, slot in report.empty_slots) == (Verdict.INCOMPLETE, True)
        assert (town.case(ref).outcome, town.case(ref).state) == ("open", "signing")
        town.sign(ref, slot)
    [agreement] = town.of(ref, queries.agreements)
    assert agreement.in_force_at is None
    town.act("jiamed", ref, "seal")
    pdf, _id = town.instance.paper("jiamed", ref, "agreement")
    assert town.instance.verify(pdf).verdict is Verdict.VALID


def test_who_signs_last_cannot_sign_first(town):
    """docusealco/docuseal#481, #33: with the order kept for the mails only, the fourth could sign before the first."""
    ref = town.bring("agreed")
    town.do("jiamed", ref, "conclude_written")
    town.sign(ref, "party-01")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "seal")
    assert [reason.guard for reason in refused.value.reasons] == ["everybody_signed"]
    assert town.dump() == before
