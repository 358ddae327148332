"""One operation for each verb; a whole dispute over the API."""

import base64
import io
from datetime import timedelta

import jsonschema
import pytest
from PIL import Image, ImageDraw
from starlette.testclient import TestClient

from mediation.cases.verbs import VERBS
from mediation.web.app import build_app
from tests.town import pay
from tests.web.conftest import ADDRESS, MEDIATOR, REGISTRAR, Counter, dispute, error, new_key

ACTS = "/api/v1/cases/{ref}/acts/"


def test_openapi_has_one_operation_for_each_verb_with_its_model(counter):
    document = counter.client.get("/api/v1/openapi.json").json()
    found = {
        path.removeprefix(ACTS): operations["post"]["requestBody"]["content"]["application/json"]["schema"][
            "$ref"
        ]
        for path, operations in document["paths"].items()
        if path.startswith(ACTS)
    }
    assert found == {name: f"#/components/schemas/{verb.said.__name__}" for name, verb in VERBS.items()}
    for model in {verb.said for verb in VERBS.values()}:
        schema = document["components"]["schemas"][model.__name__]
        assert schema["additionalProperties"] is False
        assert sorted(schema["properties"]) == sorted(model.model_fields)
    operations = [op for path in document["paths"].values() for op in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert {*VERBS, "register"} <= set(names)


def test_openapi_names_acts_as_the_definitions_do(counter):
    paths = counter.client.get("/api/v1/openapi.json").json()["paths"]
    titles = [paths[ACTS + name]["post"]["summary"] for name in ("triage", "accept", "seal")]
    triggers = counter.instance.office.engine("ordinary").definition.triggers
    assert titles == [triggers[name].title for name in ("triage", "accept", "seal")]


def test_openapi_tells_every_error_in_its_form(counter):
    document = counter.client.get("/api/v1/openapi.json").json()
    for operations in document["paths"].values():
        for operation in operations.values():
            errors = {code: body for code, body in operation["responses"].items() if code >= "400"}
            assert {"400", "413", "500", "503"} <= set(errors)
            for body in errors.values():
                assert body["content"] == {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
                }
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize("keyed", [True, False])
def test_answer_tells_what_could_not_be_made_after_the_act(sqlite_town, keyed):
    """The seal of an oral agreement is in the hands of the committee's own people: the grid's worker cannot put it."""
    town = sqlite_town
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "take")
    town.act("grid", ref, "record_session", **town.session("agreed"))
    promised = [pay(at_once=True)]
    town.act("grid", ref, "draft_agreement", facts="羊进了草场。", matters="赔草。", clauses=promised)
    path, keys = f"/cases/{ref}/acts/conclude_oral", {"key": new_key()} if keyed else {}
    with TestClient(build_app(town.instance), base_url=ADDRESS) as client:
        answers = [
            Counter(town.instance, client).post("grid", path, {}, **keys) for _time in range(1 + keyed)
        ]
        document = client.get("/api/v1/openapi.json").json()
    [warning] = answers[0].json()["warnings"]
    assert "印章只能由该调委会的人员加盖" in warning
    assert [answer.content for answer in answers[1:]] == [answers[0].content] * keyed
    reference = document["paths"][ACTS + "conclude_oral"]["post"]["responses"]["200"]["content"]
    schema = document["components"]["schemas"][reference["application/json"]["schema"]["$ref"].split("/")[-1]]
    jsonschema.validate(answers[0].json(), {**schema, "additionalProperties": False})
    assert "warnings" in schema["properties"]


def test_unknown_act_is_not_found_and_the_known_ones_are_named(counter):
    ref = counter.register()
    sheet = error(counter.post(REGISTRAR, f"/cases/{ref}/acts/fly", {}), 404, "NotFound")
    assert sheet["detail"].startswith("没有名为 fly 的操作；现有：accept、")


def test_refusal_tells_every_reason_with_its_article(counter):
    ref = counter.register(
        parties=[
            {"name": "张喆", "role": "applicant"},
            {"name": "李玥", "role": "respondent"},
        ]
    )
    counter.do(REGISTRAR, ref, "triage", tier="ordinary")
    counter.do(REGISTRAR, ref, "keep")
    before = counter.get(REGISTRAR, f"/cases/{ref}").json()
    sheet = error(counter.post(REGISTRAR, f"/cases/{ref}/acts/accept", {}), 409, "TransitionRefused")
    shown = next(act for act in before["acts"] if act["trigger"] == "accept")
    assert len(sheet["reasons"]) >= 1
    assert [sorted(reason) for reason in sheet["reasons"]] == [
        ["article", "guard", "message", "next_step"]
    ] * len(sheet["reasons"])
    assert [reason["message"] in " ".join(shown["reasons"]) for reason in sheet["reasons"]] == [True] * len(
        sheet["reasons"]
    )
    beside = error(counter.post(REGISTRAR, f"/cases/{ref}/acts/accept", {"nonsense": 1}), 422, "InputInvalid")
    assert [problem["key"] for problem in beside["problems"]] == ["nonsense"]
    assert beside["reasons"] == sheet["reasons"]
    assert counter.get(REGISTRAR, f"/cases/{ref}").json()["row"] == before["row"]


