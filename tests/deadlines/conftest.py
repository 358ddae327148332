"""A dispute for clocks to hang on: the least that its references ask for."""

from datetime import date

import pytest

from mediation.cases.models import Dispute
from mediation.clock import SetClock
from mediation.people.models import Person, Post
from mediation.storage.engine import Database
from mediation.units.models import Unit


@pytest.fixture
def case_id(database: Database, clock: SetClock) -> int:
    with database.writing() as session:
        unit = Unit(code="532401", name="示例村", kind="area", valid_from=date(2020, 1, 1))
        person = Person(code="zhang", name="张示例")
        session.add_all([unit, person])
        session.flush()
        post = Post(
            person_id=person.id,
            code="1",
            kind="mediator",
            title="调解员",
            unit_id=unit.id,
            valid_from=unit.valid_from,
        )
        session.add(post)
        session.flush()
        dispute = Dispute(
            public_id="case-a",
            workflow="ordinary",
            workflow_version=1,
            workflow_sha256="0" * 64,
            state="registered",
            phase="intake",
            temporary_number="T1",
            holder_id=unit.id,
            first_receiver_id=post.id,
            place_id=unit.id,
            source="walk_in",
            category="01",
            governance_category="0101",
            title="示例",
            narrative="示例",
            query_code_hash=b"1",
            received_at=clock.now(),
        )
        session.add(dispute)
        session.flush()
        assert dispute.id is not None
        return dispute.id
