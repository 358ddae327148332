"""What went wrong in opencrvs/opencrvs-core (civil registration, in the field and off line)."""

from mediation.app import Instance
from mediation.cases import queries
from mediation.errors import NotFound
from tests.cases.desk import book, clock, number
from tests.cases.succession.test_handing_over import arranged, hand_over
from tests.web.conftest import REGISTRAR, dispute, new_key


def test_draft_outlives_the_one_who_made_it(town):
    """opencrvs/opencrvs-core#2025: a draft could be finished by nobody else; its maker moved on, and it was lost."""
    ref = town.bring("agreed")
    arranged(town, ref)
    town.act("jiamed", ref, "promise", party=1, what="带人看沟", due_on="2026-03-09")
    promised = number(town, ref, "jiamed")
    hand_over(town)
    page = town.instance.case("jiamed2", ref)
    assert (page.agreement["state"], len(page.agreement["clauses"])) == ("draft", 1)
    assert [(one["person"], one["state"]) for one in page.appointments] == [("包平", "planned")]
    assert (book(town, ref), clock(town, ref, promised)) == ({"jiamed2": "open"}, "running")
    assert town.instance.tasks("jiamed") == []
    town.act("jiamed2", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_draft_is_there_from_another_machine(town):
    """opencrvs/opencrvs-core#10138, #13663: a draft made on one device was not to be found from another one."""
    ref = town.bring("agreed")
    with Instance.open(town.instance.settings, town.clock) as other:
        page = other.case("jiamed", ref)
        assert (page.agreement["state"], len(page.agreement["clauses"])) == ("draft", 1)
        other.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_same_declaration_sent_twice_is_entered_once(counter):
    """opencrvs/opencrvs-core#7477, #2936: on a slow line the outbox sent a record again that had arrived, and there were two."""
    key, words = new_key(), dispute(title="晾晒场之争")
    first = counter.post(REGISTRAR, "/cases", words, key)
    again = counter.post(REGISTRAR, "/cases", words, key)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    ref, act = first.json()["case"], new_key()
    sent = [
        counter.post(REGISTRAR, f"/cases/{ref}/acts/triage", {"tier": "ordinary"}, act) for _time in range(3)
    ]
    assert {(one.status_code, one.content) for one in sent} == {(200, sent[0].content)}
    found = counter.get(REGISTRAR, "/cases", search="晾晒场之争").json()["cases"]
    assert [row["id"] for row in found] == [ref]
    trail = counter.get(REGISTRAR, f"/cases/{ref}").json()["trail"]
    assert [one["act"] for one in trail] == ["register", "triage"]


def test_asking_the_level_above_is_no_rejection_and_comes_back_to_who_asked(town):
    """opencrvs/opencrvs-core#11546: to ask a superior there was only to reject, or to correct; it must come back to the asker."""
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", person="sulead", question="这类纠纷收不收？")
    case = town.case(ref)
    assert (case.state, town.unit_code(case.holder_id), case.sent_back) == ("received", "jia", 0)
    assert [(row.case, row.kind) for row in town.instance.tasks("sulead")] == [(ref, "opinion")]
    town.act("sulead", ref, "answer", opinion="可以收")
    assert (town.tasks(ref), town.instance.tasks("sulead")) == ([("received", "jia")], [])
    assert town.outbox(ref)[-1] == ("notice", "task_answered")
    shown = town.instance.case("jiawin", ref).tasks[-1]
    assert [(one["by"], one["said"]) for one in shown["opinions"]] == [("sulead", "可以收")]
    town.act("jiawin", ref, "escalate", reason="跨嘎查")
    town.act("suwin", ref, "send_back", reason="请先调一次")
    assert (town.case(ref).state, town.tasks(ref)) == ("triaged", [("triaged", "jia")])
    acts = [
        act for act in town.acts(ref) if act in {"ask_opinion", "answer", "escalate", "send_back", "reject"}
    ]
    assert acts == ["ask_opinion", "answer", "escalate", "send_back"]


def test_escalated_case_still_waits_on_the_superior_after_it_was_put_right(town):
    """opencrvs/opencrvs-core#13718: edited before the superior had answered, a record was no longer marked as escalated."""
    ref = town.bring("triaged")
    town.act("jiawin", ref, "escalate", reason="跨嘎查")
    town.act("jiawin", ref, "amend", narrative="雨水又倒灌。")
    town.act("jiawin", ref, "tell_rights", parties=[1, 2])
    case = town.case(ref)
    assert (case.state, town.unit_code(case.target_id)) == ("dispatched", "su")
    assert [row.id for row in town.instance.cases("suwin", waiting=True)] == [ref]
    assert town.clocks(ref)["state:dispatched"] == "running"
    town.act("suwin", ref, "acknowledge")
    assert town.unit_code(town.case(ref).holder_id) == "su"


def test_nobody_is_shown_what_waits_in_another_office(town):
    """opencrvs/opencrvs-core#9946: what was stuck in one user's outbox was shown to, and counted for, the others."""
    ours, theirs = town.register(), town.register("yiwin")
    assert [row.id for row in town.instance.cases("jiawin", waiting=True)] == [ours]
    assert [row.id for row in town.instance.cases("yiwin", waiting=True)] == [theirs]
    for who, ref in (("yiwin", ours), ("jiawin", theirs)):
        try:
            town.instance.case(who, ref)
        except NotFound:
            continue
        raise AssertionError(ref)
    assert [
        count for (unit, _flow, _state), count in sorted(town.counts().items()) if unit in {"jia", "yi"}
    ] == [1, 1]
    assert len(town.of(ours, queries.open_tasks)) == 1
