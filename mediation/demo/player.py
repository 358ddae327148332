"""One step of a demo after another, by the public verbs; between two days the clocks run."""

from collections.abc import Callable, Mapping
from typing import Any

from mediation.app import Instance
from mediation.cases import queries
from mediation.cases.kinship import queries as kinship
from mediation.clock import SetClock, local_day
from mediation.demo import drawings
from mediation.demo.said import (
    DISPUTE_MARK,
    NAMES_A_DISPUTE,
    SAMPLE,
    ActSaid,
    Disputes,
    ItemSaid,
)
from mediation.demo.script import Step
from mediation.errors import (
    MediationError,
    NotPermitted,
    Problem,
    SiteError,
    TransitionNotAllowed,
    TransitionRefused,
)
from mediation.language import _
from mediation.supervision import queries as supervision


class Player:
    """Plays into one instance, and knows which case and which item each key of the file has become."""

    def __init__(self, instance: Instance, clock: SetClock) -> None:
        self._instance = instance
        self._clock = clock
        self._cases: dict[str, str] = {}
        self._items: dict[str, str] = {}
        self._leaves: dict[str, str] = {}

    def play(self, step: Step) -> None:
        """Do the step, or find that it is refused for just the reasons that it should be."""
        if local_day(step.at) > local_day(self._clock.now()) or step.act is None:
            self._clock.put(step.at)
            self._round()
        self._clock.put(step.at)
        if step.act is None:
            return
        try:
            self._do(step, step.act)
        except MediationError as error:
            if not step.act.refused or _refused_by(error) != set(step.act.refused):
                raise stopped(step, str(error)) from error
            return
        if step.act.refused:
            raise stopped(step, _("这一步本应因 {guards} 被拒绝").format(guards="、".join(step.act.refused)))

    def check_ends(self, found: Disputes) -> None:
        """Every dispute and every item must have ended as the file says."""
        problems: list[Problem] = []
        with self._instance.database.reading() as session:
            for dispute in found.disputes:
                case = queries.case_for_system(session, queries.case_id_of(session, self._cases[dispute.key]))
                now = {"outcome": case.outcome, "state": case.state, "level": case.settled_level}
                problems += _differing(dispute.key, dispute.expect.model_dump(exclude_none=True), now)
            for item in found.items:
                row = supervision.item_by_public_id(session, self._items[item.key])
                problems += _differing(item.key, item.expect.model_dump(), {"state": row.state})
        if problems:
            raise SiteError(problems, _("有的事没有按 disputes.yaml 所写的结束："))

    # — within —

    def _do(self, step: Step, act: ActSaid) -> None:
        if step.dispute is not None:
            self._do_in_case(step.dispute.key, step.dispute.split_from, act)
        elif step.item is not None:
            self._do_in_register(step.item, act)
        else:
            office: Mapping[str, Callable[[str, Mapping[str, Any]], None]] = {
                "week": self._week,
                "leave": self._leave,
                "back": self._back,
                "hand_over": self._hand_over,
                "batch": self._batch,
                "read_notices": self._read_notices,
            }
            office[act.do](act.actor, self._resolved(act))

    def _do_in_case(self, key: str, split_from: str | None, act: ActSaid) -> None:
        if act.do == "register":
            self._cases[key] = self._instance.register(act.actor, act.words).act.case
            return
        is_split = key not in self._cases and split_from is not None
        ref = self._case(split_from if is_split and split_from is not None else key)
        if act.do == "issue":
            subject = str(act.words.get("subject") or "")
            self._instance.issue(act.actor, ref, str(act.words.get("form")), subject)
            return
        words = with_drawings(self._instance, ref, act.do, self._resolved(act))
        self._perform(act.actor, ref, act.do, words)
        if is_split:
            self._cases[key] = self._split_off(ref)

    def _perform(self, actor: str, ref: str, do: str, words: Mapping[str, Any]) -> None:
        done = self._instance.do(actor, ref, do, words)
        if done.warnings:
            raise SiteError([Problem(text) for text in done.warnings])

    def _do_in_register(self, item: ItemSaid, act: ActSaid) -> None:
        desk = self._instance.supervision
        if act.do == "open":
            self._items[item.key] = desk.open(act.actor, self._resolved(act)).item
            return
        if item.key not in self._items and item.raised_by is not None:
            self._items[item.key] = self._raised(item.raised_by)
        desk.do(act.actor, self._items[item.key], act.do, act.words)

    def _case(self, key: str) -> str:
        """The case that a dispute of the file has become. Raises MediationError before it is registered, or if that was refused."""
        if key not in self._cases:
            raise MediationError(_("纠纷 {key} 还没有登记").format(key=key))
        return self._cases[key]

    def _split_off(self, ref: str) -> str:
        """The case that a split has just made."""
        with self._instance.database.reading() as session:
            case_id = queries.case_id_of(session, ref)
            last = kinship.links(session, case_id)[-1]
            other = last.other_id if last.case_id == case_id else last.case_id
            return kinship.kin(session, other).public_id

    def _raised(self, key: str) -> str:
        """The item that the ladder has opened on a dispute."""
        with self._instance.database.reading() as session:
            found = supervision.raised_item(session, queries.case_id_of(session, self._case(key)))
            if found is None:
                raise MediationError(_("这件纠纷还没有被督办"))
            return found.public_id

    def _resolved(self, act: ActSaid) -> dict[str, Any]:
        """The words of an act, with the cases that the keys of the file have become."""
        words = dict(act.words)
        name = NAMES_A_DISPUTE.get(act.do, "")
        if isinstance(words.get(name), Mapping):
            words[name] = {self._case_or_series(act.do, key): said for key, said in words[name].items()}
        elif name in words:
            words[name] = self._case_or_series(act.do, str(words[name]))
        return words

    def _case_or_series(self, act: str, named: str) -> str:
        if not named.startswith(DISPUTE_MARK):
            return named
        ref = self._case(named.removeprefix(DISPUTE_MARK))
        if NAMES_A_DISPUTE[act] != "series":
            return ref
        with self._instance.database.reading() as session:
            case = queries.case_for_system(session, queries.case_id_of(session, ref))
            series = kinship.series_of(session, case)
            return series.public_id if series is not None else ref

    # — what a demo of its own does at once —

    def _round(self) -> None:
        self._instance.run_deadlines()

    def _print_owed(self) -> list[str]:
        return self._instance.make_owed_papers()

    # — acts of the office —

    def _week(self, actor: str, words: Mapping[str, Any]) -> None:
        left = self._instance.supervision.week(actor, words["unit"], words.get("of"), words.get("focus")).left
        if left:
            raise SiteError([Problem(text) for text in left])

    def _leave(self, actor: str, words: Mapping[str, Any]) -> None:
        self._leaves[str(words["person"])] = self._instance.duty.record_leave(actor, words).id

    def _back(self, actor: str, words: Mapping[str, Any]) -> None:
        self._instance.duty.end_leave(actor, self._leaves.get(str(words["person"]), ""))

    def _hand_over(self, actor: str, words: Mapping[str, Any]) -> None:
        self._instance.hand_over(actor, words)

    def _batch(self, actor: str, words: Mapping[str, Any]) -> None:
        instance = self._instance
        done = instance.batch(actor, words["trigger"], words["series"], words.get("words"))
        problems = [Problem(reason, key=one.number) for one in done.cases for reason in one.reasons]
        problems += [Problem(text) for text in self._print_owed()]
        if problems:
            raise SiteError(problems)

    def _read_notices(self, actor: str, words: Mapping[str, Any]) -> None:
        room = self._instance.post_room
        unread = room.trayed(actor, unread=True)
        missing = set(words["notices"]) - {row.notice for row in unread}
        if missing:
            message = _("收件箱里没有未读的 {missing}；有：{found}")
            found = "、".join(sorted({row.notice for row in unread})) or _("无")
            raise MediationError(message.format(missing="、".join(sorted(missing)), found=found))
        for row in unread:
            room.mark_read(actor, row.id)


