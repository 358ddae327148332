"""A played sample made a place at work: disputes like those of its file, each with other people, left where somebody has the turn.

Of each dispute of disputes.yaml the acts up to some step are played once more, later and in the same rhythm. What the
second telling refuses ends that dispute there: it waits in the state that it has come to. One agreement is signed by
all and waits for its seal; of one mediation a longer target was asked for, and the leader has not answered in time.
Beside them the site may tell what is under way on the day on which the demo opens: see `mediation.demo.underway`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from mediation.app import Instance
from mediation.audit import queries as trail
from mediation.cases import queries
from mediation.clock import SetClock, SystemClock, local_day
from mediation.codes.identity import read_resident, sample_resident_number
from mediation.demo.moving import moved_text
from mediation.demo.player import with_drawings
from mediation.demo.said import NAMES_A_DISPUTE, ActSaid, DisputeSaid
from mediation.demo.script import read_script
from mediation.demo.underway import Furniture, Happening, read_underway
from mediation.errors import MediationError
from mediation.people import queries as people
from mediation.settings import Settings
from mediation.units import queries as units

_STAGES = (
    *("register", "record_session", "triage", "accept", "escalate", "draft_agreement", "keep", "assign"),
    *("conclude_written", "dispatch", "conclude_oral", "acknowledge"),
)
"""The act after which a dispute is left, one after another; if it has no such act, the next that it has."""
_SIGNING = frozenset({"sign", "seal"})
_LEFT_OUT = frozenset({"issue", "split", *NAMES_A_DISPUTE})
_GIVEN = (
    *("文静", "建国", "秀兰", "志远", "春梅", "立新", "晓燕", "国栋", "玉珍", "海涛"),
    *("雪莲", "明辉", "桂芬", "永强", "丽娟", "德顺", "小红", "卫东", "淑芳", "金生"),
)
_LONGEST = timedelta(days=12)
_SEALED_NEXT = 0
"""Of which dispute of the file the agreement is signed by all and waits for the seal."""
_ASKED_BEFORE = timedelta(days=6)
_LONGER = "双方要等现场核对的结果才谈得拢。"


def bring_to_work(settings: Settings, site: Path) -> int:
    """Play the disputes of the site's file once more, each up to another step, and what is under way; how many were taken in.

    Nothing is done in an instance in which nothing was played. Papers are left to the jobs. Raises SiteError if a file
    is wrong.
    """
    with Instance.open(settings) as instance, instance.database.reading() as session:
        last = trail.last_moment(session)
        if last is None or not queries.all_cases(session):
            return 0
    script, _steps = read_script(site, SystemClock().now())
    underway = read_underway(site)
    tellings = list(_tellings(script.disputes, last))
    clock = SetClock(last)
    with Instance.open(settings, clock) as instance:
        retelling = _Retelling(instance, tellings)
        happenings = list(retelling.happenings())
        if underway is None:
            _play_all(instance, clock, happenings)
            return retelling.taken_in
        opens_after = local_day(max((one.at for one in happenings), default=last))
        furniture = Furniture(instance, clock, underway, opens_after)
        _play_all(instance, clock, [*happenings, *furniture.happenings()])
        return retelling.taken_in + furniture.taken_in


def _play_all(instance: Instance, clock: SetClock, happenings: Sequence[Happening]) -> None:
    """All in order of time; between two days the clocks run."""
    for one in sorted(happenings, key=lambda one: one.at):
        if local_day(one.at) > local_day(clock.now()):
            clock.put(one.at)
            instance.run_deadlines(papers=False)
        clock.put(one.at)
        one.play()


class _Retelling:
    """The tellings played into an instance; which case each has become, and which have come to their end."""

    def __init__(self, instance: Instance, tellings: Sequence[Sequence[ActSaid]]) -> None:
        self._instance, self._tellings = instance, tellings
        self._refs: dict[int, str] = {}
        self._stopped: set[int] = set()

    @property
    def taken_in(self) -> int:
        """How many disputes."""
        return len(self._refs)

    def happenings(self) -> Iterator[Happening]:
        """Telling by telling."""
        for number, acts in enumerate(self._tellings):
            for act in acts:
                yield Happening(act.at, partial(self._act, number, act))

    def _act(self, number: int, act: ActSaid) -> None:
        signs = self._tellings[number][-1].do == "sign"
        if number not in self._stopped and not _play(self._instance, act, number, self._refs, signs=signs):
            self._stopped.add(number)


def _play(
    instance: Instance, act: ActSaid, number: int, refs: dict[int, str], *, signs: bool = False
) -> bool:
    """One act; whether the telling goes on. `signs`: the agreement is printed where it is settled, to be signed next.

    An opinion whose deputy was one on the sample's own days only stays open; anything else that is refused ends the telling.
    """
    try:
        if act.do == "register":
            refs[number] = instance.register(act.actor, act.words).act.case
        elif act.do in _SIGNING:
            drawn = with_drawings(instance, refs[number], act.do, act.words)
            instance.do(act.actor, refs[number], act.do, drawn)
        else:
            words = _addressed(instance, act, refs[number])
            instance.act(act.actor, refs[number], act.do, words)
            if act.do == "conclude_written" and signs:
                instance.issue(act.actor, refs[number], "agreement")
    except MediationError:
        return act.do == "answer"
    return True


def _addressed(instance: Instance, act: ActSaid, ref: str) -> Mapping[str, Any]:
    """The words of an act; what waits for a leader's yes is put to the leader nearest above the case."""
    if act.do != "ask_approval":
        return act.words
    with instance.database.reading() as session:
        case = queries.case_for_system(session, queries.case_id_of(session, ref))
        day = local_day(instance.clock.now())
        for unit in units.load_tree(session, day).lineage(case.holder_id):
            for post in people.posts_at(session, [unit.id], day, "unit_leader"):
                who = people.person_of_id(session, post.person_id)
                if who is not None and who.status == "active" and who.code != act.actor.partition(":")[0]:
                    return {**act.words, "signers": [{"person": who.code}]}
    return act.words


