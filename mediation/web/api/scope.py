"""Who sees what of persons: a masked field in full."""

from fastapi import APIRouter

from mediation.cases.unmasking import Unmask, Unmasked
from mediation.language import _
from mediation.web.api.cases import ROOT
from mediation.web.deps import ActingPost, Ref, TheDesk
from mediation.web.errors import declared

router = APIRouter(prefix=f"{ROOT}/cases/{{ref}}", tags=["scope"])


@router.post(
    "/unmaskings",
    summary=_("查看当事人的一项完整信息"),
    operation_id="unmask",
    responses=declared(401, 403, 404, 409, 415, 422),
)
def unmask(desk: TheDesk, post: ActingPost, ref: Ref, said: Unmask) -> Unmasked:
    """Each call is an event of the case's chain, with its reason; sent again, it is recorded again."""
    return desk.scope.unmask(post, ref, said.model_dump(exclude_unset=True))
