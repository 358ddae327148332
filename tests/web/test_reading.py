"""Whoever opens a case, paper or export by page or API is noted; every route that reads a case by name is known."""

from sqlmodel import select

from mediation.cases import queries as case_queries
from mediation.cases.readings.models import Reading
from mediation.web.reading import OPENED
from tests.web.conftest import MEDIATOR, OTHER_VILLAGE
from tests.web.pages.conftest import account, browser, quick_hashes
from tests.web.test_policy import _routes

__all__ = ["account", "browser", "quick_hashes"]
NOT_A_CASE = {"item", "show_item"}


def noted(counter, ref=""):
    with counter.instance.database.reading() as session:
        case = case_queries.case_id_of(session, ref) if ref else 0
        rows = session.exec(select(Reading.what).where(Reading.case_id == case).order_by(Reading.id))
        return list(rows)


def test_every_route_that_reads_a_case_is_noted(application):
    asking = {
        route.name for route in _routes(application) if "GET" in route.methods and "{ref}" in route.path
    }
    assert asking - NOT_A_CASE - set(OPENED) == set()
    known = {route.name for route in _routes(application)}
    assert set(OPENED) - known == set()


def test_api_and_pages_note_what_was_opened_once(counter, browser, account):
    ref = counter.register()
    for _again in range(2):
        counter.get(MEDIATOR, f"/cases/{ref}")
    one = browser().log_in(account("zhangxiaofeng"))
    one.get(f"/cases/{ref}").get(f"/cases/{ref}?tab=papers")
    counter.post(MEDIATOR, f"/cases/{ref}/papers/rights_notice", {"subject": "party-1"})
    counter.get(MEDIATOR, f"/cases/{ref}/papers/rights_notice", subject="party-1")
    assert noted(counter, ref) == ["case", "case", "paper rights_notice"]


def test_what_was_refused_is_not_noted(counter):
    ref = counter.register()
    assert counter.get(OTHER_VILLAGE, f"/cases/{ref}").status_code == 404
    assert counter.get(MEDIATOR, f"/cases/{ref}/papers/agreement").status_code == 404
    assert noted(counter, ref) == []


def test_audit_administrator_sees_who_and_no_case(counter, browser, account):
    ref = counter.register(title="谁也不该看到的标题")
    counter.get(MEDIATOR, f"/cases/{ref}")
    counter.post(
        MEDIATOR.replace("yangmeixian:mediator", "zhangxiaofeng:registrar"),
        f"/cases/{ref}/unmaskings",
        {"party": 1, "field": "phone", "reason": "contact"},
    )
    admin = browser().log_in(account("audit-test", "audit"))
    admin.get(f"/admin/readings?chain={ref}")
    assert admin.says("杨美仙", "联系当事人", ref[:10])
    assert not admin.says("谁也不该看到的标题")
    assert not admin.says("13800000000")
    assert admin.get("/admin/readings?person=nobody").says("没有符合的记录")
    assert browser().log_in(account("zhangxiaofeng")).get("/admin/readings").status == 403
