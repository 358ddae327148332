"""A person's own notices: list, open, mark as read."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel

from mediation.cases.correspondence import TrayLetter, TrayRow
from mediation.cases.queries import MOST_ROWS
from mediation.language import _
from mediation.web.api.cases import ROOT
from mediation.web.branch import Branch
from mediation.web.deps import ActingPost, TheDesk
from mediation.web.errors import declared

router = Branch(prefix=ROOT, tags=["notices"])

_ID = r"^[0-9a-z]{26}$"
MessageId = Annotated[str, Path(pattern=_ID, description="the id of a notice")]


class NoticeList(BaseModel):
    """Notices, newest first; `next` is what `before` takes, null when there are no more."""

    notices: list[TrayRow]
    next: str | None


class Read(BaseModel):
    """The notice has been read; the first time counts."""

    read: bool = True


@router.get("/notices", summary=_("收件"), responses=declared(401, 403, 404, 422))
def list_notices(
    desk: TheDesk,
    post: ActingPost,
    *,
    unread: Annotated[bool, Query(description="only what has not been read")] = False,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
    before: Annotated[str, Query(pattern=r"^([0-9a-z]{26})?$", description="`next` of the page before")] = "",
) -> NoticeList:
    rows = desk.post_room.trayed(post, unread=unread, before=before, most=limit)
    return NoticeList(notices=rows, next=rows[-1].id if len(rows) == limit else None)


@router.get("/notices/{message}", summary=_("一条通知"), responses=declared(401, 403, 404, 422))
def show_notice(desk: TheDesk, post: ActingPost, message: MessageId) -> TrayLetter:
    return desk.post_room.open_letter(post, message)


@router.post(
    "/notices/{message}/read",
    summary=_("标记已读"),
    operation_id="mark_notice_read",
    responses=declared(401, 403, 404, 422),
)
def mark_read(desk: TheDesk, post: ActingPost, message: MessageId) -> Read:
    desk.post_room.mark_read(post, message)
    return Read()
