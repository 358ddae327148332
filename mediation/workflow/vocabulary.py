"""The words that definitions may use for things outside the engine: effects, forms, outcomes, kinds of post."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a definition may name. Outcomes and posts map to their words for people.

    `effects` maps a name to the kind of its argument: "form", "outcome", or None for no argument. Only the latter may
    stand as a limit's `on_miss`. `facts` are what approvals may look at (`looks_at`), described in docs/approvals.md.
    """

    effects: Mapping[str, str | None]
    outcomes: Mapping[str, str]
    forms: frozenset[str]
    posts: Mapping[str, str]
    relations: Mapping[str, str] = field(
        default_factory=lambda: {
            "holder": "主办单位人员",
            "target": "被交办单位人员",
            "sender": "交办单位人员",
            "mediator": "本案调解员",
            "first_receiver": "首问责任人",
            "receiver": "登记人",
            "committee": "调委会人员",
            "assignee": "待办承办人",
            "asker": "待办提出人",
            "co_handler": "协办单位人员",
            "leader": "包案领导",
            "arbiter": "裁定单位人员",
            "any": "不限",
        }
    )

    facts: Mapping[str, str] = field(
        default_factory=lambda: {
            "parties": "当事人",
            "claims": "请求事项",
            "clauses": "协议条款",
            "agreement_text": "协议文本",
            "amount": "协议金额",
            "mediators": "调解员",
            "risk": "风险等级",
            "participants": "参加人",
            "plan": "会商方案",
            "holder": "主办单位",
            "deadline": "调解期限",
            "route": "调解途径",
        }
    )


STANDARD = Vocabulary(
    effects={
        "release_first_receiver": None,
        "take_hold": None,
        "return_to_sender": None,
        "climb": None,
        "start_ownership_clock": None,
        "return_declined": None,
        "contest": None,
        "order_to_take": None,
        "settle_ownership": None,
        "tell_superior_contested": None,
        "climb_contested": None,
        "tell_superior": None,
        "number_case": None,
        "start_mediation_limit": None,
        "stop_mediation_limit": None,
        "extend_mediation_limit": None,
        "in_force": None,
        "schedule_performance": None,
        "start_confirmation_clock": None,
        "meet_confirmation_clock": None,
        "start_enforcement_clocks": None,
        "close_case": None,
        "archive_case": None,
        "remind_owner": None,
        "remind_assignee": None,
        "tell_limit_missed": None,
        "urge_performance": None,
        "end_rest": None,
        "pause_mediation_limit": None,
        "resume_mediation_limit": None,
        "take_up_anew": None,
        "start_handling_limit": None,
        "stop_handling_limit": None,
        "drop_handling_limit": None,
        "pause_handling_limit": None,
        "end": "outcome",
        "owe_paper": "form",
        "void_paper": "form",
    },
    outcomes={
        "agreed_written": "达成书面协议",
        "agreed_oral": "达成口头协议",
        "terminated": "终止调解",
        "party_refused": "当事人拒绝调解",
        "withdrawn": "申请人撤回",
        "not_accepted": "不予受理",
        "merged": "并入他案",
        "open": "办理中",
    },
    forms=frozenset(
        {
            "agreement",
            "oral_agreement",
            "termination_notice",
            "non_acceptance_notice",
            "suspension_notice",
            "correction_notice",
            "voiding_notice",
        }
    ),
    posts={
        "registrar": "登记员",
        "dispatcher": "调度员",
        "mediator": "人民调解员",
        "recorder": "记录员",
        "grid_worker": "网格员",
        "unit_leader": "单位负责人",
        "archivist": "档案员",
        "adviser": "法律顾问",
    },
)
