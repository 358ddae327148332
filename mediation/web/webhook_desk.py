"""What pages and API need of the instance's webhooks: see `mediation.webhook_room.WebhookRoom`."""

from collections.abc import Callable, Sequence
from typing import Protocol

from sqlmodel import Session

from mediation.webhooks.calling import Answered
from mediation.webhooks.keeping import MessageLine, WebhookLine


class WebhookDesk(Protocol):
    """Webhooks, as an administrator of the system keeps them. `by`: the name of the account."""

    @property
    def enabled(self) -> bool: ...

    def kinds(self) -> dict[str, str]: ...
    def lines(self) -> list[WebhookLine]: ...
    def messages(
        self, states: Sequence[str] = ..., most: int = ..., webhook: str = ""
    ) -> list[MessageLine]: ...
    def add(
        self,
        address: str,
        kinds: Sequence[str],
        unit: str,
        *,
        by: str,
        remember: Callable[[Session, str], None] | None = None,
    ) -> tuple[str, str]: ...
    def rotate(
        self,
        webhook: str,
        hours: int = ...,
        *,
        by: str,
        remember: Callable[[Session, str], None] | None = None,
    ) -> str: ...
    def remove(self, webhook: str, *, by: str) -> None: ...
    def resume(self, webhook: str, *, by: str) -> None: ...
    def again(self, message: str | None) -> int: ...
    def test(self, webhook: str) -> Answered: ...
