"""更正: slips are put right by a paper of their own; what was agreed is not."""

import pytest
from sqlalchemy import text

from mediation.cases import queries
from mediation.cases.aftercare import queries as aftercare
from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.aftercare.words import papers, signed, slip
from tests.town import party, pay


def test_slip_in_a_notice_of_suspension_is_put_right(town):
    ref = town.bring("mediating")
    words = {"kind": "appraisal", "asked_by": [1, 2], "evidence": "鉴定委拖书。", "expected_on": "2026-04-30"}
    town.do("jiamed", ref, "suspend", **words)
    before = town.dump()
    typo = {"field": "wording", "where": "中止的依据", "wrong": "委拖", "right": "委托"}
    town.act("jiamed", ref, "correct", paper="suspension_notice", slips=[typo], reason="笔误")
    assert town.last(ref).act == "correct"
    assert town.dump() != before


def test_correction_is_a_paper_of_its_own_and_the_first_stays_valid(town):
    ref = signed(town, town.bring("agreed"))
    town.do("jiamed", ref, "correct", paper="agreement", slips=[slip()], reason="笔误")
    [row] = town.of(ref, aftercare.corrections)
    assert (row.ordinal, row.slips, row.told) == (1, [slip()], {})
    applicant = town.of(ref, queries.parties)[0]
    changed = {"was": "示例甲嘎查1号", "now": "示例甲嘎查11号"}
    assert row.struck == [{"slip": 0, "table": "party", "id": applicant.id, "field": "address", **changed}]
    assert papers(town, ref)[-1] == ("correction_notice", "correction-1", "complete")
    told = town.of(ref, queries.documents)[-1].snapshot
    assert told["correction"]["paper_issued_by"] == told["committee"]["name"] == told["case"]["accepted_by"]
    original = next(one for one in town.of(ref, queries.documents) if one.form == "agreement")
    assert original.state == "complete"
    found = town.instance.paper("jiamed", ref, "agreement")
    assert found is not None
    assert town.instance.verify(found[0]).verdict == "valid"
    [one, _two] = town.of(ref, queries.parties)
    assert one.address == "示例甲嘎查11号"
    town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-02")
    with pytest.raises(TransitionRefused, match="还有当事人没有收到更正书"):
        town.act("jiamed", ref, "close")
    town.act("jiamed", ref, "tell_notice", parties=[1, 2], paper="correction_notice")
    town.act("jiamed", ref, "close")
    assert set(town.of(ref, aftercare.corrections)[0].told) == {"1", "2"}


def test_second_correction_of_the_same_spot_reaches_what_the_first_made_of_it(sqlite_town):
    """The paper stays as it is: its words are named, not those of the first correction."""
    town = sqlite_town
    ref = signed(town, town.bring("agreed"))
    for one in (slip(), slip(right="21号")):
        town.do("jiamed", ref, "correct", paper="agreement", slips=[one], reason="笔误")
    assert town.of(ref, queries.parties)[0].address == "示例甲嘎查21号"
    shared = {**slip("ethnicity", "汉族", "蒙古族"), "where": "被申请人"}
    for one in (shared, {**shared, "right": "回族"}):
        town.do("jiamed", ref, "correct", paper="agreement", slips=[one], reason="笔误")
    assert [row.details["ethnicity"] for row in town.of(ref, queries.parties)] == ["汉族", "回族"]


def test_values_that_stand_with_the_wrong_party_change_places(sqlite_town):
    town = sqlite_town
    phones = ("13900000001", "13900000002")
    parties = [
        party("applicant", 1, phone=phones[0], ethnicity="蒙古族"),
        party(
            "respondent",
            2,
            phone=phones[1],
            agents=[{"kind": "agent", "name": "丙某2的弟", "powers": ["apply"]}],
        ),
    ]
    ref = signed(town, town.bring("agreed", parties=parties))
    changed = [slip("phone", *phones), slip("phone", *reversed(phones)), slip("name", "丙某2", "丙某二")]
    changed += [
        slip("ethnicity", "蒙古族", "汉族"),
        {**slip("ethnicity", "汉族", "蒙古族"), "where": "被申请人"},
    ]
    town.do("jiamed", ref, "correct", paper="agreement", slips=changed, reason="写反了")
    rows = town.of(ref, queries.parties)
    assert [(row.phone, row.details["ethnicity"]) for row in rows] == [
        (phones[1], "汉族"),
        (phones[0], "蒙古族"),
    ]
    again = {**slip("ethnicity", "汉族", "回族"), "where": "申请人"}
    town.do("jiamed", ref, "correct", paper="agreement", slips=[again], reason="笔误")
    assert [row.details["ethnicity"] for row in town.of(ref, queries.parties)] == ["回族", "蒙古族"]
    assert [agent.name for agent in town.of(ref, queries.agents)] == ["丙某2的弟"]


