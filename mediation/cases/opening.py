"""受理登记: a dispute is taken in, its facts put right, its parties asked and told; 研判."""

from collections.abc import Callable
from functools import partial
from typing import Any

from mediation.cases import hearing, parties, queries, stand_ins, transition, worklists
from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import Amend, RecordConsent, Register, TellRights, Triage
from mediation.cases.models import Dispute, Party
from mediation.cases.numbering import temporary_number
from mediation.cases.recusals import keeping_off
from mediation.cases.routing import deciding
from mediation.errors import Faults, InputInvalid, NotFound, NotPermitted, Problem
from mediation.ids import new_public_id, new_query_code
from mediation.language import _, joined

REGISTERING_POSTS = frozenset({"registrar", "dispatcher", "mediator", "recorder", "grid_worker"})


def hear(hall: Hall, words: Any) -> tuple[Register, keeping_off.Found]:
    """What a registration says, and who of the staff is among its parties. Raises InputInvalid with all that is wrong."""
    return hearing.hear(Register, words, partial(_hear_register, hall))


def register(hall: Hall, words: Any) -> tuple[transition.Done, str]:
    """Take a dispute in. The actor's post is the first receiver and answers for it until a unit acknowledges.

    Returns what was done and the query code, which is shown once and kept only as a hash. Raises NotPermitted,
    InputInvalid with all that is wrong with the words.
    """
    if not REGISTERING_POSTS & hall.actor.counts_as:
        raise NotPermitted(
            _("{actor} 不能登记纠纷；登记由窗口、网格员、调解员等岗位办理").format(actor=hall.actor.label)
        )
    said, staff = hear(hall, words)
    engine = hall.office.engine(said.workflow)
    definition = engine.definition
    place = hall.tree.by_code(said.place).id if said.place else hall.actor.unit_id
    public_id, code = new_public_id(), new_query_code()
    case = Dispute(
        public_id=public_id,
        workflow=definition.name,
        workflow_version=definition.version,
        workflow_sha256=definition.sha256,
        state=definition.initial,
        phase=definition.states[definition.initial].phase,
        temporary_number=temporary_number(public_id),
        holder_id=hall.actor.unit_id,
        first_receiver_id=hall.actor.post_id,
        place_id=place,
        source=said.source,
        source_reference=said.source_reference,
        category=said.category or hall.office.codes.judicial_of(said.governance_category),
        governance_category=said.governance_category,
        risk=said.risk,
        headcount=said.headcount or len(said.parties),
        amount_fen=said.amount_fen,
        public=said.public,
        title=said.title,
        narrative=said.narrative,
        claims=list(said.claims),
        query_code_hash=hall.office.keyring.look_up("query code", code),
        occurred_on=said.occurred_on,
        received_at=hall.now,
    )

    def write() -> None:
        assert case.id is not None
        _write_parties(hall, case, said)
        keeping_off.keep_off(hall, case, staff)

    heard = Heard(
        record={
            "source": said.source,
            "category": case.category,
            "governance_category": case.governance_category,
            "risk": said.risk,
            "parties": len(said.parties),
            "first_receiver": hall.actor.code,
            **keeping_off.recorded(staff),
        },
        details=said.model_dump(mode="json", exclude={"occurred_at"}, exclude_none=True),
        write=write,
        told=keeping_off.told(staff),
    )
    return transition.open_case(hall, case, heard), code


def _hear_register(hall: Hall, said: Register) -> tuple[Register, keeping_off.Found]:
    """The sentence, if nothing is wrong with it, and the staff among the parties."""
    wrong = Faults()
    with wrong.noting():
        hall.claim(said.occurred_at)
    wrong.problems += _fact_problems(hall, said)
    wrong.problems += _where_problems(hall, said)
    wrong.problems += parties.party_problems(hall, said.parties)
    with wrong.noting():
        staff = keeping_off.found_among(hall, {f"parties[{at}]": one for at, one in enumerate(said.parties)})
    wrong.refuse()
    return said, staff


