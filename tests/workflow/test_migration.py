"""One verdict for each case that shall go on in another version of its definition."""

import pytest

from mediation.errors import Problem
from mediation.workflow.definition import Definition
from mediation.workflow.loader import load_definitions
from mediation.workflow.migration import Plan, Standing, judge, plan_problems

LIMIT = {"days": 3, "article": "示例规定"}
OWNER = {"relation": "holder"}
BY = {"posts": ["mediator"]}


def definition(version=1, edges=(), **states):
    """`begun` (mediation) and `over` (feedback, final), and more states; every trigger of the edges is there."""
    found = {
        "begun": {"title": "已开始", "phase": "mediation", "owner": OWNER, "limit": LIMIT},
        "over": {"title": "已归档", "phase": "feedback", "final": True},
        **states,
    }
    all_edges = [{"trigger": "end", "from": ["begun"], "to": "over"}, *edges]
    triggers = {edge["trigger"]: {"title": f"办{edge['trigger']}", "by": BY} for edge in all_edges}
    said = {
        "name": "flow", "title": "流程", "version": version, "initial": "begun",
        "states": found, "triggers": triggers, "edges": all_edges,
    }  # fmt: skip
    return Definition.model_validate(said, strict=False)


def open_state(title="签署", phase="mediation", **more):
    return {"title": title, "phase": phase, "owner": OWNER, "limit": LIMIT, **more}


SIGNING = [{"trigger": name, "from": ["signing"]} for name in ("sign", "seal")]
OLD = definition(1, SIGNING, signing=open_state())


def test_a_state_of_the_same_name_needs_no_plan():
    verdict = judge(OLD, definition(2), {}, Standing("begun"))
    assert (verdict.outcome, verdict.to_state, verdict.reasons) == ("moves", "begun", ())


def test_a_state_without_its_like_needs_mapping_and_moves_with_it():
    new = definition(2, [{"trigger": "sign", "from": ["putting_hands"]}], putting_hands=open_state())
    verdict = judge(OLD, new, {}, Standing("signing"))
    assert (verdict.outcome, verdict.to_state) == ("needs_mapping", None)
    assert verdict.reasons == ("第 2 版没有状态 signing，请在计划文件的 states 里写明对应的状态",)
    verdict = judge(OLD, new, {"signing": "putting_hands"}, Standing("signing"))
    assert (verdict.outcome, verdict.to_state) == ("moves", "putting_hands")


@pytest.mark.parametrize(
    ("state", "standing", "reason"),
    [
        ({"phase": "closure"}, {}, "「签署」属于调解阶段，新版的「签署」属于结案阶段，移过去等于替人办理"),
        ({"owner": None}, {}, "「签署」没有写明由谁办理或办理时限"),
        ({"limit": None}, {}, "「签署」没有写明由谁办理或办理时限"),
        ({"final": True}, {}, "「签署」是终点，在办的纠纷不能直接移到那里"),
        ({}, {"agreement_open": True}, "有印好还没签完的文书，而新版在「签署」没有：办sign、办seal"),
        ({}, {"suspended": True}, "纠纷已经中止，而「签署」没有恢复调解的操作"),
        ({}, {"tasks": frozenset({"part"})}, "有没办完的待办（part），新版在「签署」不认识"),
        ({}, {"approvals": frozenset({"review"})}, "有没办完的审批（review），新版在「签署」不认识"),
    ],
)
def test_a_case_that_could_not_go_on_there_is_refused(state, standing, reason):
    verdict = judge(OLD, definition(2, signing=open_state(**state)), {}, Standing("signing", **standing))
    assert (verdict.outcome, verdict.to_state, verdict.reasons) == ("refused", None, (reason,))


def test_what_the_new_version_knows_is_no_hindrance():
    tasks = {"part": {"title": "分办", "states": ["signing"]}}
    base = definition(2, [*SIGNING, {"trigger": "resume", "from": ["signing"]}], signing=open_state())
    new = Definition.model_validate({**base.model_dump(by_alias=True), "tasks": tasks}, strict=False)
    standing = Standing("signing", agreement_open=True, suspended=True, tasks=frozenset({"part"}))
    assert judge(OLD, new, {}, standing).outcome == "moves"


def test_all_reasons_are_told_at_once():
    new = definition(2, signing=open_state(phase="closure", owner=None))
    verdict = judge(OLD, new, {}, Standing("signing", agreement_open=True, suspended=True))
    assert len(verdict.reasons) == 4


def test_every_unknown_name_of_a_plan_is_told():
    plan = Plan(format=1, states={"nowhere": "begun", "signing": "nothing"})
    assert plan_problems(plan, "flow", [OLD], definition(2)) == [
        Problem("流程 flow 现有各版都没有状态 nowhere", key="states.nowhere"),
        Problem("第 2 版没有状态 nothing；有：begun、over", key="states.signing"),
    ]


