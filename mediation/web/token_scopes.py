"""What a token must be good for, request by request: the one table, by which requests are judged and the document written."""

from collections.abc import Mapping

from mediation.accounts import tokens as account_tokens
from mediation.errors import NotPermitted
from mediation.language import _

_ROOT = "/api/v1/"
_BY_PLACE: Mapping[str, str] = {
    "cases": "act",
    "series": "act",
    "notices": "act",
    "supervision": "supervise",
}
"""First part of an address → scope of what is posted there. What is not named here arranges people: hand-overs, absences."""
_OF_A_CASE: Mapping[str, str] = {"unmaskings": "unmask", "recusals": "arrange"}


class ScopeMissing(NotPermitted):
    """这个令牌不能用来做这件事。"""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(
            _("这个令牌不能用来做这件事：它没有 {scope} 这一项。请用带有这一项的令牌。").format(scope=scope)
        )


def needed_scope(method: str, path: str) -> str:
    """The scope that a request of the API needs; `path` as asked for, or as the document has it."""
    parts = path.removeprefix(_ROOT).split("/")
    if parts[0] == account_tokens.SCOPE:
        return account_tokens.SCOPE
    if method.upper() in {"GET", "HEAD"}:
        return "read"
    if parts == ["cases"]:
        return "register"
    if parts[0] == "cases" and len(parts) > 2:  # noqa: PLR2004  cases/REF/what is done
        return _OF_A_CASE.get(parts[2], "act")
    return _BY_PLACE.get(parts[0], "arrange")
