"""补充协议: what an agreement in force left open, agreed and signed as the first was."""

from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlmodel import col

from mediation.cases import queries
from mediation.cases.models import Agreement
from mediation.errors import InputInvalid, NotPermitted, TransitionRefused
from mediation.migrating import migrate_cases
from mediation.people.queries import person
from mediation.workflow.migration import Plan
from tests.cases.aftercare.words import REASON, papers, set_aside, sign_all, signed, slip, supplement
from tests.cases.desk import agreed_orally, ask, number
from tests.town import Town, pay


def test_supplement_is_signed_as_the_first_and_both_are_performed(town):
    ref = signed(town, town.bring("agreed"))
    supplement(town, ref)
    assert town.case(ref).state == "supplementing"
    first, second = town.of(ref, queries.agreements)
    assert (second.kind, second.supplements, second.state) == ("supplementary", 1, "signing")
    sign_all(town, ref)
    case = town.case(ref)
    assert (case.state, case.outcome) == ("performing", "agreed_written")
    first, second = town.of(ref, queries.agreements)
    assert (first.state, second.state, second.number) == ("in_force", "in_force", f"{case.number}-2")
    with pytest.raises(InputInvalid, match="本案有几份生效的协议"):
        town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-02")
    town.act("jiamed", ref, "record_performance", clause=1, agreement=2, performed_on="2026-03-02")
    assert (town.clocks(ref)["performance:1"], town.clocks(ref)["performance:2-1"]) == ("running", "met")
    with pytest.raises(TransitionRefused, match="另一份协议第1条还没有履行结果"):
        town.act("jiamed", ref, "close")
    town.act("jiamed", ref, "record_performance", clause=1, agreement=1, performed_on="2026-03-02")
    town.act("jiamed", ref, "close")


def test_supplement_is_not_sealed_before_its_own_text_is_reviewed(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    signed(town, ref)
    supplement(town, ref)
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.do("jiamed", ref, "seal")
    assert [one.message for one in refused.value.reasons] == [
        "「协议审核」通过以后，协议条款变了",
        "「协议审核」通过以后，协议文本变了",
        "「协议审核」通过以后，协议金额变了",
    ]
    assert town.dump() == before
    town.act("jiamed", ref, "resubmit")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), opinion="第一条不清")
    with pytest.raises(TransitionRefused, match="「协议审核」被驳回了"):
        town.do("jiamed", ref, "seal")
    town.act("jiamed", ref, "resubmit")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.do("jiamed", ref, "seal")
    assert town.case(ref).state == "performing"
    assert [row.state for row in town.of(ref, queries.agreements)] == ["in_force", "in_force"]


