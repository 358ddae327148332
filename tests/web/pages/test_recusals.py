"""回避 on the page and in the API: recorded, lifted, oneself; what is typed stays; who is kept off gets 404."""

from tests.web.conftest import MEDIATOR, REGISTRAR, new_key

KIND = {"kind": "near_relative", "reason": "当事人的妹妹"}


def test_desk_records_and_lifts_and_the_person_is_out_and_back(counter, browser, account):
    ref = counter.register(title="水沟归属纠纷")
    clerk, mediator = browser().log_in(account("zhangxiaofeng")), browser().log_in(account("yangmeixian"))
    page = f"/cases/{ref}/recusals"
    assert page in clerk.get(f"/cases/{ref}").text
    assert mediator.get(f"/cases/{ref}").status == 200
    clerk.get(page).post(page, {"person": "yangmeixian", **KIND})
    assert (clerk.status, clerk.says("杨美仙", "当事人的妹妹")) == (200, True)
    for path in (
        f"/cases/{ref}",
        page,
        f"/cases/{ref}/do/triage",
        f"/cases/{ref}/papers/rights_notice/ready",
    ):
        assert mediator.get(path).status == 404, path
    assert not mediator.get("/cases?search=水沟归属").says("水沟归属纠纷")
    [line] = counter.get(REGISTRAR, f"/cases/{ref}/recusals").json()["recusals"]
    lift = f"{page}/{line['id']}/lift"
    assert clerk.get(page).post(lift, {"reason": ""}).status == 422
    assert clerk.get(page).post(lift, {"reason": "查明不是"}).says("已经解除杨美仙的回避")
    assert mediator.get(f"/cases/{ref}").status == 200


def test_one_withdraws_oneself_and_is_led_away(counter, browser, account):
    ref = counter.register()
    page = f"/cases/{ref}/recusals"
    mediator = browser().log_in(account("yangmeixian")).get(page)
    assert mediator.says("我要回避")
    assert 'name="person"' not in mediator.text
    assert mediator.post(page, {"kind": "near_relative", "reason": ""}).status == 422
    assert 'value="near_relative" selected' in mediator.text
    mediator.post(page, KIND)
    assert (mediator.address, mediator.says("您不再看到这件纠纷")) == ("/cases", True)
    assert mediator.get(f"/cases/{ref}").status == 404


def test_api_records_once_and_refuses_others(counter):
    ref, key = counter.register(), new_key()
    words = {"person": "yangmeixian", **KIND}
    first = counter.post(REGISTRAR, f"/cases/{ref}/recusals", words, key)
    again = counter.post(REGISTRAR, f"/cases/{ref}/recusals", words, key)
    assert (first.status_code, again.content == first.content) == (201, True)
    assert counter.get(MEDIATOR, f"/cases/{ref}").status_code == 404
    assert counter.get(MEDIATOR, f"/cases/{ref}/recusals").status_code == 404
    assert counter.post(REGISTRAR, f"/cases/{ref}/recusals", {"person": "nobody"}).status_code == 422
    lift = f"/cases/{ref}/recusals/{first.json()['id']}/lift"
    assert counter.post(MEDIATOR, lift, {"reason": "我没有关系"}).status_code == 404
    assert counter.post(REGISTRAR, lift, {"reason": "查明不是"}).status_code == 200
    assert counter.get(MEDIATOR, f"/cases/{ref}").status_code == 200
