"""Calendar files hold each line within its property and 75 octets, and say a revision as one."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from mediation.cases.workspace.day import DiaryLine
from mediation.web.icalendar import escaped, folded, icalendar

AT = datetime(2026, 3, 2, 7, tzinfo=UTC)


def line(**changes):
    known = {
        "id": 1,
        "day": date(2026, 3, 2),
        "starts_at": AT,
        "ends_at": datetime(2026, 3, 2, 8, tzinfo=UTC),
        "kind": "session",
        "person": "",
        "place": "村调解室",
        "case": "abc",
        "number": "临-1",
        "title": "",
        "kept": False,
        "own": True,
        "ordinal": 2,
        "changed_at": datetime(2026, 3, 1, 1, 2, 3, tzinfo=UTC),
    }
    return DiaryLine(**{**known, **changes})


def event(**changes):
    rows = icalendar([line(**changes)]).decode().replace("\r\n ", "").split("\r\n")
    return rows[rows.index("BEGIN:VEVENT") : rows.index("END:VEVENT") + 1]


def test_appointment_is_said_in_the_sites_time():
    assert event() == [
        "BEGIN:VEVENT",
        "UID:abc-2@mediation.invalid",
        "DTSTAMP:20260301T010203Z",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "DTSTART;TZID=Asia/Shanghai:20260302T150000",
        "DTEND;TZID=Asia/Shanghai:20260302T160000",
        "SUMMARY:调解 临-1",
        "LOCATION:村调解室",
        "END:VEVENT",
    ]
    assert icalendar([line()]) == icalendar([line()])


def test_cancelled_one_is_a_later_revision_of_the_same():
    before, after = event(), event(cancelled=True)
    assert before[1] == after[1]
    assert after[3:5] == ["SEQUENCE:1", "STATUS:CANCELLED"]


def test_place_that_would_be_a_property_stays_within_its_own():
    found = icalendar([line(place="村里;一楼,左\r\nEND:VCALENDAR\\" + "很长" * 40)]).decode()
    assert max(len(row.encode()) for row in found.split("\r\n")) <= 75
    unfolded = found.replace("\r\n ", "").split("\r\n")
    assert unfolded.count("END:VCALENDAR") == 1
    assert "LOCATION:村里\\;一楼\\,左  END:VCALENDAR\\\\" + "很长" * 40 in unfolded


@given(st.text())
def test_any_text_is_one_line_of_75_octets_at_most(text):
    row = escaped(text)
    rows = folded(row).split("\r\n")
    assert all(len(one.encode("utf-8", "surrogatepass")) <= 75 for one in rows)
    assert "".join([rows[0], *(one[1:] for one in rows[1:])]) == row
    assert not any(control in row for control in "\r\n\x00\x85\u2028")
