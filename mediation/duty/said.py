"""What is said of leave; `extra` words are refused."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Kind = Literal["leave", "sick", "business", "training", "other"]
KIND_TITLES: dict[str, str] = {
    "leave": "请假",
    "sick": "病假",
    "business": "公出",
    "training": "培训",
    "other": "其他",
}


class Leave(BaseModel):
    """Somebody is away on these days, both counted; the deputy does meanwhile what waits on them."""

    model_config = ConfigDict(extra="forbid")

    person: Code
    deputy: Code | None = None
    kind: Kind = "leave"
    since: date
    until: date
    why: str | None = Field(default=None, max_length=400)
