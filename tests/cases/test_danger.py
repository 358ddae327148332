"""Danger is reported to the police, on record, and asked for before a case is closed."""

from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.errors import InputInvalid, NotPermitted, TransitionRefused
from tests.town import Town

SAID = {"to": "示例苏木派出所", "reference": "示例警字第7号", "account": "双方亲属聚集,扬言动手。"}


def ended(town: Town, risk: str) -> str:
    """A withdrawn dispute, all but closed."""
    ref = town.register(risk=risk)
    town.act("jiawin", ref, "withdraw", reason="和解", asked_by=[1])
    return ref


def test_report_is_on_record_encrypted_in_the_trail_and_on_the_page(town):
    ref = town.bring("mediating")
    reported_at = town.clock.now()
    town.act("jiamed", ref, "report_police", reported_at=reported_at, **SAID)
    [row] = town.of(ref, queries.police_reports)
    assert (row.ordinal, row.reported_at, row.reported_to, row.reference, row.account) == (
        1,
        reported_at,
        SAID["to"],
        SAID["reference"],
        SAID["account"],
    )
    event = town.last(ref)
    assert (event.act, event.facts["report"], event.to_state) == ("report_police", 1, "mediating")
    assert set(event.commitments) == {"to", "reference", "account"}
    assert town.instance.case("jiamed", ref).police_reports == [
        {
            "reported_at": reported_at,
            "reported_to": SAID["to"],
            **{k: SAID[k] for k in ("reference", "account")},
        }
    ]
    assert [word for word in (SAID["account"], SAID["reference"]) if word in repr(town.dump())] == []


@pytest.mark.parametrize(
    ("at", "who"),
    [("registered", "jiawin"), ("received", "jialead"), ("accepted", "jiamed"), ("signing", "jiamed")],
)
def test_danger_can_be_reported_at_any_time_and_moves_nothing(town, at, who):
    ref = town.bring(at)
    before = town.case(ref)
    town.act(who, ref, "report_police", reported_at=town.clock.now(), **SAID)
    after = town.case(ref)
    assert (after.state, after.version) == (before.state, before.version + 1)


def test_report_from_the_future_or_by_a_stranger_is_refused(town):
    ref = town.bring("mediating")
    before = town.dump()
    with pytest.raises(InputInvalid, match="报告时间晚于现在"):
        town.act("jiamed", ref, "report_police", reported_at=town.clock.now() + timedelta(days=1), **SAID)
    with pytest.raises(NotPermitted):
        town.act("sumed", ref, "report_police", reported_at=town.clock.now(), **SAID)
    assert town.dump() == before


def test_high_risk_is_not_closed_without_report_or_reason(town):
    ref = ended(town, "high")
    before = town.dump()
    with pytest.raises(TransitionRefused, match="还没有向公安机关报告的记录") as refused:
        town.act("jiawin", ref, "close")
    assert [(reason.guard, reason.article) for reason in refused.value.reasons] == [
        ("danger_reported", "人民调解法第25条")
    ]
    assert town.dump() == before
    town.act("jiawin", ref, "close", no_report_reason="双方已当面和好,民警在场核实。")
    assert (town.case(ref).state, town.case(ref).unreported_because) == (
        "closed",
        "双方已当面和好,民警在场核实。",
    )
    assert town.last(ref).facts["unreported"] is True
    town.act("jiaarc", ref, "archive")
    assert town.case(ref).state == "archived"


@pytest.mark.parametrize("risk", ["low", "high"])
def test_what_was_reported_or_is_no_danger_closes_plainly(town, risk):
    ref = ended(town, risk)
    if risk == "high":
        town.act("jiawin", ref, "report_police", reported_at=town.clock.now(), **SAID)
    town.act("jiawin", ref, "close")
    assert (town.case(ref).state, town.case(ref).unreported_because) == ("closed", None)
