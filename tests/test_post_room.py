"""What acts leave in the outbox reaches its readers: each once inside, and outside at most once more for each kill."""

import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import text

from mediation.audit.models import CaseErasure
from mediation.cases import erasure, queries
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.crypto import sha256
from mediation.errors import NotFound
from mediation.ids import new_public_id
from mediation.jobs.figures import Figures
from mediation.notices import delivery
from mediation.notices.channels.file import read_letter
from mediation.sites.sending import Sending
from tests.cases.test_recusals import recuse
from tests.notices.conftest import delivered, keep_secrets, mail, sms, sms_gateway, switch
from tests.town import party, postgresql_founded, sqlite_founded, sqlite_town, town
from tests.turns import Second

__all__ = ["mail", "postgresql_founded", "sms_gateway", "sqlite_founded", "sqlite_town", "town"]


def appointed(town, **more):
    """A case with an appointment of which both parties are told; the first has a phone."""
    parties = [party("applicant", 1, phone="13900000001"), party("respondent", 2)]
    ref = town.bring("mediating", parties=parties)
    said = {"kind": "session", "starts_at": "2026-03-05T09:30:00+08:00", "place": "调解室", "told": [1, 2]}
    town.act("jiamed", ref, "arrange", **{**said, **more})
    return ref


def escalated(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "escalate", reason="跨嘎查")
    return ref


def letters(town):
    """Every letter in the store, opened."""
    digests = town.rows(
        "SELECT sha256 FROM delivery WHERE channel = 'file' AND sha256 IS NOT NULL ORDER BY id"
    )
    return [read_letter(town.instance.store.get(digest)) for (digest,) in digests]


def test_notice_to_a_unit_reaches_those_in_the_wanted_posts_in_office(town):
    ref = escalated(town)
    posted = town.instance.post_room.deliver_waiting()
    assert (posted.rows, posted.sent, posted.failed, posted.skipped) == (1, 2, 0, 0)
    assert delivered(town, "escalated") == [
        ("person:sudis", "file", "sent", "", 1, 0),
        ("person:sulead", "file", "sent", "", 1, 0),
    ]
    [row] = town.instance.post_room.trayed("sulead")
    assert (row.title, row.case, row.read_at) == ("上报", ref, None)
    letter = town.instance.post_room.open_letter("sulead", row.id)
    number = town.case(ref).number
    assert letter.subject == f"【示例】有纠纷上报：{number}"
    assert letter.body.split("\n")[0] == f"【示例】{number}（排水纠纷）已经上报到示例苏木。"
    assert town.instance.post_room.trayed("jiamed") == []


def test_delivering_again_and_again_changes_nothing(town):
    escalated(town)
    [(row_id,)] = town.rows("SELECT id FROM outbox WHERE kind = 'notice' AND handed_on_at IS NULL")
    town.instance.post_room.deliver(row_id)
    before = town.dump()
    assert town.instance.post_room.deliver(row_id).rows == 0
    assert town.instance.post_room.deliver_waiting().rows == 0
    assert town.instance.run_deadlines().posted.rows == 0
    assert town.dump()["delivery"] == before["delivery"]
    assert len(letters(town)) == 2


def test_daily_round_delivers(town):
    escalated(town)
    assert town.instance.run_deadlines().posted.sent == 2


def test_act_itself_sends_nothing_and_the_trail_does_not_know_of_it(town):
    ref = escalated(town)
    acts = town.acts(ref)
    town.instance.post_room.deliver_waiting()
    assert town.acts(ref) == acts
    assert town.instance.verify_trail().problems == []


def test_owner_of_a_step_that_is_late_is_told(town):
    ref = town.bring("preparing")
    town.clock.advance(timedelta(days=10))
    town.instance.run_deadlines()
    assert ("person:jiamed", "file", "sent", "", 1, 0) in delivered(town, "overdue")
    assert {row[0] for row in delivered(town, "overdue")} == {"person:jiamed"}
    row = town.instance.post_room.trayed("jiamed")[0]
    letter = town.instance.post_room.open_letter("jiamed", row.id)
    assert "停在“调解准备”" in letter.body
    assert "要做的是：约定时间地点并开始调解" in letter.body
    assert row.case == ref


