"""Events are appended to hash-chained chains; personal data stay out of them."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mediation.audit.queries import details_of, events_of, last_event
from mediation.audit.stored import open_details
from mediation.audit.trail import INSTANCE, append, canonical, commitment, erase, event_hash
from mediation.errors import CaseChanged, NotFound
from mediation.storage.engine import RECORDED, Database
from tests.audit.conftest import at
from tests.turns import Second


def _append(session, chain="case-a", **more):
    given = {"act": "register", "actor": "zhang:1", "recorded_at": at(0), **more}
    return append(session, chain=chain, **given)


def test_events_of_a_chain_are_numbered_and_linked(database: Database) -> None:
    with database.writing() as session:
        ends = [_append(session, recorded_at=at(step)) for step in range(3)]
        other = _append(session, chain="case-b")
    with database.reading() as session:
        events = events_of(session, "case-a")
        assert last_event(session, "case-a") == ends[2]
        assert last_event(session, "case-c") is None
    assert [event.ordinal for event in events] == [1, 2, 3]
    assert [event.previous for event in events] == ["", ends[0].hash, ends[1].hash]
    assert [event.hash for event in events] == [end.hash for end in ends]
    assert (other.chain, other.ordinal) == ("case-b", 1)


def test_event_keeps_what_it_was_given(database: Database) -> None:
    claimed = at(0).astimezone(timezone(timedelta(hours=8))) - timedelta(days=3)
    with database.writing() as session:
        end = _append(
            session,
            act="accept",
            unit="532401",
            occurred_at=claimed,
            from_state="registered",
            to_state="accepted",
            version=2,
            facts={"outcome": "open", "codes": [1, None, True, {"深": "度"}]},
            details={"理由": "邻里纠纷", "parties": [{"name": "张三"}]},
        )
    with database.reading() as session:
        (event,) = events_of(session, "case-a")
        details = details_of(session, event.id)
    kept = event.model_dump(exclude={"id", "commitments"})
    assert kept == {
        "chain": "case-a",
        "ordinal": 1,
        "recorded_at": at(0),
        "occurred_at": at(0) - timedelta(days=3),
        "actor": "zhang:1",
        "unit": "532401",
        "act": "accept",
        "from_state": "registered",
        "to_state": "accepted",
        "version": 2,
        "facts": {"outcome": "open", "codes": [1, None, True, {"深": "度"}]},
        "previous": "",
        "hash": end.hash,
    }
    assert sorted(event.commitments) == ["parties", "理由"]
    assert details == {"理由": "邻里纠纷", "parties": [{"name": "张三"}]}
    assert event_hash(event.model_dump()) == end.hash


def test_hash_is_what_the_documentation_says(database: Database) -> None:
    """Spelled out once by hand, so that another program can do the same."""
    with database.writing() as session:
        _append(session)
        end = _append(
            session, recorded_at=at(1), to_state="s1", version=1, facts={"b": [1, '甲\n"\\\x01'], "a": None}
        )
        before = events_of(session, "case-a")[0].hash
    written = (
        '{"act":"register","actor":"zhang:1","chain":"case-a","commitments":{},"facts":{"a":null,"b":[1,"甲\\n\\"'
        '\\\\\\u0001"]},"from_state":null,"occurred_at":"2026-03-02T01:01:00.000000Z","ordinal":2,"previous":"'
        + before
        + '","recorded_at":"2026-03-02T01:01:00.000000Z","to_state":"s1","unit":"","version":1}'
    )
    assert end.hash == hashlib.sha256(b"mediation event 1\n" + written.encode()).hexdigest()


def test_commitment_is_what_the_documentation_says() -> None:
    written = '{"name":"reason","salt":"00ff","value":["张三",1]}'
    expected = hashlib.sha256(b"mediation detail 1\n" + written.encode()).hexdigest()
    assert commitment("reason", "00ff", ["张三", 1]) == expected


def test_equal_details_have_unequal_commitments(database: Database) -> None:
    with database.writing() as session:
        for chain in ("case-a", "case-b"):
            _append(session, chain=chain, details={"name": "张三"})
        first, second = (events_of(session, chain)[0].commitments for chain in ("case-a", "case-b"))
    assert first["name"] != second["name"]


def test_event_is_bound_to_name_salt_and_value_of_its_details(database: Database, keyring) -> None:
    with database.writing() as session:
        end = _append(session, details={"理由": "邻里纠纷"})
        assert [row["hash"] for row in session.info[RECORDED]] == [end.hash]
    with database.reading() as session:
        (event,) = events_of(session, "case-a")
        sealed = session.connection().execute(text("SELECT details FROM event_detail")).scalar_one()
    salted = open_details(bytes(sealed), keyring)
    assert salted is not None
    assert event.commitments == {"理由": commitment("理由", salted["理由"]["salt"], "邻里纠纷")}


def test_details_lie_nowhere_in_clear(sqlite_store: str, keyring, tmp_path) -> None:
    database = Database(sqlite_store, keyring)
    with database.writing() as session:
        _append(session, details={"name": "王五五五", "phone": "13800001234"})
    database.close()
    everything = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert b"zhang:1" in everything
    for secret in ("王五五五", "13800001234", json.dumps("王五五五")[1:-1]):
        assert secret.encode() not in everything


def test_clock_that_went_back_is_noted_and_not_followed(database: Database) -> None:
    with database.writing() as session:
        _append(session, recorded_at=at(10))
        _append(session, recorded_at=at(4), facts={"x": 1})
        _append(session, recorded_at=at(10))
        _append(session, recorded_at=at(11))
        events = events_of(session, "case-a")
    assert [event.recorded_at for event in events] == [at(10), at(10), at(10), at(11)]
    assert [event.facts for event in events] == [{}, {"x": 1, "clock_back": True}, {}, {}]
    assert [event.occurred_at for event in events] == [at(10), at(4), at(10), at(11)]


def test_append_behind_a_stale_end_is_told(database: Database) -> None:
    with database.writing() as session:
        seen = _append(session)
    with database.writing() as session:
        _append(session)
    with pytest.raises(CaseChanged), database.writing() as session:
        _append(session, last=seen)
    with database.reading() as session:
        assert [event.ordinal for event in events_of(session, "case-a")] == [1, 2]


def test_append_to_a_given_end_reads_nothing_and_links(database: Database) -> None:
    with database.writing() as session:
        end = None
        for step in range(4):
            end = _append(session, recorded_at=at(step), last=end)
        assert last_event(session, "case-a") == end
    assert end.ordinal == 4


def test_other_violations_are_not_called_a_change(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        _append(session, act=None)


def test_appends_at_the_same_time_make_one_unbroken_chain(database: Database) -> None:
    def act(number: int) -> bool:
        try:
            with database.writing() as session:
                _append(session, facts={"number": number})
        except CaseChanged:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(act, range(40)))
    with database.reading() as session:
        events = events_of(session, "case-a")
    assert [event.ordinal for event in events] == list(range(1, done.count(True) + 1))
    assert {event.facts["number"] for event in events} == {
        number for number, right in enumerate(done) if right
    }
    if database.on_sqlite:
        assert done.count(False) == 0


def test_event_of_a_transaction_that_fails_is_gone(database: Database) -> None:
    def two_acts() -> None:
        with database.writing() as session:
            _append(session, details={"name": "张三"})
            _append(session, facts={"share": 0.5})

    with pytest.raises(ValueError, match="canonical"):
        two_acts()
    with database.reading() as session:
        counts = [
            session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 — constants
            for table in ("audit_event", "event_detail")
        ]
    assert counts == [0, 0]


@pytest.mark.parametrize(
    "wrong",
    [1.5, {1: "x"}, b"x", {"a": [{"b": 0.1}]}, at(0).replace(tzinfo=None), "\ud800", {"\udfff": 1}, {1, 2}],
)
def test_value_without_canonical_form_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"canonical|text|surrogates"):
        canonical({"facts": wrong})


def test_moments_are_written_in_utc_to_the_microsecond() -> None:
    east = datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    assert canonical(east) == canonical(east.astimezone(UTC)) == b'"2026-03-02T01:00:00.000005Z"'


_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_TREES)
def test_canonical_form_survives_being_stored_as_json(tree) -> None:
    try:
        written = canonical(tree)
    except UnicodeEncodeError:
        return
    assert canonical(json.loads(json.dumps(tree))) == written
    assert json.loads(written) == json.loads(json.dumps(tree))


@given(_TREES, _TREES)
def test_different_values_have_different_canonical_forms(one, other) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    try:
        assert (canonical(one) == canonical(other)) is same
    except UnicodeEncodeError:
        return


def test_erasure_deletes_the_details_and_leaves_its_event(database: Database) -> None:
    with database.writing() as session:
        for step in range(3):
            _append(session, recorded_at=at(step), details={"name": f"张{step}"})
    with database.writing() as session:
        end = erase(
            session,
            chain="case-a",
            ordinals=[3, 1],
            by_two=("zhang", "li"),
            reason="court_order",
            now=at(9),
            unit="532401",
        )
    with database.reading() as session:
        events = events_of(session, "case-a")
        kept = [details_of(session, event.id) for event in events]
        listed = (
            session.connection()
            .execute(text("SELECT chain, ordinal, reason FROM erasure ORDER BY ordinal"))
            .all()
        )
    assert kept == [{}, {"name": "张1"}, {}, {}]
    assert (events[3].ordinal, events[3].act, events[3].hash) == (4, "details.erased", end.hash)
    assert events[3].facts == {"ordinals": [1, 3], "by": ["zhang", "li"], "reason": "court_order"}
    assert (events[3].actor, events[3].unit) == ("zhang", "532401")
    assert listed == [("case-a", 1, "court_order"), ("case-a", 3, "court_order")]


def test_erasure_that_is_no_units_names_none(database: Database) -> None:
    with database.writing() as session:
        _append(session, details={"name": "张三"})
        erase(session, chain="case-a", ordinals=[1], by_two=("zhang", "li"), reason="term", now=at(9))
        assert [event.unit for event in events_of(session, "case-a")] == ["", ""]


def test_erasure_by_one_person_is_refused(database: Database) -> None:
    with database.writing() as session:
        _append(session, details={"name": "张三"})
    with pytest.raises(ValueError, match="two persons"), database.writing() as session:
        erase(session, chain="case-a", ordinals=[1], by_two=("li", "li"), reason="term", now=at(9))
    with database.reading() as session:
        assert details_of(session, events_of(session, "case-a")[0].id) == {"name": "张三"}


def test_erasure_of_what_is_not_there_is_refused_whole(database: Database) -> None:
    with database.writing() as session:
        _append(session, details={"name": "张三"})
    with pytest.raises(NotFound), database.writing() as session:
        erase(session, chain="case-a", ordinals=[1, 7], by_two=("zhang", "li"), reason="term", now=at(9))
    with database.reading() as session:
        events = events_of(session, "case-a")
        assert details_of(session, events[0].id) == {"name": "张三"}
    assert len(events) == 1


def test_example_of_the_documentation_is_right(database: Database) -> None:
    page = (Path(__file__).parents[2] / "docs" / "audit-trail.md").read_text()
    with database.writing() as session:
        end = _append(session, unit="532401", to_state="registered", version=1)
    (line,) = [line.strip() for line in page.splitlines() if line.startswith("    mediation event 1⏎")]
    assert hashlib.sha256(line.replace("⏎", "\n").encode()).hexdigest() == end.hash
    assert f"has the hash `{end.hash}`" in page


def test_two_who_append_to_the_instances_chain_at_once_both_do(database: Database) -> None:
    """Logins, tokens, exports of a whole site meet in this one chain; nobody has to try again for that."""

    def append_another() -> int:
        with database.writing() as session:
            return _append(session, chain=INSTANCE).ordinal

    second = Second(database, append_another)
    with database.writing() as session:
        first = _append(session, chain=INSTANCE).ordinal
        second.begin()
    assert (first, second.result()) == (1, 2)
