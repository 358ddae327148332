"""Who may use which page: the one table of routes and roles. Which cases, is the scope's business; a page in no row is refused.

A row says who the page is for, by kinds of account, and for staff which kinds of post may use it: `any`, or those that the
post counts as. `stage` is how far a login must have come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Stage = Literal["", "code", "change", "in"]
EVERYBODY = frozenset({"staff", "system", "security", "audit"})
STAFF = frozenset({"staff"})
REGISTERING = ("registrar", "dispatcher", "mediator", "recorder", "grid_worker")
"""Who takes disputes in: as `mediation.cases.opening` has it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a page. No `accounts` is for anybody, without a login. `posts`: kinds of post; none is any post."""

    accounts: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    stage: Stage = "in"
    scope: str = ""


def anybody(scope: str = "") -> Rule:
    """For anybody, without a login."""
    return Rule(stage="", scope=scope)


def staff(*posts: str, scope: str) -> Rule:
    """For staff in one of these kinds of post, or in any."""
    return Rule(STAFF, frozenset(posts), scope=scope)


def administrator(*kinds: str, scope: str) -> Rule:
    """For administrators of these kinds; never for staff."""
    return Rule(frozenset(kinds), scope=scope)


POLICY: Mapping[str, Rule] = {
    # getting in
    "login": anybody(),
    "log_in": anybody(),
    "language": anybody(),
    "oidc_begin": anybody(),
    "oidc_back": anybody(scope="the account that is bound to the subject"),
    "static": anybody(),
    "trust": anybody(),
    "trust_file": anybody(),
    "code": Rule(EVERYBODY, stage="code"),
    "give_code": Rule(EVERYBODY, stage="code"),
    "password": Rule(EVERYBODY, stage="change"),
    "change_password": Rule(EVERYBODY, stage="change"),
    "log_out": Rule(EVERYBODY, stage="code"),
    "home": Rule(EVERYBODY),
    "me": Rule(EVERYBODY, scope="own account"),
    "set_second_factor": Rule(EVERYBODY, scope="own account"),
    "confirm_second_factor": Rule(EVERYBODY, scope="own account"),
    "switch_post": staff(scope="own posts"),
    "own_tokens": staff(scope="own posts"),
    "issue_own_token": staff(scope="own posts"),
    "revoke_own_token": staff(scope="own posts"),
    "speak": Rule(EVERYBODY, stage="code"),
    # the window
    "window": staff("registrar", scope="cases"),
    "window_acknowledge": staff("registrar", scope="cases"),
    "register_form": staff(*REGISTERING, scope="own unit"),
    "register": staff(*REGISTERING, scope="own unit"),
    "register_alike": staff(*REGISTERING, scope="cases"),
    "registered": staff(*REGISTERING, scope="cases"),
    "amend_form": staff(*REGISTERING, scope="cases"),
    "amend": staff(*REGISTERING, scope="cases"),
    "register_next": staff(*REGISTERING, scope="cases"),
    # cases
    "cases": staff(scope="cases"),
    "case": staff(scope="cases"),
    "act_form": staff(scope="cases"),
    "act": staff(scope="cases"),
    "ledger_form": staff(scope="cases"),
    "ledger_entry": staff(scope="cases"),
    "ledger_proof": staff(scope="cases"),
    "recusals": staff(scope="cases"),
    "recuse": staff(scope="oneself: cases; others: the desk of the holder, dispatchers and leaders, cases"),
    "lift_recusal": staff(scope="the desk of the holder, dispatchers and leaders, cases"),
    "evidence_form": staff(
        scope="cases: their mediators, first receivers, who works in the unit that holds them"
    ),
    "give_evidence": staff(scope="as evidence_form"),
    "evidence_piece": staff(scope="cases"),
    "evidence_file": staff(scope="cases"),
    "return_evidence": staff(scope="as evidence_form"),
    "withdraw_evidence": staff(scope="as evidence_form"),
    "unmask_form": staff(scope="cases"),
    "unmask": staff(scope="cases in hand: their mediators and recorders, the desk of the holder"),
    "case_paper": staff(scope="cases"),
    "issue": staff(scope="cases"),
    "paper_ready": staff(scope="cases"),
    "paper_page": staff(scope="cases"),
    "draft_preview": staff(scope="cases"),
    "sign_board": staff(scope="cases"),
    "sign_here": staff(scope="cases"),
    "seal_here": staff(scope="cases"),
    "scan_here": staff(scope="cases"),
    # a mediator's day
    "day": staff("mediator", "recorder", scope="own cases"),
    "calendar": staff(scope="cases"),
    "calendar_file": staff(scope="cases"),
    "calendar_address": staff(scope="own account"),
    "make_calendar_address": staff(scope="own account"),
    "end_calendar_address": staff(scope="own account"),
    "calendar_feed": anybody(
        scope="times, rooms and numbers of cases that the owner of the address sees today"
    ),
    # figures
    "statistics": staff(scope="cases of the unit and below, as counts"),
    "statistics_file": staff(scope="cases of the unit and below, as counts"),
    "exports": staff(
        "dispatcher", "registrar", "unit_leader", scope="own requests; leaders: those of the unit and below"
    ),
    "ask_export": staff("dispatcher", "registrar", "unit_leader", scope="cases"),
    "take_export": staff("dispatcher", "registrar", "unit_leader", scope="own requests; cases"),
    "decide_export": staff("unit_leader", scope="requests of the unit and below, never one's own"),
    "workflows": Rule(EVERYBODY, scope="definitions; counts of the own unit and below"),
    # administrators: system, security and audit apart
    "accounts": administrator("system", scope="accounts"),
    "add_account": administrator("system", scope="accounts"),
    "reset_account": administrator("system", scope="accounts"),
    "bind_account": administrator("system", scope="accounts"),
    "disable_account": administrator("system", scope="accounts"),
    "enable_account": administrator("system", scope="accounts"),
    "webhooks": administrator("system", scope="webhooks: ids and codes, no case"),
    "add_webhook": administrator("system", scope="webhooks"),
    "rotate_webhook": administrator("system", scope="webhooks"),
    "test_webhook": administrator("system", scope="webhooks"),
    "resume_webhook": administrator("system", scope="webhooks"),
    "remove_webhook": administrator("system", scope="webhooks"),
    "send_again": administrator("system", scope="webhooks"),
    "send_all_again": administrator("system", scope="webhooks"),
    "hook_tokens": administrator("system", scope="tokens that are good for webhooks alone"),
    "issue_hook_token": administrator("system", scope="the same, for the own account"),
    "revoke_hook_token": administrator("system", "security", scope="the same, of any administrator"),
    "safety": administrator("security", scope="sessions and second factors"),
    "end_sessions": administrator("security", scope="sessions and second factors"),
    "drop_second_factor": administrator("security", scope="sessions and second factors"),
    "all_tokens": administrator("security", scope="tokens of all posts, never the tokens themselves"),
    "revoke_any_token": administrator("security", scope="tokens of all posts"),
    "guard_exports": administrator("security", scope="who wants which list, and why; no row of it"),
    "guard_decides": administrator("security", scope="the same"),
    "trail": administrator("audit", scope="the trail: ids and codes, no personal data"),
    "verify_trail": administrator("audit", scope="the trail: ids and codes, no personal data"),
    "readings": administrator("audit", scope="who opened what: ids, and names of staff"),
    # a desk, and who hands out what waits there
    "board": staff("dispatcher", "registrar", "unit_leader", scope="the own unit's desk"),
    "board_acts": staff("dispatcher", "registrar", "unit_leader", scope="cases"),
    "rulings": staff("dispatcher", "registrar", "unit_leader", scope="cases"),
    "rule_each": staff("dispatcher", "registrar", "unit_leader", scope="cases"),
    "board_case": staff("dispatcher", "registrar", "unit_leader", scope="cases"),
    "board_act": staff("dispatcher", "registrar", "unit_leader", scope="cases"),
    # residents, without a login
    "resident_start": anybody(),
    "resident_rights": anybody(),
    "resident_size": anybody(),
    "resident_apply": anybody(),
    "resident_applied": anybody(scope="writes one application, reads nothing"),
    "resident_follow": anybody(),
    "resident_followed": anybody(scope="stage of the case of a query code"),
    "resident_rate": anybody(),
    "resident_rated": anybody(scope="the closed case of a query code, once"),
    "resident_verify": anybody(),
    "resident_verified": anybody(scope="verdict on the file that was brought"),
    "resident_paper": anybody(scope="the paper of a printed token: form, number, date"),
    "resident_sign": anybody(scope="one place on one paper, by the token of one party"),
    "resident_identify": anybody(scope="the same"),
    "resident_sign_page": anybody(scope="the same, in the browser that was identified"),
    "resident_signed": anybody(scope="the same, in the browser that was identified"),
    "resident_refused": anybody(scope="the same, in the browser that was identified"),
    # applications and links, at the desk
    "applications": staff("registrar", "dispatcher", scope="applications of the units seen"),
    "application": staff("registrar", "dispatcher", scope="applications of the units seen"),
    "take_form": staff("registrar", "dispatcher", scope="applications of the own desk"),
    "take_application": staff("registrar", "dispatcher", scope="applications of the own desk"),
    "put_aside": staff("registrar", "dispatcher", scope="applications of the own desk"),
    "case_links": staff(scope="cases"),
    "make_link": staff(scope="cases"),
    "withdraw_link": staff(scope="cases"),
    "leader": staff(
        "unit_leader", scope="counts of the units below; cases in one's charge; tasks of one's own"
    ),
    "leader_decides": staff("unit_leader", scope="cases"),
    # supervision
    "supervision": staff("unit_leader", "dispatcher", "registrar", scope="items of the reach"),
    "new_item": staff("unit_leader", "dispatcher", scope="units below"),
    "open_item": staff("unit_leader", "dispatcher", scope="units below"),
    "week": staff("unit_leader", "dispatcher", scope="the own unit"),
    "make_week": staff("unit_leader", "dispatcher", scope="the own unit"),
    "unit_paper": staff(scope="items and weeks of the reach"),
    "item": staff(scope="items of the reach"),
    "act_on_item": staff(scope="items of the reach"),
    # notices and duty
    "inbox": staff(scope="own notices"),
    "letter": staff(scope="own notices"),
    "read_letters": staff(scope="own notices"),
    "duty_page": staff(scope="duty of the own unit, all above and below"),
    "duty_leave": staff(scope="own leave, and that of one's people"),
    "duty_leave_end": staff(scope="own leave, and that of one's people"),
}

IN_FULL: Mapping[str, str] = {
    "case_paper": "a paper says what the law has it say (人民调解法 Art. 29); whoever opens it is recorded",
    "paper_page": "the same, as pictures",
    "evidence_file": "what a party handed in, as it was handed in; whoever opens it is recorded",
    "sign_board": "the same: parties and mediators read what they sign",
    "draft_preview": "the agreement as its page will be",
    "resident_sign_page": "a party reads what it signs",
    "resident_paper": "the paper of a printed token: no personal data",
    "application": "to the own desk only: the applicant must be rung up before there is a case",
    "take_form": "the form by which the own desk registers it",
    "take_application": "the same",
    "register": "what was typed there and is put right",
    "amend": "the same",
    "unmask": "one field, for a reason, recorded each time",
}
"""Pages on which an ID number, phone or address of a party may stand in full, and why. Everywhere else they are masked."""


def rule_of(route: str) -> Rule | None:
    """The rule of a page's route; None if nobody has written one."""
    return POLICY.get(route)
