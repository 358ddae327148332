"""Heads and trails leave the machine as lines that another program can read and check."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from mediation.audit.export import export_events, export_head, read_head
from mediation.audit.heads import head_hash, make_head, root_over
from mediation.audit.queries import head_of
from mediation.audit.trail import append
from mediation.errors import AuditBroken, CaseChanged, NotFound
from mediation.storage.engine import Database
from tests.audit.conftest import Shell, at, sign


def test_heads_are_numbered_linked_and_signed(database: Database) -> None:
    with database.writing() as session:
        empty = make_head(session, at(0), sign)
        for chain in ("b", "a", "a", "instance"):
            append(session, chain=chain, act="register", actor="system", recorded_at=at(1))
        full = make_head(session, at(2), sign)
        ends = [("a", 2, _hash(session, "a")), ("b", 1, _hash(session, "b"))]
        ends.append(("instance", 1, _hash(session, "instance")))
    assert (empty.number, empty.chains, empty.events, empty.previous) == (1, 0, 0, "")
    assert empty.root == hashlib.sha256().hexdigest()
    assert (full.number, full.chains, full.events, full.previous) == (2, 3, 4, empty.hash)
    assert (full.root, 3, 4) == root_over(ends)
    assert full.hash == head_hash(full.model_dump())
    with database.reading() as session:
        assert head_of(session).model_dump() == full.model_dump()
        assert head_of(session, 1).model_dump() == empty.model_dump()


def _hash(session, chain: str) -> str:
    from mediation.audit.queries import last_event

    return last_event(session, chain).hash


def test_head_says_what_it_signed(database: Database) -> None:
    signed: list[bytes] = []
    with database.writing() as session:
        append(session, chain="a", act="register", actor="system", recorded_at=at(1))
        head = make_head(session, at(2), lambda what: signed.append(what) or "signature")
    written = (
        f'{{"chains":1,"events":1,"last_event_id":{head.last_event_id},"made_at":"2026-03-02T01:02:00.000000Z","number":1,'
        f'"previous":"","root":"{head.root}"}}'
    )
    assert signed == [b"mediation head 1\n" + written.encode()]
    assert head.hash == hashlib.sha256(signed[0]).hexdigest()
    assert head.signature == "signature"


def test_head_is_never_dated_before_the_one_before(database: Database) -> None:
    with database.writing() as session:
        make_head(session, at(9), sign)
        assert make_head(session, at(3), sign).made_at == at(9)


def test_heads_made_while_others_append_hold_what_they_say(database: Database) -> None:
    def act(number: int) -> None:
        try:
            with database.writing() as session:
                if number % 5 == 0:
                    make_head(session, at(number), sign)
                append(session, chain=f"case-{number % 7}", act="x", actor="system", recorded_at=at(number))
        except CaseChanged:
            pass

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(40)))
    with database.reading() as session:
        newest = head_of(session).number
        assert newest >= 6
        for number in range(1, newest + 1):
            exported = read_head(export_head(session, number))
            columns = exported.columns
            assert root_over(exported.ends) == (columns["root"], columns["chains"], columns["events"])


def test_exported_head_reads_back(shell: Shell) -> None:
    lines = list(export_head(shell.session, 1))
    exported = read_head(lines)
    assert exported.columns == head_of(shell.session, 1).model_dump()
    assert [end[:2] for end in exported.ends] == [("case-a", 2), ("case-b", 2), ("instance", 1)]
    assert all(line.endswith("\n") and "\n" not in line[:-1] for line in lines)


def test_newest_head_is_exported_unless_another_is_named(shell: Shell) -> None:
    assert read_head(export_head(shell.session)).columns["number"] == 2


def test_export_of_a_head_that_is_not_there_is_refused(shell: Shell) -> None:
    with pytest.raises(NotFound, match=r"^还没有这个编号的日志总摘要。$"):
        list(export_head(shell.session, 3))


def test_export_of_a_head_that_no_longer_fits_is_refused(shell: Shell) -> None:
    shell.cut("case-a", 4)
    message = r"^办理日志与第2号总摘要不符，不能导出；请先校验办理日志。$"
    with pytest.raises(AuditBroken, match=message):
        list(export_head(shell.session, 2))


NO_HEAD = r"^这不是导出的日志总摘要文件。$"
NOT_WHOLE = r"^导出的日志总摘要文件不完整。$"


@pytest.mark.parametrize(
    "lines", [[], [""], ["not json"], ["[]"], ["[" * 100_000], ['{"format":"mediation head 2","head":{}}']]
)
def test_file_that_is_no_head_is_refused(lines: list[str]) -> None:
    with pytest.raises(AuditBroken, match=NO_HEAD):
        read_head(lines)


@pytest.mark.parametrize("head", ["", ',"head":{"number":"1"}'])
def test_file_of_half_a_head_is_refused(head: str) -> None:
    with pytest.raises(AuditBroken, match=NOT_WHOLE):
        read_head([f'{{"format":"mediation head 1"{head}}}'])


@pytest.mark.parametrize("end", ["", "{}", '"a"', '["a",1]', '["a","1","b"]', '["a",true,"b"]', "7"])
def test_end_that_is_none_is_refused(shell: Shell, end: str) -> None:
    with pytest.raises(AuditBroken, match=NOT_WHOLE):
        list(read_head([next(export_head(shell.session)), end]).ends)


def test_event_that_cannot_be_read_is_not_exported(shell: Shell) -> None:
    broken = "UPDATE audit_event SET facts = :broken WHERE chain = 'case-b' AND ordinal = 2"
    shell.run(broken, broken='{"step": 1.5}')
    with pytest.raises(AuditBroken, match=r"^第2条日志（链 case-b）读不出来。$"):
        list(export_events(shell.session))


def test_file_that_is_not_text_is_refused(shell: Shell, tmp_path) -> None:
    first = next(export_head(shell.session)).encode()
    for content in (b"\xff\xfe", first + b'["\xff",1,""]'):
        path = tmp_path / "head.jsonl"
        path.write_bytes(content)
        with path.open(encoding="utf-8") as file, pytest.raises(AuditBroken, match=NO_HEAD):
            list(read_head(file).ends)


@pytest.mark.parametrize(
    ("column", "value"), [("made_at", "yesterday"), ("made_at", "2026-03-02T01:00:00"), ("events", True)]
)
def test_head_with_an_impossible_value_is_refused(shell: Shell, column: str, value: object) -> None:
    first = json.loads(next(export_head(shell.session)))
    first["head"][column] = value
    with pytest.raises(AuditBroken, match=NOT_WHOLE):
        read_head([json.dumps(first)])


def test_exported_trail_can_be_checked_by_another_program(shell: Shell) -> None:
    """With nothing of ours: the standard library and what docs/audit-trail.md says."""
    lines = list(export_events(shell.session))
    assert json.loads(lines[0]) == {"format": "mediation trail 1"}
    ends: dict[str, tuple[int, str]] = {}
    for line in lines[1:]:
        event = json.loads(line)
        claimed = event.pop("hash")
        assert (event["ordinal"] - 1, event["previous"]) == ends.get(event["chain"], (0, ""))
        written = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(b"mediation event 1\n" + written.encode()).hexdigest() == claimed
        ends[event["chain"]] = (event["ordinal"], claimed)
    assert {chain: end[0] for chain, end in ends.items()} == {"case-a": 4, "case-b": 4, "instance": 3}


def test_export_of_one_chain_holds_that_chain_alone(shell: Shell) -> None:
    lines = list(export_events(shell.session, "case-b"))[1:]
    assert [(json.loads(line)["chain"], json.loads(line)["ordinal"]) for line in lines] == [
        ("case-b", ordinal) for ordinal in (1, 2, 3, 4)
    ]


def test_export_holds_no_detail(shell: Shell) -> None:
    assert "张三" not in "".join(export_events(shell.session))