def test_trays_are_their_owners_alone_and_remember_the_first_reading(town):
    escalated(town)
    room = town.instance.post_room
    room.deliver_waiting()
    [row] = room.trayed("sulead")
    for other in ("sudis", "jiamed"):
        with pytest.raises(NotFound):
            room.open_letter(other, row.id)
        with pytest.raises(NotFound):
            room.mark_read(other, row.id)
    room.mark_read("sulead", row.id)
    first = room.trayed("sulead")[0].read_at
    town.clock.advance(timedelta(hours=1))
    room.mark_read("sulead", row.id)
    assert (room.trayed("sulead")[0].read_at, room.trayed("sulead", unread=True)) == (first, [])
    assert len(room.trayed("sudis", unread=True)) == 1


def test_party_reads_of_its_own_case_and_of_nobody_else(town):
    ref = appointed(town, place="乙某1和丙某2家门口", told=[1])
    town.instance.post_room.deliver_waiting()
    [letter] = letters(town)
    assert letter["to"] == "party:1"
    assert "2026年3月5日9时30分" in letter["body"]
    assert "查询码" in letter["body"]
    assert "地点：乙某1和（略）家门口" in letter["body"]  # its own name stands, the other's does not
    assert "排水纠纷" not in letter["body"]
    assert town.case(ref).number in letter["body"]


def test_outward_needs_the_switch(town, sms_gateway):
    switch(town, channels={"sms": sms(sms_gateway.url)})
    appointed(town)
    town.instance.post_room.deliver_waiting()
    assert {row[1] for row in delivered(town)} == {"file"}
    assert sms_gateway.taken == []


def test_text_message_goes_out_once_with_its_id_and_without_names(town, sms_gateway):
    switch(
        town,
        outward=True,
        channels={"sms": sms(sms_gateway.url, secret="sms", headers={"X-Key": "{secret}"})},
    )
    keep_secrets(town, sms="geheim")
    appointed(town, place="乙某1和丙某2家门口")
    town.instance.post_room.deliver_waiting()
    assert town.instance.post_room.deliver_waiting().sent == 0
    [taken] = sms_gateway.taken
    [(message,)] = town.rows("SELECT public_id FROM delivery WHERE channel = 'sms' AND state = 'sent'")
    assert taken.path == "/send"
    assert (taken.said["to"], taken.said["msgid"]) == ("13900000001", message)
    assert (taken.headers["Idempotency-Key"], taken.headers["X-Key"]) == (message, "geheim")
    assert "丙某2" not in taken.said["content"]
    assert delivered(town) == [
        ("party:1", "file", "sent", "", 1, 0),
        ("party:1", "sms", "sent", "", 1, 0),
        ("party:2", "file", "sent", "", 1, 0),
        ("party:2", "sms", "skipped", "no_address", 0, 0),
    ]


def test_staff_are_told_no_party_and_no_title_outside(town, sms_gateway):
    switch(
        town,
        outward=True,
        channels={"webhook": {"style": "plain", "units": {"*": "group"}, "signing": "sign"}},
    )
    keep_secrets(town, group=f"{sms_gateway.url}/hook", sign="s")
    ref = town.bring("mediating", title="乙某1诉丙某2排水纠纷")
    town.act("jiamed", ref, "escalate", reason="跨嘎查")
    town.instance.post_room.deliver_waiting()
    [taken] = sms_gateway.taken
    assert town.case(ref).number in taken.said["text"]
    for word in ("乙某1", "丙某2", "排水"):
        assert word not in taken.body.decode()
    assert "乙某1诉丙某2排水纠纷" in letters(town)[0]["body"]


def test_failure_is_tried_again_later_and_later_then_given_up(town, sms_gateway):
    sms_gateway.answers = [(503, {})]
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)}, attempts=3)
    appointed(town, told=[1])
    waits = []
    for _round in range(3):
        posted = town.instance.post_room.deliver_waiting()
        waits.append((posted.put_off, posted.failed))
        assert town.instance.post_room.deliver_waiting().put_off == 0  # not before its time
        town.clock.advance(timedelta(minutes=5))
    assert waits == [(1, 0), (1, 0), (0, 1)]
    assert len(sms_gateway.taken) == 3
    assert len({taken.said["msgid"] for taken in sms_gateway.taken}) == 1
    assert delivered(town)[-1] == ("party:1", "sms", "failed", "http_503", 3, 0)
    [shown] = town.instance.post_room.undelivered()
    assert (shown["notice"], shown["title"]) == ("appointment_arranged", "约定时间")
    sms_gateway.answers = [(200, {})]
    assert town.instance.post_room.retry(shown["id"]).sent == 1
    assert town.instance.post_room.undelivered() == []
    with pytest.raises(NotFound):
        town.instance.post_room.retry(shown["id"])


