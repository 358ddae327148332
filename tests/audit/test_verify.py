"""The trail is checked from the database alone and against exported heads: whatever is changed by hand is found."""

# ruff: noqa: S608 — the statements are the tests' own

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from mediation.audit.export import export_head, read_head
from mediation.audit.heads import head_hash
from mediation.audit.models import AuditEvent, TrailHead
from mediation.audit.queries import events_of
from mediation.audit.trail import ERASED, append, canonical, erase, event_hash
from mediation.audit.verify import CaseRow, TrailReport, verify_trail
from mediation.storage.engine import Database
from tests.audit.conftest import Shell, at, sign

_CASES = (CaseRow("case-a", 4, "s4"), CaseRow("case-b", 4, "s4"))
_PLACES = [(chain, ordinal) for chain in ("case-a", "case-b") for ordinal in (1, 2, 3, 4)]


def _verified(shell: Shell, **given: Any) -> TrailReport:
    def is_right(signed: bytes, signature: str) -> bool:
        return sign(signed) == signature

    return verify_trail(shell.session, verify_signature=is_right, **given)


def _exported(shell: Shell, number: int | None = None) -> list[str]:
    return list(export_head(shell.session, number))


def _found(report: TrailReport) -> set[tuple[str, str, int | None]]:
    return {(problem.kind, problem.chain, problem.ordinal) for problem in report.problems}


def _kinds(report: TrailReport) -> set[str]:
    return {problem.kind for problem in report.problems}


def test_untouched_trail_is_in_order(trail: Database) -> None:
    with trail.reading() as session:
        report = verify_trail(session, case_rows=_CASES)
    assert (report.problems, report.ok) == ([], True)
    assert (report.events, report.chains, report.heads, report.signatures_checked) == (11, 3, 2, False)


def test_untouched_trail_agrees_with_every_exported_head(shell: Shell) -> None:
    heads = [read_head(_exported(shell, number)) for number in (2, 1)]
    report = _verified(shell, heads=heads, case_rows=_CASES)
    assert (report.problems, report.exported_heads, report.signatures_checked) == ([], 2, True)


def test_trail_stays_in_order_when_it_has_grown_since_the_head(shell: Shell) -> None:
    lines = _exported(shell, 2)
    append(shell.session, chain="case-a", act="close", actor="zhang:1", recorded_at=at(9))
    append(shell.session, chain="case-c", act="register", actor="zhang:1", recorded_at=at(9))
    assert _verified(shell, heads=[read_head(lines)]).problems == []
    assert _exported(shell, 2) == lines


_EVENT_CHANGES = {
    "chain": ["'case-z'"],
    "ordinal": ["90"],
    "recorded_at": ["'2026-03-02 00:59:00.000000'", "'2026-03-02 01:00:00.000001'"],
    "occurred_at": ["'2026-03-01 00:00:00.000000'"],
    "actor": ["'li:1'", "''"],
    "unit": ["'532402'", "''"],
    "act": ["'withdraw'", "'details.erased'"],
    "from_state": ["'elsewhere'", "''", "NULL"],
    "to_state": ["'elsewhere'", "NULL"],
    "version": ["77", "NULL"],
    "facts": ["'{\"step\": 77}'", "'{}'", "'[]'", "'null'", "'1.5'"],
    "commitments": ['\'{"reason": "00"}\'', "'{\"other\": 1}'", "'[1]'"],
    "previous": [f"'{'1' * 64}'"],
    "hash": [f"'{'1' * 64}'"],
}


def test_every_column_of_an_event_has_its_change() -> None:
    assert set(AuditEvent.__table__.columns.keys()) - _EVENT_CHANGES.keys() == {"id"}


@pytest.mark.parametrize("column", sorted(_EVENT_CHANGES))
def test_change_of_any_column_of_any_event_is_found(shell: Shell, column: str) -> None:
    unseen = []
    for chain, ordinal in _PLACES:
        where = f"chain = '{chain}' AND ordinal = {ordinal}"
        for value in _EVENT_CHANGES[column]:
            with shell.trying():
                if shell.one(f"SELECT {column} IS NULL FROM audit_event WHERE {where}") and value == "NULL":
                    continue
                shell.run(f"UPDATE audit_event SET {column} = {value} WHERE {where}")
                place = {"chain": ("case-z", ordinal), "ordinal": (chain, 90)}.get(column, (chain, ordinal))
                if ("altered", *place) not in _found(_verified(shell)):
                    unseen.append((chain, ordinal, value))
    assert unseen == []
    assert _verified(shell).ok


