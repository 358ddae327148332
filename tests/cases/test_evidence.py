"""Evidence taken in, given back, withdrawn: rows and trail; who may; what the store holds; erased with the case."""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from PIL import Image
from sqlalchemy import text

from mediation.audit import queries as trail
from mediation.cases import paperwork, queries
from mediation.cases.evidence import keeping, page
from mediation.crypto import sha256
from mediation.errors import InputInvalid, NotFound, NotPermitted, TransitionRefused

WORDS = {"kind": "documentary", "name": "借条", "party": 1, "shows": "2025年借款五千元", "medium": "copy"}


def picture(shade: int = 0, size: tuple[int, int] = (30, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (shade, 100, 100)).save(out, "PNG")
    return out.getvalue()


def handed(data: bytes, name: str = "IMG_01.png"):
    return SimpleNamespace(name=name, size=len(data), read=lambda: data)


def give(town, ref, *files, who="jiamed", **words):
    return town.instance.evidence.give(who, ref, {**WORDS, **words}, [handed(one) for one in files])


def events(town, ref):
    with town.reading() as session:
        found = [one for one in trail.events_of(session, ref) if one.act.startswith("evidence.")]
        return [(one.act, one.actor, dict(one.facts), sorted(one.commitments)) for one in found]


def keys(error):
    return [one.key for one in error.value.problems]


def test_piece_is_entered_and_its_file_lies_encrypted(town):
    ref, data = town.register(who="jiamed"), picture()
    version = town.instance.case("jiamed", ref).row.version
    [one] = give(town, ref, data)
    assert (one.number, one.kind_title, one.giver, one.party) == (1, "书证", "乙某1", 1)
    assert (one.sha256, one.size, one.media_type, one.medium) == (
        sha256(data),
        len(data),
        "image/png",
        "copy",
    )
    assert town.instance.evidence.open("jiamed", ref, 1).data == data
    assert town.instance.case("jiamed", ref).row.version == version
    facts = {
        "kind": "documentary",
        "party": 1,
        "given_on": "2026-03-02",
        "medium": "copy",
        "checked": False,
        "pieces": [{"n": 1, "sha256": sha256(data), "size": len(data), "type": "image/png"}],
    }
    assert events(town, ref) == [("evidence.given", "jiamed:mediator", facts, ["name", "shows"])]
    assert town.instance.verify_trail().ok


def test_several_files_become_pieces_of_the_same_words(town):
    ref = town.register(who="jiamed")
    give(town, ref, picture(1))
    found = give(
        town, ref, picture(2), picture(3), party=None, given_by="村委会", kind="electronic", sheets=2
    )
    assert [(one.number, one.name, one.giver, one.party) for one in found] == [
        (2, "借条（1/2）", "村委会", None),
        (3, "借条（2/2）", "村委会", None),
    ]
    assert [one["n"] for one in events(town, ref)[1][2]["pieces"]] == [2, 3]


def test_what_hung_behind_is_cut_off_and_both_hashes_are_kept(sqlite_town):
    ref, data = sqlite_town.register(who="jiamed"), picture()
    [one] = give(sqlite_town, ref, data + b"PK\x03\x04<script>")
    assert (one.sha256, one.handed_sha256) == (sha256(data), sha256(data + b"PK\x03\x04<script>"))
    assert events(sqlite_town, ref)[0][2]["pieces"][0]["handed_sha256"] == one.handed_sha256


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_entered(sqlite_town):
    ref = sqlite_town.register(who="jiamed")
    wrong = {"kind": "rumour", "party": 9, "given_on": "2027-01-01", "medium": "original", "checked": True}
    with pytest.raises(InputInvalid) as error:
        give(sqlite_town, ref, picture(), b"<html><script>", **wrong)
    assert sorted(keys(error)) == ["checked", "files[1]", "given_on", "kind", "party"]
    with pytest.raises(InputInvalid) as error:
        give(sqlite_town, ref, given_by="村委会", name="", medium="memory")
    assert sorted(keys(error)) == ["files", "medium", "name", "party"]
    with pytest.raises(InputInvalid) as error:
        give(sqlite_town, ref, *[picture(at) for at in range(13)], given_by="村委会")
    assert keys(error) == ["party", "files"]
    assert (sqlite_town.instance.evidence.pieces("jiamed", ref), events(sqlite_town, ref)) == ([], [])


def test_same_file_is_no_second_piece(sqlite_town):
    ref = sqlite_town.register(who="jiamed")
    give(sqlite_town, ref, picture(1))
    with pytest.raises(InputInvalid) as error:
        give(sqlite_town, ref, picture(2), picture(1), picture(2))
    assert [str(one) for one in error.value.problems] == [
        "files[1]: 和第 1 件是同一个文件，不用再收",
        "files[2]: 和这次的第 1 个文件是同一个文件，不用再收",
    ]
    assert len(sqlite_town.instance.evidence.pieces("jiamed", ref)) == 1


def test_case_holds_so_much_and_no_more(sqlite_town, monkeypatch):
    from mediation.cases.evidence import keeping

    monkeypatch.setattr(keeping, "MOST_PIECES", 1)
    ref = sqlite_town.register(who="jiamed")
    give(sqlite_town, ref, picture(1))
    with pytest.raises(InputInvalid, match="一案最多收 1 件"):
        give(sqlite_town, ref, picture(2))
    monkeypatch.setattr(keeping, "MOST_PIECES", 200)
    monkeypatch.setattr(keeping, "MOST_BYTES_OF_CASE", len(picture(1)))
    with pytest.raises(InputInvalid, match="请截取需要的部分"):
        give(sqlite_town, ref, picture(2))


def test_original_goes_back_once_and_its_copy_stays(town):
    ref = town.register(who="jiamed")
    [one] = give(town, ref, picture(), medium="original", given_on="2026-03-01")
    assert one.original_is_here
    give_back = town.instance.evidence.give_back
    for day in ("2026-02-28", "2026-03-03"):
        with pytest.raises(InputInvalid) as error:
            give_back("jiamed", ref, 1, {"returned_to": "苏乙", "returned_on": day})
        assert keys(error) == ["returned_on"]
    back = give_back("jiawin", ref, 1, {"returned_to": "苏乙的女儿"})
    assert (back.returned_to, str(back.returned_on), back.original_is_here) == (
        "苏乙的女儿",
        "2026-03-02",
        False,
    )
    with pytest.raises(TransitionRefused, match="已经退还"):
        give_back("jiamed", ref, 1, {"returned_to": "苏乙"})
    assert town.instance.evidence.open("jiamed", ref, 1).data == picture()
    record = {"n": 1, "returned_on": "2026-03-02", "sha256": one.sha256}
    assert events(town, ref)[1:] == [("evidence.returned", "jiawin:registrar", record, ["returned_to"])]


def test_copy_has_no_original_to_give_back(sqlite_town):
    ref = sqlite_town.register(who="jiamed")
    give(sqlite_town, ref, picture())
    with pytest.raises(TransitionRefused, match="没有原件要退还"):
        sqlite_town.instance.evidence.give_back("jiamed", ref, 1, {"returned_to": "苏乙"})


def test_withdrawn_piece_is_closed_and_stays_on_the_list_and_in_the_trail(town):
    ref = town.register(who="jiamed")
    [one] = give(town, ref, picture(), medium="original")
    room = town.instance.evidence
    with pytest.raises(InputInvalid) as error:
        room.withdraw("jiamed", ref, 1, {"reason": "不愿再提交"})
    assert keys(error) == ["returned_to"]
    gone = room.withdraw("jiamed", ref, 1, {"reason": "不愿再提交", "returned_to": "苏乙"})
    assert (gone.withdraw_reason, gone.returned_to) == ("不愿再提交", "苏乙")
    for ask in (
        lambda: room.open("jiamed", ref, 1),
        lambda: room.withdraw("jiamed", ref, 1, {"reason": "再撤"}),
        lambda: room.give_back("jiamed", ref, 1, {"returned_to": "苏乙"}),
    ):
        with pytest.raises(NotFound, match="已经撤回"):
            ask()
    assert [row.number for row in room.pieces("jiamed", ref)] == [1]
    record = {"n": 1, "sha256": one.sha256, "returned_on": "2026-03-02"}
    details = ["reason", "returned_to"]
    assert events(town, ref)[1:] == [("evidence.withdrawn", "jiamed:mediator", record, details)]
    assert give(town, ref, picture())[0].number == 2
    assert town.instance.verify_trail().ok


@pytest.mark.parametrize("act", ["give", "give_back", "withdraw"])
def test_who_only_looks_on_takes_nothing_in_and_gives_nothing_out(sqlite_town, act):
    ref = sqlite_town.register(who="jiamed")
    give(sqlite_town, ref, picture(), medium="original")
    room = sqlite_town.instance.evidence
    acts = {
        "give": lambda who: give(sqlite_town, ref, picture(9), who=who),
        "give_back": lambda who: room.give_back(who, ref, 1, {"returned_to": "苏乙"}),
        "withdraw": lambda who: room.withdraw(who, ref, 1, {"reason": "撤", "returned_to": "苏乙"}),
    }
    with pytest.raises(NotPermitted):
        acts[act]("sulead")
    with pytest.raises(NotFound):
        acts[act]("yimed")
    assert len(events(sqlite_town, ref)) == 1


def test_reading_follows_the_case(sqlite_town):
    ref = sqlite_town.register(who="jiamed")
    give(sqlite_town, ref, picture())
    room = sqlite_town.instance.evidence
    assert room.open("sulead", ref, 1).data == picture()
    sqlite_town.instance.scope.recuse(
        "sudis", ref, {"person": "sulead", "kind": "near_relative", "reason": "当事人的弟弟"}
    )
    for who in ("sulead", "yimed", "yiwin"):
        for ask in (room.pieces, room.may_keep):
            with pytest.raises(NotFound):
                ask(who, ref)
        for ask in (room.open, room.piece):
            with pytest.raises(NotFound):
                ask(who, ref, 1)


def test_two_at_once_get_two_numbers(town):
    ref = town.register(who="jiamed")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda shade: give(town, ref, picture(shade)), (1, 2, 3)))
    assert [row.number for row in town.instance.evidence.pieces("jiamed", ref)] == [1, 2, 3]