def test_a_plan_leads_no_case_out_of_a_state_that_is_there_as_well():
    plan = Plan(format=1, states={"begun": "signing", "signing": "signing", "nowhere": "nothing"})
    told = "第 2 版也有状态 {}，纠纷原样移过去，不能改移别处；请删去这一项"
    assert plan_problems(plan, "flow", [OLD], definition(2, signing=open_state())) == [
        Problem(told.format("begun"), key="states.begun"),
        Problem(told.format("signing"), key="states.signing"),
        Problem("流程 flow 现有各版都没有状态 nowhere", key="states.nowhere"),
        Problem("第 2 版没有状态 nothing；有：begun、over、signing", key="states.nowhere"),
    ]


def test_a_plan_that_would_take_no_case_anywhere_is_wrong_itself():
    """To an end, or to another phase, from every version that has the state; from one alone it is for the cases to tell."""
    assert plan_problems(Plan(format=1, states={"signing": "over"}), "flow", [OLD], definition(2)) == [
        Problem("「已归档」是终点，在办的纠纷不能直接移到那里", key="states.signing"),
        Problem(
            "「签署」属于调解阶段，新版的「已归档」属于回访评价阶段，移过去等于替人办理", key="states.signing"
        ),
    ]
    target, plan = definition(2, put=open_state("已订", "closure")), Plan(format=1, states={"signing": "put"})
    assert plan_problems(plan, "flow", [OLD], target) == [
        Problem("「签署」属于调解阶段，新版的「已订」属于结案阶段，移过去等于替人办理", key="states.signing")
    ]
    assert (
        plan_problems(plan, "flow", [OLD, definition(3, signing=open_state(phase="closure"))], target) == []
    )


def test_of_a_plan_for_a_version_that_is_not_in_use_the_names_are_judged_that_no_version_has():
    plan = Plan(format=1, states={"begun": "somewhere", "nowhere": "begun"})
    assert [one.key for one in plan_problems(plan, "flow", [OLD], None)] == ["states.nowhere"]
    assert plan_problems(plan, "flow", [], None) == []


def test_what_the_other_version_does_not_know_is_told_as_people_call_it():
    found = judge(
        load_definitions().newest("ordinary"),
        definition(4, mediating=open_state("调解中")),
        {},
        Standing("mediating", tasks=frozenset({"part"}), approvals=frozenset({"agreement_review"})),
    )
    assert found.reasons[-2:] == (
        "有没办完的待办（分办事项），新版在「调解中」不认识",
        "有没办完的审批（协议审核），新版在「调解中」不认识",
    )


