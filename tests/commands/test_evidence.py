"""mediation case evidence: taken in from files, listed, saved, given back, withdrawn."""

import json

from sqlmodel import select

from mediation.cases import queries
from mediation.cases.readings.models import Reading
from mediation.cli import run
from tests.cases.test_evidence import picture
from tests.commands.test_cases import told

WORDS = ("--kind", "documentary", "--name", "借条", "--party", "1", "--shows", "借款五千元")


def test_evidence_by_the_command_line(sqlite_town, capsys, tmp_path):
    ref = sqlite_town.register(who="jiamed")
    photo, note, saved = tmp_path / "IMG_1.png", tmp_path / "note.bin", tmp_path / "saved.png"
    photo.write_bytes(picture())
    note.write_text("2026年3月1日记", encoding="utf-8")
    words = (*WORDS, "--given-on", "2026-03-02", "--original", "--json")
    added = json.loads(
        told(sqlite_town, capsys, "jiamed", "evidence", "add", ref, str(photo), str(note), *words)
    )
    assert [(one["number"], one["media_type"], one["file_name"]) for one in added] == [
        (1, "image/png", "IMG_1.png"),
        (2, "text/plain; charset=utf-8", "note.bin"),
    ]
    told(sqlite_town, capsys, "sulead", "evidence", "save", ref, "1", "--out", str(saved))
    assert saved.read_bytes() == picture()
    with sqlite_town.reading() as session:
        case = queries.case_id_of(session, ref)
        assert list(session.exec(select(Reading.what).where(Reading.case_id == case))) == ["evidence 1"]
    told(sqlite_town, capsys, "jiamed", "evidence", "return", ref, "1", "--to", "乙某1")
    told(
        sqlite_town, capsys, "jiamed", "evidence", "withdraw", ref, "2", "--reason", "交错了", "--to", "乙某1"
    )
    listed = told(sqlite_town, capsys, "jiamed", "evidence", "list", ref).splitlines()
    assert [line.rpartition("  ")[0] for line in listed] == [
        "1. 借条（1/2）（书证）乙某1 2026-03-02 提交",
        "2. 借条（2/2）（书证）乙某1 2026-03-02 提交，已撤回",
    ]


def test_what_is_refused_is_told_and_leaves_nothing(sqlite_town, capsys, tmp_path):
    ref = sqlite_town.register(who="jiamed")
    page = tmp_path / "photo.png"
    page.write_bytes(b"<html><script>alert(1)</script>")
    sqlite_town.instance.database.close()
    data = str(sqlite_town.instance.settings.data)
    assert run(["--data", data, "--as", "jiamed", "case", "evidence", "add", ref, str(page), *WORDS]) == 1
    assert "不收网页" in capsys.readouterr().err
    assert run(["--data", data, "--as", "jiamed", "case", "evidence", "add", ref, "/nowhere", *WORDS]) == 1
    assert told(sqlite_town, capsys, "jiamed", "evidence", "list", ref) == "还没有收到证据材料。\n"