def amend(hall: Hall, case: Dispute, said: Amend) -> Heard:
    """Put facts right or add parties, agents and participants."""
    assert case.id is not None
    if not said.model_dump(exclude={"occurred_at"}, exclude_defaults=True):
        raise InputInvalid(
            [
                Problem(
                    _("没有写要补正什么；可以写：{keys}").format(
                        keys=joined(one for one in Amend.model_fields if one != "occurred_at")
                    )
                )
            ]
        )
    wrong = Faults()
    wrong.problems += _fact_problems(hall, said)
    with wrong.noting():
        changed = _changed(hall, said)
    present = queries.parties(hall.session, case.id)
    joins = queries.next_party(hall.session, case.id)
    if (said.party is None) != (said.party_facts is None):
        wrong.add(_("party 和 party_facts 要一起写"), "party")
    with wrong.noting():
        put_right = parties.named(hall, case, [said.party], "party")[0] if said.party else None
    wrong.problems += parties.party_problems(hall, said.add_parties, "add_parties")
    if said.party_facts:
        wrong.problems += parties.problems_of(hall, said.party_facts, "party_facts")
        wrong.problems += parties.kind_changed(hall, case, said.party, said.party_facts.kind)
    for ordinal, agent in said.add_agents.items():
        wrong.problems += parties.agent_problems(hall, agent, f"add_agents.{ordinal}")
        kind = next((row.kind for row in present if row.ordinal == ordinal), None)
        if kind is not None:
            wrong.problems += parties.kind_problems(kind, agent, f"add_agents.{ordinal}")
    with wrong.noting():
        parties.check_participants(hall, case, said)
    with wrong.noting():
        staff = keeping_off.found_among(
            hall,
            {f"add_parties[{at}]": one for at, one in enumerate(said.add_parties)}
            | ({"party_facts": said.party_facts} if said.party_facts else {}),
            said.add_agents,
            of_case=case,
        )
    with wrong.noting():
        named = parties.named(hall, case, list(said.add_agents), "add_agents")
    wrong.refuse()
    represented = dict(zip(said.add_agents, named, strict=True))

    def write() -> None:
        assert case.id is not None
        added: list[Party] = []
        if put_right is not None and said.party_facts is not None:
            parties.fill_party(hall, put_right, said.party_facts)
            hall.session.add(put_right)
        for at, one in enumerate(said.add_parties, start=joins):
            row = parties.party_row(hall, case.id, at, one)
            hall.session.add(row)
            added.append(row)
            hall.session.flush()
            hall.session.add_all([parties.agent_row(hall, row, agent) for agent in one.agents])
        for ordinal, agent in said.add_agents.items():
            hall.session.add(parties.agent_row(hall, represented[ordinal], agent))
        hall.session.add_all([parties.participant_row(case.id, one) for one in said.add_participants])
        worklists.index_words(hall, case, [*present, *added], said.title)
        keeping_off.keep_off(hall, case, staff)

    record = {
        "fields": sorted(changed),
        "added_parties": len(said.add_parties),
        "added_agents": len(said.add_agents),
        "added_participants": len(said.add_participants),
        **({"party": said.party} if said.party else {}),
        **keeping_off.recorded(staff),
    }
    details = said.model_dump(mode="json", exclude={"occurred_at"}, exclude_defaults=True)
    changed.update(_fitness(case, said.governance_category, None))
    told = keeping_off.told(staff)
    return Heard(changes=changed, record=record, details=details, write=write, told=told)


def _changed(hall: Hall, said: Amend) -> dict[str, Any]:
    """The dispute's own columns as they are to be."""
    names = (
        "title",
        "narrative",
        "category",
        "governance_category",
        "risk",
        "headcount",
        "amount_fen",
        "public",
    )
    changed = {name: getattr(said, name) for name in names if getattr(said, name) is not None}
    if said.claims is not None:
        changed["claims"] = list(said.claims)
    if said.stand_ins is not None:
        changed["stand_ins"] = stand_ins.read(hall, said.stand_ins)
    return changed


