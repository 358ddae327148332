"""Every request that opens a case, a paper or an export is noted before its answer goes out: pages and API alike."""

from collections.abc import AsyncIterator, Mapping

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from mediation.web.deps import ActingPost, TheDesk
from mediation.web.seats import MaybeSeat

OPENED: Mapping[str, str] = {
    # pages
    "case": "case",
    "act_form": "case",
    "registered": "case",
    "amend_form": "case",
    "unmask_form": "case",
    "board_case": "case",
    "paper_ready": "case",
    "draft_preview": "case",
    "sign_board": "paper",
    "case_links": "case",
    "recusals": "case",
    "evidence_form": "case",
    "evidence_piece": "case",
    "evidence_file": "evidence",
    "ledger_form": "case",
    "ledger_proof": "proof",
    "case_paper": "paper",
    "paper_page": "paper",
    "statistics_file": "export statistics",
    "calendar_file": "export calendar",
    # the API
    "show_case": "case",
    "show_suggestions": "case",
    "list_steps": "case",
    "read_paper": "paper",
    "missing_facts": "case",
    "list_recusals": "case",
    "list_evidence": "case",
    "read_evidence": "evidence",
}
"""Name of a route → what whoever asks for it has opened. A test holds that no other route reads a case by its name."""
_MOST = 20_000


def _note(request: Request, desk: TheDesk, post: int) -> None:
    """Once in the site's few minutes: what this process has noted already costs nothing."""
    what = OPENED[request.scope["route"].name]
    ref, form = str(request.path_params.get("ref", "")), request.path_params.get("form")
    if what == "paper":
        what = f"paper {form or 'agreement'}"
    elif what == "evidence":
        what = f"evidence {request.path_params['number']}"
    elif what == "proof":
        what = "paper proof"
    slot = int(desk.clock.now().timestamp() // (desk.office.reading.minutes * 60))
    kept = request.app.state.noted
    if kept.get("slot") != slot or len(kept) > _MOST:
        kept.clear()
        kept["slot"] = slot
    if (post, ref, what) in kept:
        return
    desk.scope.note_reading(post, what, ref)
    kept[post, ref, what] = True


# Neither waits for a thread unless there is something to be noted.
async def _by_seat(request: Request, desk: TheDesk, seat: MaybeSeat) -> AsyncIterator[None]:
    yield
    if request.scope["route"].name in OPENED and seat is not None and seat.actor is not None:
        await run_in_threadpool(_note, request, desk, seat.post)


async def _by_token(request: Request, desk: TheDesk, post: ActingPost) -> AsyncIterator[None]:
    yield
    if request.scope["route"].name in OPENED:
        await run_in_threadpool(_note, request, desk, post)


READ_BY_SEAT = Depends(_by_seat, scope="function")
READ_BY_TOKEN = Depends(_by_token, scope="function")
