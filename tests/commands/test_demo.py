"""demo: what it came to, in words."""

from mediation.commands.demo import _lines
from mediation.demo.play import Summary


def test_outcomes_steps_and_channels_are_told_in_words():
    summary = Summary(
        site="湖区",
        cases=2,
        by_outcome={"agreed_oral": 1, "withdrawn": 1},
        steps_taken={"urging": 2},
        items_by_state={"struck_off": 1},
        notices_by_channel={"file": 3},
        titles={"agreed_oral": "达成口头协议", "withdrawn": "申请人撤回", "urging": "催办"},
    )
    told = _lines(summary)
    assert told[0] == "湖区：纠纷 2 件（达成口头协议 1、申请人撤回 1）"
    assert told[2:4] == [
        "督办阶梯：催办 2；督办台账：已销号 1；督办、周报文书 0 份",
        "通知已送出：站内 3",
    ]