def test_message_that_was_taken_and_never_answered_goes_out_once_more_and_is_counted(town, sms_gateway):
    sms_gateway.answers = [(0, {})]
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)}, attempts=6)
    appointed(town, told=[1])
    room, rounds = town.instance.post_room, []
    for _round in range(4):
        posted = room.deliver_waiting()
        rounds.append((posted.put_off, posted.failed, posted.repeats))
        town.clock.advance(timedelta(minutes=5))
    assert rounds == [(1, 0, 0), (0, 1, 1), (0, 0, 0), (0, 0, 0)]
    assert len(sms_gateway.taken) == 2
    assert len({taken.said["msgid"] for taken in sms_gateway.taken}) == 1
    assert delivered(town)[-1] == ("party:1", "sms", "failed", "unanswered", 2, 1)
    sms_gateway.answers = [(200, {})]
    [shown] = room.undelivered()
    assert room.retry(shown["id"]).sent == 1
    assert delivered(town)[-1] == ("party:1", "sms", "sent", "", 1, 2)


def test_message_that_was_answered_the_second_time_is_sent_and_counted(town, sms_gateway):
    sms_gateway.answers = [(0, {}), (503, {}), (200, {})]
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)}, attempts=6)
    appointed(town, told=[1])
    for _round in range(3):
        town.instance.post_room.deliver_waiting()
        town.clock.advance(timedelta(minutes=5))
    assert len(sms_gateway.taken) == 3
    assert delivered(town)[-1] == ("party:1", "sms", "sent", "", 3, 1)


def test_all_that_failed_in_a_long_outage_is_tried_again_at_once(sqlite_town, sms_gateway):
    town = sqlite_town
    sms_gateway.answers = [(503, {})]
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)}, attempts=1)
    parties = [party("applicant", 1, phone="13900000001"), party("respondent", 2, phone="13900000002")]
    ref = town.bring("mediating", parties=parties)
    said = {"kind": "session", "starts_at": "2026-03-05T09:30:00+08:00", "place": "调解室", "told": [1, 2]}
    town.act("jiamed", ref, "arrange", **said)
    assert town.instance.post_room.deliver_waiting().failed == 2
    sms_gateway.answers = [(200, {}), (400, {})]
    posted = town.instance.post_room.retry_all()
    assert (posted.sent, posted.failed, posted.put_off) == (1, 1, 0)
    assert [row[3] for row in delivered(town) if row[1] == "sms"].count("http_400") == 1
    sms_gateway.answers = [(200, {})]
    assert town.instance.post_room.retry_all().sent == 1
    assert town.instance.post_room.undelivered() == []


def test_refusal_is_not_tried_again(town, sms_gateway):
    sms_gateway.answers = [(400, {})]
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
    appointed(town, told=[1])
    assert town.instance.post_room.deliver_waiting().failed == 1
    assert delivered(town)[-1] == ("party:1", "sms", "failed", "http_400", 1, 0)
    watched = Figures(town.instance.database, town.clock, at_work=False)
    [notices] = [found for found in watched.collect() if found.name == "mediation_notices"]
    assert [(one.labels, one.value) for one in notices.samples] == [
        ({"channel": "sms", "state": "failed"}, 1)
    ]


def test_nobody_is_disturbed_at_night_but_for_what_is_urgent(town, sms_gateway):
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)}, hours={"begin": 8, "end": 21})
    ref = appointed(town, told=[1])
    town.clock.advance(timedelta(hours=14))
    town.instance.post_room.deliver_waiting()
    assert sms_gateway.taken == []
    town.act("jiamed", ref, "cancel_appointment", ordinal=1, why="调解员生病")
    town.instance.post_room.deliver_waiting()
    assert ["取消" in taken.said["content"] for taken in sms_gateway.taken] == [True]
    town.clock.advance(timedelta(hours=9))
    town.instance.post_room.deliver_waiting()
    assert len(sms_gateway.taken) == 2


