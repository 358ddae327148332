"""A site's disputes are read whole: every problem at once, each with its line, before anything is played."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mediation.demo.script import read_script
from mediation.errors import SiteError

ESHAN = Path(__file__).parents[2] / "examples" / "eshan"
NOW = datetime(2026, 11, 20, tzinfo=UTC)

GOOD = """\
format: 1
disputes:
  - key: b
    shows: 后一件
    expect: {outcome: open, state: registered}
    acts:
      - {at: 2026-03-03T09:00, as: "fangmin:registrar", do: register, with: {title: 乙, source: applied, governance_category: "0201", narrative: 乙。, parties: [{role: applicant, name: 甲某}]}}
  - key: a
    shows: 前一件
    expect: {outcome: open, state: triaged}
    acts:
      - {at: 2026-03-02T09:00, as: "fangmin:registrar", do: register, with: {title: 甲, source: applied, governance_category: "0201", narrative: 甲。, parties: [{role: applicant, name: 甲某}]}}
      - {at: 2026-03-04T09:00, as: "baijianguo", do: triage, with: {tier: simple}}
"""


@pytest.fixture
def site(tmp_path):
    """The county of the example with disputes of its own."""
    shutil.copytree(ESHAN, tmp_path / "site", ignore=shutil.ignore_patterns("disputes.yaml"))
    return tmp_path / "site"


def faults(site, text) -> list[tuple[int | None, str | None]]:
    (site / "disputes.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteError) as refused:
        read_script(site, NOW)
    return [(problem.line, problem.key) for problem in refused.value.problems]


def test_acts_of_all_disputes_are_played_in_order_of_time(site):
    (site / "disputes.yaml").write_text(GOOD, encoding="utf-8")
    found, steps = read_script(site, NOW)
    assert [dispute.key for dispute in found.disputes] == ["b", "a"]
    assert [(step.dispute.key, step.act.do, step.line) for step in steps] == [
        ("a", "register", 12),
        ("b", "register", 7),
        ("a", "triage", 13),
    ]
    assert steps[0].act.at == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_everything_wrong_is_told_at_once(site):
    wrong = (
        GOOD.replace("key: a", "key: b")
        .replace("2026-03-04T09:00", "2026-03-01T09:00")
        .replace("2026-03-03T09:00", "2026-12-03T09:00")
        .replace('as: "baijianguo"', 'as: "nobody"')
        .replace("tier: simple", "tear: simple")
    )
    assert faults(site, wrong) == [
        (7, "disputes[0].acts[0].at"),
        (8, "disputes[1].key"),
        (13, "disputes[1].acts[1].with.tier"),
        (13, "disputes[1].acts[1].with.tear"),
        (13, "disputes[1].acts[1].at"),
        (13, "disputes[1].acts[1].as"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("do: triage, with: {tier: simple}", "do: dance", "disputes[1].acts[1].do"),
        ("do: triage, with: {tier: simple}", "do: issue", "disputes[1].acts[1].with.form"),
        ('as: "baijianguo"', 'as: "fangmin"', "disputes[1].acts[1].as"),
        ('as: "baijianguo"', 'as: "baijianguo:mediator"', "disputes[1].acts[1].as"),
        ("2026-03-04T09:00", "2026-02-30T09:00", "disputes[1].acts[1].at"),
        ("2026-03-04T09:00", "2026-03-04", "disputes[1].acts[1].at"),
    ],
)
def test_one_wrong_word_is_told_with_its_place(site, old, new, key):
    assert faults(site, GOOD.replace(old, new)) == [(13, key)]


def test_second_registration_is_refused(site):
    again = GOOD.splitlines()[-2].replace("2026-03-02", "2026-03-05")
    assert faults(site, f"{GOOD}{again}\n") == [(14, "disputes[1].acts[2].do")]


def test_dispute_that_does_not_begin_with_its_registration_is_refused(site):
    lines = GOOD.splitlines(keepends=True)
    assert faults(site, "".join([*lines[:-2], lines[-1]])) == [(12, "disputes[1].acts[0].do")]


def test_missing_file_is_told(site):
    with pytest.raises(SiteError) as refused:
        read_script(site, NOW)
    assert [problem.file for problem in refused.value.problems] == ["disputes.yaml"]


def test_scanned_pages_may_be_samples_but_not_other_words(site):
    scan = '      - {at: 2026-03-05T09:00, as: "fangmin:recorder", do: attach_scan, with: {pages: PAGES, signed_on: 2026-03-05}}\n'
    (site / "disputes.yaml").write_text(GOOD + scan.replace("PAGES", "sample"), encoding="utf-8")
    assert len(read_script(site, NOW)[1]) == 4
    assert faults(site, GOOD + scan.replace("PAGES", "elsewhere")) == [(14, "disputes[1].acts[2].with.pages")]


OFFICE = """\
items:
  - key: late
    shows: 督办
    raised_by: a
    expect: {state: struck_off}
    acts:
      - {at: 2026-03-16T09:00, as: "fangmin:registrar", do: explain, with: {account: 忘了。}}
office:
  - {at: 2026-03-05T09:00, as: "puyongan", do: week, with: {unit: dong, of: 2026-03-04}}
rounds: [2026-03-06T09:00]
"""


def test_items_acts_of_the_office_and_rounds_are_woven_in_by_time(site):
    (site / "disputes.yaml").write_text(GOOD + OFFICE, encoding="utf-8")
    assert [(step.place, step.line) for step in read_script(site, NOW)[1]] == [
        ("a.register", 12),
        ("b.register", 7),
        ("a.triage", 13),
        ("office.week", 22),
        ("rounds", 23),
        ("late.explain", 20),
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("raised_by: a", "raised_by: c", (17, "items[0].raised_by")),
        ("    raised_by: a\n", "", (19, "items[0].acts[0].do")),
        ("key: late", "key: a", (15, "items[0].key")),
        ("do: explain", "do: register", (20, "items[0].acts[0].do")),
        ("account: 忘了。", "account: 忘了。, moon: 1", (20, "items[0].acts[0].with.moon")),
        ("do: week, with: {unit: dong", "do: week, with: {units: dong", (22, "office[0].with.unit")),
        ('as: "puyongan"', 'as: "nobody"', (22, "office[0].as")),
        ("[2026-03-06T09:00]", "[2026-12-06T09:00]", (23, "rounds[0]")),
    ],
)
def test_what_is_wrong_beside_the_disputes_is_told_with_its_place(site, old, new, fault):
    assert fault in faults(site, GOOD + OFFICE.replace(old, new))


def test_dispute_that_an_act_names_must_be_in_the_file(site):
    link = '      - {at: 2026-03-05T09:00, as: "fangmin:registrar", do: link, with: {to: "@b", kind: related, why: 同一天。}}\n'
    (site / "disputes.yaml").write_text(GOOD + link, encoding="utf-8")
    assert len(read_script(site, NOW)[1]) == 4
    assert faults(site, GOOD + link.replace("@b", "@c")) == [(14, "disputes[1].acts[2].with.to")]


def test_dispute_that_is_split_off_begins_with_the_split(site):
    assert faults(site, GOOD.replace("    shows: 前一件\n", "    shows: 前一件\n    split_from: z\n")) == [
        (13, "disputes[1].acts[0].do"),
        (10, "disputes[1].split_from"),
    ]
