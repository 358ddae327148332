"""What people have to do within a case: turns of states, approvals, parts, opinions, promises, copies."""

from mediation.cases.tasks.book import named, span_of
from mediation.cases.tasks.turns import Entered, enter_state, hand_over

__all__ = ["Entered", "enter_state", "hand_over", "named", "span_of"]
