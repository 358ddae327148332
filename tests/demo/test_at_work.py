"""A played sample is brought to work: disputes with other people wait in many states; what was played stays as it was."""

import shutil

from mediation.app import Instance
from mediation.audit import queries as trail
from mediation.cases import queries
from mediation.cases.tasks import queries as tasks
from mediation.clock import SetClock
from mediation.demo.at_work import bring_to_work
from mediation.demo.play import play_demo
from mediation.founding import found_instance
from tests.demo.test_play import ESHAN, settings_in, site
from tests.town import MORNING

__all__ = ["site"]


def cases(settings):
    with Instance.open(settings) as instance, instance.database.reading() as session:
        found = queries.all_cases(session)
        names = {case.public_id: [one.name for one in queries.parties(session, case.id)] for case in found}
        return found, names, instance.verify_trail().ok


def test_played_sample_is_brought_to_work(site, tmp_path):
    settings = settings_in(tmp_path / "out")
    play_demo(site, tmp_path / "out", settings)
    before, told, _ok = cases(settings)
    shutil.copy(ESHAN / "disputes.yaml", site)
    taken = bring_to_work(settings, site)
    after, names, ok = cases(settings)
    fresh = [case for case in after if case.public_id not in told]
    assert (len(fresh), ok) == (taken, True)
    assert taken >= 15
    assert len({case.state for case in fresh if case.open}) >= 6
    with Instance.open(settings) as instance, instance.database.reading() as session:
        unsigned = [
            [slot.role for slot in queries.slots(session, paper.id) if slot.signed_at is None]
            for case in fresh
            if case.state == "signing"
            for paper in queries.documents(session, case.id)
        ]
        asked = [task for case in fresh for task in tasks.tasks(session, case.id) if task.kind == "approval"]
        last = trail.last_moment(session)
    assert unsigned == [["seal"]]
    assert [task.due_at < last for task in asked] == [True]
    assert {(case.public_id, case.outcome) for case in before} <= {
        (case.public_id, case.outcome) for case in after
    }
    assert not {name for ref in told for name in told[ref]} & {
        name for case in fresh for name in names[case.public_id]
    }


def test_instance_in_which_nothing_was_played_is_left_alone(site, tmp_path):
    settings = settings_in(tmp_path / "out")
    found_instance(settings, site, SetClock(MORNING))
    assert bring_to_work(settings, site) == 0
    assert cases(settings)[0] == []
