"""谁看过: the audit administrator's look at who opened what and who unmasked whose fields. Ids and names of staff; no case."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from starlette.responses import Response

from mediation.audit import queries as trail
from mediation.cases.queries import SCAN
from mediation.cases.readings import queries
from mediation.cases.readings.noting import slot_of
from mediation.cases.unmasking import FIELDS, REASONS, UNMASKED
from mediation.clock import local_day, local_moment
from mediation.language import _
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.pages.shell import page
from mediation.web.seats import TheSeat

router = Branch(include_in_schema=False)
_PAGE = 100
_EXPORTS = {"cases": "纠纷台账", "statistics": "统计表", "calendar": "日程文件"}


@router.get("/admin/readings", name="readings")
def readings(
    request: Request, desk: TheDesk, seat: TheSeat, person: str = "", chain: str = "", before: str = ""
) -> Response:
    asked: dict[str, Any] = {"person": person.strip()[:60], "chain": chain.strip()[:60]}
    reading = desk.office.reading
    morning = slot_of(local_moment(local_day(desk.clock.now())), reading.minutes)
    with desk.database.reading() as session:
        rows = queries.browse(
            session, **asked, before=int(before) if before.isdecimal() else None, most=_PAGE
        )
        busiest = queries.busiest(session, morning)
        unmasked = trail.browse(session, act=UNMASKED, most=8)
    return page(
        request,
        seat,
        "readings.html",
        rows=rows,
        more=str(rows[-1].id) if len(rows) == _PAGE else "",
        busiest=busiest,
        many=reading.many,
        unmasked=unmasked,
        fields={key: _(title) for key, title in FIELDS.items()},
        reasons=REASONS,
        opened=opened(desk),
        **asked,
    )


def opened(desk: Desk) -> Callable[[str], str]:
    """What was opened, in words."""
    forms = desk.office.forms

    def words(what: str) -> str:
        kind, _blank, name = what.partition(" ")
        if what == "paper proof":
            return _("文书：{title}").format(title=_("履行凭据"))
        if kind == "paper":
            return _("文书：{title}").format(
                title=forms[name].title if name in forms else _("签字扫描件") if name == SCAN else name
            )
        if kind == "evidence":
            return _("证据材料第 {n} 件").format(n=name)
        if kind == "export":
            return _("导出：{title}").format(title=_(_EXPORTS.get(name, name)))
        return _("案件")

    return words
