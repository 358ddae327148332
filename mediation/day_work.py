"""The work behind the acts, as the jobs do it: owed papers, notices, webhooks, clocks that run out, the round of the day.

Each piece may be begun any number of times and by several processes at once; its effect comes once, because each is
claimed in the transaction that writes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mediation.clock import Clock
from mediation.clock_room import ClockRoom
from mediation.errors import MediationError, StorageError, on_record
from mediation.jobs import queries
from mediation.jobs.work import DONE, LEFT
from mediation.notices.models import OutboxRow
from mediation.paper_room import HallOf, PaperRoom
from mediation.post_room import PostRoom
from mediation.storage.engine import Database
from mediation.supervising import Supervision
from mediation.webhook_room import WebhookRoom
from mediation.webhooks.queries import KIND as WEBHOOK

_MARKED = 100


@dataclass(frozen=True)
class DayWork:
    """The work of one instance. `system`: a hall of the program itself. `round`: the instance's daily round."""

    database: Database
    clock: Clock
    papers: PaperRoom
    post: PostRoom
    webhooks: WebhookRoom
    clocks: ClockRoom
    supervision: Supervision
    system: HallOf
    round: Callable[[], object]

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of outbox row that are carried out here."""
        return ("issue_paper", "notice", WEBHOOK)

    @property
    def calls(self) -> Sequence[str]:
        """Those of them that call other systems: they wait for nobody else's, and nobody else waits for them."""
        return (WEBHOOK,)

    @on_record()
    def carry_out(self, row: str) -> str:
        """One outbox row by its public id: DONE; LEFT if somebody must do something first.

        Raises StorageError when the store does not answer: then it is tried again.
        """
        with self.database.reading() as session:
            found = queries.outbox_row(session, row)
            if found is None or found.handed_on_at is not None:
                return DONE
            session.expunge(found)
        try:
            if found.kind == "notice":
                self.post.deliver(found.id or 0)
            elif found.kind == WEBHOOK:
                self.webhooks.deliver(found.id or 0)
            else:
                self._make_paper(found)
        except StorageError:
            raise
        except MediationError:
            return LEFT
        return DONE

    def anything_due(self, now: datetime) -> bool:
        """Whether a clock has run out that nobody has run out yet, or a reminder, a step of supervision or its paper has come."""
        return self.clocks.is_waited_for(now) or self.supervision.is_waited_for(now)

    def due_mark(self, now: datetime) -> str:
        """What is due, as a mark that is the same while just the same is due; "" if nothing is."""
        clocks = ",".join(map(str, self.clocks.run_out_by(now, _MARKED)))
        others = self.clocks.is_reminder_waited_for(now) or self.supervision.is_waited_for(now)
        letters = ",".join(map(str, self.post.left_lying(now, _MARKED)))
        return clocks + ("+" if others else "") + (f"@{letters}" if letters else "")

    @on_record()
    def run_out_due(self, stop: Callable[[], bool]) -> int:
        """Run out every clock that is due, until there is none or `stop` says so; how many. Reminders and supervision follow.

        One that fails does not keep the others waiting: it comes again with the next sweep. Notices that could not be sent
        before and are due again come last.
        """
        missed = self.clocks.sweep([], stop=stop)
        if not stop():
            self.clocks.remind()
        if not stop():
            self.supervision.round(stop)
        if not stop():
            self.post.deliver_waiting(0)
        return len(missed)

    def anything_to_send(self, now: datetime) -> bool:
        """Whether a call that came to nothing is due again."""
        return self.webhooks.anything_to_send(now)

    @on_record()
    def send_again(self, stop: Callable[[], bool]) -> int:
        """Call again what is due, until there is none or `stop` says so; how many were taken."""
        return self.webhooks.send_due(stop).sent

    @on_record()
    def daily_round(self) -> None:
        """Everything else that a new day brings."""
        self.round()

    def _make_paper(self, row: OutboxRow) -> None:
        payload = row.payload
        self.papers.make_owed(
            row.id or 0,
            row.case_id or 0,
            str(payload["form"]),
            str(payload.get("subject", "")),
            str(payload["actor"]),
            self.system,
        )
