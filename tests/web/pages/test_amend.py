"""补正 on pages: a party, an agent and somebody who takes part are added by forms of their own; what is wrong is told, nothing lost."""

import pytest

from mediation.cases import queries
from tests.web.conftest import REGISTRAR
from tests.web.pages.test_cases import acts

pytestmark = pytest.mark.parametrize("instance", ["sqlite"], indirect=True, scope="session")
"""The store makes no difference to pages."""
AGENT = {"add": "agent", "of": "2", "kind": "agent", "name": "孙代理", "powers": ["apply", "receive"]}


@pytest.fixture
def clerk(counter, browser, account):
    """A clerk before a case that was just taken in: the browser and the address of the page."""
    ref = counter.register()
    return browser().log_in(account("zhangxiaofeng")), f"/register/{ref}/amend", ref


def people(counter, ref):
    with counter.instance.database.reading() as session:
        case = queries.case_id_of(session, ref)
        agents = [(one.name, one.kind, list(one.powers)) for one in queries.agents(session, case)]
        participants = [one.name for one in queries.participants(session, case)]
        return [one.name for one in queries.parties(session, case)], agents, participants


def test_case_leads_to_the_pages_that_add_somebody(clerk):
    one, path, ref = clerk
    assert f'href="{path}?to=/cases/{ref}"' in one.get(f"/cases/{ref}").text
    one.get(path)
    for kind in ("party", "agent", "participant"):
        assert f'href="{path}?add={kind}"' in one.text


def test_agent_is_added_to_one_party(counter, clerk):
    one, path, ref = clerk
    powers = [code for code, _title in powers_of(counter)][:2]
    one.get(f"{path}?add=agent")
    one.post(path, {**AGENT, "id_number": " 11010519491231002x ", "powers": powers})
    assert one.status == 200, one.text
    assert people(counter, ref)[1] == [("孙代理", "agent", powers)]
    assert acts(counter, ref)[-1] == "amend"


def powers_of(counter):
    return [(one.code, one.title) for one in counter.instance.office.codes.entries("agent_powers")]


def test_party_and_participant_are_added(counter, clerk):
    one, path, ref = clerk
    before = people(counter, ref)[0]
    one.get(f"{path}?add=party").post(
        path, {"add": "party", "role": "third", "kind": "natural", "name": "周第三"}
    )
    assert one.status == 200, one.text
    kind = next(iter(counter.instance.office.codes.entries("participant_kinds"))).code
    said = {"add": "participant", "kind": kind, "name": "吴乡贤", "consented_by": ["1", "2", "3"]}
    one.get(f"{path}?add=participant").post(path, said)
    assert one.status == 200, one.text
    assert people(counter, ref) == ([*before, "周第三"], [], ["吴乡贤"])


@pytest.mark.parametrize(
    ("said", "sentences"),
    [
        ({**AGENT, "of": "", "powers": []}, ["请选择是谁的代理人"]),
        ({**AGENT, "of": "7", "powers": []}, ["7"]),
        ({**AGENT, "powers": [], "id_number": "123"}, ["孙代理"]),
        ({"add": "party", "role": "", "kind": "natural", "name": "周第三"}, ["周第三"]),
        ({"add": "participant", "kind": "", "name": "吴乡贤"}, ["吴乡贤"]),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(counter, clerk, said, sentences):
    one, path, ref = clerk
    before = people(counter, ref)
    one.get(f"{path}?add={said['add']}").post(path, said)
    assert one.status == 422
    assert all(sentence in one.text for sentence in sentences)
    assert f'name="add" value="{said["add"]}"' in one.text
    assert people(counter, ref) == before
    assert counter.instance.case(REGISTRAR, ref).row.state == "registered"


def test_page_that_another_overtook_says_what_is_kept_now_before_it_is_sent_again(
    counter, clerk, browser, account
):
    one, path, ref = clerk
    words = {
        "party": "1",
        "role": "applicant",
        "kind": "natural",
        "name": "张喆",
        "sex": "男",
        "ethnicity": "彝族",
    }
    one.get(f"{path}?party=1")
    other = browser().log_in(account("yangmeixian")).get(f"{path}?party=1")
    other.post(path, {**words, "occupation": "教师"})
    assert (other.status, acts(counter, ref)[-1]) == (200, "amend"), other.text
    one.post(path, {**words, "address": "新地址9号"})
    assert one.status == 409
    assert one.says("这次没有保存", "现在登记的是：教师")
    assert "新地址9号" in one.text
    assert not one.says("现在登记的是：张喆")
    one.post(path, {**words, "occupation": "教师", "address": "新地址9号"})
    with counter.instance.database.reading() as session:
        [first, _second] = queries.parties(session, queries.case_id_of(session, ref))
    assert (first.details["occupation"], first.address) == ("教师", "新地址9号")
