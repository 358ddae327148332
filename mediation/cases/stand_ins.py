"""用字说明: what the papers of a case print for characters that no font has, and what is told where there is none."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mediation.cases import transition
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.documents import facts
from mediation.documents.shapes import shapeless, told, without_shape
from mediation.errors import Faults, Problem
from mediation.language import _

KEY: Final = "stand_ins"
"""The key of 补正 under which they are written."""


def read(hall: Hall, said: Sequence[str]) -> list[str]:
    """The sentences as papers print them. InputInvalid for what says no stand-in, and for one that cannot be printed either."""
    wrong = Faults()
    found: dict[str, str] = {}
    for at, sentence in enumerate(said):
        one = facts.stand_ins([sentence if sentence.startswith("用字说明") else f"用字说明：{sentence}"])
        lacking = without_shape("".join(one.values()), hall.office.site_folder)
        if not one:
            message = _("应当写成：“某”字以“某”代替。左边是字体里没有的字，右边是要印的字")
            wrong.add(message, f"{KEY}[{at}]")
        if lacking:
            message = _("用来代替的“{character}”在字体里也没有字形")
            wrong.add(message.format(character=lacking[0]), f"{KEY}[{at}]")
        found |= one
    wrong.refuse()
    return [facts.stand_in(rare, other) for rare, other in found.items()]


def needed(hall: Hall, case: Dispute, plain: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the sentences of the case those that a paper of these values needs."""
    lacking = shapeless(plain, hall.office.site_folder) if case.stand_ins else {}
    return tuple(one for one in case.stand_ins or () if not facts.stand_ins([one]).keys().isdisjoint(lacking))


def wanting(hall: Hall, case: Dispute, plain: Mapping[str, Any], state: str = "") -> tuple[Problem, ...]:
    """What of a paper's values can be printed by no face and has no stand-in, where it stands, and the way on.

    `state`: in which the case is as long as nothing has been done about it, if not in its own.
    """
    recorded = facts.stand_ins(case.stand_ins or ())
    engine = transition.engine_of(hall, case)
    amending = engine.title("amend") if "amend" in engine.triggers_from(state or case.state) else ""
    return tuple(
        Problem(
            _("{found}。{way}").format(found=told(character, places), way=_way_on(character, amending)),
            key=KEY if amending else "",
        )
        for character, places in shapeless(plain, hall.office.site_folder).items()
        if character not in recorded
    )


def _way_on(character: str, amending: str) -> str:
    """What to do about it; `amending`: what 补正 is called, empty where the case can be put right no more."""
    if not amending:
        message = _("请改用字体里有的字，或请系统管理员在部署单位的fonts文件夹增加有“{character}”的字体")
        return message.format(character=character)
    message = _(
        "请办理「{act}」，在用字说明中写：“{character}”字以“某”代替（“某”换成要印的字）；"
        "或请系统管理员在部署单位的fonts文件夹增加有这个字的字体"
    )
    return message.format(act=_(amending), character=character)
