"""查重: who was here before is found by what is typed; of the many who bear a name the newest are looked at."""

from datetime import timedelta

from mediation.cases.window import alike as searching
from mediation.cases.window.alike import RECENT, Named
from tests.town import party


def found(town, *people, who="jiawin"):
    return [(one.row.id, one.because, one.sure) for one in town.instance.window.alike(who, list(people))]


def test_same_people_are_found_by_what_tells_most_and_named_as_they_stand(town):
    both = [party("applicant", 1, phone="0900-5550101"), party("respondent", 2)]
    ref = town.register(parties=both)
    elsewhere = town.register(parties=[party("applicant", 1, id_number=None), party("respondent", 3)])
    over = town.register(parties=[party("applicant", 4), party("respondent", 5)])
    town.act("jiawin", over, "withdraw", reason="settled_themselves", asked_by=[1])
    one, two = (Named(str(said["name"]), str(said["id_number"])) for said in both)
    phone = Named(phone="0900 5550101")
    assert found(town, one, two, phone) == [
        (ref, ("证件号码相同：乙某1、丙某2",), True),
        (elsewhere, ("姓名相同：乙某1",), False),
    ]
    assert found(town, phone) == [(ref, ("电话相同：乙某1",), False)]
    assert found(town, Named("丙某2"), Named("乙某1")) == [
        (ref, ("姓名相同：乙某1、丙某2",), False),
        (elsewhere, ("姓名相同：乙某1",), False),
    ]
    assert [case for case, *_rest in found(town, Named("戊某4"), Named("己某5"))] == [over]
    town.clock.advance(RECENT + timedelta(days=1))
    assert [case for case, *_rest in found(town, Named("丙某2"))] == [ref]


def test_of_many_who_bear_the_names_the_newest_are_looked_at(town, monkeypatch):
    """Each name has its own newest, and together no more are kept than of one."""
    monkeypatch.setattr(searching, "_MOST_ROWS", 3)
    refs = [
        town.register(parties=[party("applicant", number, id_number=None), party("respondent", 3 + at)])
        for at, number in enumerate((1, 2, 1, 2, 1))
    ]
    assert [case for case, *_rest in found(town, Named("乙某1"))] == [refs[4], refs[2], refs[0]]
    assert [case for case, *_rest in found(town, Named("乙某1"), Named("丙某2"))] == refs[:1:-1]