def test_second_looks_at_what_the_first_left(town, monkeypatch):
    """The second would count the pieces while the first has counted and not yet entered its own."""
    ref = town.register(who="jiamed")
    counted, entered = threading.Event(), threading.Event()
    looked_at = []
    refuse_again = keeping._refuse_again

    def pausing(present, files):
        looked_at.append(len(present))
        if len(looked_at) == 1:
            counted.wait(0.5)
        else:
            counted.set()
            entered.wait(5)
        refuse_again(present, files)

    monkeypatch.setattr(keeping, "_refuse_again", pausing)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: (give(town, ref, picture(1)), entered.set()))
        while not looked_at:
            time.sleep(0.01)
        second = pool.submit(give, town, ref, picture(2))
        first.result()
        assert [one.number for one in second.result()] == [2]
    assert looked_at == [0, 1]


def test_nothing_is_given_to_a_case_that_is_closed_meanwhile(town, monkeypatch):
    ref = town.register(who="jiamed")
    hold = queries.hold

    def closing(session, case):
        with town.instance.database.writer.connect() as other:
            if other.dialect.name == "postgresql":
                other.execute(text("UPDATE dispute SET archived_at = received_at"))
                other.commit()
            else:  # there the one writer is this transaction
                session.connection().execute(text("UPDATE dispute SET archived_at = received_at"))
        hold(session, case)

    monkeypatch.setattr(queries, "hold", closing)
    with pytest.raises(TransitionRefused, match="已经归档"):
        give(town, ref, picture(1))
    assert town.instance.evidence.pieces("jiamed", ref) == []


