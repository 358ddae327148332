"""The history of a case names the approval and the task that an act concerns, and whom."""

from tests.cases.desk import approval, ask, number, with_approvals
from tests.cases.workspace.test_standing import page_of
from tests.town import Town


def told(town: Town, ref: str) -> list[tuple[str, str]]:
    """The acts that are about something, and about what, the oldest first."""
    found = [(one.title, one.about) for one in page_of(town, ref).timeline[::-1]]
    return found[[title for title, _about in found].index("拟协议") + 1 :]


def test_each_act_of_a_round_names_its_approval_and_whom_it_asks(sqlite_town):
    town = sqlite_town
    with_approvals(town, chain=approval("in_order"))
    ref = town.bring("agreed")
    ask(town, ref, "jialead", "sumed", name="chain")
    town.act("jiamed", ref, "add_signer", approval="chain", signer={"person": "sulead"})
    town.act("jialead", ref, "approve", task=number(town, ref, "jialead"))
    town.act("jiamed", ref, "remove_signer", approval="chain", signer={"person": "sumed"})
    last = number(town, ref, "sulead")
    town.act("jiamed", ref, "urge", task=last)
    town.act("sulead", ref, "reject", task=last, opinion="写清楚再来")
    town.act("jiamed", ref, "resubmit")
    town.act("jiamed", ref, "take_back", approval="chain")
    assert told(town, ref) == [
        ("送审会签", "示例审批：包长、苏和"),
        ("加签", "示例审批：苏长"),
        ("同意", "示例审批"),
        ("减签", "示例审批：苏和"),
        ("催办", f"示例审批（第{last}号）"),
        ("驳回", "示例审批"),
        ("再送审", "示例审批"),
        ("撤回", "示例审批"),
    ]


def test_each_act_on_a_task_names_it_and_to_whom_it_goes(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    town.act("jiamed", ref, "ask_opinion", unit="su", question="怎么看？", due_on="2026-03-20")
    town.act("jiamed", ref, "copy_to", to=[{"person": "sulead"}, {"unit": "su"}])
    n = number(town, ref, ":su") - 2
    town.act("sulead", ref, "transfer", task=n, to={"person": "sumed"}, reason="她熟")
    town.act("sumed", ref, "answer", task=n, opinion="可以")
    assert told(town, ref) == [
        ("征求意见", "示例苏木"),
        ("抄送", "苏长、示例苏木"),
        ("转办", f"征求意见（第{n}号）：苏和"),
        ("办复", f"征求意见（第{n}号）"),
    ]
