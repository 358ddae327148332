"""The performance ledger in lines."""

from mediation.commands.ledger import ledger_lines

_SUMS = {"total_fen": 0, "paid_fen": 0, "left_fen": 0, "overdue_fen": 0}
_PART = {"breached_on": None, "overdue": False, "enforce_until": None, "left_fen": 0}


def test_clause_without_a_sum_says_nothing_of_money():
    parts = [
        {**_PART, "part": "1", "amount_fen": None, "due_on": None, "performed_on": "2026-05-14"},
        {**_PART, "part": "2", "amount_fen": None, "due_on": "2026-06-01", "performed_on": None},
        {
            **_PART,
            "part": "3",
            "amount_fen": 500,
            "left_fen": 500,
            "due_on": "2026-06-01",
            "performed_on": None,
        },
    ]
    found = {**_SUMS, "number": "1", "parts": parts, "entries": [], "confirmations": []}
    assert ledger_lines([found])[1:] == [
        "  第1条 2026-05-14履行",
        "  第2条 2026-06-01 待履行",
        "  第3条 2026-06-01 应付 5.00元 尚欠 5.00元 待履行",
    ]