def record_consent(hall: Hall, case: Dispute, said: RecordConsent) -> Heard:
    """Consent to mediation, a fact of each party that it can take back at any time (Art. 3, 23)."""
    rows, lack = parties.speaking(hall, case, said.parties, "parties", said.agents, "apply")

    def write() -> None:
        for row in rows:
            row.consented_at, row.refused_at = hall.now, None
            if said.electronic:
                row.electronic_agreed_at = hall.now
            row.objects_to_public = row.objects_to_public or said.objects_to_public
            hall.session.add(row)

    return Heard(
        act=lack,
        record={
            "parties": list(said.parties),
            "electronic": said.electronic,
            "agents": {str(party): agent for party, agent in said.agents.items()},
        },
        write=write,
    )


def tell_rights(hall: Hall, case: Dispute, said: TellRights) -> Heard:
    """Rights and duties told before mediation (人民调解工作若干规定 Art. 30; 人民调解法 Art. 23–24)."""
    rows = parties.named(hall, case, said.parties)

    def write() -> None:
        parties.told(rows, "rights_told_at", hall.now)
        hall.session.add_all(rows)

    return Heard(record={"parties": list(said.parties), "manner": said.manner}, write=write)


def triage(hall: Hall, case: Dispute, said: Triage) -> Heard:
    """How hard, how dangerous, what kind."""
    problems = _fact_problems(hall, said)
    if problems:
        raise InputInvalid(problems)
    changes = {
        name: getattr(said, name)
        for name in ("tier", "risk", "category", "governance_category")
        if getattr(said, name) is not None
    }
    words = {"opinion": said.opinion, "override_reason": said.override_reason}
    decided = deciding.decide(hall, case, "triage", changes=changes)
    return Heard(
        changes={**changes, **_fitness(case, said.governance_category, said.override_reason)},
        record={**changes, **decided.record},
        details={key: value for key, value in words.items() if value},
        write=lambda: decided.write(hall),
        told=decided.told,
    )


def _fitness(case: Dispute, category: str | None, reason: str | None) -> dict[str, str | None]:
    """The reason why it is fit for mediation goes with the category that it was given for."""
    if reason is None and category in {None, case.governance_category}:
        return {}
    return {"mediable_because": reason}


_LISTS = {
    "source": "sources",
    "category": "judicial_categories",
    "governance_category": "governance_categories",
    "risk": "risks",
    "tier": "tiers",
}


def _where_problems(hall: Hall, said: Register) -> list[Problem]:
    """A workflow or a place that there is none of."""
    problems = []
    looks: dict[str, Callable[[], object]] = {"workflow": lambda: hall.office.engine(said.workflow)}
    if said.place:
        looks["place"] = lambda: hall.tree.by_code(said.place or "")
    for key, look in looks.items():
        try:
            look()
        except NotFound as error:
            problems.append(Problem(str(error), key=key))
    return problems


def _fact_problems(hall: Hall, said: Register | Amend | Triage) -> list[Problem]:
    """Codes that no list has, and a quarrel that has not happened yet."""
    codes = hall.office.codes
    problems = []
    for field, name in _LISTS.items():
        code = getattr(said, field, None)
        fault = codes.fault(name, code) if code is not None else None
        if fault:
            problems.append(Problem(fault, key=field))
    occurred_on = getattr(said, "occurred_on", None)
    if occurred_on is not None and occurred_on > hall.today:
        problems.append(Problem(_("发生日期还没有到"), key="occurred_on"))
    return problems


def _write_parties(hall: Hall, case: Dispute, said: Register) -> None:
    assert case.id is not None
    rows = []
    for ordinal, one in enumerate(said.parties, start=1):
        row = parties.party_row(hall, case.id, ordinal, one)
        hall.session.add(row)
        hall.session.flush()
        hall.session.add_all([parties.agent_row(hall, row, agent) for agent in one.agents])
        rows.append(row)
    worklists.index_words(hall, case, rows)