def listed(town, ref, subject=""):
    with town.reading() as session:
        hall = town.hall(session, "jiamed")
        prepared = paperwork.prepare(
            hall, queries.find_case(session, hall.actor, ref), "evidence_list", subject
        )
    rows = [(one.ordinal, one.giver, one.medium) for one in prepared.snapshot.evidence]
    return rows, [slot.name for slot in prepared.snapshot.slots]


def test_list_on_paper_says_what_stands_for_all_or_for_one_party(sqlite_town):
    ref = sqlite_town.register(who="jiamed")
    [lacking] = sqlite_town.instance.missing("jiamed", ref, "evidence_list")
    assert lacking.startswith("evidence: 缺证据材料")
    give(sqlite_town, ref, picture(1), medium="original")
    give(sqlite_town, ref, picture(2), party=2)
    give(sqlite_town, ref, picture(3), picture(4), party=None, given_by="村委会")
    sqlite_town.instance.evidence.withdraw("jiamed", ref, 3, {"reason": "交错了"})
    all_of_them = [(1, "乙某1", "original"), (2, "丙某2", "copy"), (4, "村委会", "copy")]
    assert listed(sqlite_town, ref) == (all_of_them, ["party-01", "party-02"])
    assert listed(sqlite_town, ref, "party-2") == (all_of_them[1:2], ["party-02"])
    assert sqlite_town.instance.missing("jiamed", ref, "evidence_list") == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\借条.png", "借条.png"),
        ("借条\r\nSet-Cookie: a=b.png", "借条Set-Cookie ab.png"),
        ("证据\u202egnp.exe", "证据gnp.exe"),
        ("a\x00b/..", ""),
        ("  .hidden. ", "hidden"),
        ("长" * 300, "长" * 120),
    ],
)
def test_names_of_files_are_cleaned(name, clean):
    assert page.clean_name(name).replace("=", "") == clean.replace("=", "")
