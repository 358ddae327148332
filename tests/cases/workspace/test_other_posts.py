"""By which other post of one's own the step can be taken, and that the worklist holds it under each of them."""

from datetime import date

from mediation.cases import queries
from mediation.cases.workspace import other_posts
from mediation.people import queries as people
from mediation.people.models import Post
from mediation.units import queries as units
from tests.town import Town

STEPS = ("record_session", "assign", "acknowledge")


def with_post(town: Town, who: str, code: str, kind: str, unit: str) -> str:
    """Somebody of the town holds one post more."""
    with town.instance.database.writing() as session:
        session.add(
            Post(
                person_id=people.person(session, who).id or 0,
                code=code,
                kind=kind,
                title=kind,
                unit_id=units.unit(session, unit).id or 0,
                valid_from=date(2026, 1, 1),
            )
        )
        town.note_people(session)
    return f"{who}:{code}"


def by_which(town: Town, ref: str, who: str) -> str | None:
    """The code of the post that the room names."""
    found = town.instance.room.posts_for_turns(who, [ref], STEPS).get(ref)
    with town.reading() as session:
        return people.post_name(session, found) if found else None


def test_post_that_has_the_turn_is_named_to_the_other_one(sqlite_town):
    ref = sqlite_town.bring("preparing")
    office = with_post(sqlite_town, "jiamed", "office", "office", "su-pai")
    assert by_which(sqlite_town, ref, office) == "jiamed:mediator"
    assert by_which(sqlite_town, ref, "jiamed:mediator") is None
    assert by_which(sqlite_town, ref, "jiamed2") is None


def test_unit_has_the_turn_of_whoever_may_take_it_there(sqlite_town):
    ref = sqlite_town.bring("accepted")
    desk = with_post(sqlite_town, "jiawin", "chief", "mediator", "jia")
    assert by_which(sqlite_town, ref, "jiawin:registrar") == desk
    assert by_which(sqlite_town, ref, desk) is None
    elsewhere = with_post(sqlite_town, "suwin", "chief", "mediator", "yi")
    assert by_which(sqlite_town, ref, "suwin:registrar") is None
    assert by_which(sqlite_town, ref, elsewhere) is None


def test_worklist_holds_the_turn_of_ones_own_at_another_unit(town):
    refs = [town.bring("preparing") for _case in range(3)]
    office = with_post(town, "jiamed", "office", "office", "su-pai")
    part = town.act(
        "jiamed:mediator", refs[1], "give_part", unit="su-pai", what="查监控", due_on="2026-03-09"
    )
    assert part.state == "preparing"
    for who in (office, "jiamed:mediator"):
        waiting = town.instance.cases(who, waiting=True)
        assert [row.id for row in waiting] == refs
        paged = town.instance.cases(who, waiting=True, most=1)
        while more := town.instance.cases(who, waiting=True, most=1, before=(paged[-1].id, paged[-1].due_at)):
            paged += more
        assert paged == waiting
    assert [row.id for row in town.instance.cases("lin", waiting=True)] == [refs[1]]


def test_act_is_barred_by_the_present_post_alone(sqlite_town):
    ref = sqlite_town.bring("preparing")
    office = with_post(sqlite_town, "jiamed", "office", "office", "su-pai")
    found = sqlite_town.instance.room.barred(office, ref, "record_session")
    assert found is not None
    assert "您是包和（office）" in found.message
    with sqlite_town.reading() as session:
        assert people.post_name(session, found.post) == "jiamed:mediator"
    assert sqlite_town.instance.room.barred("jiamed:mediator", ref, "record_session") is None
    assert (
        sqlite_town.instance.room.barred("jiamed:mediator", ref, "seal") is None
    )  # refused to all by the state
    nobody = sqlite_town.instance.room.barred("jiarec", ref, "put_in_charge")
    assert nobody == other_posts.Barred(nobody.message, None)


def test_post_that_is_over_is_none(sqlite_town):
    ref = sqlite_town.bring("preparing")
    office = with_post(sqlite_town, "jiamed", "office", "office", "su-pai")
    with sqlite_town.instance.database.writing() as session:
        who = people.person(session, "jiamed").id
        gone = next(one for one in people.posts_of(session, who) if one.code == "mediator")
        session.get_one(Post, gone.id).valid_to = date(2026, 3, 1)
        sqlite_town.note_people(session)
    with sqlite_town.reading() as session:
        hall = sqlite_town.instance._hall(session, office)
        assert queries.find_case(session, hall.actor, ref).state == "preparing"
        assert other_posts.other_posts(hall) == []


def test_what_waits_at_another_unit_is_counted_and_found_by_the_post_there(town):
    refs = [town.bring("accepted") for _case in range(2)]
    town.bring("preparing")  # its turn is the mediator's own
    elsewhere = with_post(town, "suwin", "chief", "mediator", "yi")
    here = with_post(town, "yiwin", "chief", "mediator", "jia")
    with town.reading() as session:
        ids = {one: town.hall(session, one).actor.post_id for one in (elsewhere, here)}
        at_yi, at_su = (town.hall(session, one).actor for one in ("yiwin:registrar", "suwin:registrar"))
    room = town.instance.room
    assert room.waiting_elsewhere(at_yi) == {ids[here]: 2}
    assert room.waiting_elsewhere(at_su) == {ids[elsewhere]: 0}
    assert room.post_that_sees("yiwin:registrar", refs[0]) == ids[here]
    assert room.post_that_sees("yiwin:registrar", "0" * 26) is None
    assert room.post_that_sees("jiamed2", refs[0]) is None