def test_slip_in_what_parties_have_in_common_is_put_right_for_whom_it_names(town):
    ref = signed(town, town.bring("agreed"))
    one, two = town.of(ref, queries.parties)
    assert one.details["ethnicity"] == two.details["ethnicity"] == "汉族"
    before = town.dump()
    wrong = {**slip("ethnicity", "汉族", "蒙古族"), "where": "首部"}
    slips = [wrong, slip("sex", one.details["sex"], "不详")]
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    assert {problem.key for problem in refused.value.problems} >= {"slips[0].where", "slips[1].right"}
    assert town.dump() == before
    for where, ordinal in (("被申请人的民族", 2), (f"{one.name}一栏", 1)):
        told = {**wrong, "where": where}
        town.do("jiamed", ref, "correct", paper="agreement", slips=[told], reason="笔误")
        kept = {row.ordinal: row.details["ethnicity"] for row in town.of(ref, queries.parties)}
        assert kept[ordinal] == "蒙古族"
        assert list(kept.values()).count("蒙古族") == 3 - ordinal


SUBSTANCE = [
    (slip("amount", "100", "200"), "金额不是笔误"),
    (slip("seal", "x", "y"), "印章不是笔误"),
    (slip("wording", "支付人民币100元", "支付人民币1000元"), "不是笔误"),
    (slip("wording", "丙某2于", "乙某1于"), "不是笔误"),
    (slip("name", "乙某1", "丁戊己"), "不是笔误"),
    (slip("wording", "现金", "转账"), "不是笔误"),
    (slip("wording", "以现金", "以转账"), "不是笔误"),
]


