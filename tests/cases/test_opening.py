"""Taking a dispute in, putting its facts right, consent, rights, and how hard it is."""

from datetime import date, timedelta

import pytest

from mediation.cases import queries
from mediation.errors import InputInvalid, NotPermitted, TransitionRefused
from tests.town import MORNING, party, silent


def test_register_enters_case_parties_event_clock_task_and_worklists(town):
    done = town.instance.register(
        "jiawin",
        {
            "title": "排水纠纷",
            "source": "applied",
            "governance_category": "0201",
            "narrative": "雨水倒灌。",
            "parties": [silent("applicant", 1), silent("respondent", 2)],
        },
    )
    ref = done.act.case
    case = town.case(ref)
    assert (case.state, case.phase, case.version, case.outcome, case.open) == (
        "registered",
        "intake",
        1,
        "open",
        True,
    )
    assert (case.category, case.number, case.headcount) == ("02", None, 2)
    assert case.temporary_number == f"临-{ref[:8].upper()}"
    assert case.received_at == MORNING
    assert len(done.query_code) == 11
    [event] = town.events(ref)
    assert (event.act, event.actor, event.unit, event.to_state, event.version) == (
        "register",
        "jiawin:registrar",
        "jia",
        "registered",
        1,
    )
    assert event.facts == {
        "workflow": "ordinary/5",
        "outcome": "open",
        "became": {"holder": "jia", "risk": "low"},
        "source": "applied",
        "category": "02",
        "governance_category": "0201",
        "risk": "low",
        "parties": 2,
        "first_receiver": "jiawin:registrar",
    }
    assert town.clocks(ref) == {"state:registered": "running"}
    assert town.tasks(ref) == [("registered", "jia")]
    assert town.worklists(ref) == {"jia", "su", "qi"}
    assert town.counts() == {
        ("jia", "ordinary", "registered"): 1,
        ("su", "ordinary", "registered"): 1,
        ("qi", "ordinary", "registered"): 1,
    }
    assert town.outbox(ref) == []


def test_register_keeps_names_and_numbers_out_of_the_file(sqlite_town):
    ref = sqlite_town.register(title="某某排水纠纷", parties=[party("applicant", 1), party("respondent", 2)])
    found = repr(sqlite_town.dump())
    [one, _two] = sqlite_town.of(ref, queries.parties)
    assert [word for word in (one.name, one.id_number, one.address, "某某排水") if word in found] == []


def test_register_by_a_leader_is_not_permitted(town):
    before = town.dump()
    with pytest.raises(NotPermitted, match="不能登记纠纷"):
        town.register("sulead")
    assert town.dump() == before


def test_register_tells_everything_that_is_wrong_and_enters_nothing(town):
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.register(
            source="nowhere", governance_category="9876", risk="huge", place="moon", workflow="none"
        )
    keys = ["source", "governance_category", "risk", "workflow", "place"]
    assert [problem.key for problem in refused.value.problems] == keys
    with pytest.raises(InputInvalid) as refused:
        town.register(
            parties=[
                party(id_number="110101199001011234", phone="12"),
                party("respondent", 2, id_kind="nothing"),
            ]
        )
    assert [problem.key for problem in refused.value.problems] == [
        "parties[0].id_number",
        "parties[0].phone",
        "parties[1].id_kind",
    ]
    assert town.dump() == before


def test_minor_is_told_from_the_id_number(town):
    child = party("respondent", 2, id_number=None, born_on="2015-05-05")
    ref = town.register(parties=[party(), child])
    assert [one.minor for one in town.of(ref, queries.parties)] == [False, True]


def test_amend_puts_facts_right_and_makes_the_new_words_findable(town):
    ref = town.register()
    town.act(
        "jiawin",
        ref,
        "amend",
        title="占用牧道纠纷",
        party=2,
        party_facts=party("respondent", 2, name="额尔敦"),
        add_parties=[silent("third", 3, name="第三者")],
    )
    case = town.case(ref)
    assert (case.title, case.version, case.state) == ("占用牧道纠纷", 2, "registered")
    assert [row.name for row in town.of(ref, queries.parties)] == ["乙某1", "额尔敦", "第三者"]
    told = town.last(ref).facts
    assert (told["fields"], told["party"], told["added_parties"]) == (["title"], 2, 1)

    def found(words: str) -> list[str]:
        return [row.id for row in town.instance.cases("jiawin", words=words)]

    assert (found("牧道"), found("额尔敦"), found("第三者")) == ([ref], [ref], [ref])
    assert (found("排水"), found("丙某")) == ([], [])
    assert town.rows("SELECT count(*) FROM piece_count WHERE cases < 0") == [(0,)]


def test_amend_adds_a_helper_only_with_the_consent_of_all(town):
    ref = town.register()
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act(
            "jiawin",
            ref,
            "amend",
            add_participants=[{"kind": "neighbour", "name": "邻居", "consented_by": [1]}],
        )
    assert [problem.key for problem in refused.value.problems] == ["add_participants[0].consented_by"]
    assert town.dump() == before
    town.act(
        "jiawin",
        ref,
        "amend",
        add_participants=[{"kind": "neighbour", "name": "邻居", "consented_by": [1, 2]}],
    )
    assert [row.name for row in town.of(ref, queries.participants)] == ["邻居"]
    told = town.last(ref).facts
    assert told["added_participants"] == 1
    assert "party" not in told


