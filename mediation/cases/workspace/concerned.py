"""Whom an event of a case concerns, by name: which approval and whose word, which task and whose, whose link, whose signature."""

from collections.abc import Iterable, Mapping
from typing import Any

from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.residents import queries as links
from mediation.cases.tasks import queries as tasks
from mediation.errors import NotFound
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.units import queries as units
from mediation.workflow.definition import Definition

_ASKS = frozenset({"give_part", "ask_opinion", "promise", "ask_above", "call_in", "copy_to"})
"""Acts that ask somebody for something: whom stands in `to`."""


class Concerned:
    """What the trail of one case says by codes and numbers, in words. `signers`: document and place → whose signature."""

    def __init__(
        self, hall: Hall, case: Dispute, definition: Definition, signers: Mapping[tuple[str, str], str]
    ) -> None:
        assert case.id is not None
        self._hall, self._case, self._definition, self._signers = hall, case.id, definition, signers
        self._tasks = {one.ordinal: one for one in tasks.tasks(hall.session, case.id)}

    def of(self, event: Any) -> str:
        """Whom and what an event concerns; nothing if it says so by itself."""
        record = event.facts
        if "approval" in record:
            return self._approval(event.act, record)
        if event.act == "resubmit":
            return joined(self._title(name) for name in record.get("reopened", ()))
        if event.act in _ASKS and "to" in record:
            return self._names([record["to"]] if isinstance(record["to"], str) else record["to"])
        if "task" in record:
            return self._task(record)
        if event.act.startswith("link."):
            found = links.link(self._hall.session, self._case, record["link"])
            return str(links.party(self._hall.session, found.party_id).name or "") if found else ""
        return self._signers.get((record.get("document", ""), record.get("slot", "")), "")

    def _approval(self, act: str, record: Mapping[str, Any]) -> str:
        """The approval, and who is asked for it, added to it or taken off it."""
        title = self._title(record["approval"])
        asked = record.get("signers") or ([record["signer"]] if "signer" in record else [])
        task = self._tasks.get(record["task"]) if act == "remove_signer" and "task" in record else None
        who = self._names(asked) if task is None else self._holder(task)
        return str(_("{title}：{who}").format(title=title, who=who) if who else title)

    def _task(self, record: Mapping[str, Any]) -> str:
        """The task by its number, and to whom it goes."""
        task = self._tasks.get(record["task"])
        if task is None:
            return ""
        title = _("{title}（第{n}号）").format(title=_(task.title), n=task.ordinal)
        to = self._names([record["to"]]) if isinstance(record.get("to"), str) else ""
        return str(_("{title}：{who}").format(title=title, who=to) if to else title)

    def _title(self, approval: str) -> str:
        known = self._definition.approvals.get(approval)
        return _(known.title) if known is not None else approval

    def _holder(self, task: Any) -> str:
        """Whose signature a task was: whoever lent it out, if somebody did."""
        lent = task.delegated_by_unit_id is not None
        person_id = task.delegated_by_id if lent else task.person_id
        person = people.person_of_id(self._hall.session, person_id) if person_id is not None else None
        unit_id = task.delegated_by_unit_id if lent else task.unit_id
        return str(person.name) if person is not None else self._hall.tree.unit(unit_id).name

    def _names(self, codes: Iterable[str]) -> str:
        return joined(self._name(code) for code in codes)

    def _name(self, code: str) -> str:
        """A unit, or a person at it, as the trail writes them: `unit`, or `unit/person`."""
        unit, _slash, person = code.partition("/")
        try:
            if person:
                return str(people.person(self._hall.session, person).name)
            return units.unit(self._hall.session, unit).name
        except NotFound:
            return person or unit
