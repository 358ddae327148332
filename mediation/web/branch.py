"""Parts of the address tree: asked only for addresses that one of their own routes could have, so that no page waits for all others."""

from functools import cached_property
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from mediation.web.bodies import KeysOnce


class Branch(APIRouter):
    """A router whose routes are looked at only if an address begins as one of them does and is as long."""

    def __init__(self, **said: Any) -> None:
        super().__init__(route_class=KeysOnce, **said)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """None of the routes, where the address has the shape of none."""
        if _shape(scope["path"]) not in self._shapes:
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _shapes(self) -> frozenset[tuple[str, int]]:
        return frozenset(_shape(route.path) for route in self.routes if isinstance(route, APIRoute))


class NamedBranch(Branch):
    """A branch whose routes differ in the last part of their addresses alone: that part finds the route among many."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """How far the route of that name matches; any other address, as in every branch."""
        route = self._named(scope)
        return super().matches(scope) if route is None else (route.matches(scope)[0], {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route of that name answer."""
        route = self._named(scope)
        if route is None:
            await super().handle(scope, receive, send)
            return
        scope.update(route.matches(scope)[1])
        await route.handle(scope, receive, send)

    def _named(self, scope: Scope) -> APIRoute | None:
        return self._names.get(scope["path"].rpartition("/")[2])

    @cached_property
    def _names(self) -> dict[str, APIRoute]:
        routes = [route for route in self.routes if isinstance(route, APIRoute)]
        return {route.path.rpartition("/")[2]: route for route in routes if not route.path.endswith("}")}


def _shape(path: str) -> tuple[str, int]:
    """The first part of an address, and how many parts it has."""
    return path.split("/", 2)[1] if "/" in path else "", path.count("/")