@pytest.mark.parametrize("trail", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", sorted(_EVENT_CHANGES.keys() - {"ordinal", "version"}))
def test_text_that_is_not_text_ends_in_a_report(shell: Shell, column: str) -> None:
    shell.run("PRAGMA ignore_check_constraints = ON")
    shell.run(f"UPDATE audit_event SET {column} = CAST(x'66ff' AS TEXT) WHERE id = 5")
    assert "altered" in _kinds(_verified(shell))


@pytest.mark.parametrize("trail", ["sqlite"], indirect=True)
def test_moment_written_with_a_zone_is_found(shell: Shell) -> None:
    shell.run("UPDATE audit_event SET recorded_at = recorded_at || '+08:00' WHERE id = 1")
    assert _found(_verified(shell)) == {("altered", "case-a", 1)}


def test_event_whose_id_was_changed_loses_its_details(shell: Shell) -> None:
    shell.run("UPDATE audit_event SET id = id + 1000 WHERE chain = 'case-a' AND ordinal = 2")
    assert _found(_verified(shell)) == {
        ("order", "case-a", 3),
        ("details", "case-a", 2),
        ("details", "", None),
    }


def _said(report: TrailReport) -> list[str]:
    return [str(problem) for problem in report.problems]


def test_altered_event_is_told_with_its_place(shell: Shell) -> None:
    shell.run("UPDATE audit_event SET actor = 'li:1' WHERE chain = 'case-a' AND ordinal = 2")
    assert _said(_verified(shell)) == ["链 case-a 第2条：内容与其校验值不符，被改动过"]


def test_gap_is_told_once_with_what_it_broke(shell: Shell) -> None:
    shell.cut("case-a", 2, 2)
    assert _said(_verified(shell)) == [
        "链 case-a 第3条：上一条是第1条，序号不连续",
        "链 case-a 第3条：没有接在上一条之后：前面有日志被改动、删除或插入",
    ]


@pytest.mark.parametrize("trail", ["sqlite"], indirect=True)
def test_ordinal_that_is_no_number_counts_as_the_next(shell: Shell) -> None:
    shell.run(
        "PRAGMA ignore_check_constraints = ON",
        "UPDATE audit_event SET ordinal = 'x' WHERE chain = 'case-a' AND ordinal = 3",
        "UPDATE audit_event SET ordinal = 'y' WHERE chain = 'case-a' AND ordinal = 4",
    )
    told = [one for one in _said(_verified(shell)) if "序号" in one]
    assert told == [
        "链 case-a 第x条：上一条是第2条，序号不连续",
        "链 case-a 第y条：上一条是第3条，序号不连续",
    ]


def test_event_of_the_same_moment_and_version_is_in_order(shell: Shell) -> None:
    append(shell.session, chain="case-a", act="note", actor="zhang:1", recorded_at=at(3), version=4)
    append(shell.session, chain="case-c", act="note", actor="zhang:1", recorded_at=at(9), version=0)
    assert _verified(shell).problems == []


def test_wrong_order_is_told_in_words(shell: Shell) -> None:
    shell.run("DELETE FROM trail_head")
    for changes, message in (
        ({"recorded_at": at(0)}, "记录时间早于上一条"),
        ({"version": 1}, "案件版本小于上一条"),
    ):
        with shell.trying():
            _rewrite(shell, "case-a", 3, **changes)
            assert _said(_verified(shell)) == [f"链 case-a 第3条：{message}"]
    shell.run("UPDATE audit_event SET id = id + 1000 WHERE chain = 'case-a' AND ordinal = 2")
    assert {"链 case-a 第3条：写入次序不对", "有 1 组内容不属于任何一条日志"} <= set(_said(_verified(shell)))


def test_what_an_exported_head_shows_is_told_with_its_number(shell: Shell) -> None:
    exported = _exported(shell, 2)
    with shell.trying():
        shell.run("DELETE FROM trail_head")
        shell.cut("case-a", 4)
        _rewrite(shell, "case-b", 4)
        assert _said(_verified(shell, heads=[read_head(exported)])) == [
            "数据库里没有导出过的总摘要第2号：数据库比它旧",
            "链 case-a 第4条：第2号总摘要时已有这一条，现在没有：链被截短或删除",
            "链 case-b 第4条：与第2号总摘要时不同：日志被改写",
        ]
    with shell.trying():
        _rewrite_head(shell, 2, made_at=at(50))
        found = _said(verify_trail(shell.session, heads=[read_head(exported)]))
        assert found == ["总摘要第2号与导出的不同"]
    first = json.loads(exported[0])
    first["head"]["signature"] = "another"
    altered = [canonical(first).decode(), *exported[1:-1]]
    assert _said(_verified(shell, heads=[read_head(altered)])) == [
        "总摘要第2号的签名不对",
        "导出的总摘要第2号与它所附的各链不符",
    ]
    assert _said(_verified(shell, heads=[read_head([*exported, "]"])])) == ["导出的日志总摘要文件不完整。"]
    first["head"]["events"] += 1
    altered = [canonical(first).decode(), *exported[1:]]
    assert _said(verify_trail(shell.session, heads=[read_head(altered)])) == [
        "总摘要第2号被改动过",
        "导出的总摘要第2号与它所附的各链不符",
    ]


def test_events_that_changed_places_are_found(shell: Shell) -> None:
    shell.run(
        "UPDATE audit_event SET ordinal = 99 WHERE chain = 'case-a' AND ordinal = 2",
        "UPDATE audit_event SET ordinal = 2 WHERE chain = 'case-a' AND ordinal = 3",
        "UPDATE audit_event SET ordinal = 3 WHERE chain = 'case-a' AND ordinal = 99",
    )
    assert {("altered", "case-a", 2), ("altered", "case-a", 3)} <= _found(_verified(shell))


def test_deleted_event_is_found(shell: Shell) -> None:
    for chain, ordinal in _PLACES:
        if ordinal == 4:
            continue  # a cut tail: only a head finds it
        with shell.trying():
            shell.cut(chain, ordinal, ordinal)
            found = _found(_verified(shell))
        assert {("gap", chain, ordinal + 1), ("broken_link", chain, ordinal + 1)} <= found


def test_inserted_event_is_found(shell: Shell) -> None:
    columns = "recorded_at, occurred_at, actor, unit, act, from_state, to_state, version, facts, commitments"
    shell.run(
        "UPDATE audit_event SET ordinal = ordinal + 10 WHERE chain = 'case-a' AND ordinal > 2",
        f"INSERT INTO audit_event (chain, ordinal, {columns}, previous, hash) SELECT chain, 3, {columns}, hash, "
        "previous FROM audit_event WHERE chain = 'case-a' AND ordinal = 2",
        "UPDATE audit_event SET ordinal = ordinal - 9 WHERE chain = 'case-a' AND ordinal > 10",
    )
    assert {("altered", "case-a", 3), ("broken_link", "case-a", 4)} <= _found(_verified(shell))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event_detail SET details = :other",
        "UPDATE event_detail SET event_id = event_id + 5000",
        "DELETE FROM event_detail",
        "UPDATE event_detail SET details = (SELECT max(o.details) FROM event_detail o WHERE o.event_id = 2)",
    ],
)
def test_details_that_do_not_fit_are_found(shell: Shell, keyring, change: str) -> None:
    other = keyring.encrypt(b'{"reason": {"salt": "00", "value": "x"}}', "event_detail.details")
    values = {"other": other} if ":other" in change else {}
    shell.run(change + " WHERE event_id = 1", **values)
    assert ("details", "case-a", 1) in _found(_verified(shell))


