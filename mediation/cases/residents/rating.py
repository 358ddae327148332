"""A party's own word on a closed mediation, by query code, once a case. An opinion beside the file, not a return visit."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mediation.cases import transition
from mediation.cases.hall import Hall
from mediation.cases.inputs import Text
from mediation.cases.models import Dispute
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
    """Keep it and leave an event in the case's trail. Raises TransitionRefused before the end, and the second time."""
    if not following.is_over(case):
        raise TransitionRefused([Reason("rating.closed", _("调解还没有办完，办完以后再评价"))])
    if not following.may_rate(hall.session, case):
        raise TransitionRefused([Reason("rating.once", _("这件事已经评价过了，谢谢您"))])
    assert case.id is not None
    row = Rating(case_id=case.id, satisfaction=said.satisfaction, remark=said.remark, rated_at=hall.now)
    hall.session.add(row)
    details = {"remark": said.remark} if said.remark else {}
    transition.touch(hall, case, RATED, {"satisfaction": said.satisfaction}, details)
