"""Who has no token learns nothing but that: a body that cannot be read is told only to whoever could have sent a good one.

The framework reads the body before it asks who sends it; an answer about the body is therefore judged once more.
"""

from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mediation.accounts.tokens import SCOPE
from mediation.errors import MediationError
from mediation.web.deps import acting_post, administering_account
from mediation.web.errors import answer
from mediation.web.token_scopes import needed_scope

_ROOT = "/api/v1/"
_OPEN = frozenset({f"{_ROOT}verify"})


async def turned_away(request: Request) -> Response | None:
    """The refusal of a request that shows no token, or one that is not good for it; None if it may be told more."""
    path = str(request.scope["path"])
    if not path.startswith(_ROOT) or path in _OPEN or request.scope.get("route") is None:
        return None
    scheme, shown = get_authorization_scheme_param(request.headers.get("authorization"))
    credentials = (
        HTTPAuthorizationCredentials(scheme=scheme, credentials=shown)
        if shown and scheme.lower() == "bearer"
        else None
    )
    desk = request.app.state.desk
    try:
        if needed_scope(request.method, path) == SCOPE:
            await run_in_threadpool(administering_account, request, desk, credentials)
        else:
            await run_in_threadpool(acting_post, request, desk, credentials)
    except MediationError as error:
        return answer(error)
    return None
