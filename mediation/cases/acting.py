"""One act on one case: its words understood as its verb does, judged, carried out; refused with all that is wrong at once."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mediation.cases import hearing, paperwork, queries, transition
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import Said
from mediation.cases.models import Dispute
from mediation.cases.verbs import Verb, verb_of
from mediation.errors import (
    Faults,
    InputInvalid,
    NotFound,
    NotPermitted,
    Problem,
    Reason,
    TransitionNotAllowed,
    TransitionRefused,
)
from mediation.language import _


def perform(
    hall: Hall, ref: str, trigger: str, words: Any, expected_version: int | None = None
) -> transition.Done:
    """Do one act on one case, in the hall's transaction."""
    verb = verb_of(trigger)
    case = queries.find_case(hall.session, hall.actor, ref)
    with hearing.out_of_turn(verb.said, words):
        standing = transition.look(hall, case, trigger, expected_version)
    _sentence, heard = understand(hall, case, trigger, standing, words)
    standing_in = case.state
    hall.owed.clear()  # of an act before that came to nothing
    done = transition.move(hall, case, trigger, standing, heard)
    paperwork.refuse_shapeless(hall, case, standing_in)
    return done


def understand(
    hall: Hall, case: Dispute, trigger: str, standing: transition.Standing, words: Any
) -> tuple[Said, Heard]:
    """The words as the verb's sentence, and what it comes to.

    Raises InputInvalid with all that is wrong with them, and with what would stand in the act's way if nothing were.
    """
    act = _Act(hall, case, trigger, standing)
    try:
        sentence = hearing.read(act.verb.said, words, act.judge)
        return sentence, listen(hall, case, act.verb, sentence)
    except InputInvalid as error:
        reasons = [*act.hindrances_whatever_is_said(), *error.reasons, *act.hindrances_in_part(error)]
        raise InputInvalid(error.problems, reasons=list(dict.fromkeys(reasons))) from None


def refuse_unreadable(hall: Hall, refs: Sequence[str], trigger: str, words: Any) -> None:
    """InputInvalid for words that can be read for none of the cases: with what else is wrong with them in all cases that know
    the act, and with what is wrong and stands in the way in each. Cases out of sight are not spoken of.
    """
    verb = verb_of(trigger)
    unread = hearing.misread(verb.said, words)
    if not unread:
        return
    seen = [found for ref in refs if (found := _seen(hall, ref)) is not None]
    against = [(case, *_against(hall, case, trigger, words)) for case in seen]
    heard = [problems for _case, problems, _reasons in against if problems is not None]
    common = [one for one in heard[0] if all(one in other for other in heard)] if heard else unread
    reasons = [
        _of_case(case, one)
        for case, problems, hindrances in against
        for one in (
            *(Reason("", str(problem)) for problem in problems or () if problem not in common),
            *hindrances,
        )
    ]
    raise InputInvalid(common, reasons=reasons)


def _seen(hall: Hall, ref: str) -> Dispute | None:
    try:
        return queries.find_case(hall.session, hall.actor, ref)
    except NotFound:
        return None


def _against(
    hall: Hall, case: Dispute, trigger: str, words: Any
) -> tuple[Sequence[Problem] | None, Sequence[Reason]]:
    """What is wrong with the words in a case, None if it does not hear them; and what stands in the way there."""
    try:
        understand(hall, case, trigger, transition.look(hall, case, trigger), words)
    except InputInvalid as error:
        return error.problems, error.reasons
    except TransitionNotAllowed as error:
        return None, [Reason("", error.brief)]
    except NotPermitted as error:
        return None, [Reason("", str(error))]
    return (), ()


def _of_case(case: Dispute, reason: Reason) -> Reason:
    number = case.number or case.temporary_number
    return replace(reason, message=_("{number}：{message}").format(number=number, message=reason.message))


def listen(hall: Hall, case: Dispute, verb: Verb, sentence: Said) -> Heard:
    """What a sentence comes to, its moment included. Raises InputInvalid with all that is wrong with it."""
    wrong = Faults()
    heard: Heard | None = None
    with wrong.noting():
        hall.claim(sentence.occurred_at)
    with wrong.noting():
        heard = verb.hear(hall, case, sentence)
    wrong.refuse(heard)
    assert heard is not None
    return heard


@dataclass(frozen=True)
class _Act:
    """An act whose words are wrong in part: what stands in its way by the rest of them."""

    hall: Hall
    case: Dispute
    trigger: str
    standing: transition.Standing

    @cached_property
    def verb(self) -> Verb:
        return verb_of(self.trigger)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the words that the verb takes."""
        return frozenset(field.alias or name for name, field in self.verb.said.model_fields.items())

    def judge(self, sentence: Said, unread: hearing.Unread) -> None:
        """Raise what is wrong with a sentence of which some words only seem to be said, or what stands in its way."""
        try:
            heard = listen(self.hall, self.case, self.verb, sentence)
        except InputInvalid as error:
            reasons = self.hindrances_in_part(error, unread)
            raise InputInvalid(error.problems, reasons=reasons) from None
        raise TransitionRefused(self._hindrances(heard, self.names, unread))

    def hindrances_whatever_is_said(self) -> list[Reason]:
        """What no word of the act decides."""
        if self.verb.names_its_matter:
            return []
        found = transition.hindrances(self.hall, self.case, self.trigger, self.standing)
        return [reason for reason in found if reason.guard not in self.verb.weighed]

    def hindrances_in_part(self, error: InputInvalid, unread: hearing.Unread = frozenset()) -> list[Reason]:
        """What stands in the way by what was understood of the words all the same."""
        heard = error.in_part
        if not isinstance(heard, Heard):
            return []
        wrong = {re.split(r"[.\[]", problem.key or "")[0] for problem in error.problems}
        return self._hindrances(heard, self.names & {*heard.act, *heard.facts}, unread.union(wrong))

    def _hindrances(self, heard: Heard, heard_of: Collection[str], unread: hearing.Unread) -> list[Reason]:
        known = {name for name in heard_of if name not in unread}
        known |= {key for key, drawn in heard.drawn.items() if not any(word in unread for word in drawn)}
        found = transition.hindrances(self.hall, self.case, self.trigger, self.standing, heard, known)
        unsure = {guard for guard, words in self.verb.weighed.items() if not unread.isdisjoint(words)}
        return [reason for reason in found if reason.guard not in unsure]
