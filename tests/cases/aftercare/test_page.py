"""What the page of a case tells of what came after."""

from tests.cases.aftercare.words import REST, signed, slip


def test_page_tells_of_all_that_came_after(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed", claims=["修沟", "赔粮"]), settles=[1], rest=REST)
    sqlite_town.do("jiamed", ref, "correct", paper="agreement", slips=[slip()], reason="笔误")
    shown = sqlite_town.instance.case("jiamed", ref).aftercare
    assert set(shown) == {"agreements", "corrections"}
    [agreement] = shown["agreements"]
    assert (agreement["remark"], agreement["settles"], agreement["rest"]) == (
        "部分达成协议",
        ["修沟"],
        ["赔粮"],
    )
    [correction] = shown["corrections"]
    assert correction["slips"] == [{**slip(), "field": "住址"}]
