"""Answers kept with the acts that they tell of, so that a request sent again is not carried out again.

The answer is written in the transaction of its act: there is never one without the other. What is known only after it, such as
papers that could not be made, is put into it then. Kept for a week at least.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.responses import Response

from mediation.cases import queries
from mediation.cases.models import IdempotencyKey
from mediation.errors import MediationError
from mediation.web.deps import Asked, Desk, put_into_answer
from mediation.web.errors import KeyReused, KeyTaken

_log = logging.getLogger("mediation.web")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to an act: its status, its JSON, and headers of its own."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, *, again: bool = False) -> Response:
        """As it goes out; `again` says that it was given before."""
        headers = {**self.headers, "Idempotent-Replayed": "true"} if again else dict(self.headers)
        return Response(self.body, self.status, headers, media_type="application/json")


def answer_once(
    desk: Desk,
    asked: Asked | None,
    act: Callable[[Callable[[Session, _T], None] | None], _T],
    tell: Callable[[_T], Answer],
    tell_after: Callable[[_T], Answer] | None = None,
) -> Response:
    """Carry the act out and tell of it; a request that was answered before gets that answer again.

    `tell` may use only what stands when the act's transaction ends; `tell_after` is asked when all that follows from the act
    has been done, and what it tells is the answer from then on. Of two such requests at once one acts, and the other gets
    its answer. Raises KeyReused for a key that came with another body.
    """
    if asked is None:
        return tell(act(None)).response()
    before = _kept(desk, asked)
    if before is not None:
        return before.response(again=True)
    told: list[Answer] = []

    def remember(session: Session, done: _T) -> None:
        told.append(tell(done))
        _keep(session, asked, told[-1], desk.clock.now())

    try:
        done = act(remember)
    except MediationError:
        meanwhile = _kept(desk, asked)
        if meanwhile is None:
            raise
        return meanwhile.response(again=True)
    answer = told[-1] if tell_after is None else tell_after(done)
    if answer != told[-1]:
        try:
            put_into_answer(desk, asked, _plain(answer))
        except MediationError as error:
            # The act is done: who asked is told so, and only who asks again misses what became known after it.
            _log.warning("answer kept without what came after its act: %s", type(error).__name__)
    return answer.response()


def secret_once(
    desk: Desk,
    asked: Asked | None,
    make: Callable[[Callable[[Session, str], None] | None], str],
    then: str,
) -> str | Response:
    """Make a secret for a form and return it; the form that is sent again goes on to `then`: a secret is not kept to be told twice."""
    made: list[str] = []

    def act(remember: Callable[[Session, str], None] | None) -> str:
        made.append(make(remember))
        return made[-1]

    answer = answer_once(desk, asked, act, lambda _made: Answer(303, "", {"Location": then}))
    return answer if "Idempotent-Replayed" in answer.headers else made[-1]


def _kept(desk: Desk, asked: Asked) -> Answer | None:
    with desk.database.reading() as session:
        row = queries.kept_answer(session, asked.key, asked.actor, asked.route)
        if row is None:
            return None
        if row.body_sha256 != asked.body_sha256:
            raise KeyReused
        return Answer(row.status, row.answer["body"], row.answer["headers"])


def _keep(session: Session, asked: Asked, answer: Answer, now: datetime) -> None:
    session.add(
        IdempotencyKey(
            key=asked.key,
            actor=asked.actor,
            route=asked.route,
            body_sha256=asked.body_sha256,
            status=answer.status,
            answer=_plain(answer),
            recorded_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError:
        raise KeyTaken from None


def _plain(answer: Answer) -> dict[str, Any]:
    return {"body": answer.body, "headers": dict(answer.headers)}
