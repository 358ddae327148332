"""A part of the address tree: asked only for what lies under its own prefix, so that no page waits for all acts of the API."""

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope


class Branch(APIRouter):
    """A router whose prefix is looked at before its routes are."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """None of the routes, where the path does not begin as the prefix does (up to its first parameter)."""
        if not scope["path"].startswith(self.prefix.partition("{")[0]):
            return Match.NONE, {}
        return super().matches(scope)