def test_words_of_the_wrong_shape_hide_no_unknown_codes(counter):
    words = dispute(source="moon", nonsense=1)
    sheet = error(counter.post(REGISTRAR, "/cases", words, new_key()), 422, "InputInvalid")
    assert {problem["key"] for problem in sheet["problems"]} == {"source", "nonsense"}
    ref = counter.register()
    answer = counter.post(REGISTRAR, f"/cases/{ref}/acts/triage", {"tier": "hard", "nonsense": 1})
    assert {problem["key"] for problem in error(answer, 422, "InputInvalid")["problems"]} == {
        "tier",
        "nonsense",
    }


def test_post_without_the_right_is_refused(counter):
    ref = counter.register()
    error(counter.post(MEDIATOR, f"/cases/{ref}/acts/archive", {}), 409, "TransitionNotAllowed")
    error(counter.post("shenyan:grid", f"/cases/{ref}/acts/triage", {"tier": "ordinary"}), 404, "NotFound")


def test_moment_with_an_act_is_kept_beside_the_recorded_one(counter, clock):
    ref = counter.register()
    counter.do(REGISTRAR, ref, "triage", tier="ordinary", occurred_at="2026-03-01T18:30")
    [event] = [one for one in counter.get(REGISTRAR, f"/cases/{ref}").json()["trail"] if one["ordinal"] == 2]
    assert event["at"] == clock.now().isoformat().replace("+00:00", "Z")


def test_whole_dispute_from_intake_to_a_signed_agreement_that_verifies(counter, clock):
    ref = counter.register(title="张某与李某排水沟纠纷")

    def do(actor, trigger, **words):
        clock.advance(timedelta(minutes=30))
        return counter.do(actor, ref, trigger, **words)["state"]

    assert do(REGISTRAR, "triage", tier="ordinary") == "triaged"
    assert do(REGISTRAR, "keep") == "received"
    assert do(REGISTRAR, "accept") == "accepted"
    recorder = {"person": "zhangxiaofeng", "role": "recorder"}
    assert do(MEDIATOR, "assign", mediators=[{"person": "yangmeixian"}, recorder]) == "preparing"
    said = {
        "held_from": "2026-03-02T10:00",
        "place": "村调解室",
        "present": [1, 2],
        "body": ["达成一致。"],
        "result": "agreed",
    }
    assert do(MEDIATOR, "record_session", **said) == "mediating"
    do(MEDIATOR, "draft_agreement", facts="雨水倒灌。", matters="排水沟由谁修。", clauses=[_CLAUSE])
    assert do(MEDIATOR, "conclude_written") == "signing"
    for number, slot in enumerate(("party-01", "party-02", "mediator-01", "recorder"), start=1):
        check = "id_card_seen" if slot.startswith("party") else "known_in_person"
        do(MEDIATOR, "sign", slot=slot, identity_check=check, agrees=True, drawing=_drawing(number))
    shown = counter.get(MEDIATOR, f"/cases/{ref}").json()
    assert shown["missing_signatures"] == ["调委会印章 示例一村村民委员会人民调解委员会"]
    assert do(MEDIATOR, "seal") == "performing"

    paper = counter.get(MEDIATOR, f"/cases/{ref}/papers/agreement")
    assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
    verdict = counter.client.post("/api/v1/verify", content=paper.content).json()
    assert (verdict["verdict"], verdict["valid"], len(verdict["signatures"])) == ("valid", True, 5)

    do(MEDIATOR, "record_performance", clause=1, performed_on="2026-03-02")
    assert do(MEDIATOR, "close") == "closed"
    shown = counter.get(MEDIATOR, f"/cases/{ref}").json()
    assert (shown["row"]["outcome"], shown["row"]["phase"]) == ("agreed_written", "feedback")
    acts = [one["act"] for one in shown["trail"] if "." not in one["act"]]
    assert acts == [
        *("register", "triage", "keep", "accept", "assign", "record_session", "draft_agreement"),
        *("conclude_written", "sign", "sign", "sign", "sign", "seal", "record_performance", "close"),
    ]
    assert counter.instance.verify_trail().problems == []


_CLAUSE = {
    "obligor": 2,
    "obligee": 1,
    "act": "do",
    "what": "把排水沟修复至可以正常排水",
    "due_on": "2026-03-20",
}


def _drawing(seed: int) -> str:
    """A signature as a tablet sends it."""
    image = Image.new("RGBA", (420, 160), (255, 255, 255, 0))
    points = [(20 + step * 20, 50 + (step * 37 * seed) % 60) for step in range(19)]
    ImageDraw.Draw(image).line(points, fill=(10, 10, 30, 255), width=6)
    written = io.BytesIO()
    image.save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()
