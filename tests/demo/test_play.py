"""A demo is played as its file says, or stops and says where; it never overwrites what it did not make."""

import json
import shutil
from pathlib import Path

import pytest

from mediation.app import Instance
from mediation.cases import queries
from mediation.demo.play import play_demo
from mediation.errors import SiteError, StorageError
from mediation.jobs.presence import FilePresence
from mediation.settings import Settings

ESHAN = Path(__file__).parents[2] / "examples" / "eshan"

SMALL = """\
format: 1
disputes:
  - key: wall
    shows: 小事
    expect: {outcome: party_refused, state: ended}
    acts:
      - at: 2026-03-02T09:00
        as: zhangxiaofeng:registrar
        do: register
        with: {title: 院墙纠纷, source: applied, governance_category: "0299", narrative: 倒了一段墙。, parties: [{role: applicant, name: 甲某, consents: true, rights_told: true}, {role: respondent, name: 乙某}]}
      - {at: 2026-03-02T09:10, as: "zhangxiaofeng:registrar", do: triage, with: {tier: simple}}
      - {at: 2026-03-02T09:20, as: "zhangxiaofeng:registrar", do: keep}
      - {at: 2026-03-02T09:30, as: "zhangxiaofeng:registrar", do: accept, refused: [everybody_consents, rights_told_to_all]}
      - {at: 2026-03-12T09:40, as: "zhangxiaofeng:registrar", do: refuse, with: {party: 2, routes: [court]}}
"""