def test_details_without_a_commitment_are_found(shell: Shell) -> None:
    last = shell.one("SELECT id FROM audit_event WHERE chain = 'case-a' AND ordinal = 4")
    shell.run(
        f"INSERT INTO event_detail (event_id, details) SELECT {last}, details FROM event_detail WHERE event_id = 1"
    )
    assert _found(_verified(shell)) == {("details", "case-a", 4)}


@pytest.mark.parametrize("plain", [b"[]", b'{"reason": 1}', b'{"reason": {"salt": "00"}}', b"{", b"\xff"])
def test_details_of_another_shape_are_found(shell: Shell, keyring, plain: bytes) -> None:
    sealed = keyring.encrypt(plain, "event_detail.details")
    shell.run("UPDATE event_detail SET details = :sealed WHERE event_id = 1", sealed=sealed)
    assert _found(_verified(shell)) == {("details", "case-a", 1)}


@pytest.mark.parametrize("garbage", [b"", b"short", bytes(100), bytes.fromhex("0000000a") + bytes(60)])
def test_details_that_do_not_open_are_found(shell: Shell, garbage: bytes) -> None:
    shell.run("UPDATE event_detail SET details = :garbage WHERE event_id = 1", garbage=garbage)
    assert _found(_verified(shell)) == {("details", "case-a", 1)}


