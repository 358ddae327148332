"""docs/attacks.md: which attack is tried by which test, and the tables of `./run attacks`. A run of a part replaces its table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "attacks.md"
_HEAD = """# Attacks

What somebody might try against the program, and where it is tried: in tests that run with every change, and at length by
`./run attacks PART`, which writes the tables below. What is not written by it stands in `tests/attacks/page.py`.

| attack | what holds against it | tried by |
|---|---|---|
{attacks}
"""


@dataclass(frozen=True)
class Attack:
    """One kind of attack. `tests`: files, or files with the test's name."""

    what: str
    held: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One part of the command: its heading, what is done, and the columns of its table; those that begin with `#` are numbers."""

    name: str
    heading: str
    words: str
    columns: tuple[str, ...]


ATTACKS = (
    Attack(
        "What was given out, shown again after its end, by another, for another thing, altered, in another house",
        "256 random bits (codes 50) kept as keyed hashes; one answer for all that is none; ends on the trail",
        ("tests/web/pages/test_given_out.py",),
    ),
    Attack(
        "What was typed or chosen in one page posted by another, or twice",
        "the session's own token under a new mask each time, Sec-Fetch-Site, keys by post and route",
        (
            "tests/web/pages/test_attacks.py::test_every_posted_page_refuses_a_form_without_the_sessions_own_token",
            "tests/web/pages/test_given_out.py::test_form_token_is_good_in_its_own_session_alone",
            "tests/web/pages/test_given_out.py::test_answer_that_was_kept_is_for_its_own_post_route_and_words",
        ),
    ),
    Attack(
        "A login by a provider begun elsewhere, brought twice, or signed by another; an old webhook secret, a call brought again",
        "state, nonce and browser bound together; signatures with their time, the former secret for as long as is said",
        ("tests/web/pages/test_oidc.py", "tests/webhooks/test_signing.py", "tests/webhooks/test_receiver.py"),
    ),
    Attack(
        "A file that is something else, acts, or is large inside",
        "judged by content in a worker with limits; kept as it was; saved, never shown, under a sandbox policy",
        ("tests/uploads/test_uploads.py", "tests/documents/test_media.py", "tests/browser/test_evidence.py"),
    ),
    Attack(
        "Markup in what is said",
        "every template escapes; no script but the program's own (CSP)",
        ("tests/web/pages/test_attacks.py::test_markup_in_what_was_said_stays_text_on_every_page",),
    ),
    Attack(
        "A paper forged or altered",
        "one closed verdict from the file, the trail and the instance's own root",
        ("tests/documents/test_forgeries.py",),
    ),
    Attack(
        "Guessing of logins and codes (links and tokens hold 256 bits: what is guessed of them is refused and not counted); floods of applications",
        "limits counted in the database over all processes, quarantine, a field that no person sees",
        (
            "tests/web/pages/test_attacks.py::test_guesses_are_counted_over_both_servers",
            "tests/web/pages/test_attacks.py::test_flood_of_applications_fills_nothing_and_keeps_nobody_out",
        ),
    ),
    Attack(
        "Asking for what is out of sight, erased or made up, to see whether the answers differ",
        "found within the scope or not at all; status, words and headers are the same",
        ("tests/web/pages/test_oracle.py", "tests/web/pages/test_scope_matrix.py"),
    ),
    Attack(
        "Going on after being refused",
        "from the fifth refusal on from memory: no body read, no database asked, for half a minute; measured in docs/flood.md",
        ("tests/web/test_brakes.py", "`./run fuzz --flood`"),
    ),
    Attack(
        "Many large files to be verified at once",
        "two judged, eight held in memory; further ones are refused unread",
        ("tests/web/api/test_verification.py",),
    ),
    Attack(
        "A formula in what is said, opened in a spreadsheet program",
        "a mark in front of it, cells that are texts (CWE-1236); read back by their rules, and opened by LibreOffice 7.4 where it has its Calc",
        ("tests/test_spreadsheet.py", "tests/test_office_suite.py", "tests/web/pages/test_exports.py"),
    ),
    Attack(
        "The time that a refusal takes",
        "secrets are found by their hashes; an unknown name costs the same hash of a password",
        ("`./run attacks times`",),
    ),
)
PARTS = (
    Part(
        "uploads",
        "Files handed in",
        """Three hundred files, made by families from a seed (`tests/uploads`), are handed in to cases over HTTP: pictures, PDFs, office files,
archives, programs, recordings, words, markup, files that are two things at once, small files that are large inside, and good ones
spoiled at random; their names lead elsewhere or lie. Each is taken as what it is, given out as an attachment under a sandbox policy,
byte for byte; or refused with a sentence, and nothing is kept. Taken with an ending or a type of its own choice, kept in part, told
outside itself, or answered by any 5xx is a finding. Office files, archives and drawings (SVG) are refused by rule: what can act is
photographed or printed. No virus scanner looks at what is taken (ASVS 5.4.3).""",
        (
            "day",
            "code",
            "seed",
            "family",
            "#files",
            "#taken",
            "#refused",
            "#findings",
            "#slowest, ms",
            "which",
        ),
    ),
    Part(
        "times",
        "What the time of a refusal tells",
        """The application is called within one process over SQLite, each call from a new place. Two refusals that must not be told apart
alternate; of each the median of the processor's time, which other programs do not blur, their quotient and difference. A quotient
from 0.8 to 1.25, or a difference under 1 ms, passes. What a network and other visitors add comes on top of it.""",
        (
            "day",
            "code",
            "what is asked",
            "one",
            "the other",
            "#calls each",
            "#one, ms",
            "#other, ms",
            "#quotient",
            "#difference, ms",
            "verdict",
        ),
    ),
)


def enter(name: str, rows: Sequence[Sequence[object]], page: Path = PAGE) -> None:
    """Put the rows of a run in place of the part's table."""
    before = page.read_text("utf-8") if page.exists() else ""
    tables = {part.name: _rows_of(before, part) for part in PARTS}
    tables[name] = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    page.write_text(text_of(tables), encoding="utf-8")


def text_of(tables: dict[str, list[str]]) -> str:
    """The page with these rows."""
    lines = [
        f"| {one.what} | {one.held} | {', '.join(name if name.startswith('`') else f'`{name}`' for name in one.tests)} |"
        for one in ATTACKS
    ]
    text = _HEAD.format(attacks="\n".join(lines))
    for part in PARTS:
        heads = "| " + " | ".join(column.lstrip("#") for column in part.columns) + " |"
        marks = "|" + "|".join("---:" if column.startswith("#") else "---" for column in part.columns) + "|"
        rows = "\n".join([heads, marks, *tables.get(part.name, [])])
        text += f"\n## {part.heading}\n\n`./run attacks {part.name}`. {part.words}\n\n{rows}\n"
    return text


def rows_on(text: str) -> dict[str, list[str]]:
    """The tables that stand on a page."""
    return {part.name: _rows_of(text, part) for part in PARTS}


def _rows_of(text: str, part: Part) -> list[str]:
    found = re.search(rf"^## {re.escape(part.heading)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    lines = found[1].splitlines() if found else []
    return [line for line in lines if line.startswith("| 2")]
