"""Acts on a case: one operation for each verb, with the verb's own input model."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from mediation.cases.inputs import Said
from mediation.cases.office import Office
from mediation.cases.verbs import VERBS, verb_of
from mediation.web.answers import answer_once
from mediation.web.api.cases import ROOT, Acted, acted
from mediation.web.api.words import Unheard, Words
from mediation.web.branch import NamedBranch
from mediation.web.deps import ExpectedVersion, MaybeKeyed, Ref, TheCaller, acting_post
from mediation.web.errors import declared

_MEGABYTE = 1024 * 1024
LARGER_BODIES: Mapping[str, int] = {
    "sign": 6 * _MEGABYTE,
    "attach_scan": 64 * _MEGABYTE,
    "record_performance": 9 * _MEGABYTE,
}


def acts_router(office: Office) -> NamedBranch:
    """One operation for each verb; titles are those of the office's definitions."""
    router = NamedBranch(prefix=f"{ROOT}/cases/{{ref}}/acts", tags=["acts"])
    titles = {
        name: trigger.title
        for engine in office.engines.values()
        for name, trigger in engine.definition.triggers.items()
    }
    for name, verb in VERBS.items():
        router.add_api_route(
            f"/{name}",
            _operation(name, verb.said),
            methods=["POST"],
            operation_id=name,
            summary=titles.get(name, name),
            description=verb.said.__doc__,
            response_model=Acted,
            responses=declared(401, 403, 404, 409, 415, 422),
            max_body_size=LARGER_BODIES.get(name),
        )
    router.add_api_route(
        "/{trigger}",
        _unknown,
        methods=["POST"],
        include_in_schema=False,
        dependencies=[Depends(acting_post)],
    )
    return router


def _operation(trigger: str, model: type[Said]) -> Callable[..., Response]:
    def act(
        caller: TheCaller,
        ref: Ref,
        version: ExpectedVersion,
        keyed: MaybeKeyed,
        words: Words,
    ) -> Response:
        desk, post = caller.desk, caller.post()
        return answer_once(
            desk,
            None if keyed is None else keyed.by(post),
            lambda remember: desk.do(post, ref, trigger, words, version, remember=remember),
            acted,
            acted,
        )

    act.__annotations__["words"] = Annotated[Words, Unheard(model)]
    return act


def _unknown(trigger: str) -> None:
    """Say which acts there are."""
    verb_of(trigger)
