"""What went wrong in steedos/steedos-platform (documents passed from desk to desk)."""

import pytest

from tests.cases.desk import ask, book, number, whom


@pytest.mark.parametrize("back", [{}, {"to": "preparing"}], ids=["rejected", "sent back"])
def test_readers_keep_their_copies_when_a_round_is_rejected(town, back):
    """steedos/steedos-platform#6985: one rejection for all also ended the copies, and the readers lost their to-dos."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("jiamed", ref, "copy_to", to=[whom("yimed"), whom(":su-pai")])
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), opinion="不妥", **back)
    assert book(town, ref) == {
        "sulead": "not_needed",
        "jialead": "rejected",
        "yimed": "open",
        ":su-pai": "open",
    }
    for reader in ("yimed", "lin"):
        assert [(row.case, row.kind) for row in town.instance.tasks(reader)] == [(ref, "copy")]


def test_reader_can_open_what_the_to_do_list_shows_after_a_rejection(town):
    """steedos/steedos-platform#7093: the copy stayed on the list after a rejection, and opening it failed."""
    ref = town.bring("agreed")
    ask(town, ref, "jialead")
    town.act("jiamed", ref, "copy_to", to=[whom("yimed")])
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), to="preparing", opinion="再谈")
    [row] = town.instance.tasks("yimed")
    assert town.instance.case("yimed", row.case).row.id == ref
    town.act("yimed", row.case, "mark_read", task=row.task)
    assert (town.instance.tasks("yimed"), book(town, ref)["yimed"]) == ([], "read")
