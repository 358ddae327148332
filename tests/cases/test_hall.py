"""Who may do something here is known from the site's files as they are now, and not as they once were read."""

import pytest
from sqlalchemy import text

from mediation.app import Instance
from mediation.errors import NotPermitted
from mediation.people import queries as people


def test_who_changes_by_the_site_is_read_anew_by_a_running_instance(town):
    """People are read once for a configuration: another process that applies the site's files records one."""
    ref = town.register()
    with Instance.open(town.instance.settings, town.clock) as other, other.database.writing() as session:
        who = people.person(session, "jiawin")
        values = {"person": who.id}
        session.connection().execute(
            text("UPDATE post SET valid_to = '2026-03-01' WHERE person_id = :person"), values
        )
        town.note_people(session)
    with pytest.raises(NotPermitted, match="没有在任的岗位"):
        town.instance.act("jiawin", ref, "tell_rights", {"parties": [1]})
