"""What the codes of a report are called by those who read it."""

from mediation.cases.clock_titles import CLOCKS, step_title
from mediation.cases.office import Office
from mediation.errors import NotFound
from mediation.language import _


def clock_kind(name: str) -> str:
    """The kind of a clock: the state of a state's own, else the name without its number."""
    return name if name.startswith("state:") else name.partition(":")[0]


def titles(office: Office) -> dict[str, str]:
    """States, clocks, outcomes, steps of supervision and verbs, as the site's definitions and lists call them."""
    found = {name: _(title) for name, title in CLOCKS.items()}
    for name in sorted(office.newest):
        definition = office.engine(name).definition
        for key, state in definition.states.items():
            found[key] = state.title
            found[f"state:{key}"] = step_title(state.title)
        found |= {key: trigger.title for key, trigger in definition.triggers.items()}
    found |= {one.code: one.title for one in office.codes.entries("outcomes")}
    found |= {f"step:{step.key}": step.title for step in office.supervision.ladder}
    return found


def level_title(office: Office, key: str) -> str:
    """A level of the chain; the key itself where the chain has lost it."""
    try:
        return office.chain.level(key).name
    except (NotFound, KeyError):
        return key
