"""hand-over."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from mediation.commands.console import AsJson, context_of, instance_of, show
from mediation.errors import Faults, NotFound, NotPermitted
from mediation.language import _, joined

Words = Annotated[
    str | None,
    typer.Option(
        "--with",
        help=_("内容文件（YAML 或 JSON），逐案写回避情况、当事人意见；- 表示标准输入"),
        metavar="FILE",
    ),
]


def add_to(main_app: typer.Typer) -> None:
    """The command among those of the program."""
    main_app.command("hand-over")(hand_over)


def hand_over(
    context: typer.Context,
    giver: Annotated[str | None, typer.Option("--from", metavar="PERSON", help=_("移交人"))] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="PERSON", help=_("接手人"))] = None,
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="REF=PERSON", help=_("这一件交给另一人，可以写多次")),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="left|leave|transferred|conflict|other", help=_("为什么移交"))
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help=_("请假的，哪天回来"))] = None,
    why: Annotated[str | None, typer.Option(help=_("说明"))] = None,
    leads: Annotated[bool, typer.Option("--leads", help=_("包案的纠纷一并移交"))] = False,
    words: Words = None,
    back: Annotated[
        str | None, typer.Option("--back", metavar="ID", help=_("交回这一次移交中此后没有变动的"))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只说会怎样，不保存"))] = False,
    as_json: AsJson = False,
) -> None:
    """离任移交：一个人在办的全部纠纷、待办、约定、承诺和首问责任，一次交给接手人；有一件不行，就一件也不动。"""
    from mediation.commands.words import read_words  # noqa: PLC0415  the help must not wait for it

    actor = context_of(context).named_actor
    named = {"from": giver, "to": to, "reason": reason, "until": until, "why": why}
    given: dict[str, Any] = {key: value for key, value in named.items() if value is not None}
    if leads:
        given["leads"] = True
    found = read_words(words, [])
    pairs, wrong = _pairs(case or [])
    unsaid = named.keys() - found.said.keys() if found.is_whole else set()
    options = {key: f"--{key}" for key in named if key in given or key in unsaid} | {
        f"cases.{ref}": f"--case {ref}={one['to']}" for ref, one in pairs.items()
    }
    if back is not None:
        _note_beside_back(wrong, given, case)
    # What keeps the words from being taken must not hide the rest, nor may the rest be done without it.
    trying = dry_run or bool(wrong.problems or found.faults)
    with instance_of(context) as instance, found.judged(options) as said:
        if back is not None:
            words_back = {**said, **({"why": why} if why is not None else {})}
            with wrong.noting(), _told_beside(wrong, "--back"):
                done = instance.give_back(actor, back, words_back, dry_run=trying)
        else:
            written = said.get("cases") or {}
            cases = _with_pairs(written, pairs) if isinstance(written, dict) else written
            with wrong.noting():
                done = instance.hand_over(actor, {**said, **given, "cases": cases}, dry_run=trying)
        wrong.refuse()
    show(done, as_json=as_json, text="\n".join(_lines(done, dry_run=dry_run)))


def _pairs(pairs: list[str]) -> tuple[dict[str, dict[str, str]], Faults]:
    """What `--case` says, and every pair that is none."""
    wrong = Faults()
    found: dict[str, dict[str, str]] = {}
    for pair in pairs:
        ref, sign, person = pair.rpartition("=")
        if not sign or not ref.strip() or not person.strip():
            wrong.add(_("应当写作 案号=人员代码"), f"--case {pair}")
        elif ref.strip() in found:
            wrong.add(_("这一件写了两次"), f"--case {pair}")
        else:
            found[ref.strip()] = {"to": person.strip()}
    return found, wrong


def _with_pairs(written: dict[Any, Any], pairs: dict[str, dict[str, str]]) -> dict[Any, Any]:
    """What a file says of each case, and the heir that `--case` names for it."""
    both = {ref: written.get(ref) for ref in pairs}
    return written | {
        ref: {**said, **pairs[ref]} if isinstance(said, dict) else pairs[ref] for ref, said in both.items()
    }


def _note_beside_back(wrong: Faults, given: dict[str, Any], case: list[str] | None) -> None:
    beside = [f"--{key}" for key in given if key != "why"] + (["--case"] if case else [])
    if beside:
        wrong.add(_("交回时不写 {options}").format(options=joined(beside)), "--back")


@contextmanager
def _told_beside(wrong: Faults, option: str) -> Iterator[None]:
    """What is not there, or is not for the actor, is told beside what else is wrong, if anything is."""
    try:
        yield
    except (NotFound, NotPermitted) as error:
        if not wrong.problems:
            raise
        wrong.add(str(error), option)


def _lines(done: Any, *, dry_run: bool) -> list[str]:
    from mediation.cases.succession.in_hand import KINDS  # noqa: PLC0415  the help must not wait for it

    words = {"cases": "纠纷", **KINDS}
    counted = joined(f"{_(words[kind])} {count}" for kind, count in done.counts.items() if count)
    named = {code: _("{name}（{code}）").format(name=name, code=code) for code, name in done.names.items()}
    head = _("{giver} → {to}：{counted}").format(
        giver=named[done.from_person], to=named[done.to], counted=counted or _("没有移交的")
    )
    lines = [head, *(f"  {one.number} → {named[one.to]}" for one in done.cases), *done.told]
    if dry_run:
        lines.append(_("以上只是试算，什么也没有保存。"))
    elif done.handover is not None and done.reason != "back":
        lines.append(_("移交编号 {id}；回来后交回：mediation hand-over --back {id}").format(id=done.handover))
    return lines
