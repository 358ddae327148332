"""`python -m tests.documents.forgeries`: judge every forged and every genuine paper, and enter what came out in docs/forgeries.md."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from mediation.documents.press import Renderer
from mediation.documents.verify import Verdict, verify
from tests.documents.forging import Forged, makers
from tests.documents.genuine import Genuine, long_agreement, plain, printed

PAGE = Path(__file__).parents[2] / "docs" / "forgeries.md"
AGAINST = ("trail", "roots", "trail that names it")
_HEAD = """# Forged papers

Written by `python -m tests.documents.forgeries`, which makes each file of this page by code from genuine papers, as an editor of PDF,
a library, or a template with a hidden layer would make it, and judges it by `mediation.documents.verify`. Each is held against three
things: the *trail* with the roots (what an instance has), the *roots* alone (what somebody has who was only told the
fingerprint), and a *trail that names it*, as if somebody had written the forgery's own hash there.

Of a forged file the verdict is never `valid`, and nothing is raised. `genuine, not checked against a trail` stands only with the roots
alone, and only where the site's own keys made the file or nothing but the trail can tell: it says that the trail was not asked.
A part of both lists runs with every run of the tests (`tests/documents/test_forgeries.py`).
"""


def flaw_of(forged: Forged, against: str, verdict: Verdict) -> str | None:
    """What is wrong with a verdict on a forgery."""
    if verdict is Verdict.VALID or (
        verdict is Verdict.UNCHECKED and not (against == "roots" and forged.own_keys)
    ):
        return f"{forged.family}, {forged.name}, {against}: {verdict}"
    return None


def judged(forged: Forged) -> list[tuple[str, Verdict]]:
    """What it was held against, and the verdict on it."""
    return [(against, verify(forged.pdf, trust).verdict) for against, trust in forged.trusts()]


def page_of(seen: Iterable[tuple[Forged, list[tuple[str, Verdict]]]], papers: Iterable[Genuine]) -> str:
    """The page: families, their files, and what was said of them."""
    counts: dict[str, Counter[Verdict]] = {}
    names: dict[str, list[str]] = {}
    for forged, verdicts in seen:
        counts.setdefault(forged.family, Counter()).update(verdict for _against, verdict in verdicts)
        names.setdefault(forged.family, []).append(forged.name)
    shown = [verdict for verdict in Verdict if verdict is not Verdict.VALID]
    rows = [
        f"| {family} | {len(names[family])} | 0 | "
        + " | ".join(str(counts[family][verdict]) for verdict in shown)
        + f" | {'; '.join(names[family])} |"
        for family in names
    ]
    total = sum(map(len, names.values()))
    sums = " | ".join(f"**{sum(one[verdict] for one in counts.values())}**" for verdict in shown)
    table = [
        "| family | files | valid | " + " | ".join(shown) + " | the files |",
        "|---|" + "---:|" * (len(shown) + 2) + "---|",
    ]
    kinds: dict[str, list[str]] = {}
    for paper in papers:
        kinds.setdefault(paper.kind, []).append(paper.name)
    good = [f"| {kind} | {len(them)} | {len(them)} | {'; '.join(them)} |" for kind, them in kinds.items()]
    count = sum(map(len, kinds.values()))
    return "\n".join(
        [
            _HEAD,
            *table,
            *rows,
            f"| **all** | **{total}** | **0** | {sums} | |",
            "\n## Genuine papers\n",
            "Signed with the site's own keys, in all their places, and held against their trail.\n",
            "| kind | papers | valid | the papers |",
            "|---|---:|---:|---|",
            *good,
            f"| **all** | **{count}** | **{count}** | |",
            "",
        ]
    )


def main() -> int:
    """1, and nothing written, if any verdict is wrong."""
    seen = [(forged, judged(forged)) for make in makers() for forged in make()]
    wrong = [
        flaw
        for forged, said in seen
        for against, verdict in said
        if (flaw := flaw_of(forged, against, verdict))
    ]
    with Renderer(wait=900, cpu_seconds=300) as press:
        papers = [*plain(), *long_agreement(press), *printed(press)]
    for paper in papers:
        report = verify(paper.paper.pdf, paper.paper.trust)
        if not report.is_valid:
            wrong.append(f"{paper.kind}, {paper.name}: {report.verdict} {report.sentences}")
    sys.stdout.write(
        "\n".join([*wrong, f"{len(seen)} forged, {len(papers)} genuine, {len(wrong)} wrong", ""])
    )
    if not wrong:
        PAGE.write_text(page_of(seen, papers), "utf-8")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
