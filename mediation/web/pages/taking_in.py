"""A dispute taken in by whichever form: the look for the same one, the mark of a repeat, and further steps, each once."""

from fastapi import Request
from starlette.datastructures import FormData

from mediation.errors import MediationError
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.deps import Asked, Desk
from mediation.web.errors import PerhapsTheSame
from mediation.web.forms.fields import Words
from mediation.web.forms.registering import named
from mediation.web.pages.cases import asked_by
from mediation.web.seats import Seat


def refuse_unseen(desk: Desk, seat: Seat, form: FormData) -> None:
    """Raises PerhapsTheSame if there may be the same dispute already, and the form did not show it."""
    seen = set(form.getlist("seen"))
    found = desk.window.alike(seat.post, named(form))
    if any(one.row.id not in seen for one in found):
        raise PerhapsTheSame(found)


def mark_repeat(request: Request, desk: Desk, seat: Seat, form: FormData, ref: str) -> str:
    """Link it to the case of which it is a repeat, if the clerk said so; what stood in the way, in a sentence."""
    of = str(form.get("repeat_of", ""))
    if not of:
        return ""
    words = {"to": of, "kind": "repeat", "why": _("窗口登记时认定是同一件纠纷的重复反映")}
    try:
        step_once(request, desk, seat, form, ref, "link", words, "link")
    except MediationError as error:
        return _("已经登记，但没有标记为重复反映：{why}").format(why=error.message)
    return ""


def step_once(
    request: Request, desk: Desk, seat: Seat, form: FormData, ref: str, trigger: str, words: Words, mark: str
) -> None:
    """One more act of the same form, carried out once however often the form comes; `mark` tells it from the others."""
    asked = asked_by(request, seat, form)
    own = Asked(f"{asked.key}-{mark}", asked.actor, asked.route, asked.body_sha256) if asked else None
    answer_once(
        desk,
        own,
        lambda remember: desk.do(seat.post, ref, trigger, dict(words), remember=remember),
        lambda _done: Answer(200, "{}"),
    )
