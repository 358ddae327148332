"""A party's own mark and remark: shown on the case, told to who mediated it and, if bad, to who leads the unit."""

import json

from sqlalchemy import text

from mediation.cases import queries
from mediation.cases.workspace import standing
from mediation.language import speak
from tests.commands.test_cases import told
from tests.notices.conftest import delivered, keep_secrets, sms_gateway, switch
from tests.supervision.desk import with_rules
from tests.town import party

__all__ = ["sms_gateway"]
REMARK = "催了三次才来"
LEADERS = {("person:jialead", "file", "sent"), ("person:hong", "file", "sent")}
"""Who counts as a leader at the unit: its own, and the head of some households."""
PARTIES = [party("applicant", 1), party("respondent", 2)]


def rated(town, satisfaction, remark=None, *, mediated=True):
    """A closed case, rated with the query code of its receipt; its public id."""
    opened = town.instance.register("jiawin", said())
    ref = opened.act.case
    if mediated:
        settle(town, ref)
    else:
        town.act("jiawin", ref, "withdraw", reason="自行和解", asked_by=[1])
        town.act("jiawin", ref, "close")
    words = {"satisfaction": satisfaction, **({"remark": remark} if remark else {})}
    town.instance.residents.rate(opened.query_code, words)
    return ref


def settle(town, ref):
    """Mediated, and closed by hand: its papers are the matter of other tests."""
    town.bring("mediating", ref)
    with town.instance.database.writing() as session:
        session.connection().execute(text("UPDATE dispute SET closed_at = received_at"))


def said():
    return {
        "title": "排水纠纷",
        "source": "applied",
        "governance_category": "0201",
        "narrative": "雨水倒灌。",
        "claims": ["修好排水沟"],
        "parties": PARTIES,
    }


def first_line(town, ref, who):
    """The newest line of the case's history, as one of the staff reads it."""
    with town.reading() as session:
        hall = town.instance._hall(session, who)
        return standing.workspace(hall, queries.find_case(session, hall.actor, ref)).timeline[0]


def letter(town, who):
    town.instance.post_room.deliver_waiting()
    room = town.instance.post_room
    return room.open_letter(who, room.trayed(who)[0].id)


def test_rating_stands_on_the_case_and_in_its_history_for_whoever_sees_it(town):
    ref = rated(town, 4, "调解员很耐心")
    for who in ("jiamed", "jialead", "jiawin"):
        shown = town.instance.case(who, ref).rating
        assert (shown["satisfaction"], shown["satisfaction_title"], shown["remark"]) == (
            4,
            "满意",
            "调解员很耐心",
        )
        line = first_line(town, ref, who)
        assert (line.title, line.about, line.said) == ("群众评价", "满意", ("调解员很耐心",))
    assert town.last(ref).facts["satisfaction"] == 4


def test_marks_are_read_in_the_readers_language_and_told_in_chinese(sqlite_town):
    ref = rated(sqlite_town, 1)
    speak("en")
    try:
        shown = sqlite_town.instance.case("jiamed", ref).rating["satisfaction_title"]
        told = first_line(sqlite_town, ref, "jiamed").about
        subject = letter(sqlite_town, "jialead").subject
    finally:
        speak("")
    assert (shown, told) == ("Very dissatisfied", "Very dissatisfied")
    assert "群众评价“很不满意”" in subject


def test_rating_is_shown_by_the_command_line(sqlite_town, capsys):
    ref = rated(sqlite_town, 2, REMARK)
    shown = told(sqlite_town, capsys, "jiamed", "show", ref).splitlines()
    assert [line for line in shown if line.startswith("群众评价")] == ["群众评价 2026-03-02 10:15：不满意"]
    assert [line.partition("系统")[2] for line in shown if REMARK in line] == [f"（群众评价）：{REMARK}"]


def test_rating_without_a_remark_says_none(town):
    assert first_line(town, rated(town, 5), "jiamed").said == ()


def test_good_rating_is_told_to_the_mediators_alone_and_without_the_remark(town):
    ref = rated(town, 3, REMARK)
    number = town.case(ref).number
    found = letter(town, "jiamed")
    assert found.subject == f"【示例】群众评价“一般”：{number}"
    assert found.body == (
        f"【示例】{number}（排水纠纷）办完以后，当事人凭查询码作了评价：一般，还写了几句话。\n"
        "请登录系统，在这件纠纷的“调解”页查看。"
    )
    assert delivered(town, "rated") == [("person:jiamed", "file", "sent", "", 1, 0)]
    assert delivered(town, "rated_badly") == []


def test_bad_rating_is_told_to_who_leads_the_unit_too(town):
    ref = rated(town, 2, REMARK)
    found = letter(town, "jialead")
    assert found.subject == f"【示例】群众评价“不满意”：{town.case(ref).number}"
    assert "主办单位：示例甲嘎查" in found.body
    assert delivered(town, "rated") == [("person:jiamed", "file", "sent", "", 1, 0)]
    assert {row[:3] for row in delivered(town, "rated_badly")} == LEADERS


def test_what_is_bad_is_what_the_site_calls_dissatisfied(sqlite_town):
    town = sqlite_town
    with_rules(town, dissatisfied_at_most=3)
    rated(town, 3)
    town.instance.post_room.deliver_waiting()
    assert {row[:3] for row in delivered(town, "rated_badly")} == LEADERS


def test_rating_of_what_nobody_mediated_is_told_to_the_unit(town):
    rated(town, 5, mediated=False)
    town.instance.post_room.deliver_waiting()
    told = {row[0] for row in delivered(town, "rated")}
    assert {"person:jiawin", "person:jialead"} <= told


def test_remark_is_in_no_notice_and_lies_nowhere_in_clear(town, sms_gateway):
    switch(
        town,
        outward=True,
        channels={"webhook": {"style": "plain", "units": {"*": "group"}, "signing": "sign"}},
    )
    keep_secrets(town, group=f"{sms_gateway.url}/hook", sign="s")
    rated(town, 1, REMARK)
    inside = [letter(town, who).body for who in ("jiamed", "jialead")]
    outside = json.dumps([one.said for one in sms_gateway.taken], ensure_ascii=False)
    assert len(sms_gateway.taken) == 2
    assert "很不满意" in outside
    for words in (
        *inside,
        outside,
        str(town.rows("SELECT * FROM rating")),
        str(town.rows("SELECT * FROM outbox")),
    ):
        assert REMARK not in words
    assert "排水纠纷" not in outside
