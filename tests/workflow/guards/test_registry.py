"""Every guard has its law, its next step and its tests; the published table is fresh."""

import pytest

from mediation.workflow.guards import CONDITIONS, GUARDS
from mediation.workflow.guards.registry import guard, named
from tests.workflow import guards_table
from tests.workflow.stand import APPLICANT, CASE, case


@pytest.mark.parametrize("name", sorted(GUARDS))
@pytest.mark.parametrize("kind", ["passes", "refuses"])
def test_guard_has_a_test_of_each_kind(name, kind):
    assert guards_table.tests_of(name, kind) != []


@pytest.mark.parametrize("name", sorted(GUARDS))
def test_guard_says_what_it_demands_and_what_to_do(name):
    found = GUARDS[name]
    assert (found.about.endswith("。"), bool(found.article), bool(found.next_step)) == (True, True, True)


def test_guard_registered_twice_is_refused():
    def reason_given(_facts):
        return None

    with pytest.raises(ValueError, match="reason_given"):
        guard(article="x", next_step="y")(reason_given)


def test_guard_that_judges_by_rules_says_nothing_without_them():
    with pytest.raises(ValueError, match="task_allows"):
        GUARDS["task_allows"].reasons(CASE)


def test_table_in_docs_is_what_the_code_says():
    assert guards_table.PAGE.read_text("utf-8") == guards_table.page()


def test_condition_accepted_follows_the_fact():
    assert [CONDITIONS["accepted"].holds(facts) for facts in (CASE, case(accepted=False))] == [True, False]


def test_party_without_label_is_called_by_its_ordinal():
    assert named([APPLICANT, type(APPLICANT)(7)]) == "申请人、第7位当事人"
