"""docs/faults.md: what each part of `./run faults` does, and a table of its runs. A run adds a row; nothing else is written there."""

import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
_HEAD = "# Faults\n\nWritten by `./run faults`; not edited by hand.\n"


@dataclass(frozen=True)
class Section:
    """A part: its heading, what is done, and the columns of its table; those that begin with `#` are numbers."""

    part: str
    heading: str
    words: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A line of one of the page's tables, and what was found."""

    part: str
    cells: tuple[str, ...]
    found: tuple[str, ...]


SECTIONS = (
    Section(
        "acts",
        "Calls that fail",
        """The disputes of a site are played while in every verb of every definition, the first time that it is done, one call after another
fails: the first statement or file call, then the second, and so on to the commit, which fails too, and at last is done and its
answer lost. After each failure nothing may have changed (asked from a connection of its own); the failure must be told as a
sentence; then the same act is tried again, until it gets through. Papers that follow, and the rounds of a day, are several
transactions: there the case must be whole after each failure, and what is left must come again. At the end events, papers and
what waits must be what the same play without failures comes to.""",
        (
            *("store", "site", "#acts tried", "#calls that failed", "commits, answers lost", "#file calls"),
            *("#findings", "#seconds"),
        ),
    ),
    Section(
        "kills",
        "Processes killed",
        """Clients take disputes from registration to the sealed agreement over HTTP and meddle with each other's, while the server (on
PostgreSQL a server and a worker) or a process that makes papers is killed with -9, that one in the middle of a paper, and started
again. What is not answered is sent again with the same key. Servers and workers are born of a process that has loaded their
modules and done nothing else, so that they are there again at once. Then a program that reads nothing but the clients' logs and the database looks whether
everything that was acknowledged is there, once, in order; the trail is verified; nothing may be left to do. Clients who got no
answer for too long end the run, and that counts as a finding too, whether the program is to blame or a machine with no time.""",
        (
            *("store", "#clients", "killed", "#requests", "#unanswered", "#acts acknowledged", "#cases"),
            *("#findings", "#seconds"),
        ),
    ),
    Section(
        "rounds",
        "Many on one case",
        """In each round all clients read the same case, wait for each other, and send an act on it at once, on the version that they saw
(`If-Match`), each with a key of its own; some send it twice at once, some once more after the answer. The same program as above
then looks that versions go 1, 2, 3 … without gap or double; that nothing done has a smaller version than what was answered before
it was asked; that the versions read never go back, whoever reads; that a key has at most one effect and the same bytes as answer.""",
        (
            *("store", "#clients", "#rounds", "#requests", "#sent again", "#done", "#refused", "#versions"),
            *("#findings", "#seconds"),
        ),
    ),
    Section(
        "cuts",
        "Connections cut, the database restarted",
        """A proxy between clients and server cuts connections: before the request is passed on, after the commit and before the reply,
or in the middle of the reply. On PostgreSQL the database itself is stopped at once (`immediate`, no clean end) and started again
while clients are at work. What is not answered is sent again with the same key; judged as above.""",
        (
            *("store", "#clients", "#cut before", "#cut after the commit", "#cut within the reply"),
            *("#database restarts", "#requests", "#acts acknowledged", "#cases", "#findings", "#seconds"),
        ),
    ),
    Section(
        "disk",
        "Disk full",
        """The data folder lies on a small file system that is filled up, but for a few pages more each time, while acts are sent, evidence
is handed in and a backup is made. Each must be done, or refused with a sentence (503; the backup with exit code 1 and no file
left), and then nothing may have changed; so is reading, because who has read of persons must be noted. With room again the same
requests, with the same keys, get through.""",
        (
            *("store", "#times filled", "#requests", "#refused for want of room", "#done all the same"),
            *("#backups refused", "#findings", "#seconds"),
        ),
    ),
    Section(
        "clock",
        "Clock set back and forward",
        """The server's clock (libfaketime) is put back a day and then forward, while it serves; then it is stopped and started again a month
later. What the trail says it recorded never goes back, what was recorded under a clock that had gone back says so, and the page
tells it; each deadline runs out once, never before it is due, and after the month with the time at which it truly was due.""",
        (
            *(
                "store",
                "#cases",
                "#acts",
                "#recorded with the clock back",
                "#deadlines run out",
                "#due in the outage",
            ),
            *("#findings", "#seconds"),
        ),
    ),
    Section(
        "yaml",
        "Spoiled definitions",
        """Definition files in which at random lines are dropped, doubled, exchanged, cut or moved, words exchanged, and pieces put in that are
meant to hurt. Each must be accepted and sound, by a proof that shares nothing with the program's own, or refused with file and line.""",
        ("#files", "#accepted", "#refused", "#findings", "#seconds"),
    ),
)
PARTS = tuple(section.part for section in SECTIONS)
_WHERE = ("day", "code", "machine")


def enter(rows: Iterator[Row] | list[Row], page: Path = PAGE) -> None:
    """Add rows to their tables. Several runs may do so at once."""
    page.touch()
    with page.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = rows_of(file.read())
        for row in rows:
            line = f"| {' | '.join(row.cells)} |"
            if line not in lines[row.part]:
                lines[row.part].append(line)
        text = "\n".join([_HEAD, *(_written(section, lines[section.part]) for section in SECTIONS)])
        file.seek(0)
        file.write(text)
        file.truncate()


def taken_from(page: Path) -> Iterator[Row]:
    """The rows of another page, as they stand there."""
    for part, lines in rows_of(page.read_text("utf-8")).items():
        for line in lines:
            yield Row(part, tuple(cell.strip() for cell in line.strip("|").split("|")), ())


def rows_of(page: str) -> dict[str, list[str]]:
    """Part → the lines of its table."""
    found: dict[str, list[str]] = {section.part: [] for section in SECTIONS}
    parts = {section.heading: section.part for section in SECTIONS}
    for text in page.split("\n## ")[1:]:
        heading, *lines = text.splitlines()
        found[parts[heading]] += [line for line in lines if line.startswith("| 2")]
    return found


def _written(section: Section, rows: list[str]) -> str:
    columns = (*_WHERE, *section.columns)
    head = f"| {' | '.join(name.removeprefix('#') for name in columns)} |"
    rule = f"|{'|'.join('---:' if name.startswith('#') else '---' for name in columns)}|"
    return "\n".join([f"## {section.heading}\n", f"{section.words}\n", head, rule, *rows, ""])