def test_log_holds_ids_and_codes_only(town, caplog):
    with caplog.at_level(logging.INFO, logger="mediation.notices"):
        appointed(town, told=[1])
        town.instance.post_room.deliver_waiting()
    [(message,)] = town.rows("SELECT public_id FROM delivery")
    lines = [record.getMessage() for record in caplog.records if record.name == "mediation.notices"]
    assert lines == [f"notice {message} appointment_arranged file sent -"]


def test_texts_and_addresses_lie_encrypted(town, sms_gateway):
    sms_gateway.answers = [(503, {})]
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
    appointed(town, told=[1])
    town.instance.post_room.deliver_waiting()
    stored = repr(town.dump()["delivery"])
    for word in ("13900000001", "调解室", "请按时到场"):
        assert word not in stored
        assert word.encode().hex() not in stored
    for path in town.instance.settings.store.rglob("*"):
        if path.is_file():
            assert "调解室".encode() not in path.read_bytes()


def test_unknown_notice_is_shown_and_can_be_sent_once_its_folder_is_there(town):
    ref = town.bring("mediating")
    post(town, ref, {"notice": "moonrise"})
    assert town.instance.post_room.deliver_waiting().failed == 1
    assert delivered(town) == [("nobody", "file", "failed", "unknown_notice", 0, 0)]
    folder = town.instance.site_folder / "templates" / "notices" / "moonrise"
    folder.mkdir(parents=True)
    sample = {
        "site": "示例",
        "sample": True,
        "today": "2026-03-02",
        "reader": {"kind": "staff", "name": "甲"},
    }
    (folder / "notice.yaml").write_text("title: 月出\nabout: 月亮升起时\nto: [mediators]\nchannels: [file]\n")
    (folder / "subject.txt").write_text("月出\n")
    (folder / "body.txt").write_text("{{ reader.name }}，月亮出来了。\n")
    (folder / "sample.json").write_text(json.dumps(sample))
    vars(town.instance.office).pop("notices", None)
    [shown] = town.instance.post_room.undelivered()
    assert town.instance.post_room.retry(shown["id"]).sent == 1
    assert [letter["body"] for letter in letters(town)] == ["【示例】包和，月亮出来了。"]
    assert town.instance.post_room.undelivered() == []


def test_deputy_is_told_beside_who_is_away(town, sms_gateway):
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
    escalated(town)
    room = town.instance.post_room
    keys = dict(town.rows("SELECT code, id FROM person"))
    room._stand_ins = lambda _session, people, _day: {
        one: [keys["suwin"]] for one in people if one == keys["sulead"]
    }
    room.deliver_waiting()
    assert [row[:4] for row in delivered(town) if row[1] == "file"] == [
        ("person:sudis", "file", "sent", ""),
        ("person:sulead", "file", "sent", ""),
        ("person:suwin", "file", "sent", ""),
    ]
    assert [row[3] for row in delivered(town) if row[:2] == ("person:sulead", "sms")] == ["away"]


def test_deputy_from_elsewhere_is_told_of_what_waits_on_who_is_away_and_of_nothing_after(sqlite_town):
    town = sqlite_town
    ref = town.bring("accepted")
    town.act("jiawin", ref, "ask_opinion", person="sumed", question="怎么看？", due_on="2026-03-04")
    leave = {"person": "sumed", "deputy": "yimed", "since": "2026-03-02", "until": "2026-03-03"}
    town.instance.duty.record_leave("sumed", leave)
    town.instance.post_room.deliver_waiting()
    told = [row[:4] for row in delivered(town, "task_asked")]
    assert told == [("person:sumed", "file", "sent", ""), ("person:yimed", "file", "sent", "")]
    town.clock.advance(timedelta(days=3))
    town.instance.run_deadlines()
    assert [row[:3] for row in delivered(town, "task_overdue")] == [("person:sumed", "file", "sent")]


def test_clock_that_ran_ahead_does_not_hold_a_message_back(town, sms_gateway):
    sms_gateway.answers = [(503, {}), (200, {})]
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
    appointed(town, told=[1])
    now = town.clock.now()
    town.clock.advance(timedelta(days=30))
    town.instance.post_room.deliver_waiting()
    town.clock.put(now)
    assert town.instance.post_room.deliver_waiting().sent == 1


