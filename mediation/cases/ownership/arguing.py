"""Why each side says what it does on whose a dispute is: in its own words, and else by the rule of routing that it followed."""

from collections.abc import Sequence

from mediation.cases.hall import Hall
from mediation.cases.ownership.models import OwnershipArgument
from mediation.cases.ownership.standing import ASKS
from mediation.cases.routing import deciding, queries
from mediation.cases.routing.models import RoutingDecision
from mediation.language import _, joined


def reasons(hall: Hall, said: Sequence[OwnershipArgument]) -> dict[int, str]:
    """The reason of each word in one dispute by its ordinal; "" where none was given and no rule says so.

    Why a unit other than the one suggested was asked is the asking unit's argument, too.
    """
    if not said:
        return {}
    decided = {
        row.decided_at: row
        for row in queries.decisions(hall.session, said[0].case_id)
        if row.act == "dispatch"
    }
    return {
        row.ordinal: _reason(hall, row, decided.get(row.said_at) if row.kind == ASKS else None)
        for row in said
    }


def _reason(hall: Hall, row: OwnershipArgument, decided: RoutingDecision | None) -> str:
    overruling = decided.because if decided is not None and decided.overruled else None
    own = dict.fromkeys(str(words) for words in (row.reason, overruling) if words)
    if own or decided is None or decided.overruled or decided.rule is None:
        return joined(own, "；")
    rule, why = deciding.rule_title(hall, decided), deciding.rule_reason(hall, decided)
    message = _("按分流规则“{rule}”（{reason}）") if why else _("按分流规则“{rule}”")
    return message.format(rule=rule, reason=why)
