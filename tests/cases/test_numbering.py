"""Numbers: a committee's own, from one on in each year, none left out and none twice."""

from datetime import UTC, datetime

from mediation.cases import numbering
from mediation.units import queries as units


def test_numbers_begin_anew_in_each_year_and_for_each_committee(town):
    assert [town.case(town.bring("accepted")).number for _case in range(2)] == [
        "〔2026〕示例甲人调字第1号",
        "〔2026〕示例甲人调字第2号",
    ]
    other = town.register("yiwin")
    for trigger, words in (("triage", {"tier": "ordinary"}), ("keep", {}), ("accept", {})):
        town.act("yiwin", other, trigger, **words)
    assert town.case(other).number == "〔2026〕示例乙人调字第1号"
    town.clock.put(datetime(2026, 12, 31, 15, 30, tzinfo=UTC))  # accepted a quarter past midnight here
    assert town.case(town.bring("accepted")).number == "〔2027〕示例甲人调字第1号"


def test_year_is_the_sites_not_greenwichs(town):
    town.clock.put(datetime(2026, 12, 31, 17, 0, tzinfo=UTC))  # an hour into the new year here
    assert town.case(town.bring("accepted")).number == "〔2027〕示例甲人调字第1号"


def test_every_number_is_accounted_for(town):
    ref = town.bring("accepted")
    town.bring("triaged")
    town.act("jiawin", ref, "withdraw", reason="和解", asked_by=[1], routes=["court"])
    with town.reading() as session:
        found = numbering.list_numbers(session, units.committee(session, "jia-tw"))
    assert [(row.ordinal, row.state, row.case_id) for row in found] == [(1, "used", town.case(ref).id)]


def test_second_agreement_of_a_case_carries_its_ordinal():
    assert numbering.agreement_number("〔2026〕示例甲人调字第1号", 1) == "〔2026〕示例甲人调字第1号"
    assert numbering.agreement_number("〔2026〕示例甲人调字第1号", 3) == "〔2026〕示例甲人调字第1号-3"
