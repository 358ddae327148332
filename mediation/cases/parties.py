"""The parties of a dispute and those who act for them: named, put right, found again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.inputs import AgentSaid, Amend, ParticipantSaid, PartySaid
from mediation.cases.models import Dispute, Participant, Party, PartyAgent
from mediation.codes import identity
from mediation.errors import Faults, InputInvalid, Problem
from mediation.language import _, joined

_ADULT = 18


def party_problems(hall: Hall, said: Sequence[PartySaid], key: str = "parties") -> list[Problem]:
    """Everything wrong in what the parties' papers say: ID numbers, codes, powers."""
    return [problem for at, party in enumerate(said) for problem in problems_of(hall, party, f"{key}[{at}]")]


def party_row(hall: Hall, case_id: int, ordinal: int, said: PartySaid) -> Party:
    """A new row for a party."""
    row = Party(case_id=case_id, ordinal=ordinal, role=said.role, kind=said.kind, name="", name_key=b"")
    fill_party(hall, row, said)
    row.consented_at = hall.now if said.consents else None
    row.refused_at = hall.now if said.consents is False else None
    row.rights_told_at = hall.now if said.rights_told else None
    row.electronic_agreed_at = hall.now if said.electronic_agreed else None
    row.objects_to_public = said.objects_to_public
    return row


def fill_party(hall: Hall, row: Party, said: PartySaid) -> None:
    """Put what is said of a party into its row, with the keyed look-ups."""
    keyring = hall.office.keyring
    row.role, row.kind = said.role, said.kind
    row.name, row.name_key = said.name, keyring.look_up("name", said.name)
    row.id_kind = said.id_kind or ("resident_id" if said.kind == "natural" else "credit_code")
    row.id_number = said.id_number
    row.id_key = keyring.look_up("id_number", said.id_number.upper()) if said.id_number else None
    row.phone, row.address = said.phone, said.address
    row.phone_key = keyring.look_up("phone", identity.bare_phone(said.phone)) if said.phone else None
    known = identity.read_resident(said.id_number) if said.id_number and _is_resident_id(said) else None
    born = said.born_on or (known.born_on if known else None)
    sex = said.sex or (known.sex if known else "")
    row.details = {
        "sex": sex,
        "ethnicity": said.ethnicity or "",
        "born_on": born.isoformat() if born else None,
        "occupation": said.occupation or "",
    }
    row.minor = born is not None and age_on(born, hall.today) < _ADULT


def agent_row(hall: Hall, party: Party, said: AgentSaid) -> PartyAgent:
    """A new row for someone who acts for a party."""
    assert party.id is not None
    details: dict[str, Any] = {
        "id_number": said.id_number,
        "phone": said.phone or "",
        "post_or_relation": said.post_or_relation or "",
    }
    return PartyAgent(
        case_id=party.case_id,
        party_id=party.id,
        kind=said.kind,
        name=said.name,
        details=details,
        powers=list(said.powers),
        valid_to=said.valid_to,
    )


def check_participants(hall: Hall, case: Dispute, said: Amend) -> None:
    """Who is invited to help comes with the consent of all parties (Art. 20)."""
    assert case.id is not None
    everybody = {row.ordinal for row in queries.parties(hall.session, case.id)}
    problems = []
    for at, one in enumerate(said.add_participants):
        fault = hall.office.codes.fault("participant_kinds", one.kind)
        if fault:
            problems.append(Problem(fault, key=f"add_participants[{at}].kind"))
        if set(one.consented_by) != everybody:
            message = _("邀请参加人要征得全体当事人同意（人民调解法第20条）")
            problems.append(Problem(message, key=f"add_participants[{at}].consented_by"))
    if problems:
        raise InputInvalid(problems)


def participant_row(case_id: int, said: ParticipantSaid) -> Participant:
    """A new row for someone invited to help."""
    return Participant(
        case_id=case_id,
        kind=said.kind,
        name=said.name,
        details={"unit": said.unit or ""},
        consented_by=list(said.consented_by),
    )


