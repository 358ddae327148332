"""The words that definitions may use for things outside the engine: effects, forms, outcomes, kinds of post, misses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Argument = Literal["none", "form", "outcome"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a definition may name. Titles are the words for people; the argument of an effect is a form or an outcome."""

    effects: Mapping[str, Argument]
    outcomes: Mapping[str, str]
    forms: frozenset[str]
    posts: Mapping[str, str]
    misses: frozenset[str]
    relations: Mapping[str, str] = field(
        default_factory=lambda: {
            "holder": "主办单位",
            "target": "被交办单位",
            "sender": "交办单位",
            "mediator": "本案调解员",
            "first_receiver": "首问责任人",
            "any": "不限",
        }
    )


STANDARD = Vocabulary(
    effects={
        "release_first_receiver": "none",
        "take_hold": "none",
        "return_to_sender": "none",
        "climb": "none",
        "tell_superior": "none",
        "number_case": "none",
        "start_mediation_limit": "none",
        "stop_mediation_limit": "none",
        "extend_mediation_limit": "none",
        "in_force": "none",
        "schedule_performance": "none",
        "start_confirmation_clock": "none",
        "close_case": "none",
        "archive_case": "none",
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
        "open": "办理中",
    },
    forms=frozenset({"agreement", "oral_agreement", "termination_notice", "non_acceptance_notice"}),
    posts={
        "registrar": "登记员",
        "dispatcher": "调度员",
        "mediator": "调解员",
        "recorder": "记录员",
        "grid_worker": "网格员",
        "unit_leader": "单位负责人",
        "archivist": "档案员",
    },
    misses=frozenset({"remind_owner"}),
)
