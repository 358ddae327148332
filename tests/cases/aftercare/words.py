"""Short words for what tests do once there is an agreement, or between."""

from datetime import timedelta

from mediation.cases import queries
from mediation.clock import local_day
from tests.town import Town, pay

REASON = {"reason": "双方要求"}
AGENT = {"kind": "agent", "name": "代理人", "powers": ["sign_agreement"]}
REST = {"reason": "no_agreement", "explanation": "赔偿数额谈不拢", "routes": ["court"]}


def signed(town: Town, ref: str, **concluded: object) -> str:
    """The agreement of a case that has been agreed, signed by all and sealed."""
    town.do("jiamed", ref, "conclude_written", **concluded)
    sign_all(town, ref)
    return ref


def sign_all(town: Town, ref: str) -> None:
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    town.do("jiamed", ref, "seal")


def breached(town: Town, ref: str) -> str:
    """The day of payment has passed, and nothing was paid."""
    town.clock.advance(timedelta(days=40))
    town.act(
        "jiamed", ref, "record_breach", clause=1, noticed_on="2026-04-05", account="没有付", routes=["court"]
    )
    return ref


def papers(town: Town, ref: str) -> list[tuple[str, str, str]]:
    return [(one.form, one.subject, one.state) for one in town.of(ref, queries.documents)]


def pause(town: Town, ref: str, **changes: object) -> None:
    said = {"kind": "appraisal", "asked_by": [1], "evidence": "委托鉴定", "expected_on": "2026-03-20"}
    town.do("jiamed", ref, "suspend", **{**said, **changes})


def supplement(town: Town, ref: str, **changes: object) -> None:
    said = {
        "asked_by": [1, 2],
        "facts": "原协议没有约定沟渠清淤。",
        "matters": "清淤由谁负责。",
        "clauses": [pay(amount_fen=5000, due_on="2026-05-01")],
    }
    town.do("jiamed", ref, "supplement", **{**said, **changes})


def slip(field: str = "address", wrong: str = "1号", right: str = "11号") -> dict[str, str]:
    return {"field": field, "where": "申请人的住址", "wrong": wrong, "right": right}


def set_aside(town: Town) -> dict[str, object]:
    """A court's decision of today."""
    today = local_day(town.clock.now()).isoformat()
    decision = {"court": "示例旗人民法院", "number": "（2026）示例调确1号", "decided_on": today}
    return {"basis": "court_decision", "decision": decision}