def test_correction_of_substance_is_refused(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    before = sqlite_town.dump()
    for wrong, why in SUBSTANCE:
        with pytest.raises(TransitionRefused, match=why):
            sqlite_town.act("jiamed", ref, "correct", paper="agreement", slips=[wrong], reason="笔误")
        assert sqlite_town.dump() == before, wrong


MORE_THAN_A_SLIP = [
    ("开门配合查看", "关门拒绝查看"),
    ("重做排水沟", "粉刷排水沟"),
    ("自行出资", "自行"),
    ("负全部责任，没有其他人的责任", "没有责任，其他人负全部责任"),
    ("先查看后施工", "先施工后查看"),
    ("某", "谋"),
    ("应该", "应当"),
    ("该", "当"),
    ("申请", "被申请"),
    ("欠款五千元，打伤申请人", "没有欠款，没有打人"),
    ("欠款五千元", "欠款九万元"),
    ("争议的是修沟", "争议的是断水"),
]


def agreed_to_work(town):
    """An agreement about work to be done, signed by all."""
    ref = town.bring("agreed")
    clause = pay(act="do", what="重做排水沟，先查看后施工", amount_fen=None, manner="自行出资", place="门前")
    open_door = pay(
        1, 2, act="do", what="开门配合查看，申请时应该到场", amount_fen=None, manner=None, place="门前"
    )
    town.step(
        ref,
        "draft_agreement",
        facts="雨水倒灌，欠款五千元，打伤申请人。",
        matters="争议的是修沟。",
        responsibility="对方负全部责任，没有其他人的责任",
        clauses=[clause, open_door],
    )
    return signed(town, ref)


def correct(town, ref, *slips):
    """Of the agreement, without the paper that tells of it."""
    town.act("jiamed", ref, "correct", paper="agreement", slips=list(slips), reason="笔误")


def test_more_of_what_was_agreed_than_a_character_is_no_slip(sqlite_town):
    """The facts, what is done and who is responsible are substance in whatever words."""
    ref = agreed_to_work(sqlite_town)
    before = sqlite_town.dump()
    for one in MORE_THAN_A_SLIP:
        with pytest.raises(TransitionRefused, match="不是笔误"):
            correct(sqlite_town, ref, slip("wording", *one))
        assert sqlite_town.dump() == before, one


@pytest.mark.parametrize(
    "one",
    [("重做", "重作"), ("排水沟", "排水的沟"), ("合", "何"), ("雨水倒灌", "雨水倒贯"), ("配合", "合配")],
)
def test_character_of_what_was_agreed_is_a_slip(sqlite_town, one):
    ref = agreed_to_work(sqlite_town)
    correct(sqlite_town, ref, slip("wording", *one))
    assert sqlite_town.last(ref).act == "correct"


BESIDE_ONE_ANOTHER = [
    ([("重", "粉"), ("做", "刷")], "1、2"),
    ([("重做", "粉做"), ("做排", "刷排")], "1、2"),
    ([("自", "代"), ("出", "付")], "1、2"),
    ([("看后", "看工后"), ("后施", "后代施")], "1、2"),
    ([("重做", "重作"), ("配", "拒"), ("合", "绝")], "2、3"),
    ([("申", "伸"), ("应", "映"), ("场", "厂")], "1、2、3"),
]
APART = [
    [("配", "合"), ("合", "配")],
    [("重做", "重作"), ("沟", "钩")],
    [("做", "作"), ("自", "字"), ("开", "并")],
]


def test_slips_beside_one_another_change_what_was_agreed(sqlite_town):
    ref = agreed_to_work(sqlite_town)
    before = sqlite_town.dump()
    for slips, together in BESIDE_ONE_ANOTHER:
        with pytest.raises(TransitionRefused, match=_beside(together)):
            correct(sqlite_town, ref, *(slip("wording", *one) for one in slips))
        assert sqlite_town.dump() == before, slips


@pytest.mark.parametrize("slips", [slips for slips, _together in BESIDE_ONE_ANOTHER])
def test_slips_beside_one_another_do_so_one_after_the_other(sqlite_town, slips):
    ref = agreed_to_work(sqlite_town)
    *first, last = [slip("wording", *one) for one in slips]
    for one in first:
        correct(sqlite_town, ref, one)
    before = sqlite_town.dump()
    with pytest.raises(TransitionRefused, match=_beside("1")):
        correct(sqlite_town, ref, last)
    assert sqlite_town.dump() == before


@pytest.mark.parametrize("slips", APART)
@pytest.mark.parametrize("at_once", [True, False])
def test_slips_apart_are_slips(sqlite_town, slips, at_once):
    ref = agreed_to_work(sqlite_town)
    said = [slip("wording", *one) for one in slips]
    for several in [said] if at_once else [[one] for one in said]:
        correct(sqlite_town, ref, *several)
    assert len(sqlite_town.of(ref, aftercare.corrections)) == (1 if at_once else len(said))


def _beside(together):
    return f"第{together}处更正与旁边的更正（包括以前的）合在一起"


@pytest.mark.parametrize("at_once", [True, False])
def test_name_and_number_of_one_party_together_make_another_party(sqlite_town, at_once):
    town, ref = sqlite_town, signed(sqlite_town, sqlite_town.bring("agreed"))
    one, other = town.of(ref, queries.parties)
    number = party(number=3)["id_number"]
    name = slip("name", one.name, one.name[:-1] + "九")
    town.do(
        "jiamed",
        ref,
        "correct",
        paper="agreement",
        slips=[slip("id_number", other.id_number, number)],
        reason="笔误",
    )
    slips = [name, slip("id_number", one.id_number, party(number=4)["id_number"])]
    if not at_once:
        town.do("jiamed", ref, "correct", paper="agreement", slips=slips[:1], reason="笔误")
        slips = slips[1:]
    before = town.dump()
    told = "第1、2处更正" if at_once else "第1处更正"
    with pytest.raises(TransitionRefused, match=f"{told}与旁边的更正（包括以前的）合在一起改变了当事人"):
        town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    assert town.dump() == before


def test_party_does_not_become_another_by_corrections_of_different_papers(town):
    """The paper that the first correction made is corrected by the second: party and name there are those put right already."""
    ref = signed(town, town.bring("agreed", parties=[party(), party("respondent", 2, name="李大山")]))
    other = town.of(ref, queries.parties)[1]
    name = {"paper": "agreement", "slips": [slip("name", "李大山", "李小明")]}
    town.do("jiamed", ref, "correct", **name, reason="笔误")
    number = party(number=4)["id_number"]
    before = town.dump()
    slips = [slip("id_number", other.id_number, number)]
    for paper in ("agreement", "correction_notice"):
        with pytest.raises(
            TransitionRefused, match="第1处更正与旁边的更正（包括以前的）合在一起改变了当事人"
        ):
            town.act("jiamed", ref, "correct", paper=paper, slips=slips, reason="笔误")
    slips = [slip("name", "李小明", "王小明")]
    with pytest.raises(TransitionRefused, match="合在一起改变了当事人"):
        town.act("jiamed", ref, "correct", paper="correction_notice", slips=slips, reason="笔误")
    assert town.dump() == before
    first = town.of(ref, queries.parties)[0]
    slips = [slip("id_number", first.id_number, number)]  # of the other party only the number is wrong
    town.do("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    back = [slip("name", "李小明", "李大山")]
    town.do("jiamed", ref, "correct", paper="correction_notice:correction-1", slips=back, reason="没有写错")
    assert [(row.name, row.id_number) for row in town.of(ref, queries.parties)] == [
        (first.name, number),
        ("李大山", other.id_number),
    ]


def test_name_put_right_of_one_party_says_nothing_of_another_whose_name_holds_it(sqlite_town):
    town = sqlite_town
    parties = [party(name="季明"), party("respondent", 2, name="李明华")]
    ref = signed(town, town.bring("agreed", parties=parties))
    slips = [slip("name", "季明", "李明")]
    town.do("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    number = party(number=4)["id_number"]
    slips = [slip("id_number", town.of(ref, queries.parties)[1].id_number, number)]
    town.do("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    assert town.of(ref, queries.parties)[1].id_number == number


def test_name_put_right_of_an_agent_says_nothing_of_a_party_whose_name_holds_it(sqlite_town):
    town = sqlite_town
    agent = {"kind": "agent", "name": "季明", "powers": ["apply"]}
    ref = signed(
        town, town.bring("agreed", parties=[party(agents=[agent]), party("respondent", 2, name="李明华")])
    )
    town.do("jiamed", ref, "correct", paper="agreement", slips=[slip("name", "季明", "李明")], reason="笔误")
    slips = [slip("id_number", town.of(ref, queries.parties)[1].id_number, party(number=4)["id_number"])]
    town.do("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")


def test_agent_called_as_a_party_is_by_a_correction_hides_nothing_of_it(sqlite_town):
    """Which row a slip changed is kept: words alone would point to the agent, whose whole name they are."""
    town = sqlite_town
    agent = {"kind": "agent", "name": "李明", "powers": ["apply"]}
    parties = [party(agents=[agent]), party("respondent", 2, name="季明华")]
    ref = signed(town, town.bring("agreed", parties=parties))
    for wrong, right in (("季明华", "李明华"), ("李明", "黎明")):
        name = slip("name", wrong, right)
        town.do("jiamed", ref, "correct", paper="agreement", slips=[name], reason="笔误")
    [first, second] = town.of(ref, aftercare.corrections)
    [strike] = first.struck
    assert (strike["table"], strike["was"], strike["now"]) == ("party", "季明华", "李明华")
    assert [one["table"] for one in second.struck] == ["party_agent"]
    before = town.dump()
    number = slip("id_number", town.of(ref, queries.parties)[1].id_number, party(number=4)["id_number"])
    with pytest.raises(TransitionRefused, match="合在一起改变了当事人"):
        town.act("jiamed", ref, "correct", paper="agreement", slips=[number], reason="笔误")
    assert town.dump() == before


def test_second_correction_of_a_name_leaves_an_agent_whose_name_holds_the_first(sqlite_town):
    town = sqlite_town
    agent = {"kind": "agent", "name": "李明华", "powers": ["apply"]}
    parties = [party(agents=[agent]), party("respondent", 2, name="李明")]
    ref = signed(town, town.bring("agreed", parties=parties))
    for right in ("李朋", "李鹏"):
        name = slip("name", "李明", right)
        town.do("jiamed", ref, "correct", paper="agreement", slips=[name], reason="笔误")
    assert town.of(ref, queries.parties)[1].name == "李鹏"
    assert [one.name for one in town.of(ref, queries.agents)] == ["李明华"]


def test_correction_from_before_its_strikes_were_kept_counts_by_its_words(sqlite_town):
    town = sqlite_town
    ref = signed(town, town.bring("agreed", parties=[party(), party("respondent", 2, name="季明华")]))
    first = slip("name", "季明华", "李明华")
    town.do("jiamed", ref, "correct", paper="agreement", slips=[first], reason="笔误")
    with town.instance.database.writing() as session:
        session.connection().execute(text("UPDATE correction SET struck = NULL"))
    [row] = town.of(ref, aftercare.corrections)
    assert row.struck is None
    number = slip("id_number", town.of(ref, queries.parties)[1].id_number, party(number=4)["id_number"])
    with pytest.raises(TransitionRefused, match="合在一起改变了当事人"):
        town.act("jiamed", ref, "correct", paper="agreement", slips=[number], reason="笔误")
    again = slip("name", "季明华", "黎明华")
    town.do("jiamed", ref, "correct", paper="agreement", slips=[again], reason="笔误")
    assert town.of(ref, queries.parties)[1].name == "黎明华"


def test_name_put_back_leaves_the_number_to_be_put_right(sqlite_town):
    town = sqlite_town
    ref = signed(town, town.bring("agreed", parties=[party(), party("respondent", 2, name="季明华")]))
    for paper, *change in (("agreement", "季明华", "李明华"), ("correction_notice", "李明华", "季明华")):
        town.do("jiamed", ref, "correct", paper=paper, slips=[slip("name", *change)], reason="笔误")
    right = party(number=4)["id_number"]
    number = slip("id_number", town.of(ref, queries.parties)[1].id_number, right)
    town.do("jiamed", ref, "correct", paper="agreement", slips=[number], reason="笔误")
    assert town.of(ref, queries.parties)[1].id_number == right


def test_title_of_the_case_is_put_right_and_not_made_another(sqlite_town):
    """Neither by a word, nor by characters together, nor one after the other."""
    town = sqlite_town
    ref = signed(town, town.bring("agreed", title="排水纠分"))

    def correct(*changes):
        slips = [slip("case_title", *one) for one in changes]
        town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")

    before = town.dump()
    for changes in ([("排水纠分", "借款纠纷")], [("排", "赔"), ("水", "偿")]):
        with pytest.raises(TransitionRefused, match="合在一起改变了当事人或者其约定的内容"):
            correct(*changes)
    assert town.dump() == before
    correct(("纠分", "纠纷"))
    assert town.case(ref).title == "排水纠纷"
    with pytest.raises(TransitionRefused, match="合在一起改变了当事人或者其约定的内容"):
        correct(("排水", "赔水"))
    with pytest.raises(TransitionRefused, match="合在一起改变了当事人或者其约定的内容"):
        correct(("排水纠分", "借款合同"))  # the words that the paper has, and the case has no more
    correct(("纠分", "纠份"))
    assert town.case(ref).title == "排水纠份"


def test_number_of_another_party_is_no_slip(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    one, other = (row.id_number for row in sqlite_town.of(ref, queries.parties))
    with pytest.raises(TransitionRefused, match="不是笔误"):
        sqlite_town.act(
            "jiamed",
            ref,
            "correct",
            paper="agreement",
            slips=[slip("id_number", one, other)],
            reason="笔误",
        )


def test_correction_of_what_does_not_stand_there_tells_all_at_once(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    slips = [slip(wrong="99号", right="9号"), slip(right="1号"), slip("colour")]
    with pytest.raises(InputInvalid) as told:
        sqlite_town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    assert [problem.key for problem in told.value.problems] == [
        "slips[0].wrong",
        "slips[1].right",
        "slips[2].field",
    ]
    with pytest.raises(InputInvalid, match="没有有效的文书") as told:
        sqlite_town.act("jiamed", ref, "correct", paper="return_visit", slips=slips, reason="笔误")
    assert [problem.key for problem in told.value.problems] == ["paper", "slips[1].right", "slips[2].field"]


def test_correction_that_would_strike_several_parties_or_part_of_a_number_is_refused(sqlite_town):
    town = sqlite_town
    ref = signed(town, town.bring("agreed", parties=[party("applicant", 1), party("respondent", 21)]))
    number = party()["id_number"]
    slips = [
        slip(),
        slip("id_number", number[:6], "110101"),
        slip("id_number", number, number[:-2] + "00"),
    ]
    before = town.dump()
    with pytest.raises(InputInvalid) as told:
        town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    assert sorted({problem.key for problem in told.value.problems}) == [
        "slips[0].wrong",
        "slips[1].right",
        "slips[1].wrong",
        "slips[2].right",
    ]
    assert town.dump() == before
    right = party(number=3)["id_number"]
    slips = [slip(wrong="嘎查1号", right="嘎查11号"), slip("id_number", number, right)]
    town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    rows = town.of(ref, queries.parties)
    assert [(row.address, row.id_number) for row in rows] == [
        ("示例甲嘎查11号", right),
        ("示例甲嘎查21号", party(number=21)["id_number"]),
    ]


def test_correction_of_a_paper_that_is_not_out_is_refused(sqlite_town):
    ref = sqlite_town.bring("agreed")
    sqlite_town.do("jiamed", ref, "conclude_written")
    with pytest.raises(TransitionRefused, match="还没有签署完毕"):
        sqlite_town.act("jiamed", ref, "correct", paper="agreement", slips=[slip()], reason="笔误")
