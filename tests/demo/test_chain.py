"""Each shipped site plays its own chain: a dispute routed, one declined by its list, supervision, duty; and its README says where."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mediation.demo.script import read_script

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
DUTY = {"call_in", "leave", "back", "hand_over"}


@pytest.mark.parametrize("site", ["dezhou", "dulan", "eshan", "houma", "jiangdong"])
def test_site_plays_its_chain_and_its_readme_says_where(site):
    disputes, steps = read_script(EXAMPLES / site, NOW)
    acts = [(step.about, step.act) for step in steps if step.act is not None and not step.act.refused]
    declined = {about for about, act in acts if act.do == "decline" and act.words.get("line")}
    supervised = {item.key for item in disputes.items}
    done = {act.do for _about, act in acts}
    assert declined
    assert supervised
    assert {"triage", "strike_off"} <= done
    assert done & DUTY
    for name in ("README.md", "README.zh-CN.md"):
        said = (EXAMPLES / site / name).read_text(encoding="utf-8")
        files = ("routing.yaml", "responsibilities.yaml", "supervision.yaml", "duty.yaml")
        assert [one for one in (*files, *declined, *supervised) if f"`{one}`" not in said] == []
