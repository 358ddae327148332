"""The register of supervision in a simulated year: once a week units report what they have mended, supervisors strike it off."""

from collections import Counter

from mediation.app import Instance
from mediation.errors import MediationError, NotPermitted
from mediation.simulation import queries
from mediation.simulation.staff import Staff

_HANDLERS = ("unit_leader", "dispatcher", "mediator", "registrar")


def go_through(instance: Instance, staff: Staff, refused: Counter[str]) -> None:
    """One act on each open item: explain, report, strike off; by whom the register lets."""
    with instance.database.reading() as session:
        items = queries.open_items(session)
    supervisors = instance.office.supervision.supervisors.posts
    for item in items:
        if item.state == "mending":
            names = staff.at(item.supervisor, *supervisors)
            _done(instance, names, item.public_id, "strike_off", {"opinion": "已核查，整改到位"}, refused)
        else:
            names = staff.at(item.unit, *_HANDLERS)
            explained = {"account": "人手不足，已安排专人办理"}
            reported = {"account": "已办理", "evidence": ["办理记录"]}
            if _done(instance, names, item.public_id, "explain", explained, refused):
                _done(instance, names, item.public_id, "report", reported, refused)


def _done(
    instance: Instance, names: list[str], item: str, act: str, words: object, refused: Counter[str]
) -> bool:
    """By the first of them who may; who may not is told so, and the next one does it."""
    for name in names:
        try:
            instance.supervision.do(name, item, act, words)
        except NotPermitted:
            continue
        except MediationError as error:
            refused[f"{act}: {type(error).__name__}"] += 1
            return False
        return True
    refused[f"{act}: nobody may"] += 1
    return False
