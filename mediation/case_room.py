"""Where a mediator works: the day, the calendar, a case as a workspace, a draft and a paper as pictures. Reads only."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Protocol

from sqlmodel import Session

from mediation.cases import hearing, paperwork, queries, sheets, stand_ins
from mediation.cases import inputs as said
from mediation.cases.erasure.gone import open_file
from mediation.cases.hall import Hall
from mediation.cases.tasks import queries as task_queries
from mediation.cases.workspace import day as days
from mediation.cases.workspace import drafting, other_posts, standing
from mediation.documents.forms import missing_of_parties
from mediation.documents.pictures import PHONE_WIDTH, WIDTH, page_count, page_pictures
from mediation.documents.press import Renderer
from mediation.documents.store import Store
from mediation.errors import DocumentError, NotFound, Problem
from mediation.language import _
from mediation.people.actor import Actor

MOST_COUNTED = 100


class Sessions(Protocol):
    """What the room needs of the database."""

    def reading(self) -> AbstractContextManager[Session]: ...


@dataclass(frozen=True)
class Preview:
    """A draft as a page: its pictures (PNG), what it lacks and where that is entered, or why there is no picture."""

    pictures: list[bytes] = field(default_factory=list)
    lacks: list[Problem] = field(default_factory=list)
    why_not: str = ""


class CaseRoom:
    """The room of one instance."""

    def __init__(self, sessions: Sessions, hall: Callable[..., Hall], press: Renderer, store: Store) -> None:
        self._sessions, self._hall, self._press, self._store = sessions, hall, press, store

    def day(self, actor: str | int) -> days.Day:
        """The actor's day."""
        with self._sessions.reading() as session:
            return days.my_day(self._hall(session, actor))

    def count_asked(self, actor: Actor) -> int:
        """How much waits for the actor's word, at most a hundred: for a mark on every page."""
        with self._sessions.reading() as session:
            return task_queries.count_asked(session, actor, MOST_COUNTED)

    def diary(self, actor: str | int, first: date, last: date, *, own: bool = False) -> list[days.DiaryLine]:
        """Appointments of the actor and of the unit's cases, from a day to another."""
        with self._sessions.reading() as session:
            return days.diary(self._hall(session, actor), first, last, own=own)

    def outgoing(
        self, actor: str | int, first: date, last: date, *, own: bool = True
    ) -> list[days.DiaryLine]:
        """Appointments as a calendar that leaves the house may hold them: no name, no title, cancelled ones too."""
        with self._sessions.reading() as session:
            return days.outgoing(self._hall(session, actor), first, last, own=own)

    def workspace(self, actor: str | int, ref: str) -> standing.Workspace:
        """One case for who works on it. Raises NotFound out of the actor's sight."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return standing.workspace(hall, queries.find_case(session, hall.actor, ref))

    def by_whom(self, actor: str | int, ref: str, triggers: Sequence[str]) -> list[str]:
        """Who may do the first of these acts, where the actor may not."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return standing.by_whom(hall, queries.find_case(session, hall.actor, ref), triggers)

    def posts_for_turns(
        self, actor: str | int, refs: Sequence[str], along: Collection[str]
    ) -> Mapping[str, int]:
        """Of these cases those whose step is the actor's person's, but by another post: which one."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            others = [self._hall(session, post) for post in other_posts.other_posts(hall)]
            found = {}
            for ref in refs if others else ():
                with suppress(NotFound):  # a turn may be one's own as deputy in a case that one does not see
                    case = queries.find_case(session, hall.actor, ref)
                    found[ref] = other_posts.for_the_turn(hall, case, along, others)
        return {ref: post for ref, post in found.items() if post is not None}

    def waiting_elsewhere(self, actor: Actor) -> Mapping[int, int]:
        """For each other unit at which the actor's person holds a post, by the first one there: in how many disputes it is the turn, at most a hundred."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor.post_id)
            others = [self._hall(session, post).actor for post in other_posts.other_posts(hall)]
            first_at = {one.unit_id: one for one in reversed(others) if one.unit_id != actor.unit_id}
            return {
                one.post_id: task_queries.count_turns(session, unit, one.person_id, MOST_COUNTED)
                for unit, one in first_at.items()
            }

    def post_that_sees(self, actor: str | int, ref: str) -> int | None:
        """Another post of the actor's person by which the case is seen that is out of sight by this one."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            for post in other_posts.other_posts(hall):
                other = self._hall(session, post).actor
                with suppress(NotFound):
                    queries.find_case(session, other, ref)
                    return post
        return None

    def barred(self, actor: str | int, ref: str, trigger: str) -> other_posts.Barred | None:
        """Why the actor may not do an act of the case, whatever it says; None if nothing bars it."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            others = [self._hall(session, post) for post in other_posts.other_posts(hall)]
            return other_posts.barred(hall, case, trigger, others)

    def draft(self, actor: str | int, ref: str) -> dict[str, Any]:
        """The words of the draft at work, or what the case knows already."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            return drafting.draft_words(hall, queries.find_case(session, hall.actor, ref))

    def preview(self, actor: str | int, ref: str, words: Any) -> Preview:
        """A draft as the paper would show it. Enters nothing. Raises InputInvalid with all that is wrong with it."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            paperwork.refuse_stranger(hall, case)
            prepare = partial(drafting.prepared_draft, hall, case)
            prepared, unclear = hearing.hear(said.DraftAgreement, words, prepare)
        lacks = [*unclear, *prepared.missing]
        try:
            pdf = self._press.render(drafting.without_needs(prepared.form), prepared.snapshot).pdf
            return Preview(self._press.run(page_pictures, pdf, width=PHONE_WIDTH), lacks)
        except DocumentError as error:
            return Preview([], lacks, error.message)

    def lacks(self, actor: str | int, ref: str, form: str, subject: str = "") -> list[Problem]:
        """What a paper of the case lacks before it can be issued, and where that is entered."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            return list(paperwork.prepare(hall, case, form, subject).missing)

    def parties_lack(self, actor: str | int, ref: str, form: str = "agreement") -> list[Problem]:
        """What a paper will want of the parties and nobody has written down yet, while there is time to ask them."""
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            parties = sheets.party_sheets(hall, case)
            plain = {"parties": [one.model_dump(mode="json") for one in parties]}
            no_shape = stand_ins.wanting(hall, case, plain)
            return [*missing_of_parties(hall.office.form(form), parties), *no_shape]

    def pages(self, actor: str | int, ref: str, form: str, subject: str = "") -> int:
        """How many pages the newest paper of a form has. Raises NotFound if there is none."""
        return self._press.run(page_count, self._bytes(actor, ref, form, subject))

    def picture(
        self,
        actor: str | int,
        ref: str,
        form: str,
        page: int,
        subject: str = "",
        *,
        narrow: bool = False,
        webp: bool = False,
    ) -> bytes:
        """One page of a paper as it stands, as PNG or WebP; 1 is the first one. Raises NotFound."""
        pdf = self._bytes(actor, ref, form, subject)
        width = PHONE_WIDTH if narrow else WIDTH
        return self._press.run(page_pictures, pdf, page - 1, 1, width, webp=webp)[0]

    def _bytes(self, actor: str | int, ref: str, form: str, subject: str) -> bytes:
        with self._sessions.reading() as session:
            hall = self._hall(session, actor)
            case = queries.find_case(session, hall.actor, ref)
            found, chain = queries.document(session, case.id or 0, form, subject), case.public_id
        if found is None:
            raise NotFound(_("这份文书还没有出具"))
        return open_file(self._sessions.reading, self._store, found.sha256, chain)
