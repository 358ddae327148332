"""Every shipped notice, found by its folder; that each one that is posted has one: tests/notices/test_posted.py."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mediation import resources
from mediation.documents.press import Renderer
from mediation.documents.render import set_page
from mediation.notices import published
from mediation.notices.composing import slip_page
from mediation.notices.folders import load_notice, load_notices
from mediation.reading import parse_yaml
from tests.documents.papers import pages_of, text_of

ROOT = Path(__file__).parents[2]
FOLDERS = resources.folders("templates", "notices")


@pytest.mark.parametrize("name", published.files())
def test_published_page_and_schemas_are_what_the_notices_say(name: str) -> None:
    """If not: python -m mediation.notices.published docs"""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == published.files()[name]


@pytest.mark.parametrize("name", FOLDERS)
def test_schemas_accept_every_shipped_notice(name: str) -> None:
    schemas = {path: json.loads(text) for path, text in published.files().items() if path.endswith(".json")}
    sheet = parse_yaml((FOLDERS[name] / "notice.yaml").read_text(encoding="utf-8"))[0]
    sample = json.loads((FOLDERS[name] / "sample.json").read_text(encoding="utf-8"))
    assert Draft202012Validator(schemas["schemas/notice.schema.json"]).is_valid(sheet)
    assert not Draft202012Validator(schemas["schemas/notice.schema.json"]).is_valid({**sheet, "to": ["moon"]})
    assert Draft202012Validator(schemas["schemas/notice-facts.schema.json"]).is_valid(sample)


@pytest.mark.parametrize("name", FOLDERS)
def test_notice_for_parties_says_where_to_ask_and_names_no_other(name: str) -> None:
    notice = load_notice(FOLDERS[name])
    if {"party", "parties"} & {*notice.sheet.to}:
        body = notice.compose(notice.sample).body
        assert "slip" in notice.sheet.channels
        assert "查询码" in body
        assert "case.called" in notice.sheet.needs


@pytest.mark.parametrize("name", FOLDERS)
def test_notice_says_something_for_whatever_its_words_tell_apart(name: str) -> None:
    """Each value that a template compares something with, in the place of the sample's."""
    notice = load_notice(FOLDERS[name])
    texts = "".join(path.read_text(encoding="utf-8") for path in FOLDERS[name].glob("*.txt"))
    for key, value in re.findall(r'\bpayload\.(\w+) == "(\w+)"', texts):
        sample = notice.sample.model_dump()
        sample["payload"] |= {key: value}
        written = notice.compose(type(notice.sample).model_validate(sample))
        assert written.body.strip(), (key, value)


@pytest.mark.slow
def test_slip_is_one_small_page_of_its_own(tmp_path: Path) -> None:
    notice = load_notices()["appointment_arranged"]
    page = slip_page(notice.files, notice.sample, notice.compose(notice.sample), "0" * 26)
    with Renderer() as press:
        pdf = press.run(set_page, page, None)
        assert press.run(set_page, page, None) == pdf
    text = text_of(pdf, tmp_path)
    for word in ("通知单", "罗开富", "2026年3月18日9时30分", "签收人", "示例通知", "0" * 26):
        assert word in text


@pytest.mark.slow
@pytest.mark.parametrize("name", ["appointment_arranged", "handed_over"])
def test_slip_keeps_each_name_and_its_blank_in_one_line(name: str, tmp_path: Path) -> None:
    notice = load_notices()[name]
    page = slip_page(notice.files, notice.sample, notice.compose(notice.sample), "0" * 26)
    with Renderer() as press:
        [text] = pages_of(press.run(set_page, page, None), tmp_path)
    lines = [re.sub(r"\s", "", line) for line in text.splitlines() if "___" in line]
    assert [re.sub(r"_+", "_", line) for line in lines] == ["签收人：_日期：_年_月_日", "送达人：_"]
