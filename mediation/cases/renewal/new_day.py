"""What a new day brings by itself: rules that were planned for it, and units that have ended overnight."""

from dataclasses import dataclass, field

from mediation.audit import trail
from mediation.audit.verify import INSTANCE
from mediation.cases.hall import Hall
from mediation.cases.renewal.relocation import Relocated, relocate_all
from mediation.sites.configuration import come_into_force

ACT = "site.in_force"


@dataclass
class Brought:
    """Configuration that came into force (kind/name), and running cases that passed to another unit."""

    in_force: list[str] = field(default_factory=list)
    relocated: list[Relocated] = field(default_factory=list)


def begin_day(hall: Hall) -> Brought:
    """Put in force what was planned for today or before, and pass on what merged units had to do; each happens once."""
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
    return Brought(in_force, relocate_all(hall))