def _erase(shell: Shell, *ordinals: int) -> None:
    erase(shell.session, chain="case-a", ordinals=ordinals, by_two=("zhang", "li"), reason="term", now=at(9))


def test_erased_details_leave_the_trail_in_order(shell: Shell) -> None:
    lines = _exported(shell, 2)
    _erase(shell, 1, 3)
    assert _verified(shell, heads=[read_head(lines)], case_rows=_CASES).problems == []


def test_details_that_came_back_after_their_erasure_are_found(shell: Shell) -> None:
    kept = shell.one("SELECT details FROM event_detail WHERE event_id = 1")
    _erase(shell, 1)
    shell.run("INSERT INTO event_detail (event_id, details) VALUES (1, :kept)", kept=kept)
    assert _found(_verified(shell)) == {("details", "case-a", 1)}


def test_what_is_wrong_with_details_is_told_in_words(shell: Shell, keyring) -> None:
    other = keyring.encrypt(b'{"reason": {"salt": "00", "value": "x"}}', "event_detail.details")
    for details, message in ((b"short", "所附内容打不开"), (other, "所附内容与日志不符")):
        with shell.trying():
            shell.run("UPDATE event_detail SET details = :details WHERE event_id = 1", details=details)
            assert _said(_verified(shell)) == [f"链 case-a 第1条：{message}"]
    kept = shell.one("SELECT details FROM event_detail WHERE event_id = 1")
    with shell.trying():
        shell.run("DELETE FROM event_detail WHERE event_id = 1")
        assert _said(_verified(shell)) == ["链 case-a 第1条：所附内容不见了，而没有删除的记录"]
    _erase(shell, 1)
    shell.run("INSERT INTO event_detail (event_id, details) VALUES (1, :kept)", kept=kept)
    assert _said(_verified(shell)) == [
        "链 case-a 第1条：所附内容应已删除，却仍然存在（恢复备份后要重新删除）"
    ]


_NOT_OF_OUR_KINDS: tuple[dict[str, Any], ...] = (
    {"facts": ["x"]},
    {"commitments": ["x"]},
    {"version": "x"},
    {"act": ERASED, "facts": {"ordinals": "x"}},
    {"act": ERASED, "facts": {"ordinals": ["x"]}},
    {"act": ERASED, "facts": {}},
)


@pytest.mark.parametrize("trail", ["sqlite"], indirect=True)
@pytest.mark.parametrize("changes", _NOT_OF_OUR_KINDS, ids=str)
def test_event_of_other_kinds_under_a_fitting_hash_is_found(shell: Shell, changes: dict[str, Any]) -> None:
    shell.run("PRAGMA ignore_check_constraints = ON")
    _rewrite(shell, "case-a", 4, **changes)
    assert ("altered", "case-a", 4) in _found(_verified(shell))


_HEAD_CHANGES = {
    "number": "7",
    "made_at": "'2026-03-01 00:00:00.000000'",
    "last_event_id": "last_event_id - 1",
    "chains": "chains + 1",
    "events": "events + 1",
    "root": f"'{'1' * 64}'",
    "previous": f"'{'1' * 64}'",
    "hash": f"'{'1' * 64}'",
    "signature": "'x'",
}


def test_every_column_of_a_head_has_its_change() -> None:
    assert set(TrailHead.__table__.columns.keys()) == set(_HEAD_CHANGES)


@pytest.mark.parametrize("column", sorted(_HEAD_CHANGES))
def test_change_of_any_column_of_a_head_is_found(shell: Shell, column: str) -> None:
    for number in (1, 2):
        with shell.trying():
            shell.run(f"UPDATE trail_head SET {column} = {_HEAD_CHANGES[column]} WHERE number = {number}")
            assert _kinds(_verified(shell)) == {"head"}


def test_head_taken_out_is_found(shell: Shell) -> None:
    shell.run("DELETE FROM trail_head WHERE number = 1")
    assert _kinds(_verified(shell)) == {"head"}


def _rewrite(shell: Shell, chain: str, ordinal: int, **changes: Any) -> None:
    """Change an event and make every later hash of its chain fit again."""
    previous = ""
    for event in [one.model_dump() for one in events_of(shell.session, chain)]:
        if event["ordinal"] == ordinal:
            event.update(changes or {"act": "withdraw"})
        event["previous"] = previous
        event["hash"] = previous = event_hash(event)
        shell.session.connection().execute(
            update(AuditEvent.__table__).where(AuditEvent.__table__.c.id == event["id"]).values(event)
        )


