"""Whatever stands in a file: a site or a list of problems, nothing else."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediation.errors import SiteError
from mediation.sites.applying import apply_site, place_problems, unsure
from mediation.sites.folder import read_site, survey_site

DAY = date(2026, 3, 2)
FILES = ("site.yaml", "units.csv", "people.csv", "committees.yaml")
PIECES = (b"\x00", b"\xff", b'"', b",", b"\n", b"{", b"[", b": ", b"- ", b"&a ", b"*a", b"2026-02-30", b"no", b"99",
          b"gang", "示".encode(), "示".encode("gb18030"), b"=", b"hu", b"dui", b"\xe2\x80\xae", b"'")  # fmt: skip


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 6), st.sampled_from(PIECES)), max_size=4),
)
def test_a_spoilt_file_is_read_or_refused(site, file, changes):
    path = site / file
    sound = path.read_bytes()
    spoilt = sound
    for place, length, piece in changes:
        spoilt = spoilt[:place] + piece + spoilt[place + length :]
    path.write_bytes(spoilt)
    try:
        with suppress(SiteError):
            read_site(site, DAY)
    finally:
        path.write_bytes(sound)


class _Undone(Exception):
    """Nothing of a trial stays."""


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 6), st.sampled_from(PIECES)), max_size=4),
    st.sampled_from([0, 9]),
)
def test_what_is_left_of_a_spoilt_site_can_be_tried(applied_lake, site, file, changes, days):
    """What an instance has against it is asked beside what is wrong in the files."""
    path = site / file
    sound = path.read_bytes()
    spoilt = sound
    for place, length, piece in changes:
        spoilt = spoilt[:place] + piece + spoilt[place + length :]
    path.write_bytes(spoilt)
    database, now = applied_lake
    try:
        with suppress(_Undone), database.writing() as session:
            left = survey_site(site, DAY).left
            assert left is not None
            place_problems(session, left, now, DAY + timedelta(days=days))
            session.flush()
            unsure(session, left)
            raise _Undone
    finally:
        path.write_bytes(sound)


@pytest.fixture
def applied_lake(database, clock, site):
    with database.writing() as session:
        apply_site(session, read_site(site, DAY), clock.now())
    return database, clock.now()


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 100, b"[" * 5000, b"\xff\xfe\x00", b"a: &a [*a]\n", b"{}", b"[]", b"x", b"null"]
)
def test_a_hopeless_file_is_named(site, file, data):
    (site / file).write_bytes(data)
    with pytest.raises(SiteError) as caught:
        read_site(site, DAY)
    assert file in {problem.file for problem in caught.value.problems}