def test_site_sends_nothing_by_itself():
    assert (Sending().outward, Sending().channels.model_dump()) == (
        False,
        {"sms": None, "email": None, "webhook": None, "slip": None},
    )


def test_who_sees_the_case_no_more_is_told_only_that_there_is_nothing_to_do(town):
    ref = town.bring("mediating", title="乙某1诉丙某2排水纠纷")
    town.act("jiamed", ref, "ask_opinion", person="yimed", question="贵处怎么办的？")
    [task] = [task.ordinal for task in town.of(ref, queries.open_tasks) if task.kind == "opinion"]
    town.instance.post_room.deliver_waiting()
    town.act("jiamed", ref, "take_back", task=task, reason="不用了")
    town.instance.post_room.deliver_waiting()
    asked, taken_back = letters(town)
    number = town.case(ref).number
    assert (asked["to"], taken_back["to"]) == ("person:yimed", "person:yimed")
    assert number in asked["body"]
    assert taken_back["body"].startswith("【示例】您经办过的一件纠纷的征求意见已经撤回")
    assert number not in taken_back["body"]
    [newer, older] = town.instance.post_room.trayed("yimed")
    assert (newer.case, older.case) == (None, None)


def test_who_was_asked_in_a_case_that_has_gone_on_without_it_is_told_without_naming_it(sqlite_town):
    town = sqlite_town
    ref, main = town.bring("mediating", title="乙某1诉丙某2排水纠纷"), town.bring("mediating")
    town.act("jiamed", ref, "ask_opinion", person="yimed", question="贵处怎么办的？")
    town.instance.post_room.deliver_waiting()
    town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    town.instance.post_room.deliver_waiting()
    [body] = [one["body"] for one in letters(town) if "失效" in one["body"]]
    assert body.startswith("【示例】您经办过的一件纠纷的征求意见没有办结，已经随案件的办理失效，您不用再办。")
    assert [one.title for one in town.instance.post_room.trayed("yimed")] == ["事项已失效", "有事项请办"]


def test_supervisor_who_does_not_see_the_case_reads_of_a_case_below(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    step = {"notice": "supervision_step", "unit": "yi", "step": "no-more", "due": "", "item": ""}
    post(town, ref, {**step, "posts": ["mediator"]})
    town.instance.post_room.deliver_waiting()
    letter, *_same = letters(town)
    assert letter["subject"] == "【示例】督办"
    assert letter["body"].startswith("【示例】下级单位的一件纠纷到了“督办”这一步")
    assert "现在的状态" not in letter["body"]


def test_who_is_kept_from_a_case_is_not_told_that_what_the_unit_had_of_it_is_gone(sqlite_town):
    town = sqlite_town
    ref, main = town.bring("mediating"), town.bring("mediating")
    recuse(town, "jialead", ref, "sudis")
    town.act("jiamed", ref, "give_part", unit="su", what="查看牧场边界")
    town.act("jiamed", ref, "promise", party=1, what="再去看", due_on="2026-03-30")
    town.act("jiamed", ref, "merge_into", case=main, why="同一条沟")
    town.instance.post_room.deliver_waiting()
    told = {line[0]: (line[2], line[3]) for line in delivered(town, "task_lapsed")}
    assert told.pop("person:sudis") == ("skipped", "out_of_scope")
    assert "person:sulead" in told
    assert "person:jiamed" not in told, "who does it knows"


def test_notice_of_a_case_that_its_reader_does_not_see_is_not_sent(town):
    ref = town.bring("mediating")
    post(town, ref, {"notice": "put_in_charge", "person": "yimed"})
    assert town.instance.post_room.deliver_waiting().skipped == 1
    assert delivered(town) == [("person:yimed", "file", "skipped", "out_of_scope", 0, 0)]
    assert town.instance.post_room.trayed("yimed") == []


def test_unit_without_anybody_in_office_is_told_at_the_unit_above(town):
    ref = town.bring("mediating")
    post(town, ref, {"notice": "escalated", "unit": "yi-1"})
    town.instance.post_room.deliver_waiting()
    assert {row[0] for row in delivered(town)} == {"person:yiwin", "person:yimed", "person:yimed2"}


def test_slip_is_made_for_whom_nothing_else_reaches(town, sms_gateway):
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url), "slip": {}})
    appointed(town)
    town.instance.post_room.deliver_waiting()
    assert [row[:4] for row in delivered(town) if row[1] == "slip"] == [("party:2", "slip", "sent", "")]
    [(message, digest)] = town.rows("SELECT public_id, sha256 FROM delivery WHERE channel = 'slip'")
    pdf = town.instance.post_room.slip("jiamed", message)
    assert (pdf[:5], sha256(pdf)) == (b"%PDF-", digest)
    with pytest.raises(NotFound):
        town.instance.post_room.slip("yimed", message)


