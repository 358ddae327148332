"""How a page writes days, moments, sums and time left: the Chinese way, or the English."""

from datetime import date, datetime, timedelta

from mediation.clock import SITE_ZONE
from mediation.language import _, current_language

_WEEK = ("一", "二", "三", "四", "五", "六", "日")


def day(value: date | datetime | None) -> str:
    """2026年3月2日; 2 Mar 2026. Nothing for nothing."""
    if value is None:
        return ""
    found = value.astimezone(SITE_ZONE).date() if isinstance(value, datetime) else value
    if current_language() == "en":
        return f"{found.day} {found:%b %Y}"
    return f"{found.year}年{found.month}月{found.day}日"


def weekday(value: date | datetime) -> str:
    """周一; Mon."""
    found = value.astimezone(SITE_ZONE).date() if isinstance(value, datetime) else value
    return f"{found:%a}" if current_language() == "en" else f"周{_WEEK[found.weekday()]}"


def moment(value: datetime | None) -> str:
    """2026年3月2日 09:30."""
    return "" if value is None else f"{day(value)} {value.astimezone(SITE_ZONE):%H:%M}"


def clock(value: datetime | None) -> str:
    """09:30."""
    return "" if value is None else f"{value.astimezone(SITE_ZONE):%H:%M}"


def left(due: datetime | None, now: datetime) -> str:
    """How long there is until an end, or how long it is past, in the unit that people think in."""
    if due is None:
        return ""
    span = due - now
    late = span < timedelta()
    span = abs(span)
    if span >= timedelta(days=1):
        amount = _("{n} 天").format(n=span.days)
    elif span >= timedelta(hours=1):
        amount = _("{n} 小时").format(n=int(span.total_seconds() // 3600))
    else:
        amount = _("{n} 分钟").format(n=int(span.total_seconds() // 60))
    return (_("已超 {amount}") if late else _("还有 {amount}")).format(amount=amount)


def yuan(fen: int | None) -> str:
    """1,280.00元; CNY 1,280.00."""
    if fen is None:
        return ""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    sum_ = f"{sign}{rest // 100:,}.{rest % 100:02d}"
    return f"CNY {sum_}" if current_language() == "en" else f"{sum_}元"
