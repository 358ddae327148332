"""What people are told of codes: states of messages, and why one did not arrive."""

from collections.abc import Mapping

from mediation.language import _

_STATES: Mapping[str, str] = {"waiting": "待发", "sent": "已送", "parked": "停发", "dropped": "不再发"}
_WHY: Mapping[str, str] = {
    "not_allowed": "内部网络的地址，不许访问",
    "unknown_host": "查不到这个名字",
    "tls": "对方的证书不可信",
    "timeout": "对方没有按时答复",
    "unreachable": "连不上对方",
    "redirect": "对方要转到别的地址，没有照转",
    "gone": "对方表示不再接收",
    "killed": "发送时程序中断",
    "removed": "地址已删除",
    "restored": "由备份恢复，还没有放行",
}
_HTTP = "http_"


def state_title(state: str) -> str:
    """What people call the state of a message."""
    return _(_STATES[state])


def why_title(why: str) -> str:
    """Why a message did not arrive, or a webhook was stopped, in words."""
    if why.startswith(_HTTP):
        return _("对方答复 HTTP {status}").format(status=why.removeprefix(_HTTP))
    return _(_WHY[why]) if why in _WHY else why