def test_erased_case_loses_its_letters_and_what_still_waited(town, sms_gateway):
    sms_gateway.answers = [(503, {})]
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
    ref = appointed(town, told=[1])
    town.instance.post_room.deliver_waiting()
    [digest] = [row[0] for row in town.rows("SELECT sha256 FROM delivery WHERE channel = 'file'")]
    case = town.case(ref)
    with town.instance.database.writing() as session:
        erased = erasure.carry_out(
            session,
            town.instance.keyring,
            session.merge(case),
            entry(case, town.clock.now()),
            town.clock.now(),
        )
        assert erased.party is None
    assert town.instance.delete_erased_files() >= 1
    assert not town.instance.store.has(digest)
    town.clock.advance(timedelta(hours=1))
    sms_gateway.answers = [(200, {})]
    town.instance.post_room.deliver_waiting()
    assert len(sms_gateway.taken) == 1
    assert delivered(town)[-1][:4] == ("party:1", "sms", "failed", "erased")
    post(town, ref, {"notice": "overdue", "unit": "jia"})
    assert town.instance.post_room.deliver_waiting().skipped == 1
    assert delivered(town)[-1][:4] == ("nobody", "file", "skipped", "erased")


def post(town, ref, payload):
    """Leave a row in the outbox, as an act does."""
    with town.instance.database.writing() as session:
        post_outbox(town.hall(session), session.get(Dispute, town.case(ref).id), "notice", payload)


def entry(case, now):
    return CaseErasure(
        public_id=new_public_id(),
        chain=case.public_id,
        reason="purpose_done",
        requested_by="jiaarc",
        confirmed_by="jialead",
        erased_at=now,
    )


def test_letter_that_was_written_before_an_erasure_is_not_entered_after_it(town, monkeypatch):
    """The row is read, the case is erased, and only then the letter would go into the table."""
    ref = appointed(town, told=[1])
    town.instance.post_room.deliver_waiting()
    post(town, ref, {"notice": "overdue", "unit": "jia"})
    case, room, now = town.case(ref), town.instance.post_room, town.clock.now()
    put_in_file, erasures = room._put_in_file, []

    def erased_meanwhile(channel, rows):
        put_in_file(channel, rows)
        if not erasures:
            with town.instance.database.writing() as session:
                own = session.merge(case)
                erasures.append(erasure.carry_out(session, town.instance.keyring, own, entry(case, now), now))

    monkeypatch.setattr(room, "_put_in_file", erased_meanwhile)
    assert room.deliver_waiting().skipped == 1
    assert len(erasures) == 1
    assert delivered(town)[-1][:4] == ("nobody", "file", "skipped", "erased")


def test_erasure_takes_the_letter_that_is_entered_meanwhile(town, sms_gateway, monkeypatch):
    sms_gateway.answers = [(503, {})]
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
    ref = appointed(town, told=[1])
    case, database, now = town.case(ref), town.instance.database, town.clock.now()

    def erase():
        with database.writing() as session:
            own = session.merge(case)
            erasure.carry_out(session, town.instance.keyring, own, entry(case, now), now)

    second, hand_on = Second(database, erase), delivery.hand_on

    def handing_on(session, row_id, moment):
        mine = hand_on(session, row_id, moment)
        second.begin()
        return mine

    monkeypatch.setattr(delivery, "hand_on", handing_on)
    town.instance.post_room.deliver_waiting()
    second.result()
    with town.reading() as session:
        bodies = session.connection().execute(text("SELECT count(*) FROM delivery WHERE body IS NOT NULL"))
        assert bodies.scalar_one() == 0
