"""The bugs that are planted: each an exact exchange of text, and the files of tests that are meant to catch it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In the file at `path` the text `old`, which stands there once, becomes `new`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Plant:
    """One bug. `tests`: files below tests/, or single tests of slow ones. `words`: more for pytest.

    `written`: the test was written for it, none that was there caught it.
    """

    name: str
    bug: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    words: tuple[str, ...] = ("-k", "not postgresql")
    written: bool = False


PLANTS = (
    Plant(
        "swap",
        "No compare-and-swap: an act is written over whatever the case has become meanwhile",
        (
            Edit("mediation/cases/transition.py", ".where(*seen).values(", ".where(seen[0]).values("),
            Edit("mediation/cases/transition.py", "**values, **seen)", "**values, id_seen=case.id)"),
        ),
        ("cases/test_transition.py",),
        words=("-k", "sixteen"),
    ),
    Plant(
        "count",
        "Compare-and-swap whose count of rows nobody looks at: a lost act is told as done",
        (Edit("mediation/cases/transition.py", "**values, **seen) != 1:", "**values, **seen) < 0:"),),
        ("cases/test_transition.py",),
        words=("-k", "sixteen"),
    ),
    Plant(
        "scope-case",
        "Scope left out of the query that finds one case by its number",
        (Edit("mediation/cases/queries.py", ".where(_NAMED, visible_to(actor))", ".where(_NAMED)"),),
        ("cases/test_queries.py",),
    ),
    Plant(
        "scope-search",
        "Scope left out of one of the two ways in which a search is done",
        (
            Edit(
                "mediation/cases/queries.py",
                "for piece in others),\n        visible_to(actor),\n",
                "for piece in others),\n",
            ),
        ),
        ("cases/test_queries.py", "cases/scope/test_scope_queries.py"),
    ),
    Plant(
        "scope-desk",
        "Scope left out of one figure of the desk: what waits for it, by state",
        (
            Edit(
                "mediation/cases/board/queries.py",
                ".where(_at_desk(actor), visible_to(actor))",
                ".where(_at_desk(actor))",
            ),
        ),
        ("cases/test_recusals.py",),
    ),
    Plant(
        "outbox",
        "The outbox row is written after the commit of the act that owes it, in a transaction of its own",
        (
            Edit(
                "mediation/cases/outgoing.py",
                "    hall.session.add(row)",
                "    engine = hall.session.get_bind()\n\n"
                "    def afterwards(_session: Session) -> None:\n"
                "        with Session(engine) as own, own.begin():\n"
                "            own.add(row)\n\n"
                '    event.listen(hall.session, "after_commit", afterwards, once=True)',
            ),
            Edit(
                "mediation/cases/outgoing.py",
                "from typing import Any\n",
                "from typing import Any\n\nfrom sqlalchemy import event\nfrom sqlmodel import Session\n",
            ),
        ),
        ("faults/test_acts.py::test_acts_of_a_dispute_get_through_every_failing_call_whole",),
    ),
    Plant(
        "begin",
        "Plain BEGIN: on SQLite a write transaction does not exclude others before its first write",
        (Edit("mediation/storage/connecting.py", '"BEGIN IMMEDIATE" if writes else "BEGIN"', '"BEGIN"'),),
        ("storage/test_engine.py",),
        written=True,
    ),
    Plant(
        "link-written",
        "A skipped chain link: an event does not carry the hash of the one before",
        (Edit("mediation/audit/trail.py", '"previous": end.hash if end else "",', '"previous": "",'),),
        ("audit/test_trail.py",),
    ),
    Plant(
        "link-checked",
        "A skipped chain link: verification does not compare it with the hash of the event before",
        (
            Edit(
                "mediation/audit/verify.py", 'if row["previous"] != self.hash:', 'if row["previous"] is None:'
            ),
        ),
        ("audit/test_verify.py",),
    ),
    Plant(
        "fetcher",
        "A fetcher that fetches: addresses in a form's body or style are followed",
        (
            Edit(
                "mediation/documents/render.py",
                'if scheme.lower() == "data":',
                'if scheme.lower() in {"data", "http", "https", "file"}:',
            ),
            Edit(
                "mediation/documents/render.py",
                'allowed_protocols=("data", SCHEME), allow_redirects=False,',
                'allowed_protocols=("data", "http", "https", "file", SCHEME), allow_redirects=True,',
            ),
        ),
        ("documents/test_render.py",),
        words=("-k", "fetches"),
    ),
    Plant(
        "escape-paper",
        "An unescaped template: what people said becomes markup on a paper",
        (Edit("mediation/documents/sandbox.py", "autoescape=html", "autoescape=False"),),
        ("documents/test_composing.py",),
    ),
    Plant(
        "escape-page",
        "An unescaped template: the title of a dispute becomes markup in one list of cases",
        (
            Edit(
                "templates/pages/cases.html",
                '<td><a href="/cases/{{ row.id }}">{{ row.title }}</a>{% if row.id in mine %}',
                '<td><a href="/cases/{{ row.id }}">{{ row.title|safe }}</a>{% if row.id in mine %}',
            ),
        ),
        ("web/pages/test_attacks.py::test_markup_in_what_was_said_stays_text_on_every_page",),
    ),
    Plant(
        "retry-request",
        "A retry that is not idempotent: the answer to a request is not kept, and the request is carried out again",
        (
            Edit(
                "mediation/web/answers.py",
                "        _keep(session, asked, told[-1], desk.clock.now())\n",
                "",
            ),
        ),
        ("web/test_answers.py",),
    ),
    Plant(
        "retry-clock",
        "A retry that is not idempotent: a clock that another sweep has run out meanwhile is run out again",
        (
            Edit(
                "mediation/cases/clockwork.py",
                "    if not timers.miss(hall.session, deadline_id, hall.now):\n        return None\n",
                "    timers.miss(hall.session, deadline_id, hall.now)\n",
            ),
        ),
        ("cases/test_clockwork.py",),
        words=("-k", "several_run_at_once and sqlite"),
    ),
    Plant(
        "day",
        "A deadline that counts the day on which it starts",
        (
            Edit(
                "mediation/deadlines/calendar.py",
                "return begin + span.count * _ONE_DAY",
                "return begin + (span.count - 1) * _ONE_DAY",
            ),
        ),
        ("deadlines/test_calendar.py",),
    ),
    Plant(
        "seal-guard",
        "A seal accepted before a party signed: the guard is content when anybody has signed",
        (
            Edit(
                "mediation/workflow/guards/signing.py",
                "joined(waiting)) if waiting else None",
                "joined(waiting)) if len(waiting) == len(slots) else None",
            ),
        ),
        ("workflow/guards/test_signing.py",),
    ),
    Plant(
        "seal-file",
        "A seal accepted before a party signed: the signer of the file waits for nobody",
        (
            Edit(
                "mediation/documents/signing.py",
                "if slot == seal and missing:",
                "if slot == seal and len(missing) == len(present):",
            ),
        ),
        ("documents/test_signing.py",),
    ),
)
