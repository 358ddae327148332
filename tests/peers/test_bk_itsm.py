"""What users of TencentBlueKing/bk-itsm begged to keep."""

from datetime import timedelta

import pytest

from mediation.errors import TransitionRefused
from tests.cases.desk import notices, number, task
from tests.town import STATES


def test_every_step_has_a_limit_and_whoever_waits_may_urge(town):
    """TencentBlueKing/bk-itsm#1460: limits and urging, which users leaned on most, were to be dropped."""
    for step in STATES:
        ref = town.bring(step)
        assert town.clocks(ref)[f"state:{town.case(ref).state}"] == "running", step
    ref = town.bring("received")
    town.act("jiawin", ref, "give_part", unit="yi", what="查看")
    part = number(town, ref, ":yi")
    town.act("jiamed", ref, "urge", task=part, remark="请抓紧")
    assert (task(town, ref, part).urged, notices(town, ref)[-1]) == (1, "task_urged")
    with pytest.raises(TransitionRefused, match="您今天已经催办过"):
        town.act("jiamed", ref, "urge", task=part)
    [row] = town.instance.tasks("yiwin")
    assert (row.urged, row.light) == (1, "green")
    town.clock.put(task(town, ref, part).due_at + timedelta(minutes=1))
    town.instance.run_deadlines()
    assert [(row.urged, row.light) for row in town.instance.tasks("yiwin")] == [(1, "red")]
    assert [event.facts["urged"] for event in town.events(ref) if event.act == "urge"] == [1]
