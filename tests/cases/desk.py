"""Short words for what tests do with tasks and approvals: who has what open, with which clock."""

from dataclasses import replace
from typing import Any

from mediation.cases.tasks import queries
from mediation.workflow.definition import Approval, By, Limit
from mediation.workflow.engine import Engine
from tests.town import Town, pay

LIMIT = Limit(working_days=3, article="示例规定·审核时限")
SIGNERS = By(posts=("unit_leader", "mediator"), relation=("any",))


def approval(rule: str, least: int = 1, **changes: Any) -> Approval:
    """An approval of the town's own, looked for in mediating."""
    words = {
        "title": "示例审批",
        "rule": rule,
        "looks_at": ("claims", "clauses"),
        "states": ("mediating",),
        "signers": SIGNERS,
        "least": least,
        "limit": LIMIT,
    }
    return Approval.model_validate({**words, **changes})


def with_approvals(town: Town, **approvals: Approval) -> None:
    """Let the town's ordinary flow have these approvals besides its own."""
    office = town.instance.office
    engine = office.engine("ordinary")
    named = {**engine.definition.approvals, **approvals}
    definition = engine.definition.model_copy(update={"approvals": named})
    key = ("ordinary", definition.version)
    town.instance.office = replace(office, engines={**office.engines, key: Engine(definition)})


def whom(code: str) -> dict[str, str]:
    """`person`, or `:unit`."""
    return {"unit": code[1:]} if code.startswith(":") else {"person": code}


def ask(
    town: Town, ref: str, *signers: str, name: str = "agreement_review", who: str = "jiamed", **words: Any
) -> Any:
    return town.act(who, ref, "ask_approval", approval=name, signers=[whom(one) for one in signers], **words)


def book(town: Town, ref: str) -> dict[str, str]:
    """Whoever was asked for something → how it stands: open, waiting, or its outcome. Turns left out."""
    found = {}
    for task in town.of(ref, queries.tasks):
        if task.kind != "turn":
            found[name_of(town, task)] = task.outcome or ("waiting" if task.waiting else "open")
    return found


def number(town: Town, ref: str, whose: str) -> int:
    """The ordinal of the last task of somebody: of a person, or `:unit`."""
    return [task.ordinal for task in town.of(ref, queries.tasks) if name_of(town, task) == whose][-1]


def task(town: Town, ref: str, ordinal: int) -> Any:
    return town.of(ref, queries.task, ordinal)


def name_of(town: Town, task: Any) -> str:
    if task.person_id is None:
        return f":{town.unit_code(task.unit_id)}"
    return str(town.rows(f"SELECT code FROM person WHERE id = {int(task.person_id)}")[0][0])  # noqa: S608 — a whole number


def rounds(town: Town, ref: str) -> list[tuple[str, str]]:
    """(approval, state) of all rounds, oldest first."""
    return [(found.approval, found.state) for found in town.of(ref, queries.rounds)]


def clock(town: Town, ref: str, ordinal: int) -> str | None:
    """How a task's clock stands; none if it has had none."""
    return town.clocks(ref).get(f"task:{ordinal}")


def notices(town: Town, ref: str) -> list[str]:
    return [name for kind, name in town.outbox(ref) if kind == "notice"]


def agreed_orally(town: Town, ref: str, **clause: Any) -> None:
    """A case under the simple way agreed on the spot by the grid worker, and its paper made."""
    town.act("grid", ref, "take")
    town.act("grid", ref, "record_session", **town.session("agreed"))
    town.act(
        "grid", ref, "draft_agreement", facts="雨", matters="沟", clauses=[pay(**{"at_once": True, **clause})]
    )
    town.do("grid", ref, "conclude_oral")
