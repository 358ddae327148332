"""Is it there, and does the database answer?"""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from mediation.language import _
from mediation.resources import program_version
from mediation.storage.upgrade import check_database
from mediation.web.deps import TheDesk
from mediation.web.errors import declared


class Health(BaseModel):
    """All is well; anything else is a problem sheet with status 503."""

    status: Literal["ok"] = "ok"
    database: Literal["ok"] = "ok"
    version: str


router = APIRouter(tags=["health"])


@router.get("/health", summary=_("健康检查"), responses=declared())
def health(desk: TheDesk) -> Health:
    check_database(desk.database)
    return Health(version=program_version())