def _rewrite_head(shell: Shell, number: int, **changes: Any) -> None:
    """Change a head and make its hash fit again; its signature cannot be made to."""
    table = TrailHead.__table__
    head = shell.session.connection().execute(table.select().where(table.c.number == number)).mappings().one()
    changed = {**head, **changes}
    changed["hash"] = head_hash(changed)
    shell.session.connection().execute(update(table).where(table.c.number == number).values(changed))


def test_order_that_is_wrong_under_fitting_hashes_is_found(shell: Shell) -> None:
    shell.run("DELETE FROM trail_head")
    for changes in ({"recorded_at": at(0)}, {"version": 1}):
        with shell.trying():
            _rewrite(shell, "case-a", 3, **changes)
            assert _found(_verified(shell)) == {("order", "case-a", 3)}


def test_key_that_stands_twice_is_found(shell: Shell) -> None:
    where = "WHERE chain = 'case-a' AND ordinal = 1"
    twice = '{"step": 9, "step": 0, "codes": ["0101", null, true]}'
    shell.run(f"UPDATE audit_event SET facts = '{twice.replace(':', chr(92) + ':')}' {where}")
    assert _found(_verified(shell)) == {("altered", "case-a", 1)}


_HEADS_WITH_FITTING_HASHES: dict[str, tuple[dict[str, Any], str]] = {
    "moved back": ({"made_at": at(0)}, "总摘要第2号没有接在上一号之后"),
    "not linked": ({"previous": "1" * 64}, "总摘要第2号没有接在上一号之后"),
    "other root": ({"root": "1" * 64}, "各链与总摘要第2号不符：有日志被删除或改写"),
}


@pytest.mark.parametrize("change", sorted(_HEADS_WITH_FITTING_HASHES))
def test_head_that_does_not_fit_under_a_fitting_hash_is_found(shell: Shell, change: str) -> None:
    changes, message = _HEADS_WITH_FITTING_HASHES[change]
    _rewrite_head(shell, 2, **changes)
    assert [problem.message for problem in verify_trail(shell.session).problems] == [message]
    signed = {problem.message for problem in _verified(shell).problems}
    assert signed == {message, "总摘要第2号的签名不对"}


def test_heads_of_the_same_moment_are_in_order(shell: Shell) -> None:
    made_at = shell.session.connection().execute(select(TrailHead.made_at).where(TrailHead.number == 1))
    _rewrite_head(shell, 2, made_at=made_at.scalar_one())
    assert verify_trail(shell.session).problems == []


@pytest.mark.parametrize("trail", ["sqlite"], indirect=True)
def test_head_that_cannot_be_read_is_told_and_hides_no_other(shell: Shell) -> None:
    shell.run("PRAGMA ignore_check_constraints = ON", "UPDATE trail_head SET made_at = 'x' WHERE number = 1")
    report = _verified(shell)
    assert [(one.kind, str(one)) for one in report.problems] == [("head", "总摘要第1号被改动过")]
    assert report.heads == 2


def test_first_head_left_out_under_fitting_hashes_is_found(shell: Shell) -> None:
    shell.run("DELETE FROM trail_head WHERE number = 1")
    _rewrite_head(shell, 2, previous="")
    assert [problem.message for problem in verify_trail(shell.session).problems] == ["总摘要第2号之前有缺号"]


def test_head_rewritten_since_its_export_is_found(shell: Shell) -> None:
    exported = read_head(_exported(shell, 2))
    _rewrite_head(shell, 2, made_at=at(50))
    assert verify_trail(shell.session).problems == []
    assert _found(verify_trail(shell.session, heads=[exported])) == {("rewritten", "", None)}


_BEHIND_THE_BACK: dict[str, tuple[Callable[[Shell], None], set[tuple[str, str, int]]]] = {
    "tail cut": (lambda shell: shell.cut("case-a", 4), {("missing", "case-a", 4)}),
    "tail rewritten": (lambda shell: _rewrite(shell, "case-a", 3), {("rewritten", "case-a", 4)}),
    "last event rewritten": (lambda shell: _rewrite(shell, "case-b", 4), {("rewritten", "case-b", 4)}),
    "whole chain rewritten": (lambda shell: _rewrite(shell, "case-b", 1), {("rewritten", "case-b", 4)}),
    "chain deleted": (lambda shell: shell.cut("case-b", 1), {("missing", "case-b", 4)}),
}


