"""Notices are read from their folders, a site's before the shipped ones; every problem is told at once, with its place."""

import json
import shutil

import pytest

from mediation import resources
from mediation.errors import NotFound, NoticeError
from mediation.notices.folders import find_notice, load_notice, load_notices

OVERDUE = resources.shipped("templates") / "notices" / "overdue"


@pytest.fixture
def folder(tmp_path):
    """A copy of a shipped notice in a site."""
    target = tmp_path / "site" / "templates" / "notices" / "overdue"
    shutil.copytree(OVERDUE, target)
    return target


def problems(folder):
    with pytest.raises(NoticeError) as caught:
        load_notice(folder)
    return [(one.file.rpartition("/")[2], one.line, one.key) for one in caught.value.problems]


def test_site_overlays_a_notice_and_adds_one(tmp_path, folder):
    site = tmp_path / "site"
    (folder / "body.txt").write_text("{{ case.called }}要快办。\n")
    shutil.copytree(folder, folder.with_name("moonrise"))
    found = load_notices(site)
    assert found.keys() - load_notices().keys() == {"moonrise"}
    assert found["overdue"].compose(found["overdue"].sample).body.endswith("要快办。")
    assert find_notice("moonrise", site).title == "办理超时"
    with pytest.raises(NotFound, match="overdue"):
        find_notice("sunset", site)


def test_shared_slip_can_be_overlaid(tmp_path):
    shared = tmp_path / "site" / "templates" / "notices" / "_notice"
    shared.mkdir(parents=True)
    (shared / "asking.txt").write_text("有事请打电话。\n")
    found = load_notices(tmp_path / "site")["handed_over"]
    assert found.compose(found.sample).body.endswith("有事请打电话。")


def test_all_problems_of_all_files_are_told_at_once(folder):
    (folder / "notice.yaml").write_text(
        "title: 超时\nabout: 到时没办\nto: [owner, unit]\nposts: [registrar]\nneeds: [case.moon]\n"
        "channels: [sms]\nurgency: normal\n"
    )
    (folder / "subject.txt").write_text("超时\n{{ case.number\n")
    (folder / "body.txt").write_text("{{ case.number|shout }}\n")
    (folder / "extra.txt").write_text("?")
    sample = json.loads((folder / "sample.json").read_text())
    (folder / "sample.json").write_text(json.dumps({**sample, "moon": 1}))
    assert sorted(problems(folder), key=str) == [
        ("body.txt", 1, ""),
        ("extra.txt", None, ""),
        ("notice.yaml", 5, "needs[0]"),
        ("notice.yaml", 6, "channels"),
        ("sample.json", None, "moon"),
        ("subject.txt", 2, ""),
    ]


@pytest.mark.parametrize(
    ("file", "words", "where"),
    [
        (
            "notice.yaml",
            "title: 超时\n",
            [("notice.yaml", 1, "about"), ("notice.yaml", 1, "to"), ("notice.yaml", 1, "channels")],
        ),
        (
            "notice.yaml",
            "title: 超时\nabout: 到\nto: [unit]\nchannels: [file]\n",
            [("notice.yaml", 1, "posts")],
        ),
        (
            "notice.yaml",
            "title: 超时\nabout: 到\nto: [moon]\nchannels: [file]\n",
            [("notice.yaml", 3, "to[0]")],
        ),
        ("subject.txt", "\n", [("subject.txt", None, "")]),
        ("subject.txt", "很" * 61, [("subject.txt", None, "")]),
        ("body.txt", "很" * 601, [("body.txt", None, "")]),
        ("body.txt", "{{ moon }}", [("body.txt", None, "")]),
        ("body.txt", "{{ case.moon }}", [("body.txt", None, "")]),
        ("body.txt", "{{ case.__class__ }}", [("body.txt", None, "")]),
        ("body.txt", "{{ range(9) }}", [("body.txt", None, "")]),
        ("body.txt", "{% include '/etc/passwd' %}", [("body.txt", None, "")]),
    ],
)
def test_fault_is_told_with_its_place(folder, file, words, where):
    (folder / file).write_text(words)
    assert problems(folder) == where


@pytest.mark.parametrize("file", ["notice.yaml", "subject.txt", "body.txt", "sample.json"])
def test_missing_file_is_told(folder, file):
    (folder / file).unlink()
    assert problems(folder) == [(file, None, "")]


def test_sample_must_be_marked_and_hold_what_is_needed(folder):
    sample = json.loads((folder / "sample.json").read_text())
    (folder / "sample.json").write_text(json.dumps({**sample, "sample": False, "case": None}))
    assert ("sample.json", None, "sample") in problems(folder)
    assert ("sample.json", None, "case.called") in problems(folder)


def test_posts_are_those_of_the_site(tmp_path, folder):
    with pytest.raises(NoticeError) as caught:
        load_notices(tmp_path / "site", posts=frozenset({"registrar", "dispatcher", "mediator"}))
    assert {(one.file, one.key) for one in caught.value.problems} >= {
        (str(folder / "notice.yaml"), "posts[3]")
    }


def test_letter_is_tidied_and_marked_as_a_sample(folder):
    (folder / "subject.txt").write_text("  超时\n  {{ case.number }} ")
    (folder / "body.txt").write_text("\n 第一段。\n\n\n第二段   有空格。\n")
    notice = load_notice(folder)
    letter = notice.compose(notice.sample)
    assert (letter.subject, letter.body) == (
        f"【示例】超时 {notice.sample.case.number}",
        "【示例】第一段。\n第二段 有空格。",
    )
    assert notice.compose(notice.sample.model_copy(update={"sample": False})).body.startswith("第一段")