def named(hall: Hall, case: Dispute, ordinals: Sequence[int], key: str = "parties") -> list[Party]:
    """The parties of these ordinals; InputInvalid names those that are not there."""
    assert case.id is not None
    rows = {row.ordinal: row for row in queries.parties(hall.session, case.id)}
    unknown = dict.fromkeys(ordinal for ordinal in ordinals if ordinal not in rows)
    if unknown:
        known = joined(str(ordinal) for ordinal in rows)
        message = _("没有第 {unknown} 号当事人；本案当事人编号为 {known}")
        shown = joined(str(ordinal) for ordinal in unknown)
        raise InputInvalid([Problem(message.format(unknown=shown, known=known), key=key)])
    return [rows[ordinal] for ordinal in ordinals]


def agent_of(hall: Hall, case: Dispute, party: Party, ordinal: int, key: str = "agent") -> PartyAgent:
    """The how-manieth of those who act for a party; InputInvalid names those there are."""
    assert case.id is not None
    own = [row for row in queries.agents(hall.session, case.id) if row.party_id == party.id]
    if not 1 <= ordinal <= len(own):
        message = _("第 {party} 号当事人没有第 {ordinal} 位代理人；现有 {count} 位")
        shown = message.format(party=party.ordinal, ordinal=ordinal, count=len(own))
        raise InputInvalid([Problem(shown, key=key)])
    return own[ordinal - 1]


def agent_lacks(hall: Hall, agent: PartyAgent, power: str) -> str:
    """What an agent lacks for an act: "term" if the power has run out, the power's code if it was not given, or nothing.

    A legal representative and a guardian act by law; an agent and a group's representative by what was ticked (form 6).
    """
    if agent.valid_to is not None and agent.valid_to < hall.today:
        return "term"
    party = hall.session.get(Party, agent.party_id)
    by_law = party is not None and acts_by_law(party.kind, agent.kind)
    return "" if by_law or power in agent.powers else power


def acts_by_law(party: str, agent: str) -> bool:
    """Does such an agent act for such a party without powers? A person's guardian, an office's legal representative (Civil Code Art. 23, 61)."""
    return agent == ("guardian" if party == "natural" else "legal_representative")


def speaking(
    hall: Hall, case: Dispute, ordinals: Sequence[int], key: str, agents: Mapping[int, int], power: str
) -> tuple[list[Party], dict[str, object]]:
    """The parties of these ordinals, and for the guards what their agents lack; InputInvalid tells what is wrong with either."""
    wrong = Faults()
    rows: list[Party] = []
    lack: dict[str, object] = {}
    with wrong.noting():
        rows = named(hall, case, ordinals, key)
    there = [row for row in queries.parties(hall.session, case.id or 0) if row.ordinal in ordinals]
    known = {row.ordinal for row in there}
    with wrong.noting():
        judged = {party: agent for party, agent in agents.items() if party in known or party not in ordinals}
        lack = agents_lack(hall, case, there, judged, power)
    wrong.refuse()
    return rows, lack


def agents_lack(
    hall: Hall, case: Dispute, rows: Sequence[Party], agents: Mapping[int, int], power: str
) -> dict[str, object]:
    """For the guards: what the first agent lacks that lacks anything; nothing if the parties speak themselves."""
    if not agents:
        return {}
    by_ordinal = {row.ordinal: row for row in rows}
    wrong = Faults()
    strangers = sorted(set(agents) - set(by_ordinal))
    if strangers:
        message = _("第 {ordinals} 号当事人不在所写的当事人之中")
        wrong.add(message.format(ordinals=joined(map(str, strangers))), "agents")
    lacks = []
    for party, ordinal in agents.items():
        if party in by_ordinal:
            with wrong.noting():
                agent = agent_of(hall, case, by_ordinal[party], ordinal, f"agents.{party}")
                lacks.append(agent_lacks(hall, agent, power))
    wrong.refuse()
    return {"agent_lacks": next(filter(None, lacks), "")}


