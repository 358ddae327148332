"""What a new day brings by itself: rules planned for it, units and posts that have ended overnight."""

from dataclasses import dataclass, field

from mediation.audit import trail
from mediation.audit.trail import INSTANCE
from mediation.cases.hall import Hall
from mediation.cases.renewal import departures, objections
from mediation.cases.renewal.receivers import renew_receivers
from mediation.cases.renewal.relocation import Relocated, relocate_all
from mediation.sites.configuration import come_into_force

ACT = "site.in_force"


@dataclass
class Brought:
    """Configuration that came into force (kind/name), and running cases that passed to another unit.

    `unanswered`: units that are no more and people without a post who still have something in hand, in sentences.
    """

    in_force: list[str] = field(default_factory=list)
    relocated: list[Relocated] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)


def begin_day(hall: Hall) -> Brought:
    """Put in force what was planned for today or before, pass on what merged units had to do, tell leaders who has left.

    Each happens once; who still has something in hand is said every day.
    """
    in_force = come_into_force(hall.session, hall.now)
    if in_force:
        trail.append(
            hall.session,
            chain=INSTANCE,
            act=ACT,
            actor=hall.actor.code,
            recorded_at=hall.now,
            facts={"configuration": in_force},
        )
    relocated = relocate_all(hall)
    renew_receivers(hall)
    hall.session.flush()
    left = departures.left_behind(hall.session, hall.today)
    departures.tell_leaders(hall, left)
    unanswered = [
        problem.message for problem in objections.abandoned(hall.session, hall.today, left, hall.office)
    ]
    return Brought(in_force, relocated, unanswered)