@pytest.fixture
def site(tmp_path):
    """The county of the example with one small dispute."""
    shutil.copytree(ESHAN, tmp_path / "site", ignore=shutil.ignore_patterns("disputes.yaml"))
    (tmp_path / "site" / "disputes.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path / "site"


def settings_in(out: Path) -> Settings:
    data = out / "data"
    return Settings(
        data=data, database_url=f"sqlite:///{data / 'mediation.db'}", key_file=data / "master.key"
    )


def stopped(site: Path, out: Path, old: str, new: str) -> list[tuple[int | None, str | None]]:
    (site / "disputes.yaml").write_text(SMALL.replace(old, new), encoding="utf-8")
    with pytest.raises(SiteError) as refused:
        play_demo(site, out, settings_in(out))
    return [(problem.line, problem.key) for problem in refused.value.problems]


def test_demo_leaves_papers_figures_and_a_trail_with_the_clock_that_ran_out(site, tmp_path):
    out, steps = tmp_path / "out", []
    summary = play_demo(
        site, out, settings_in(out), lambda done, total, key: steps.append((done, total, key))
    )
    assert steps == [(number, 5, "wall") for number in range(1, 6)]
    assert [path.name for path in (out / "documents").iterdir()] == [
        "〔2026〕示例一村人调不受字第1号-不予受理告知书.pdf"
    ]
    written = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert written == vars(summary)
    assert (written["by_outcome"], written["by_phase_reached"], written["audit_ok"]) == (
        {"party_refused": 1},
        {"closure": 1},
        True,
    )
    with Instance.open(settings_in(out)) as instance, instance.database.reading() as session:
        case = queries.all_cases(session)[0]
        page = instance.case("zhangxiaofeng:registrar", case.public_id)
    assert [event["act"] for event in page.trail] == [
        "register",
        "triage",
        "keep",
        "deadline.missed",
        "supervision.step",
        "unit_paper.printed",
        "refuse",
        "document.frozen",
        "document.signed",
    ]


def test_earlier_demo_is_replaced_and_anything_else_is_refused(site, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    with pytest.raises(StorageError):
        play_demo(site, out, settings_in(out))
    assert [path.name for path in out.iterdir()] == ["letter.txt"]
    (out / "letter.txt").unlink()
    first = play_demo(site, out, settings_in(out))
    serving = FilePresence(out / "data" / "mediation.db")
    with pytest.raises(StorageError, match="正由 mediation serve 提供"):
        play_demo(site, out, settings_in(out))
    serving.leave()
    assert (out / "summary.json").is_file()
    second = play_demo(site, out, settings_in(out))
    assert (first.cases, second.cases, first.audit_events) == (1, 1, second.audit_events)


def test_act_that_is_refused_unexpectedly_stops_the_demo_at_its_line(site, tmp_path):
    refused = ", refused: [everybody_consents, rights_told_to_all]"
    assert stopped(site, tmp_path / "out", refused, "") == [(13, "wall.accept")]


def test_act_that_is_refused_for_other_reasons_stops_the_demo(site, tmp_path):
    assert stopped(site, tmp_path / "out", "[everybody_consents, ", "[") == [(13, "wall.accept")]


def test_act_that_should_be_refused_and_is_not_stops_the_demo(site, tmp_path):
    assert stopped(
        site, tmp_path / "out", "{tier: simple}", "{tier: simple}, refused: [two_sides_named]"
    ) == [(11, "wall.triage")]


def test_dispute_that_ends_otherwise_than_its_file_says_fails_the_demo(site, tmp_path):
    end = "outcome: party_refused, state: ended"
    assert stopped(site, tmp_path / "out", end, "outcome: open, state: archived, level: village") == [
        (None, "wall.outcome"),
        (None, "wall.state"),
        (None, "wall.level"),
    ]


LATE = SMALL.replace("2026-03-12T09:40", "2026-03-16T09:40")

OFFICE = """\
items:
  - key: late
    shows: 红牌
    raised_by: wall
    expect: {state: struck_off}
    acts:
      - {at: 2026-03-13T10:00, as: "pulaoda:leader", do: strike_off, with: {opinion: 好了。}, refused: [not_permitted]}
      - {at: 2026-03-13T10:10, as: "pulaoda:leader", do: explain, with: {account: 没有人接手。}}
      - {at: 2026-03-13T10:20, as: "pulaoda:leader", do: report, with: {account: 已经办了。}}
      - {at: 2026-03-14T09:00, as: puyongan, do: strike_off, with: {opinion: 属实。}}
office:
  - {at: 2026-03-11T09:00, as: pulaoda:leader, do: leave, with: {person: pulaoda, deputy: yangmeixian, since: 2026-03-11, until: 2026-03-13}}
  - {at: 2026-03-12T08:00, as: pulaoda:leader, do: back, with: {person: pulaoda}}
  - {at: 2026-03-13T09:45, as: pulaoda:leader, do: read_notices, with: {notices: [supervision_step]}}
"""


def test_ladder_opens_the_item_that_the_file_names_and_its_papers_lie_with_the_others(site, tmp_path):
    (site / "disputes.yaml").write_text(LATE + OFFICE, encoding="utf-8")
    out = tmp_path / "out"
    summary = play_demo(site, out, settings_in(out))
    assert (summary.items_by_state, summary.steps_taken) == ({"struck_off": 1}, {"red": 1, "yellow": 1})
    papers = [path.name for path in (out / "unit-papers").iterdir()]
    assert (summary.documents, summary.unit_papers) == (1, len(papers))
    assert [name.split("-")[4] for name in sorted(papers) if "牌" in name] == ["黄牌、红牌通知"] * 2


def test_item_that_ends_otherwise_than_its_file_says_fails_the_demo(site, tmp_path):
    office = OFFICE.replace("state: struck_off", "state: withdrawn")
    (site / "disputes.yaml").write_text(LATE + office, encoding="utf-8")
    with pytest.raises(SiteError) as refused:
        play_demo(site, tmp_path / "out", settings_in(tmp_path / "out"))
    assert [problem.key for problem in refused.value.problems] == ["late.state"]


def test_unread_notice_that_is_not_there_stops_the_demo(site, tmp_path):
    office = OFFICE.replace("notices: [supervision_step]", "notices: [merged_in]")
    (site / "disputes.yaml").write_text(LATE + office, encoding="utf-8")
    with pytest.raises(SiteError) as refused:
        play_demo(site, tmp_path / "out", settings_in(tmp_path / "out"))
    assert [(one.line, one.key) for one in refused.value.problems] == [(28, "office.read_notices")]
