"""Why a figure stays short of its mark where it does, and what was tried for it: printed when it is missed, never otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """`why`: empty if nobody knows yet. `tried`: what the history of this repository tells, in its order."""

    why: str
    tried: str


_ACT_TRIED = (
    "what guards ask for counted in one statement, the statements of every act built once; units and people read once for a configuration, "
    "26 statements an act instead of 43 (decision 18); transactions begun in the dialect, since a listener on the engine made every statement "
    "look for listeners; rows found without the mapper's work and statements sent as they were compiled once, a third less time, and rows "
    "written without the unit of work (decision 20). A profile of a year's acts, before the last two, had no function above five in a hundred: "
    "what is left is spread thin. Not tried: several acts in one commit."
)
_BESIDE_TRIED = f"all that was tried for the act itself: {_ACT_TRIED}"
_PAPER_TRIED = (
    "faces of our own, cut to the characters that papers use, in place of the system's font; styles read and the QR code drawn once; a paper "
    "laid out once, whether its signatures turn over or not; each stream compressed once and the code set as a picture, a quarter less time; "
    "what WeasyPrint does for every box done quicker to the same bytes, a fifth less. When a paper was profiled first, two thirds of it were layout, in Python."
)
_WEB_TRIED = (
    "all that was tried for the act itself (the engine's sections); one statement for who asks; fewer waits for a thread; answers no longer held "
    "back for an acknowledgement (40 ms); routes found by their prefix and an act's token looked up where the act is done, a sixth less of "
    "the processor."
)
_STEP = (
    "Their bare step reads, moves and saves one instance; `accept` also finds its actor and scope, judges eight guards, keeps tasks, clocks and "
    "worklists, encrypts and chains its event: some 25 statements in one transaction."
)

REASONS: Mapping[str, Reason] = {
    "act, SQLite": Reason(
        "The raw script only sends. An act also finds out who acts, judges, encrypts, hashes and makes objects of rows, in Python, and a "
        "statement on SQLite takes a few dozen microseconds only.",
        _ACT_TRIED,
    ),
    "act, PostgreSQL": Reason(
        "The raw script only sends. Between its round trips an act finds out who acts, judges, encrypts, hashes and makes objects of rows, in Python.",
        f"a case found, and a mediator's cases listed, by indexes alone; {_ACT_TRIED}",
    ),
    "django-fsm-2": Reason(_STEP, _BESIDE_TRIED),
    "SpiffWorkflow": Reason(_STEP, _BESIDE_TRIED),
    "django-viewflow": Reason(_STEP, _BESIDE_TRIED),
    "bpmn-engine": Reason(_STEP, _BESIDE_TRIED),
    "customer's dispute": Reason(
        "Every task is one durable act at least, with judgement, trail, clocks and an encrypted payload, each in a transaction of its own; on SQLite "
        "two players write one file in turn.",
        _BESIDE_TRIED,
    ),
    "paper: WeasyPrint": Reason("", _PAPER_TRIED),
    "paper: Chromium": Reason(
        "Chromium lays a page out in compiled code and makes a plain PDF; ours is laid out in Python and made PDF/A-3u. The slower a machine runs "
        "Python, the further they are apart.",
        _PAPER_TRIED,
    ),
    "paper: LibreOffice": Reason(
        "LibreOffice sets a document that it made beforehand, in a layout of its own and as a plain PDF; ours fills the template in, lays it out in "
        "Python and makes PDF/A-3u.",
        _PAPER_TRIED,
    ),
    "signature: EC": Reason(
        "What stock pyHanko loses with RSA it does not lose with EC: loading the key checks nothing costly. What is left is the same on both "
        "sides: the container and the revision, written in Python.",
        "the key loaded once, and space reserved by what the container will hold, so that it is not built twice.",
    ),
    "worker's memory": Reason(
        "",
        "faces of our own in place of the system's font; what a worker leaves in circles collected sooner, 40 MiB less and no slower.",
    ),
    "API: bare JSON": Reason(
        "A bare endpoint returns one key. An act's answer waits for its whole transaction: scope, guards, tasks, clocks, worklists, trail, commit.",
        _WEB_TRIED,
    ),
    "API: SQLModel": Reason("", _WEB_TRIED),
    "page: bare JSON": Reason(
        "A bare endpoint returns one key. Fifty lines are read, decrypted and set as a page, which also tells what else waits for its reader.",
        "the worklist's statement made once for whoever looks often; units and people read once for a configuration (decision 18), less than half of "
        "the processor; lines without what cases tell at length; no sandbox for our own pages; what is asked of somebody found by indexes, not among all open "
        "tasks (migration 0029).",
    ),
    "search": Reason(
        "A search goes the shorter of two ways, from the rarest piece or from what one sees; it is never longer than the root of a page's rows times "
        "all cases. For words neither rare nor common that is up to ten times as long for a hundred times as many cases.",
        "numbers of cases kept for each piece, to choose the way; the statement built once for who searches again, and pieces asked for case by "
        "case, since PostgreSQL planned one join more for each.",
    ),
    "duplicate search": Reason(
        "A hundred times as many people bear each name in the large database, and up to sixty of them are looked at.",
        "of those who bear a name the newest sixty, each name on its own by its index; only the cases that are shown are read whole.",
    ),
    "county-year": Reason(
        "One process plays 213,000 events one after another, each a durable act's work in Python; the second core is idle. The same program took 884 s on "
        "a machine that makes a bare move of `transitions` in 6.1 µs (869fb86).",
        f"each morning's look for units without people asked of the store, a third of an empty year's time; {_ACT_TRIED}",
    ),
    "case list": Reason(
        "",
        "definitions and forms remembered, sealed; no module loaded but the command's; no table classes for `case list` (decision 19); garbage "
        "looked for less often.",
    ),
    "help": Reason("", "only the table of commands loaded (decision 19); garbage looked for less often."),
}
