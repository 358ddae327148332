"""What is told of a clock names that clock and its own end, not the limit of the step at which the case happens to be."""

from dataclasses import replace

import pytest
from sqlmodel import select

from mediation.cases.models import Dispute
from mediation.cases.office import Timing
from mediation.cases.outgoing import post_outbox
from mediation.deadlines.calendar import Span
from mediation.deadlines.models import Deadline
from tests.cases.aftercare.words import sign_all
from tests.cases.ownership.words import ask, decline
from tests.cases.routing.routes import with_routing
from tests.supervision.desk import day, run, with_rules
from tests.test_post_room import letters

INSTALMENTS = [
    {"amount_fen": 40_00, "due_on": "2026-03-20"},
    {"amount_fen": 60_00, "due_on": "2026-06-04"},
]
PAYMENT = {
    "obligor": 2,
    "obligee": 1,
    "act": "pay",
    "manner": "转账",
    "amount_fen": 100_00,
    "instalments": INSTALMENTS,
}


def told(town, subject):
    """(reader, body) of the letters whose subject begins so, without the mark of a sample."""
    town.instance.post_room.deliver_waiting()
    found = [one for one in letters(town) if one["subject"].removeprefix("【示例】").startswith(subject)]
    return [(one["to"], one["body"].removeprefix("【示例】")) for one in found]


def payable(town):
    """A case whose first instalment is due on 20 March."""
    ref = town.bring("mediating")
    town.act("jiamed", ref, "draft_agreement", facts="雨水", matters="由谁", clauses=[PAYMENT])
    town.do("jiamed", ref, "conclude_written")
    sign_all(town, ref)
    return ref


def post(town, ref, payload):
    with town.instance.database.writing() as session:
        post_outbox(town.hall(session), session.get(Dispute, town.case(ref).id), "notice", payload)


def test_limit_of_a_routing_rule_that_ran_out_is_told_beside_that_of_the_step(town):
    with_routing(town)
    ref = town.bring("mediating")
    called = f"{town.case(ref).number}（排水纠纷）"
    run(town, day(3, 12, 9))
    [(_reader, handling)] = told(town, "办理超时")
    assert handling.split("\n") == [
        f"{called}的办理期限已到（2026年3月11日24时，依据：示例旗规定·嘎查），现在的状态：调解中。",
        "要做的是：继续调解，形成结果。",
        "请马上登录系统办理；一时办不了的，请写明情况，需要上级处理的请上报。期限是怎样算出来的，见该案页面“期限”。",
    ]
    run(town, day(3, 18, 9))
    [(_reader, step)] = [one for one in told(town, "办理超时") if one[1] != handling]
    assert step.split("\n")[0] == f"{called}停在“调解中”，这一步的办理时间已到（2026年3月17日24时）。"


def test_limit_of_a_step_of_which_the_site_tells_the_holder_is_not_called_the_time_for_mediating(sqlite_town):
    town = sqlite_town
    rules = town.instance.office.rules
    limits = {"ordinary.mediating": Timing(Span(2, "days"), "示例规定", on_miss="tell_limit_missed")}
    town.instance.office = replace(town.instance.office, rules=replace(rules, state_limits=limits))
    ref = town.bring("mediating")
    run(town, day(3, 5, 9))
    assert told(town, "调解期限届满") == []
    [(reader, body), *_others] = told(town, "办理超时")
    assert body.split("\n")[0] == (
        f"{town.case(ref).number}（排水纠纷）停在“调解中”，这一步的办理时间已到（2026年3月4日24时）。"
    )
    assert reader == "person:jiamed"
    run(town, day(4, 3, 9))
    [(_reader, law), *_others] = told(town, "调解期限届满")
    limit = "调解期限（2026年4月1日24时，依据：示例旗规定·调解期限）"
    assert law.split("\n")[0] == f"{town.case(ref).number}（排水纠纷）的{limit}已经届满，现在的状态：调解中。"


def test_day_for_performing_that_has_passed_is_named(sqlite_town):
    town = sqlite_town
    ref = payable(town)
    run(town, day(3, 21, 9))
    [(_reader, body), *_others] = told(town, "履行日期已到")
    day_agreed = "第1条第1期到了约定的履行日期（2026年3月20日24时）"
    assert body.split("\n")[0] == f"{town.case(ref).number}（排水纠纷）的协议{day_agreed}，还没有履行的记录。"


def test_time_that_is_over_is_not_told_as_one_to_act_in(sqlite_town):
    """The case's step was late before it was taken to the level above."""
    town = sqlite_town
    ref = town.bring("mediating")
    run(town, day(3, 18, 9))
    town.act("jiamed", ref, "escalate", reason="跨嘎查")
    run(town, day(3, 18, 10))
    [(_reader, body), *_others] = told(town, "有纠纷上报")
    assert body.split("\n")[1].startswith("现在的状态：已交办待签收；下一步：签收，或者退回，请在2026年3月")
    assert "退单" not in body
    run(town, day(3, 30, 9))
    assert town.case(ref).due_at < town.clock.now()
    town.act("jialead", ref, "put_in_charge", person="sulead")
    run(town, day(3, 30, 10))
    [(_reader, body), *_others] = told(town, "由您包案")
    assert "前）" not in body


