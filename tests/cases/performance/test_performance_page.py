"""The ledger is seen on the page and the command line, and the agreement's paper shows the instalments as a table."""

import json

from mediation.cli import run
from mediation.commands.ledger import ledger_lines
from tests.cases.performance.test_confirming import ask, rule
from tests.cases.performance.test_performing import by_instalments, in_force, perform
from tests.documents.papers import text_of
from tests.town import drawing, environment, pay


def test_ledger_is_told_on_the_command_line(sqlite_town, capsys, tmp_path):
    town = sqlite_town
    ref = in_force(town, by_instalments(), pay(at_once=True))
    perform(town, ref, "2026-03-10", amount_fen=1200_00, proof="收条一张", proof_file=drawing())
    ask(town, ref)
    rule(town, ref, "confirmed")
    number = town.case(ref).number
    told = ledger_lines(town.instance.case("jiamed", ref).ledger)
    with environment(town):
        assert run(["--as", "jiamed", "case", "show", number]) == 0
        shown = capsys.readouterr().out
        assert run(["--as", "jiamed", "case", "ledger", number, "--json"]) == 0
        [ledger] = json.loads(capsys.readouterr().out)
        out = tmp_path / "receipt.png"
        assert run(["--as", "jiamed", "case", "proof", number, "1", "--out", str(out)]) == 0
        assert run(["--as", "jiamed", "case", "proof", number, "9", "--out", str(out)]) == 1
    assert told == [
        f"履行台账 {number}：应付 2600.00元，已付 1200.00元，尚欠 1400.00元，其中逾期 0.00元",
        "  第1.1条 2026-03-20 应付 1000.00元 尚欠 0.00元 2026-03-10履行",
        "  第1.2条 2026-04-20 应付 1000.00元 尚欠 800.00元 待履行，可申请强制执行至2028-05-22",
        "  第1.3条 2026-05-20 应付 500.00元 尚欠 500.00元 待履行，可申请强制执行至2028-05-22",
        "  第2条  应付 100.00元 尚欠 100.00元 待履行，可申请强制执行至2028-04-10",
        "  第1行：第1.1条 2026-03-10 1000.00元 收条一张（有凭据文件）",
        "  第2行：第1.2条 2026-03-10 200.00元 收条一张（有凭据文件）",
        "  司法确认：2026-03-20 向示例旗人民法院申请，裁定有效 （2026）示调确字第7号",
    ]
    assert told[1] in shown
    assert (ledger["paid_fen"], ledger["left_fen"]) == (1200_00, 1400_00)
    assert out.read_bytes().startswith(b"\x89PNG")


def test_outsider_finds_no_ledger(sqlite_town, capsys):
    town = sqlite_town
    ref = in_force(town)
    with environment(town):
        assert run(["--as", "yimed", "case", "ledger", town.case(ref).number]) == 1
    assert "2500" not in capsys.readouterr().out


def test_paper_of_the_agreement_shows_the_instalments_as_a_table(sqlite_town, tmp_path):
    town = sqlite_town
    ref = town.bring("mediating")
    town.step(ref, "draft_agreement", clauses=[by_instalments()])
    town.instance.do("jiamed", ref, "conclude_written", {})
    pdf, _id = town.instance.paper("jiamed", ref, "agreement", "agreement-1")
    text = text_of(pdf, tmp_path)
    assert "分3期向乙某1支付人民币2500元（大写：贰仟伍佰元整），各期金额和期限见下表。" in text
    for row in ("第1期1000元壹仟元整2026年3月20日", "第3期500元伍佰元整2026年5月20日"):
        assert row in text
