"""A party's own word on a closed mediation, by query code, once a case: an opinion beside the file, no return visit.

The mediators are told of it, and of one that is not satisfied whoever leads the unit that has the case. Nobody is told the
remark: it is read on the case.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mediation.cases import queries, transition
from mediation.cases.hall import Hall
from mediation.cases.inputs import Text
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.residents import following
from mediation.cases.residents.models import Rating
from mediation.errors import Reason, TransitionRefused
from mediation.language import _

RATED = "rating.given"


class Rated(BaseModel):
    """1 very dissatisfied … 5 very satisfied, and a remark."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    satisfaction: Annotated[int, Field(ge=1, le=5)]
    remark: Annotated[Text, StringConstraints(max_length=1_000)] | None = None


def rate(hall: Hall, case: Dispute, said: Rated) -> None:
    """Keep it, leave an event in the case's trail and tell of it. Raises TransitionRefused before the end, and the second time."""
    if not following.is_over(case):
        raise TransitionRefused([Reason("rating.closed", _("调解还没有办完，办完以后再评价"))])
    if not following.may_rate(hall.session, case):
        raise TransitionRefused([Reason("rating.once", _("这件事已经评价过了，谢谢您"))])
    assert case.id is not None
    row = Rating(case_id=case.id, satisfaction=said.satisfaction, remark=said.remark, rated_at=hall.now)
    hall.session.add(row)
    details = {"remark": said.remark} if said.remark else {}
    transition.touch(hall, case, RATED, {"satisfaction": said.satisfaction}, details)
    _tell(hall, case, said)


def _tell(hall: Hall, case: Dispute, said: Rated) -> None:
    """Tell the mark, and that there is a remark. As little satisfied as this is dissatisfied on a return visit, too."""
    told = {"satisfaction": said.satisfaction, "remark": said.remark is not None}
    post_outbox(hall, case, "notice", {"notice": "rated", **told})
    if said.satisfaction <= hall.office.supervision.dissatisfied_at_most:
        holder = queries.unit(hall.session, case.holder_id).code
        post_outbox(hall, case, "notice", {"notice": "rated_badly", "unit": holder, **told})