def with_drawings(instance: Instance, ref: str, do: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """Where the file says `sample`, an invented drawing of the person whose slot it is."""
    filled = dict(words)
    if SAMPLE not in (filled.get("drawing"), filled.get("fingerprint"), filled.get("pages")):
        return filled
    with instance.database.reading() as session:
        case_id = queries.case_id_of(session, ref)
        form, _colon, subject = str(filled.get("paper") or "agreement").partition(":")
        paper = queries.document(session, case_id, form, subject)
        if paper is None:
            return filled
        signers = {slot["name"]: str(slot["person"]) for slot in paper.snapshot["slots"]}
        layout, seal = dict(paper.layout), str(paper.snapshot["committee"]["seal_text"])
        digest = paper.sha256
    name = signers.get(str(filled.get("slot")), "")
    if filled.get("drawing") == SAMPLE:
        filled["drawing"] = drawings.drawn_name(name)
    if filled.get("fingerprint") == SAMPLE:
        filled["fingerprint"] = drawings.fingerprint(name)
    if do in {"attach_scan", "scan_paper"}:
        by_hand = set(filled.get("slots") or layout)
        places = {slot: place for slot, place in layout.items() if slot in by_hand}
        filled["pages"] = drawings.scanned_pages(instance.store.get(digest), places, signers, seal)
    return filled


def stopped(step: Step, message: str) -> SiteError:
    """The demo ends at this step, for this reason."""
    return SiteError([Problem(message, step.file, step.line, step.place)], _("演示停在这一步："))


def _refused_by(error: MediationError) -> set[str]:
    """What refused an act: the codes of the guards, or that the actor may not, or that the state does not have it."""
    if isinstance(error, TransitionRefused):
        return {reason.guard for reason in error.reasons}
    if isinstance(error, NotPermitted):
        return {"not_permitted"}
    return {"not_allowed"} if isinstance(error, TransitionNotAllowed) else set()


def _differing(key: str, wanted: Mapping[str, Any], now: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem(_("应为 {wanted}，实为 {found}").format(wanted=value, found=now[name]), key=f"{key}.{name}")
        for name, value in wanted.items()
        if now[name] != value
    ]
