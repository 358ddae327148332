"""Papers that two finish at the same moment: the act's own process and a job, on a slow machine."""

from mediation.cases import queries
from tests.town import postgresql_founded, sqlite_founded, town

__all__ = ["postgresql_founded", "sqlite_founded", "town"]


def test_paper_that_two_finish_at_once_is_signed_and_sealed_once(town, monkeypatch):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    papers, others = town.instance.papers, []
    made = papers._made

    def while_another_does(wanted):
        if not others:
            others.append(wanted.slot)
            assert town.instance.make_owed_papers() == []
        return made(wanted)

    monkeypatch.setattr(papers, "_made", while_another_does)
    assert town.instance.make_owed_papers() == []
    found = town.of(ref, queries.documents)
    assert [(one.form, one.state) for one in found if one.form == "termination_notice"] == [
        ("termination_notice", "complete")
    ] * len(found)
    slots = [event.facts["slot"] for event in town.events(ref) if event.act == "document.signed"]
    signed = sum(slot.signed_at is not None for paper in found for slot in town_slots(town, paper.id))
    assert len(slots) == signed > 0


def town_slots(town, paper_id):
    with town.reading() as session:
        return list(queries.slots(session, paper_id))
