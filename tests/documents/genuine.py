"""Genuine papers of every kind that is signed: set, signed and sealed as the program does it."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from mediation.documents.forms import Form, find_form, load_forms
from mediation.documents.press import Renderer
from mediation.documents.snapshot import Snapshot
from tests.documents.signed import SignedPaper, plain_paper, signed_over, signed_paper, slots

RARE = {
    "of Extension B and later": "𬱖",
    "of Extension A": "㛃",
    "of Extension A, of the spare face": "㐱",
    "of Extension G": "𰻝",
    "outside the common table": "喆",
    "with a stand-in": "𠀂",
}
MINORITIES = {
    "of a Uyghur, with a dot": "艾力·买买提",
    "of a Dai": "岩温罕",
    "of a Yi": "阿尔布都",
    "of a Tibetan, long": "次仁旺堆·边巴扎西多吉",
    "of a Hani, of one letter": "普",
}


@dataclass(frozen=True, slots=True)
class Genuine:
    """A paper that must be valid."""

    kind: str
    name: str
    paper: SignedPaper


def plain(places: Collection[int] | None = None) -> Iterator[Genuine]:
    """Made by hand: numbers of people, pages, seals, roots. Only those at these places, if any are named: some take long."""
    old = datetime(1956, 3, 2, tzinfo=UTC)
    names = ("party-01", "party-02", "seal")
    papers: list[tuple[str, Callable[[], SignedPaper]]] = [
        ("1 people and the seal", partial(signed_paper, 1)),
        ("2 people and the seal", partial(signed_paper, 2)),
        ("5 people and the seal", partial(signed_paper, 5)),
        ("the seal alone", partial(signed_paper, 0)),
        ("2 people, no seal", partial(signed_paper, 2, seal=False)),
        ("200 pages, 2 people", partial(signed_paper, 2, pages=200)),
        ("20 people", partial(signed_paper, 20, pages=3)),
        ("its certificates have run out since", partial(signed_paper, 2, "很早的县", at=old)),
        ("one of two signed in ink", lambda: signed_over(plain_paper(), slots(names), in_ink=("party-02",))),
    ]
    for place, (name, make) in enumerate(papers):
        if places is None or place in places:
            yield Genuine("numbers of signers and pages", name, make())


def printed(press: Renderer) -> Iterator[Genuine]:
    """The agreement with all kinds of people, and every other form that is signed, as the program sets them."""
    agreement = find_form("agreement")
    for kind, names in (("rare characters", RARE), ("names of minorities", MINORITIES)):
        for what, name in names.items():
            yield Genuine(kind, what, _signed(press, agreement, _named(agreement, name)))
    kind = "joint mediation"
    yield Genuine(kind, "2 mediators of one committee", _signed(press, agreement, agreement.sample))
    for others in (1, 3, 6):
        yield Genuine(
            kind, f"{others} more from other units", _signed(press, agreement, _joint(agreement, others))
        )
    for name, form in sorted(load_forms().items()):
        if form.sheet.slots and name != "agreement":
            yield Genuine("other forms", name, _signed(press, form, form.sample))


def long_agreement(press: Renderer) -> Iterator[Genuine]:
    """An agreement of nearly two hundred pages, for which a site has raised the form's limit as far as it goes."""
    form = find_form("agreement")
    form = replace(form, sheet=form.sheet.model_copy(update={"pages": 200}))
    said = form.sample.model_dump(mode="json")
    clause = said["agreement"]["clauses"][0]
    words = "双方各自清淤，互不阻拦。" * 18
    said["agreement"]["clauses"] = [
        clause | {"ordinal": number, "text": f"第{number}项。{words}"} for number in range(1, 486)
    ]
    yield Genuine(
        "numbers of signers and pages",
        "an agreement of 485 clauses",
        _signed(press, form, Snapshot.model_validate(said)),
    )


def _signed(press: Renderer, form: Form, snapshot: Snapshot) -> SignedPaper:
    paper = press.render(form, snapshot)
    people = {slot.name: (slot.person, slot.label) for slot in snapshot.slots}
    return signed_over(paper.pdf, paper.slots, people)


def _named(form: Form, name: str) -> Snapshot:
    """The sample with a party of that name, who signs."""
    said = form.sample.model_dump(mode="json")
    whole = name if name in MINORITIES.values() else f"罗{name}"
    said["parties"][0]["name"] = said["slots"][0]["person"] = whole
    if name == RARE["with a stand-in"]:
        said["remarks"] = [f"用字说明：“{name}”字以“（尘）”代替"]
    return Snapshot.model_validate(said)


def _joint(form: Form, others: int) -> Snapshot:
    """The sample with mediators of other units beside the committee's own."""
    said: dict[str, Any] = form.sample.model_dump(mode="json")
    *before, seal = said["slots"]
    for number in range(3, 3 + others):
        name, unit = f"协办{number}", f"示例镇第{number}司法所"
        said["mediators"].append(
            {"key": f"mediator-{number}", "role": "协同调解员", "name": name, "unit": unit}
        )
        before.append(
            {"name": f"mediator-{number:02}", "role": "mediator", "label": "协同调解员", "person": name}
        )
    said["slots"] = [*before, seal]
    return Snapshot.model_validate(said)
