"""并案时认人: which party of one case is which of the other: told by papers and phone, or as the actor names them."""

from collections.abc import Iterator, Mapping, Sequence

from mediation.cases import facts
from mediation.cases.kinship import queries
from mediation.cases.kinship.said import SamePerson
from mediation.cases.models import Party
from mediation.errors import Faults
from mediation.language import _, joined


def told_apart(
    rows: Sequence[Party], there: Sequence[Party], named: Sequence[SamePerson] = ()
) -> dict[int, int]:
    """Ordinal here → ordinal in the main case, of those that are in both."""
    found = {one.party: one.main_party for one in named}
    for row in rows:
        for other in there:
            if queries.same_party(row, other):
                found.setdefault(row.ordinal, other.ordinal)
    return found


def note_wrong_pairs(
    faults: Faults, rows: Sequence[Party], there: Sequence[Party] | None, named: Sequence[SamePerson]
) -> None:
    """All that is wrong with the pairs: nobody of that ordinal, named twice, not one person. `there` is None if no case is."""
    own = {row.ordinal: row for row in rows}
    main = {row.ordinal: row for row in there or ()}
    nobody = _("没有第 {n} 号当事人；本案当事人编号为 {known}")
    twice = _("第 {n} 号当事人写了不止一次")
    nobody_there = _("主案没有第 {n} 号当事人；主案当事人编号为 {known}")
    twice_there = _("主案第 {n} 号当事人写了不止一次")
    by_papers = told_apart(rows, there or ())
    for at, one in enumerate(named):
        key = f"same[{at}]"
        earlier = named[:at]
        if one.party not in own:
            faults.add(nobody.format(n=one.party, known=joined(map(str, own))), f"{key}.party")
        elif any(other.party == one.party for other in earlier):
            faults.add(twice.format(n=one.party), f"{key}.party")
        if there is not None and one.main_party not in main:
            known = joined(map(str, main))
            faults.add(nobody_there.format(n=one.main_party, known=known), f"{key}.main_party")
        elif any(other.main_party == one.main_party for other in earlier):
            faults.add(twice_there.format(n=one.main_party), f"{key}.main_party")
        if one.party in own and one.main_party in main:
            for message in _unlike(own[one.party], main[one.main_party]):
                faults.add(message, key)
            for message in _known_otherwise(one, by_papers):
                faults.add(message, key)


def _unlike(row: Party, other: Party) -> Iterator[str]:
    """What tells that two rows are not one person or body."""
    if row.kind != other.kind:
        yield _("当事人种类不同，不是同一人")
    if None not in {row.id_key, other.id_key} and row.id_kind == other.id_kind and row.id_key != other.id_key:
        yield _("证件号码不同，不是同一人")
        return
    messages: Mapping[str, str] = {
        "sex": _("性别不同，不是同一人"),
        "born_on": _("出生日期不同，不是同一人"),
    }
    for detail, message in messages.items():
        values = {str(one.details.get(detail) or "") for one in (row, other)} - {""}
        if len(values) > 1:
            yield message


def _known_otherwise(one: SamePerson, by_papers: Mapping[int, int]) -> Iterator[str]:
    """Whom the papers or the phone tell to be somebody else."""
    known = by_papers.get(one.party, one.main_party)
    if known != one.main_party:
        message = _("第 {n} 号当事人按证件号码或者姓名、电话是主案的第 {known} 号当事人")
        yield message.format(n=one.party, known=known)
    others = [own for own, main in by_papers.items() if main == one.main_party and own != one.party]
    if others:
        message = _("主案第 {n} 号当事人按证件号码或者姓名、电话是本案的第 {known} 号当事人")
        yield message.format(n=one.main_party, known=joined(map(str, others)))


def about_persons(
    rows: Sequence[Party], there: Sequence[Party], named: Sequence[SamePerson]
) -> tuple[str, ...]:
    """What the actor has to know: other sides than before, other names, and of one name whom nothing tells to be one."""
    pairs = told_apart(rows, there, named)
    main = {row.ordinal: row for row in there}
    both = [(row, main[pairs[row.ordinal]]) for row in rows if row.ordinal in pairs]
    sides = _("本案的{own}就是主案的{main}，并案以后仍是{main}：其在本案的请求，在主案作为反请求调解")
    names = _("本案的{own}与主案的{main}姓名写法不同，已照所写认作同一人，主案仍用主案的写法")
    alike = _("本案的{own}与主案的{main}同名，看不出是不是同一人，主案里各记一人")
    told = [(sides, row, same) for row, same in both if {row.role, same.role} == {"applicant", "respondent"}]
    told += [(names, row, same) for row, same in both if row.name_key != same.name_key]
    told += [
        (alike, row, other)
        for row in rows
        if row.ordinal not in pairs
        for other in there
        if row.name_key == other.name_key and not any(_unlike(row, other))
    ]
    return tuple(
        message.format(own=facts.party_label(row), main=facts.party_label(other))
        for message, row, other in told
    )