def speakers_of(agents: Sequence[PartyAgent]) -> dict[int, str]:
    """A word for each group representative: the same one for the same person, whoever chose it.

    A person is told by name and ID number; where a row has no number, by the name alone.
    """
    rows = [agent for agent in agents if agent.kind == "group_representative"]
    numbered: dict[str, str] = {}
    for row in rows:
        if row.details.get("id_number"):
            numbered.setdefault(str(row.name), str(row.details["id_number"]).upper())
    people: dict[tuple[str, str], str] = {}
    found = {}
    for row in rows:
        number = str(row.details.get("id_number") or numbered.get(str(row.name), "")).upper()
        found[row.id or 0] = people.setdefault((str(row.name), number), f"r{len(people) + 1}")
    return found


def told(rows: Sequence[Party], column: str, moment: datetime) -> None:
    """Put a moment into a column of each row."""
    for row in rows:
        setattr(row, column, moment)


def age_on(born: date, day: date) -> int:
    """Full years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _is_resident_id(said: PartySaid) -> bool:
    return said.kind == "natural" and said.id_kind in {None, "resident_id"}


def problems_of(hall: Hall, said: PartySaid, key: str) -> list[Problem]:
    """The same of one party."""
    codes = hall.office.codes
    problems = []
    kind = said.id_kind or ("resident_id" if said.kind == "natural" else "credit_code")
    fault = codes.fault("id_kinds", kind)
    if fault:
        problems.append(Problem(fault, key=f"{key}.id_kind"))
    if said.id_number:
        faults = identity.number_faults(kind, said.id_number, hall.today)
        problems += [Problem(text, key=f"{key}.id_number") for text in faults]
    if said.born_on is not None and said.born_on > hall.today:
        problems.append(Problem(_("出生日期还没有到"), key=f"{key}.born_on"))
    if said.phone:
        problems += [Problem(text, key=f"{key}.phone") for text in identity.phone_faults(said.phone)]
    for at, agent in enumerate(said.agents):
        problems += agent_problems(hall, agent, f"{key}.agents[{at}]")
        problems += kind_problems(said.kind, agent, f"{key}.agents[{at}]")
    if (
        said.consents
        and said.kind == "legal"
        and not any(a.kind == "legal_representative" for a in said.agents)
    ):
        problems.append(Problem(_("单位当事人要写明法定代表人或负责人"), key=f"{key}.agents"))
    return problems


def kind_problems(party: str, said: AgentSaid, key: str) -> list[Problem]:
    """A person has no legal representative (Civil Code Art. 61), an office no guardian: neither would act for it by law."""
    if party == "natural" and said.kind == "legal_representative":
        message = _("自然人没有法定代表人：未成年人等写监护人，受托的写委托代理人并逐项勾选权限")
        return [Problem(message, key=f"{key}.kind")]
    if party != "natural" and said.kind == "guardian":
        return [Problem(_("单位没有监护人：请写法定代表人、负责人或者委托代理人"), key=f"{key}.kind")]
    return []


def kind_changed(hall: Hall, case: Dispute, ordinal: int | None, kind: str) -> list[Problem]:
    """Who acts for a party by law does so for what it was: made a person of an office, say, it would have the wrong one."""
    row = next((one for one in queries.parties(hall.session, case.id or 0) if one.ordinal == ordinal), None)
    if row is None or (row.kind == "natural") == (kind == "natural"):
        return []
    wrong = "legal_representative" if kind == "natural" else "guardian"
    if not any(
        one.party_id == row.id and one.kind == wrong for one in queries.agents(hall.session, case.id or 0)
    ):
        return []
    return [
        Problem(
            _("这位当事人已经登记了法定代表人或者监护人，不能在自然人和单位之间改"), key="party_facts.kind"
        )
    ]


def agent_problems(hall: Hall, said: AgentSaid, key: str) -> list[Problem]:
    """What is wrong with what is said of someone who acts for a party."""
    codes = hall.office.codes
    faults = [codes.fault("agent_powers", power) for power in said.powers]
    problems = [Problem(fault, key=f"{key}.powers") for fault in faults if fault]
    if said.kind == "agent" and not said.powers:
        problems.append(Problem(_("请逐项勾选委托权限"), key=f"{key}.powers"))
    if said.id_number:
        problems += [
            Problem(text, key=f"{key}.id_number")
            for text in identity.resident_faults(said.id_number, hall.today)
        ]
    return problems
