"""Guards on appointments."""

from tests.workflow.stand import case, sentences


def test_free_at_that_time_passes_without_another_appointment():
    assert sentences("free_at_that_time", case(act={"clashes": ()})) == []


def test_free_at_that_time_refuses_each_clash():
    found = sentences(
        "free_at_that_time", case(act={"clashes": ("2026-03-04 09:00–10:00", "2026-03-04 09:30–10:30")})
    )
    assert found == [
        "那个时间已有约定：2026-03-04 09:00–10:00",
        "那个时间已有约定：2026-03-04 09:30–10:30",
    ]