def test_task_whose_time_is_over_is_not_asked_to_be_answered_in_it(sqlite_town):
    """Nothing was delivered for as long as the program stood still."""
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "ask_opinion", unit="su", question="？", due_on="2026-03-12")
    [(_reader, body), *_others] = told(town, "征求意见")
    assert "2026年3月12日24时前答复" in body
    town.act("jiamed", ref, "ask_opinion", unit="su", question="再问", due_on="2026-03-13")
    town.clock.put(day(3, 20, 9))
    [*_before, (_reader, body)] = told(town, "征求意见")
    assert "前答复" not in body


def test_limit_without_an_article_names_its_end_alone(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    with town.instance.database.writing() as session:
        for row in session.exec(select(Deadline)):
            row.article = ""
    run(town, day(4, 3, 9))
    [(_reader, body), *_others] = told(town, "调解期限届满")
    number = f"{town.case(ref).number}（排水纠纷）"
    assert body.split("\n")[0] == f"{number}的调解期限（2026年4月1日24时）已经届满，现在的状态：调解中。"


def test_risk_that_was_to_be_looked_at_again_is_told_as_such(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "assess_risk", level="low", factors=[], measures="多走动", review_on="2026-03-09")
    run(town, day(3, 9, 9))
    [(_reader, reminder), *_others] = told(town, "期限提醒")
    assert reminder.split("\n")[:2] == [
        f"{town.case(ref).number}（排水纠纷）：风险复评期限，最后一日是2026年3月9日。",
        "要做的是：再作风险评估。",
    ]
    run(town, day(3, 10, 9))
    [(_reader, overdue), *_others] = told(town, "办理超时")
    ended = "风险复评期限已到（2026年3月9日24时，依据：人民调解法第25条）"
    assert overdue.split("\n")[:2] == [
        f"{town.case(ref).number}（排水纠纷）的{ended}，现在的状态：调解中。",
        "要做的是：再作风险评估。",
    ]


def test_step_of_supervision_names_the_clock_that_is_late_and_its_own_end(town):
    with_rules(town, clocks=["performance"])
    payable(town)
    run(town, day(3, 28, 23))
    body = dict(told(town, "红牌督办"))["person:jialead"]
    assert "督办的期限：“协议履行期限（第1条第1期）”，原定2026年3月20日24时。" in body
    assert "2026年6月1日" not in body


def test_steps_for_what_is_no_clock_tell_the_time_of_the_step(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    step = {"notice": "supervision_step", "unit": "jia", "step": "red", "due": "", "item": ""}
    post(town, ref, {**step, "clock": "declines", "posts": ["unit_leader"]})
    body = dict(told(town, "督办"))["person:jialead"]
    assert body.split("\n")[1] == (
        "现在的状态：调解中；要做的是：继续调解，形成结果。这一步的期限：2026年3月17日24时。"
    )


def test_reminder_of_a_superiors_time_to_rule_is_not_called_the_time_of_the_step(town):
    ref = town.bring("triaged")
    ask(town, ref)
    decline(town, ref)
    for moment in (day(3, 6, 9), day(3, 11, 9)):
        run(town, moment)
    bodies = {body for _reader, body in told(town, "期限提醒") if "裁定期限" in body}
    assert bodies != set()
    for body in bodies:
        first, second, *_last = body.split("\n")
        assert "：归属争议裁定期限，最后一日是2026年" in first
        assert second == "由谁办理还没有定下来，请督促签收或者裁定。"


@pytest.mark.parametrize(
    ("payload", "subject", "line"),
    [
        (
            {"notice": "overdue", "state": "mediating", "unit": "jia"},
            "办理超时",
            "停在“调解中”，这一步的办理时间已到（2026年3月17日24时）。",
        ),
        (
            {
                "notice": "supervision_step",
                "unit": "jia",
                "step": "red",
                "clock": "state:mediating",
                "due": "2026年3月25日24时",
                "posts": ["unit_leader"],
                "item": "",
            },
            "督办",
            "督办的期限：“这一步的期限：调解中”。",
        ),
        (
            {
                "notice": "reminder",
                "deadline": "mediation_limit",
                "kind": "mediation_limit",
                "point": "50%",
                "last_day": "2026-04-01",
                "unit": "jia",
                "person": "jiamed",
            },
            "期限提醒",
            "：调解期限，最后一日是2026年4月1日。",
        ),
    ],
)
def test_what_was_posted_before_clocks_were_named_is_still_written(sqlite_town, payload, subject, line):
    post(sqlite_town, sqlite_town.bring("mediating"), payload)
    bodies = [body for _reader, body in told(sqlite_town, subject)]
    assert [line in body for body in bodies] == [True] * len(bodies) != []