def test_supplement_that_is_dropped_leaves_the_first_as_it_was(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    supplement(sqlite_town, ref)
    with pytest.raises(TransitionRefused, match="补充协议办理「不再补充」"):
        sqlite_town.act("jiamed", ref, "seal")
    with pytest.raises(TransitionRefused, match="补充协议办理「不再补充」"):
        sqlite_town.act(
            "jiamed", ref, "void_paper", paper="agreement:agreement-2", basis="not_in_force", reason="x"
        )
    sqlite_town.act("jiamed", ref, "drop_supplement", reason="一方反悔")
    first, second = sqlite_town.of(ref, queries.agreements)
    assert (first.state, second.state, sqlite_town.case(ref).state) == ("in_force", "void", "performing")
    assert papers(sqlite_town, ref)[-1] == ("agreement", "agreement-2", "void")
    assert papers(sqlite_town, ref)[-2] == ("agreement", "agreement-1", "complete")


def by_a_mediator(town: Town, ref: str) -> None:
    """The people's mediator has the case of the grid worker, and brings it to the ordinary way."""
    mediators = [{"person": "jiamed"}, {"person": "jiarec", "role": "recorder"}]
    town.act("grid", ref, "replace_mediator", mediators=mediators, reason="双方要另订补充协议")
    town.act("jiamed", ref, "turn_ordinary", reason="双方商定改期")


def test_oral_agreement_is_supplemented_in_the_ordinary_way_with_all_that_is_on_file(town):
    ref = town.register("grid", workflow="simple")
    office = town.instance.office
    town.instance.office = replace(office, rules=replace(office.rules, written_unless_at_once=False))
    agreed_orally(town, ref, at_once=False)
    number, before = (
        town.case(ref).number,
        {row.name: (row.due_at, row.state) for row in town.of(ref, queries.deadlines)},
    )
    with pytest.raises(NotPermitted, match="「转普通程序」由人民调解员办理"):
        town.act("grid", ref, "turn_ordinary", reason="双方商定改期")
    by_a_mediator(town, ref)
    with town.reading() as session:
        jiamed = person(session, "jiamed").id
    case = town.case(ref)
    assert (case.workflow, case.state, case.number, case.outcome) == (
        "ordinary",
        "performing",
        number,
        "agreed_oral",
    )
    [turn] = town.of(ref, queries.open_tasks)
    assert (turn.kind, turn.state, turn.person_id) == ("turn", "performing", jiamed)
    after = {row.name: (row.due_at, row.state) for row in town.of(ref, queries.deadlines)}
    assert {name: after[name] for name in before if not name.startswith("state:")} == {
        name: one for name, one in before.items() if not name.startswith("state:")
    }
    assert after["state:performing"][1] == "running"
    supplement(town, ref)
    sign_all(town, ref)
    assert town.case(ref).state == "performing"
    assert [(row.kind, row.state) for row in town.of(ref, queries.agreements)] == [
        ("main", "in_force"),
        ("supplementary", "in_force"),
    ]
    for agreement in (1, 2):
        town.act(
            "jiamed", ref, "record_performance", clause=1, agreement=agreement, performed_on="2026-03-02"
        )
    town.act("jiawin", ref, "seal_paper", paper="oral_agreement")
    town.act("jiamed", ref, "close")
    town.act("grid", ref, "visit", party=1, method="phone", performance="done", situation="已经付清")


def test_oral_agreement_of_which_all_was_performed_goes_on_closed_in_the_ordinary_way(sqlite_town):
    town = sqlite_town
    ref = town.register("grid", workflow="simple")
    agreed_orally(town, ref)
    town.act("jiawin", ref, "seal_paper", paper="oral_agreement")
    town.act("grid", ref, "record_performance", clause=1, performed_on="2026-03-02")
    town.act("grid", ref, "close")
    closed_at = town.case(ref).closed_at
    by_a_mediator(town, ref)
    case = town.case(ref)
    assert (case.workflow, case.state, case.closed_at) == ("ordinary", "closed", closed_at)
    supplement(town, ref)
    assert (town.case(ref).state, town.case(ref).closed_at) == ("supplementing", None)
    town.act("jiamed", ref, "drop_supplement", reason="不另订了")
    town.act("jiamed", ref, "close")
    assert town.tasks(ref) == [("closed", "jia-1")]


@pytest.mark.parametrize("version", [3, 4])
def test_change_of_substance_is_sent_where_the_case_can_go(sqlite_town, version):
    town = sqlite_town
    office = town.instance.office
    town.instance.office = replace(office, newest={**office.newest, "simple": version})
    ref = town.register("grid", workflow="simple")
    town.instance.office = office
    agreed_orally(town, ref)
    town.act("jiawin", ref, "seal_paper", paper="oral_agreement")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act(
            "grid", ref, "correct", paper="oral_agreement", slips=[slip("amount", "100", "200")], **REASON
        )
    [step] = {one.next_step for one in refused.value.reasons if one.guard == "slips_only"}
    assert step.endswith("由网格员调解的，先「更换调解员」" if version == 4 else "（mediation case migrate）")
    with pytest.raises(TransitionRefused) as refused:
        town.act("grid", ref, "remediate", asked_by=[1, 2], **REASON)
    [reason] = refused.value.reasons
    assert reason.next_step.endswith(step.partition("：")[2])
    assert town.dump() == before
    migrate_cases(town.instance, "simple", 4, Plan(format=1))
    by_a_mediator(town, ref)
    assert (town.case(ref).workflow, town.case(ref).state) == ("ordinary", "performing")


def test_case_that_never_had_an_agreement_is_not_sent_to_record_a_breach(sqlite_town):
    town = sqlite_town
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "withdraw", reason="settled_themselves", asked_by=[1])
    town.act("grid", ref, "close")
    with pytest.raises(TransitionRefused, match="本案没有达成过协议") as refused:
        town.act("grid", ref, "remediate", asked_by=[1, 2], **REASON)
    assert "记录未履行" not in str(refused.value)


def test_supplement_to_what_a_court_has_set_aside_meanwhile_comes_not_into_force(town):
    ref = signed(town, town.bring("agreed"))
    supplement(town, ref)
    town.do("jiamed", ref, "void_paper", paper="agreement:agreement-1", **set_aside(town), **REASON)
    before = town.dump()
    with pytest.raises(TransitionRefused, match="所补充的第1号协议已经不再有效"):
        sign_all(town, ref)
    assert town.dump() == before
    town.act("jiamed", ref, "drop_supplement", reason="原协议已被撤销")
    assert [row.state for row in town.of(ref, queries.agreements)] == ["void", "void"]


def test_supplement_that_outlives_what_it_added_to_carries_no_other(town):
    ref = signed(town, town.bring("agreed"))
    supplement(town, ref)
    sign_all(town, ref)
    town.do("jiamed", ref, "void_paper", paper="agreement:agreement-1", **set_aside(town), **REASON)
    assert [row.state for row in town.of(ref, queries.agreements)] == ["void", "in_force"]
    before = town.dump()
    with pytest.raises(InputInvalid, match=r"原协议已经不再有效，只剩补充协议.*再次调解"):
        supplement(town, ref)
    assert town.dump() == before
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    assert town.case(ref).state == "preparing"


def test_supplement_of_before_to_a_supplement_of_what_is_void_comes_not_into_force(sqlite_town):
    """As it could be begun before this was refused: what it adds to stands, what that adds to does not."""
    town = sqlite_town
    ref = signed(town, town.bring("agreed"))
    supplement(town, ref)
    sign_all(town, ref)
    supplement(town, ref)
    with town.instance.database.writing() as session:
        last = queries.agreements(session, town.case(ref).id)[-1]
        session.execute(update(Agreement).where(col(Agreement.id) == last.id).values(supplements=2))
    town.do("jiamed", ref, "void_paper", paper="agreement:agreement-1", **set_aside(town), **REASON)
    with pytest.raises(TransitionRefused, match="所补充的第1号协议已经不再有效"):
        sign_all(town, ref)


def test_supplement_needs_everybody_and_whole_clauses(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    before = sqlite_town.dump()
    with pytest.raises(TransitionRefused) as refused:
        supplement(sqlite_town, ref, asked_by=[1], clauses=[pay(amount_fen=None)])
    assert {one.guard for one in refused.value.reasons} == {"supplement_asked_by_all", "clauses_complete"}
    assert sqlite_town.dump() == before