def _tellings(disputes: Sequence[DisputeSaid], last: datetime) -> Iterator[Sequence[ActSaid]]:
    """Each in the rhythm that it had; the last acts of all fall on the same few days, and none before what has happened."""
    cut = [
        (number, acts)
        for number, dispute in enumerate(disputes)
        if dispute.split_from is None and (acts := _up_to_a_stage(dispute, number))
    ]
    longest = max((acts[-1].at - acts[0].at for _number, acts in cut), default=timedelta())
    end = local_day(last) + longest + _ASKED_BEFORE + timedelta(days=4)
    asking = next((number for number, acts in cut if _may_ask(acts)), None)
    for number, acts in cut:
        days = (end - local_day(acts[-1].at)).days - number % 3
        if number == asking:
            acts = [*acts, _asked_for_longer(acts[-1])]  # noqa: PLW2901  the same telling, with one more act
            days -= _ASKED_BEFORE.days
        told = _Retold(number, days, _people(acts[0].words))
        yield [told.act(act) for act in acts]


def _up_to_a_stage(dispute: DisputeSaid, number: int) -> list[ActSaid]:
    acts = [act for act in dispute.acts if act.do not in _LEFT_OUT and not act.refused]
    if not acts or acts[0].do != "register":
        return []
    if number == _SEALED_NEXT and (signed := _up_to_the_seal(acts)):
        return signed
    for turn in range(len(_STAGES)):
        stage = _STAGES[(number + turn) % len(_STAGES)]
        at = next((at for at, act in enumerate(acts) if act.do == stage), None)
        if at is not None and acts[at].at - acts[0].at < _LONGEST:
            return acts[: at + 1]
    return acts[:1]


def _up_to_the_seal(acts: Sequence[ActSaid]) -> list[ActSaid]:
    """All that comes before the seal, if it is an agreement that is signed on the tablet within a few days."""
    seal = next((at for at, act in enumerate(acts) if act.do == "seal"), 0)
    found = list(acts[:seal])
    fits = bool(found) and found[-1].do == "sign" and found[-1].at - found[0].at < _LONGEST
    return found if fits else []


def _may_ask(acts: Sequence[ActSaid]) -> bool:
    """A mediation under way, and of nothing that a ruling in the first telling has settled for all later ones."""
    return acts[-1].do in {"assign", "record_session"} and all(act.do != "decline" for act in acts)


def _asked_for_longer(after: ActSaid) -> ActSaid:
    """The mediator asks the leader for a longer target of the office's own."""
    words = {"approval": "extension_review", "days": 10, "question": _LONGER}
    return after.model_copy(
        update={"at": after.at + timedelta(minutes=20), "do": "ask_approval", "words": words}
    )


def _people(words: Mapping[str, Any]) -> list[str]:
    """Names of the natural persons among the parties, and of who acts for them."""
    return [
        str(one["name"])
        for party in words.get("parties", ())
        for one in (party, *party.get("agents", ()))
        if one.get("kind", "natural") not in {"legal", "other"}
    ]


class _Retold:
    """Words of a dispute told again: other given names and numbers, the same days of its course."""

    def __init__(self, number: int, days: int, names: Sequence[str]) -> None:
        self._number, self._by = number, timedelta(days=days)
        self._names = {
            name: name[0] + _GIVEN[(number * 7 + at * 3) % len(_GIVEN)]
            for at, name in enumerate(dict.fromkeys(names))
        }

    def act(self, act: ActSaid) -> ActSaid:
        return act.model_copy(update={"at": act.at + self._by, "words": self._told(act.words)})

    def _told(self, value: Any, key: str = "") -> Any:
        if isinstance(value, Mapping):
            return {name: self._told(one, name) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._told(one, key) for one in value]
        if isinstance(value, datetime | date):
            return value if key == "born_on" else value + self._by
        return self._text(value, key) if isinstance(value, str) else value

    def _text(self, text: str, key: str) -> str:
        if key == "id_number":
            return self._number_of(text)
        if key == "phone" and text[-2:].isdigit():
            return text[:-2] + f"{(int(text[-2:]) + 37 + self._number) % 100:02d}"
        if (other_day := moved_text(text, self._by, key)) != text:
            return other_day
        for name, other in self._names.items():
            text = text.replace(name, other)
        return text

    def _number_of(self, text: str) -> str:
        """The number of somebody born a few days later; an organisation's stays."""
        known = read_resident(text)
        if known is None:
            return text
        order = int(text[14:17])
        born = known.born_on + timedelta(days=11 + self._number)
        return sample_resident_number(born, (order + 40 + 2 * self._number) % 900 + 2 - order % 2)