@pytest.mark.parametrize("change", sorted(_BEHIND_THE_BACK))
def test_change_with_fitting_hashes_is_found_only_by_a_head(shell: Shell, change: str) -> None:
    lines = _exported(shell, 2)
    do, expected = _BEHIND_THE_BACK[change]
    do(shell)
    assert _kinds(_verified(shell)) == {"head"}
    shell.run("DELETE FROM trail_head")
    assert _verified(shell).problems == []
    assert _found(_verified(shell, heads=[read_head(lines)])) == expected | {("missing", "", None)}


def test_change_after_the_exported_head_is_not_found(shell: Shell) -> None:
    """What the documentation says: a head protects what was recorded before it."""
    lines = _exported(shell, 1)
    shell.run("DELETE FROM trail_head WHERE number = 2")
    shell.cut("case-a", 4)
    assert _verified(shell, heads=[read_head(lines)]).problems == []


def test_old_database_put_back_is_found(shell: Shell) -> None:
    lines = _exported(shell, 2)
    shell.run("DELETE FROM trail_head WHERE number = 2")
    for chain, ordinal in (("case-a", 3), ("case-b", 3), ("instance", 2)):
        shell.cut(chain, ordinal)
    assert _verified(shell).problems == []
    assert _found(_verified(shell, heads=[read_head(lines)])) == {
        ("missing", "", None),
        ("missing", "case-a", 4),
        ("missing", "case-b", 4),
        ("missing", "instance", 3),
    }


def test_exported_head_that_was_altered_is_found(shell: Shell) -> None:
    lines = _exported(shell)
    first = json.loads(lines[0])
    first["head"]["events"] += 1
    changed_head = [canonical(first).decode(), *lines[1:]]
    changed_end = [lines[0], lines[1].replace(",4,", ",3,"), *lines[2:]]
    for altered in (changed_head, changed_end, lines[:-1], [*lines, '["case-z",1,"00"]'], [*lines, "]"]):
        assert "head" in _kinds(_verified(shell, heads=[read_head(altered)]))


def test_case_that_differs_from_its_chain_is_found(shell: Shell) -> None:
    rows = (CaseRow("case-a", 5, "s4"), CaseRow("case-b", 4, "closed"), CaseRow("case-c", 1, "s1"))
    report = _verified(shell, case_rows=(CaseRow("case-d", 1, "s1"), *rows))
    assert [problem.message for problem in report.problems] == [
        "案件 case-d 没有日志",
        "案件 case-a 现为“s4”（版本 5），与日志不符",
        "案件 case-b 现为“closed”（版本 4），与日志不符",
        "案件 case-c 没有日志",
    ]
    assert _kinds(report) == {"case"}


def test_chain_without_case_is_found(shell: Shell) -> None:
    report = _verified(shell, case_rows=_CASES[:1])
    assert (_said(report), _kinds(report)) == (["有 1 条链没有对应的案件"], {"case"})


def test_report_keeps_a_thousand_problems_and_counts_them_all() -> None:
    report = TrailReport()
    for ordinal in range(1200):
        report.add("gap", "x", "case-a", ordinal)
    assert (len(report.problems), report.count, report.ok) == (1000, 1200, False)
    assert str(report.problems[7]) == "链 case-a 第7条：x"


_VALUES = st.one_of(st.text(max_size=5), st.integers(-(2**60), 2**60), st.binary(max_size=5), st.none())


@pytest.mark.parametrize("trail", ["sqlite"], indirect=True)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(column=st.sampled_from(sorted(_EVENT_CHANGES)), place=st.integers(1, 11), value=_VALUES)
def test_any_value_in_any_column_of_sqlite_ends_in_a_report(shell: Shell, column, place, value) -> None:
    """SQLite keeps a value of any kind in any column: never an exception, and a finding unless nothing has changed."""
    with shell.trying():
        shell.run("PRAGMA ignore_check_constraints = ON")
        query = f"SELECT {column}, typeof({column}) FROM audit_event WHERE id = {place}"
        before = shell.session.connection().execute(text(query)).one()
        change = f"UPDATE OR IGNORE audit_event SET {column} = :value WHERE id = {place}"
        shell.run(change, value=value)
        after = shell.session.connection().execute(text(query)).one()
        assert _verified(shell).ok == (before == after)
