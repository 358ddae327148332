"""Bodies of requests in JSON, in which no key stands twice."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from mediation.reading import told_once


class KeysOnce(APIRoute):
    """A route that takes no word of a key that its body gives twice, and tells it beside all else that is wrong."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own way to answer, with the body read so."""
        answered = super().get_route_handler()

        async def heard(request: Request) -> Response:
            return await answered(_Request(request.scope, request.receive))

        return heard


class _Request(Request):
    async def json(self) -> Any:
        return json.loads(await self.body(), object_pairs_hook=told_once)
