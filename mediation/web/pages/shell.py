"""Every page's frame: templates, what all of them know, and the answers that pages give."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mediation.documents.wording import mask_phone, prose
from mediation.ids import new_public_id
from mediation.language import _, current_language, joined, languages, spoken
from mediation.resources import shipped
from mediation.web.pages import wording
from mediation.web.pages.assets import address
from mediation.web.pages.menu import menu_of
from mediation.web.pages.punctuation import Punctuation
from mediation.web.seats import Seat

LANGUAGE = "language"
"""The cookie of the reader's language: no secret, and no more than `zh` or `en`."""
KEPT_BY = "kept_by"
"""Among the fields that a login page carries: whose they are."""
_CARRIED = "kept."
_SAID = "said"
_MOST_SAID = 400  # nine signs each in a cookie, which holds four thousand


@lru_cache(8)
def _environment(site_folder: Path | None) -> Environment:
    """A site's own pages are kept in the sandbox; where it has none, all are ours, and need not pay for it."""
    own = [site_folder / "templates" / "pages"] if site_folder else []
    kept = any(folder.is_dir() for folder in own)
    environment = (ImmutableSandboxedEnvironment if kept else Environment)(
        loader=FileSystemLoader([*own, shipped("templates") / "pages"]),
        extensions=[Punctuation],
        autoescape=True,
        finalize=spoken,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=kept,
    )
    environment.globals.update(
        _=_,
        static=address,
        language=current_language,
        languages=languages(),
        once=new_public_id,
        clock=wording.clock,
    )
    environment.filters.update(
        about=wording.about,
        day=wording.day,
        month=wording.month,
        weekday=wording.weekday,
        moment=wording.moment,
        yuan=wording.yuan,
        ends=wording.ends,
        left=wording.left,
        size=wording.size,
        joined=joined,
        recorded=wording.recorded,
        masked=mask_phone,
        prose=prose,
    )
    return environment


def page(
    request: Request,
    seat: Seat | None,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **known: Any,
) -> HTMLResponse:
    """A page from `templates/pages/`. Every template knows `seat`, `site`, `provider`, `menu`, `unread`, `asked`, `elsewhere`, `now`, `here`, and what `known` says."""
    desk = request.app.state.desk
    found = _environment(desk.office.site_folder).get_template(template)
    text = found.render(
        seat=seat,
        site=desk.office.site_name,
        sample=desk.office.sample,
        provider=desk.settings.oidc is not None,
        menu=menu_of(seat) if seat is not None and seat.stage == "in" else [],
        unread=desk.post_room.count_unread(seat.actor.person_id)
        if seat is not None and seat.stage == "in" and seat.actor is not None
        else 0,
        asked=desk.room.count_asked(seat.actor)
        if seat is not None and seat.stage == "in" and seat.actor is not None
        else 0,
        elsewhere=desk.room.waiting_elsewhere(seat.actor)
        if seat is not None and seat.stage == "in" and seat.actor is not None and len(seat.posts) > 1
        else {},
        now=desk.clock.now(),
        here=request.scope["path"],
        said=unquote(request.cookies.get(_SAID, ""))[:500],
        **known,
    )
    answer = HTMLResponse(text, status, headers=dict(headers or {}))
    if _SAID in request.cookies:
        answer.delete_cookie(_SAID, path="/")
    return answer


def go(path: str, said: str = "") -> Response:
    """Go on to another page, after a form was carried out; `said` is told at its top, once."""
    return tell(RedirectResponse(path, 303), said)


def tell(answer: Response, said: str) -> Response:
    """Have the next page say something at its top, once; as much of it as a cookie holds."""
    if said:
        told = spoken(said)  # in the reader's language first: a part of it could not be translated
        told = told if len(told) <= _MOST_SAID else f"{told[:_MOST_SAID]}…"
        answer.set_cookie(_SAID, quote(told), max_age=60, path="/", httponly=True, samesite="lax")
    return answer


def in_language(answer: Response, language: str) -> Response:
    """Have this browser's pages speak a language from now on."""
    chosen = language if language in languages() else "zh"
    answer.set_cookie(LANGUAGE, chosen, max_age=365 * 86400, path="/", httponly=True, samesite="lax")
    return answer


def within(address: str) -> str:
    """The address, if it lies within this application; else its front page."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if ours else "/"


def carried_by(form: FormData) -> list[tuple[str, str]]:
    """The fields of a form that a lapsed login had broken off, as the pages of the login carry them."""
    return [
        (key.removeprefix(_CARRIED), value)
        for key, value in form.multi_items()
        if key.startswith(_CARRIED) and isinstance(value, str)
    ]