def test_consent_and_rights_are_facts_of_each_party(town):
    ref = town.bring("received", parties=[silent("applicant", 1), silent("respondent", 2)])
    with pytest.raises(TransitionRefused) as refused:
        town.step(ref, "accept")
    assert [reason.guard for reason in refused.value.reasons] == ["everybody_consents", "rights_told_to_all"]
    town.act("jiawin", ref, "record_consent", parties=[1])
    town.act("jiawin", ref, "tell_rights", parties=[1, 2], manner="read_aloud")
    with pytest.raises(TransitionRefused, match=r"还没有记录被申请人（2）同意调解"):
        town.step(ref, "accept")
    town.act("jiawin", ref, "record_consent", parties=[2], electronic=True)
    town.step(ref, "accept")
    assert town.case(ref).state == "accepted"
    assert [row.electronic_agreed_at is not None for row in town.of(ref, queries.parties)] == [False, True]


def test_agent_agrees_for_a_party_only_with_that_power(town):
    agents = [
        {"kind": "agent", "name": "代甲", "powers": ["evidence"]},
        {"kind": "agent", "name": "代乙", "powers": ["apply"]},
    ]
    ref = town.register(parties=[party(), silent("respondent", 2, agents=agents)])
    before = town.dump()
    with pytest.raises(TransitionRefused, match="代理人没有「代为申请调解」的权限"):
        town.act("jiawin", ref, "record_consent", parties=[2], agents={2: 1})
    assert town.dump() == before
    town.act("jiawin", ref, "record_consent", parties=[2], agents={2: 2})
    assert town.last(ref).facts["agents"] == {"2": 2}


def test_only_an_office_has_a_legal_representative_and_only_a_person_a_guardian(town):
    """Neither asks for powers: who is named so of the wrong one would act and sign without any."""
    head = {"kind": "legal_representative", "name": "代甲"}
    guardian = {"kind": "guardian", "name": "代乙"}
    before = town.dump()
    with pytest.raises(InputInvalid) as wrong:
        town.register(
            parties=[
                party(agents=[head]),
                party("respondent", 2, kind="other", id_number=None, agents=[guardian]),
            ]
        )
    assert [(one.key, one.message.partition("：")[0]) for one in wrong.value.problems] == [
        ("parties[0].agents[0].kind", "自然人没有法定代表人"),
        ("parties[1].agents[0].kind", "单位没有监护人"),
    ]
    assert town.dump() == before
    ref = town.register()
    with pytest.raises(InputInvalid, match="自然人没有法定代表人") as wrong:
        town.act("jiawin", ref, "amend", add_agents={1: head})
    assert [one.key for one in wrong.value.problems] == ["add_agents.1.kind"]


def test_legal_representative_of_a_person_from_before_acts_by_no_law(sqlite_town):
    town = sqlite_town
    ref = town.register(
        parties=[party(), silent("respondent", 2, agents=[{"kind": "guardian", "name": "代甲"}])]
    )
    with town.instance.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE party_agent SET kind = 'legal_representative'")
    with pytest.raises(TransitionRefused, match="代理人没有「代为申请调解」的权限"):
        town.act("jiawin", ref, "record_consent", parties=[2], agents={2: 1})


def test_consent_of_a_party_that_is_not_there_is_refused_by_number(town):
    ref = town.register()
    with pytest.raises(InputInvalid, match="没有第 7、9 号当事人；本案当事人编号为 1、2"):
        town.act("jiawin", ref, "record_consent", parties=[1, 7, 9])


def test_triage_needs_two_sides(town):
    ref = town.register(parties=[party("applicant", 1)])
    with pytest.raises(TransitionRefused, match="还没有登记被申请人"):
        town.step(ref, "triage")
    town.act("jiawin", ref, "amend", add_parties=[party("respondent", 2)])
    town.step(ref, "triage", tier="complex", risk="high")
    case = town.case(ref)
    assert (case.state, case.tier, case.risk) == ("triaged", "complex", "high")
    assert town.last(ref).facts["tier"] == "complex"


def test_act_that_is_claimed_for_the_future_is_refused(town):
    ref = town.register()
    before = town.dump()
    with pytest.raises(InputInvalid, match="occurred_at"):
        town.act("jiawin", ref, "triage", tier="simple", occurred_at=town.clock.now() + timedelta(days=2))
    assert town.dump() == before


def test_act_claimed_for_earlier_keeps_both_moments(town):
    ref = town.register()
    town.clock.advance(timedelta(days=1))
    town.act("jiawin", ref, "triage", tier="simple", occurred_at="2026-03-02T10:00")
    event = town.last(ref)
    assert (event.occurred_at.hour, event.occurred_at.day) == (2, 2)
    assert event.recorded_at.astimezone().date() == date(2026, 3, 3)


def test_registration_that_is_wrong_in_many_ways_is_refused_with_all_of_them_and_leaves_nothing(town):
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.register(
            source="frob",
            governance_category="9999",
            occurred_on="2026-03-03",
            parties=[party("applicant", 1, id_number="123"), party("respondent", 2, born_on="2026-03-03")],
        )
    assert [problem.key for problem in refused.value.problems] == [
        "source", "governance_category", "occurred_on", "parties[0].id_number", "parties[1].born_on",
    ]  # fmt: skip
    assert town.dump() == before
