"""Applications that come twice, or that two desks decide on, at the same moment."""

import pytest

from mediation.errors import NotFound
from mediation.intake import applications
from tests.turns import Second

SAID = applications.Applied(
    name="甲某",
    phone="13900001234",
    other="乙某",
    place="jia",
    account="雨水倒灌。",
    wanted="修好排水沟",
    agrees=True,
)


def submit(town, session, once="form-1"):
    hall = town.hall(session, "jiawin")
    return applications.submit(session, town.instance.keyring, hall.tree, SAID, once, town.clock.now())


def submitted(town, once="form-1"):
    with town.instance.database.writing() as session:
        return submit(town, session, once)


def put_aside(town, session, public_id):
    applications.put_aside(town.hall(session, "jiawin"), public_id, "spam")
    session.flush()


def kept(town):
    return town.rows("SELECT state, reason FROM application")


def test_form_that_is_sent_twice_at_once_is_kept_once(town):
    database = town.instance.database
    second = Second(database, lambda: submitted(town))
    with database.writing() as session:
        code = submit(town, session)
        second.begin()
    assert second.result() == code
    assert kept(town) == [("waiting", None)]


def test_application_that_another_desk_decides_on_meanwhile_is_told(town):
    """Else one application would become two cases."""
    database = town.instance.database
    submitted(town)
    [(public_id,)] = town.rows("SELECT public_id FROM application")
    ref = town.register()
    case = town.case(ref).id

    def take():
        with database.writing() as session:
            applications.take(town.hall(session, "jiawin"), public_id, case)

    second = Second(database, take)
    with database.writing() as session:
        put_aside(town, session, public_id)
        second.begin()
    with pytest.raises(NotFound, match="已经有人办了"):
        second.result()
    assert kept(town) == [("aside", "spam")]
