"""What the people of a simulated year look at before they act: who may do it, what the rules suggest, what has been ruled."""

from datetime import datetime

from mediation.app import Instance
from mediation.simulation import queries
from mediation.simulation.course import Course
from mediation.simulation.staff import Staff
from mediation.units.responsibilities import Line, Matter
from mediation.units.tree import Node


class Sight:
    """The instance as its people see it."""

    def __init__(self, instance: Instance, staff: Staff) -> None:
        self._instance = instance
        self.staff = staff
        self.tree = staff.tree
        self._ruled: set[Matter] = set()

    def who(self, course: Course, act: str, unit: str = "", *first: str) -> list[str]:
        """Everybody at the unit, the holder's if none is named, whose post may do the act; `first`: kinds to begin with."""
        definition = self._instance.office.engine(course.workflow).definition
        if act not in definition.triggers:
            return []
        kinds = definition.triggers[act].by.posts
        ordered = [kind for kind in first if kind in kinds] or list(kinds)
        return self.staff.at(unit or course.unit, *ordered) or self.staff.at(unit or course.unit, *kinds)

    def one(self, course: Course, act: str, now: datetime, unit: str = "", *first: str) -> str | None:
        """Who of them does it: whoever is free first; None if there is nobody."""
        names = self.who(course, act, unit, *first)
        return self.staff.freest(names, now) if names else None

    def ask_the_rules(self, course: Course, who: str) -> None:
        """Look up where the site's rules of routing send the dispute, as its page shows it."""
        found = self._instance.routing.explained(who, course.ref)["suggestion"]
        course.goal = found["unit"] if found and found["unit"] else course.unit
        course.joint = bool(found) and found["definition"] == "joint"

    def above(self, unit: str) -> Node | None:
        """The unit on the next level of the chain."""
        return self.tree.above(self.tree.by_code(unit).id, self._instance.office.chain)

    def is_above(self, unit: str, other: str) -> bool:
        """Whether the first unit lies above the other."""
        return unit in {node.code for node in self.tree.ancestors(self.tree.by_code(other).id)}

    def lines_against(self, course: Course) -> list[tuple[Line, Node]]:
        """The lines of the responsibility list by which the dispute is another unit's than the one that is asked."""
        leads = self._leads(course)
        if not leads or any(node.code == course.target for _line, node in leads):
            return []
        return leads

    def line_of(self, course: Course, unit: str) -> str | None:
        """The line by which the dispute is this unit's."""
        return next((line.code for line, node in self._leads(course) if node.code == unit), None)

    def arbiter(self, course: Course) -> Node | None:
        """Who would rule between the holder, those who have declined and the one that is asked."""
        units = [self.tree.by_code(code).id for code in {course.unit, course.target, *course.declined}]
        common = self.tree.lowest_common_superior(*units)
        lineage = self.tree.lineage(common.id) if common else ()
        return next((node for node in lineage if self.who(course, "rule", node.code)), None)

    def note_ruling(self, course: Course) -> None:
        """Remember that such a matter has been ruled on: like disputes follow it."""
        self._ruled.add(_matter(course))

    def precedent(self, course: Course, who: str) -> str | None:
        """The unit that such disputes were ruled to go to, as the page of the case shows it."""
        if _matter(course) not in self._ruled:
            return None
        former = self._instance.case(who, course.ref).ownership.get("precedent")
        named = former["unit"] if former else ""
        return next((node.code for node in self.tree.nodes if node.name == named), None)

    def has_ruling(self, course: Course) -> bool:
        """Whether such a matter has been ruled on anywhere."""
        return _matter(course) in self._ruled

    def asked(self, course: Course) -> str:
        """The unit that is asked to take the dispute."""
        with self._instance.database.reading() as session:
            return queries.target_of(session, course.ref)

    def callable_units(self, course: Course) -> list[str]:
        """Units of the duty rules that can be called to where the dispute is handled, and have somebody who answers."""
        centres = {node.code for node in self.tree.lineage(self.tree.by_code(course.unit).id)}
        return [
            one.unit
            for one in self._instance.office.duty.presences
            if one.at in centres and one.unit != course.unit and self.who(course, "answer", one.unit)
        ]

    def may_be_oral(self, course: Course) -> bool:
        """Whether the site's own rules leave an agreement of this amount to the parties' word."""
        limit = self._instance.office.rules.written_over_fen
        return limit is None or course.arrival.amount_fen <= limit

    def on_the_spot(self, course: Course) -> list[str]:
        """Who may settle the dispute there and then, where it came in."""
        able = set(self.staff.mediators_for(course.unit)) & set(self.staff.at(course.unit, "mediator"))
        return sorted(able) if course.is_small and self.may_be_oral(course) else []

    def _leads(self, course: Course) -> list[tuple[Line, Node]]:
        place = self.tree.by_code(course.first_unit).id
        return list(self._instance.office.responsibilities.leads(self.tree, _matter(course), place))


def _matter(course: Course) -> Matter:
    return Matter(course.arrival.judicial, course.arrival.governance)
