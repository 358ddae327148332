"""What is owed, paid and left, in fen: sums always agree, a payment goes to the earliest due first."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mediation.cases.models import Clause
from mediation.cases.performance import ledger
from mediation.cases.performance.models import Instalment, PerformanceEntry

TODAY = date(2026, 3, 2)


def clause(**more):
    return Clause(agreement_id=1, case_id=1, ordinal=1, obligor=2, obligee=1, act="pay", terms={}, **more)


def instalments(*amounts, start=TODAY):
    return [
        Instalment(
            clause_id=1, case_id=1, ordinal=at, amount_fen=amount, due_on=start + timedelta(days=30 * at)
        )
        for at, amount in enumerate(amounts, start=1)
    ]


def entry(amount, instalment=None):
    return PerformanceEntry(
        case_id=1, clause_id=1, ordinal=1, instalment=instalment, amount_fen=amount, performed_on=TODAY,
        recorder_id=1,
    )  # fmt: skip


def test_clause_without_instalments_is_one():
    [part] = ledger.parts(clause(amount_fen=100_00, due_on=TODAY), [], [entry(30_00)])
    assert (part.label, part.paid_fen, part.left_fen, part.is_open) == ("1", 30_00, 70_00, True)


def test_clause_performed_before_there_were_entries_owes_nothing():
    [part] = ledger.parts(clause(amount_fen=100_00, performed_on=TODAY), [], [])
    assert (part.paid_fen, part.left_fen, part.is_open) == (100_00, 0, False)


def test_statement_says_what_is_overdue():
    found = ledger.parts(clause(), instalments(10_00, 20_00, 30_00), [entry(10_00, 1), entry(5_00, 2)])
    later = TODAY + timedelta(days=61)
    assert ledger.statement(found, later) == ledger.Statement(60_00, 15_00, 45_00, 15_00)
    assert [part.label for part in found] == ["1.1", "1.2", "1.3"]


def test_parts_keep_their_days_and_what_is_no_money_owes_none():
    days = {"performed_on": TODAY, "breached_on": TODAY - timedelta(days=1)}
    [whole] = ledger.parts(clause(due_on=TODAY, **days), [], [])
    assert whole == ledger.Part(1, None, TODAY, None, 0, *days.values())
    [row] = instalments(None)
    row.performed_on, row.breached_on = days.values()
    assert ledger.parts(clause(), [row], [entry(None, 1)]) == [
        ledger.Part(1, 1, row.due_on, None, 0, *days.values())
    ]
    [handed_over] = ledger.parts(clause(), [], [entry(None)])
    assert (handed_over.paid_fen, ledger.statement([handed_over], TODAY)) == (0, ledger.Statement(0, 0, 0, 0))


def test_part_is_overdue_from_the_day_after_its_last():
    [part] = ledger.parts(clause(amount_fen=1_00, due_on=TODAY), [], [])
    assert [part.is_overdue(TODAY + timedelta(days=days)) for days in (0, 1)] == [False, True]


def test_payment_goes_to_what_is_due_first_whatever_the_order_of_the_rows():
    first, second = ledger.parts(clause(), instalments(10_00, 20_00), [])
    assert ledger.allot(15_00, [second, first]) == [(first, 10_00), (second, 5_00)]


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=12), st.data())
def test_payments_are_put_on_the_earliest_due_and_sums_agree(amounts, data):
    rows, entries, paid = instalments(*amounts), [], 0
    for _payment in range(data.draw(st.integers(0, 6))):
        found = ledger.parts(clause(), rows, entries)
        left = ledger.statement(found, TODAY).left_fen
        if not left:
            break
        amount = data.draw(st.integers(1, left))
        allotted = ledger.allot(amount, found)
        assert sum(part for _to, part in allotted) == amount
        entries += [entry(part, to.instalment) for to, part in allotted]
        paid += amount
    found = ledger.parts(clause(), rows, entries)
    sums = ledger.statement(found, TODAY)
    assert (sums.paid_fen, sums.left_fen) == (paid, sum(amounts) - paid)
    open_ones = [part.left_fen for part in found]
    first_open = next((at for at, left in enumerate(open_ones) if left), len(open_ones))
    assert open_ones[:first_open] == [0] * first_open
    assert all(part.paid_fen == 0 for part in found[first_open + 1 :])
