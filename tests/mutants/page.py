"""docs/mutants.md: a row for each module, and what survived; each run replaces what it has run again."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.mutants.again import asked_again, text_at
from tests.mutants.explained import why
from tests.mutants.running import ROOT, Result, Survivor
from tests.mutants.scope import MODULES

PAGE = ROOT / "docs" / "mutants.md"
_HEAD = """# Mutants

Written by `./run mutants`; not edited by hand.

A mutant is the program with one small change: another operator, a constant, an argument left out, words in capitals. The tests
that stand beside a module are run over each of its mutants; one that they pass has survived. All changes are made by
[mutmut](https://github.com/boxed/mutmut) in a copy of the tree, in every function without a decorator. Only the module's own fast
tests are asked, on SQLite, with at most 25 examples of what is drawn at random: the whole suite kills more.
The score is what was killed or never came to an end, of all mutants; one that no test reaches counts as survived.
`./run mutants --left` asks again only in functions in which something survived the last time, or whose code is another since;
what was found out elsewhere is so still, as many of it without end as make up the last time's number.

| module | tests | mutants | killed | without end | survived | score | day | code | seconds |
|---|---|---:|---:|---:|---:|---:|---|---|---:|
{rows}
{total}

## What survived

What was taken out → what was put in, and why no test minds.
{left}"""


def enter(result: Result, day: str, code: str, page: Path = PAGE) -> str:
    """Put a result on the page in place of an older one; returns its row."""
    text = page.read_text("utf-8") if page.exists() else ""
    rows, left = rows_on(text), _left(text)
    rows[result.module] = row = _row(result, _kept_without_end(result, rows.get(result.module)), day, code)
    left[result.module] = "".join(f"- {line}\n" for line in _told_all(result))
    _write(rows, left, page)
    return row


def take(modules: Iterable[str], other: Path, page: Path = PAGE) -> list[str]:
    """Put what another page says of these modules in place of what is here; returns the rows, of those that stand there."""
    text, its = page.read_text("utf-8"), other.read_text("utf-8")
    rows, left, its_rows, its_left = rows_on(text), _left(text), rows_on(its), _left(its)
    taken = [module for module in modules if module in its_rows]
    for module in taken:
        rows[module], left[module] = its_rows[module], its_left.get(module, "")
    _write(rows, left, page)
    return [rows[module] for module in taken]


def _write(rows: Mapping[str, str], left: Mapping[str, str], page: Path) -> None:
    known = [module for module in MODULES if module in rows]
    page.write_text(
        _HEAD.format(
            rows="\n".join(rows[module] for module in known),
            total=_total(rows[module] for module in known),
            left="".join(
                f"\n### {module}\n\n{_with_reasons(module, left[module])}"
                for module in known
                if left.get(module)
            ),
        ),
        encoding="utf-8",
    )


def functions_left(module: str, page: Path = PAGE) -> list[str] | None:
    """The functions that are worth asking again; None if all are: where nobody knows what it was when the page was written."""
    text = page.read_text("utf-8") if page.exists() else ""
    row = rows_on(text).get(module)
    path = f"mediation/{module}.py"
    before = text_at(row.split("|")[9].strip(), path) if row else None
    if before is None:
        return None
    return asked_again(before, (ROOT / path).read_text("utf-8"), _left(text).get(module, ""))


def rows_on(text: str) -> dict[str, str]:
    """The page's rows by their modules."""
    return {line.split("|")[1].strip(): line for line in text.splitlines() if re.match(r"\| [a-z_]+/", line)}


def _kept_without_end(result: Result, before: str | None) -> int:
    """How many of those that were not asked again had no end the last time: the page knows their number in the module alone."""
    known = _counts(before)[2] if before is not None else 0
    return min(result.kept, max(known - result.timeouts, 0))


def _row(result: Result, kept_without_end: int, day: str, code: str) -> str:
    killed = result.killed + result.kept - kept_without_end
    timeouts = result.timeouts + kept_without_end
    cells = (
        *(result.module, ", ".join(Path(one).stem for one in MODULES[result.module])),
        *(f"{result.mutants:,}", f"{killed:,}", f"{timeouts:,}", f"{len(result.survivors):,}"),
        *(_score(result.found_out, result.mutants), day, code, f"{result.seconds:,.0f}"),
    )
    return f"| {' | '.join(cells)} |"


def _total(rows: Iterable[str]) -> str:
    mutants, killed, timeouts, survived = (sum(column) for column in zip(*map(_counts, rows), strict=True))
    return (
        f"Together: {mutants:,} mutants, {killed + timeouts:,} found out, {survived:,} survived: "
        f"{_score(killed + timeouts, mutants)}."
    )


def _counts(row: str) -> list[int]:
    """Mutants, killed, without end, survived."""
    return [int(cell.replace(",", "")) for cell in row.split("|")[3:7]]


def _score(ended: int, mutants: int) -> str:
    return f"{100 * ended / mutants:.1f} %" if mutants else "–"


def _told_all(result: Result) -> Iterator[str]:
    for survivor in result.survivors:
        if survivor.tested:
            yield _told(survivor)
    unreached = Counter(one.function for one in result.survivors if not one.tested)
    for function, count in unreached.items():
        yield f"{function}: not reached by these tests; mutants: {count}"


def _told(survivor: Survivor) -> str:
    gone = " ".join(line[1:] for line in survivor.lines if line[0] == "-")
    come = " ".join(line[1:] for line in survivor.lines if line[0] == "+")
    return f"{survivor.function}: `` {_short(gone)} `` → `` {_short(come) or '(nothing)'} ``"


def _with_reasons(module: str, lines: str) -> str:
    """The reasons are looked up each time that the page is written."""
    return "".join(f"{_with_reason(module, line)}\n" for line in lines.splitlines())


def _with_reason(module: str, line: str) -> str:
    change, told, _reason = line.partition(" `` — ")
    if not told and not line.endswith(" ``"):
        return line
    change = change.removesuffix(" ``")
    plain = change.removeprefix("- ").replace("`` ", "").replace(" ``", "")
    return f"{change} `` — {why(module, plain) or 'not explained'}"


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:157]}…"


def _left(text: str) -> dict[str, str]:
    sections = text.partition("## What survived")[2].split("\n### ")[1:]
    return {section.partition("\n")[0]: section.partition("\n\n")[2].rstrip() + "\n" for section in sections}
