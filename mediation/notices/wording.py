"""What people are told of codes: channels, states of deliveries, and why one did not arrive."""

from collections.abc import Mapping

from mediation.language import _

_CHANNELS: Mapping[str, str] = {
    "file": "站内",
    "sms": "短信",
    "email": "邮件",
    "webhook": "群机器人",
    "slip": "通知单",
}
_STATES: Mapping[str, str] = {"waiting": "待发", "sent": "已送", "failed": "未送成", "skipped": "不送"}
_WHY: Mapping[str, str] = {
    "nobody": "没有在任的人可以通知",
    "unknown_notice": "没有这种通知的模板",
    "unreadable": "有关内容读不出来",
    "template": "模板不能填写",
    "out_of_scope": "不在查看范围内",
    "away": "不在岗",
    "no_address": "没有联系方式",
    "channel_off": "这个渠道没有开通",
    "erased": "内容已删除",
    "no_secret": "没有这个渠道的密钥，或者密钥文件不能用",
    "refused": "对方不接受",
    "not_accepted": "对方收到了，但是没有受理",
    "unknown_host": "查不到对方的主机名",
    "tls": "对方的证书不可信",
    "timeout": "对方没有按时答复",
    "unanswered": "已交给对方，没有等到答复，可能已经送到",
    "redirect": "对方要转到别的地址，没有照转",
    "unreachable": "连不上对方",
    "attempts_used_up": "试过多次没有成功",
    "written_anew": "已重新发出",
}


def channel_title(channel: str) -> str:
    """What people call a channel."""
    return _(_CHANNELS[channel])


def state_title(state: str) -> str:
    """What people call the state of a delivery."""
    return _(_STATES[state])


def reason(why: str) -> str:
    """Why a notice was not delivered, in words; nothing for nothing."""
    code, _colon, fact = why.partition(":")
    if code == "lacks":
        return _("缺少 {fact}").format(fact=fact)
    for kind, words in (("http", _("对方答复 HTTP {status}")), ("smtp", _("邮件服务器答复 {status}"))):
        if code.startswith(f"{kind}_"):
            return words.format(status=code.removeprefix(f"{kind}_"))
    return _(_WHY[code]) if code in _WHY else code