LEADING = [
    {"trigger": "accept", "from": ["begun"], "to": "taken", "effects": ["number_case"]},
    {"trigger": "keep", "from": ["begun"], "to": "taken", "when": ["accepted"]},
    {"trigger": "conclude", "from": ["taken"], "to": "bound", "effects": ["in_force"]},
    {"trigger": "print", "from": ["begun"], "to": "signing"},
    {"trigger": "seal", "from": ["signing"], "to": "bound", "guards": ["paper_frozen"], "effects": ["in_force"]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("to", "done", "reason"),
    [
        ("taken", {"accepted": True}, "还没有受理，而「已受理」在受理以后"),
        ("bound", {"in_force": True}, "没有生效的协议，而「履行中」在协议生效以后"),
        ("signing", {"agreement_open": True}, "没有印好待签的协议书，而「待签署」是签协议书的"),
    ],
)
def test_a_state_of_another_name_is_taken_only_if_what_leads_there_has_been_done(to, done, reason):
    states = {
        "taken": open_state("已受理"), "bound": open_state("履行中"), "signing": open_state("待签署"),
    }  # fmt: skip
    new = definition(2, LEADING, **states)
    old = definition(1, waiting=open_state("等着"))
    verdict = judge(old, new, {"waiting": to}, Standing("waiting"))
    assert (verdict.outcome, verdict.reasons) == ("refused", (reason,))
    assert judge(old, new, {"waiting": to}, Standing("waiting", **done)).outcome == "moves"
    edges = [
        {**edge, "to": "waiting"} if edge.get("to") == to else {**edge, "from": ["waiting"]} if edge["from"] == [to] else edge
        for edge in LEADING
    ]  # fmt: skip
    renamed = {"waiting" if name == to else name: state for name, state in states.items()}
    as_far = definition(1, edges, **renamed)
    assert judge(as_far, new, {"waiting": to}, Standing("waiting")).outcome == "moves"


ASKING = [
    {"trigger": "dispatch", "from": ["begun"], "to": "asked"},
    {"trigger": "decline", "from": ["asked"], "to": "begun", "effects": ["start_ownership_clock"]},
    {"trigger": "decline", "from": ["asked"], "to": "waiting", "effects": ["contest"]},
    {"trigger": "rule", "from": ["waiting"], "to": "asked", "effects": ["order_to_take"]},
    {"trigger": "acknowledge", "from": ["asked"], "to": "taken", "effects": ["settle_ownership"]},
    {"trigger": "keep", "from": ["begun"], "to": "taken", "effects": ["settle_ownership"]},
    {"trigger": "ask_back", "from": ["begun"], "to": "bounced"},
    {"trigger": "withdraw", "from": ["bounced"], "to": "left", "effects": ["end:withdrawn"]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "standing", "fitting", "wrong"),
    [
        (
            "waiting",
            {"declined": True, "arbitrated": True, "nobody": frozenset({"target"})},
            "ruling",
            {
                "taken": (
                    "有单位退单，归属还没有定，而新版的「已签收」在归属定下以后",
                    "有单位要答复归属，而新版在「已签收」没有：办rule",
                ),
                "begun": ("有单位要答复归属，而新版在「已开始」没有：办rule",),
                "given": (
                    "「已交办」由被交办单位人员办理，而本案没有",
                    "有单位要答复归属，而新版在「已交办」没有：办rule",
                ),
                "left": (
                    "有单位退单，归属还没有定，而新版的「已撤回」在归属定下以后",
                    "有单位要答复归属，而新版在「已撤回」没有：办rule",
                ),
            },
        ),
        ("asked", {"asked": True}, "given", {"taken": ("有单位要答复归属，而新版在「已签收」没有：办acknowledge",)}),
        ("asked", {"asked": True, "declined": True}, "given", {}),
        ("taken", {"nobody": frozenset({"target", "arbiter"})}, "begun", {}),
    ],
)  # fmt: skip
def test_whose_the_case_is_goes_on_being_asked(before, standing, fitting, wrong):
    states = {"taken": open_state("已签收"), "left": open_state("已撤回"), "bounced": open_state("已反问")}
    asked = open_state("已交办", owner={"relation": "target"})
    ruling = open_state("待裁定", owner={"relation": "arbiter"})
    old = definition(1, ASKING, asked=asked, waiting=ruling, **states)
    called = {"asked": "given", "waiting": "ruling"}
    renamed = [
        {
            **edge,
            "to": called.get(edge["to"], edge["to"]),
            "from": [called.get(one, one) for one in edge["from"]],
        }
        for edge in ASKING
    ]
    new = definition(2, renamed, given=asked, ruling=ruling, **states)
    assert judge(old, new, {before: fitting}, Standing(before, **standing)).outcome == "moves"
    for to, reasons in wrong.items():
        assert judge(old, new, {before: to}, Standing(before, **standing)).reasons == reasons


def test_an_open_question_goes_to_no_version_that_knows_of_none():
    old = definition(
        1,
        ASKING,
        asked=open_state(),
        waiting=open_state(),
        taken=open_state(),
        bounced=open_state(),
        left=open_state(),
    )
    verdict = judge(old, definition(2), {}, Standing("begun", declined=True))
    assert verdict.reasons == ("有单位退单，归属还没有定，而第 2 版没有归属争议",)
    assert judge(old, definition(2), {}, Standing("begun")).outcome == "moves"


def test_an_approval_that_the_new_version_asks_for_there_is_no_hindrance():
    asked = {
        "title": "审批",
        "rule": "any",
        "looks_at": ("parties",),
        "signers": BY,
        "least": 1,
        "limit": LIMIT,
    }
    base = definition(2, SIGNING, signing=open_state(), other=open_state()).model_dump(by_alias=True)
    new, elsewhere = (
        Definition.model_validate(
            {**base, "approvals": {"review": {**asked, "states": (state,)}}}, strict=False
        )
        for state in ("signing", "other")
    )
    standing = Standing("signing", approvals=frozenset({"review"}))
    assert [judge(OLD, one, {}, standing).outcome for one in (new, elsewhere)] == ["moves", "refused"]


def test_every_paper_that_is_open_must_go_on_there():
    edges = [*SIGNING, *({"trigger": name, "from": ["signing"]} for name in ("sign_paper", "seal_paper"))]
    old = definition(1, edges, signing=open_state())
    verdict = judge(
        old,
        definition(2, signing=open_state()),
        {},
        Standing("signing", agreement_open=True, papers_open=True),
    )
    assert verdict.reasons == (
        "有印好还没签完的文书，而新版在「签署」没有：办sign、办seal、办sign_paper、办seal_paper",
    )
