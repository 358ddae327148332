import json
from pathlib import Path

import pytest

from mediation.documents.forms import (
    Form,
    Lack,
    check_slots,
    find_form,
    load_form,
    load_forms,
    missing_facts,
    missing_of_parties,
)
from mediation.documents.snapshot import SlotSheet
from mediation.errors import DocumentError, FormError, NotFound
from tests.documents.conftest import changed


def problems_of(folder: Path) -> list[tuple[str, int | None, str]]:
    with pytest.raises(FormError) as caught:
        load_form(folder)
    return [(Path(problem.file).name, problem.line, problem.key) for problem in caught.value.problems]


def rewrite(folder: Path, old: str, new: str, file: str = "form.yaml") -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_form_is_read_whole(agreement: Form) -> None:
    assert (agreement.name, agreement.title, agreement.sheet.kind) == (
        "agreement",
        "人民调解协议书",
        "agreement",
    )
    assert sorted(agreement.files) == [
        "_paper/page.html",
        "_paper/paper.css",
        "_paper/parts.html",
        "body.html",
        "form.yaml",
        "style.css",
    ]


def test_every_problem_is_told_at_once_with_line_and_key(form_folder: Path) -> None:
    rewrite(form_folder, "kind: agreement", "kind: letter")
    rewrite(form_folder, "numbered: true", "numbered: yes")
    rewrite(form_folder, "pages: 60", "pages: 0\ncolour: red")
    assert problems_of(form_folder) == [
        ("form.yaml", 3, "kind"),
        ("form.yaml", 4, "numbered"),
        ("form.yaml", 5, "pages"),
        ("form.yaml", 6, "colour"),
    ]


def test_duplicate_key_is_refused(form_folder: Path) -> None:
    rewrite(form_folder, "pages: 60", "pages: 60\npages: 61")
    assert problems_of(form_folder) == [("form.yaml", 6, "pages")]


def test_alias_is_refused(form_folder: Path) -> None:
    rewrite(form_folder, "title: 人民调解协议书", "title: &t 人民调解协议书\nother: *t")
    assert {key for _file, _line, key in problems_of(form_folder)} == {"title", "other"}


def test_five_thousand_brackets_are_refused(form_folder: Path) -> None:
    (form_folder / "form.yaml").write_text("a: " + "[" * 5000, encoding="utf-8")
    assert [file for file, _line, _key in problems_of(form_folder)] == ["form.yaml"]


def test_need_of_a_fact_that_does_not_exist_is_refused(form_folder: Path) -> None:
    rewrite(form_folder, "fact: agreement.manner", "fact: agreement.manners")
    assert problems_of(form_folder) == [("form.yaml", 18, "needs[11].fact")]


def test_template_error_is_told_with_its_line(form_folder: Path) -> None:
    rewrite(form_folder, "{% block body %}", "{% block body %}\n{{ number|shout }}", "body.html")
    assert problems_of(form_folder)[0][:2] == ("body.html", 3)


def test_missing_and_strange_files_are_told(form_folder: Path) -> None:
    (form_folder / "style.css").unlink()
    (form_folder / "macro.py").write_text("", encoding="utf-8")
    assert [file for file, _line, _key in problems_of(form_folder)] == ["macro.py", "style.css"]


def test_file_that_is_not_utf8_is_told_with_its_line(form_folder: Path) -> None:
    (form_folder / "style.css").write_bytes("/* ok */\n/* 样式 */".encode("gb18030"))
    assert problems_of(form_folder) == [("style.css", 2, "")]


def test_sample_must_be_a_sample_that_fills_the_form(form_folder: Path) -> None:
    sample = json.loads((form_folder / "sample.json").read_text(encoding="utf-8"))
    sample |= {"sample": False, "number": None}
    (form_folder / "sample.json").write_text(json.dumps(sample), encoding="utf-8")
    assert problems_of(form_folder) == [("sample.json", None, "sample"), ("sample.json", None, "number")]


def test_hash_covers_every_file(form_folder: Path) -> None:
    before = load_form(form_folder).sha256
    assert load_form(form_folder).sha256 == before
    hashes = {before}
    for name, old, new in (
        ("form.yaml", "pages: 60", "pages: 61"),
        ("body.html", "一式", "一共"),
        ("style.css", "4pt", "5pt"),
        ("sample.json", "石桥村二组17号", "石桥村二组19号"),
    ):
        rewrite(form_folder, old, new, name)
        hashes.add(load_form(form_folder).sha256)
    assert len(hashes) == 5


def test_missing_fact_is_told_with_its_place(agreement: Form) -> None:
    plain = agreement.sample.model_dump(mode="json")
    plain["parties"][1]["address"] = " "
    plain["agreement"]["manner"] = ""
    assert missing_facts(agreement, changed(agreement.sample, **plain)) == [
        Lack(
            "缺当事人单位或住址（第2号当事人），在此填写：登记时填写（case do 案号 amend）",
            key="parties[1].address",
            name="当事人单位或住址",
            party=2,
        ),
        Lack(
            "缺履行方式，在此填写：起草协议（case do 案号 draft_agreement）",
            key="agreement.manner",
            name="履行方式",
        ),
    ]


def test_what_parties_lack_is_known_before_there_is_a_paper(agreement: Form) -> None:
    parties = agreement.sample.parties
    known = (parties[0].model_copy(update={"sex": "", "ethnicity": ""}), *parties[1:])
    assert [(lack.party, lack.key, lack.name) for lack in missing_of_parties(agreement, known)] == [
        (1, "parties[0].sex", "当事人性别"),
        (1, "parties[0].ethnicity", "当事人民族"),
    ]
    assert missing_of_parties(agreement, parties) == []


def test_facts_of_natural_persons_are_not_asked_of_bodies(agreement: Form) -> None:
    body = {
        "key": "party-2",
        "role": "respondent",
        "kind": "legal",
        "name": "望溪县某砖厂",
        "address": "石桥村",
    }
    parties = [agreement.sample.parties[0].model_dump(), body]
    assert [lack.key for lack in missing_facts(agreement, changed(agreement.sample, parties=parties))] == [
        "parties[1].agents"
    ]


def test_sample_lacks_nothing(agreement: Form) -> None:
    assert missing_facts(agreement, agreement.sample) == []


def slot(name: str, role: str) -> SlotSheet:
    return SlotSheet.model_validate({"name": name, "role": role, "label": "签名", "person": "甲"})


@pytest.mark.parametrize(
    "slots",
    [
        [("party-01", "party"), ("mediator-01", "mediator"), ("seal", "seal")],
        [("party-01", "party"), ("party-02", "party"), ("mediator-01", "mediator")],
        [("party-01", "party"), ("party-02", "party"), ("seal", "seal"), ("mediator-01", "mediator")],
        [("party-1", "party"), ("party-10", "party"), ("mediator-01", "mediator"), ("seal", "seal")],
        [("party-01", "party"), ("party-01", "party"), ("mediator-01", "mediator"), ("seal", "seal")],
        [
            ("a", "party"),
            ("b", "party"),
            ("mediator-01", "mediator"),
            ("visitor", "visitor"),
            ("seal", "seal"),
        ],
    ],
)
def test_wrong_slots_are_refused(agreement: Form, slots: list[tuple[str, str]]) -> None:
    with pytest.raises(DocumentError):
        check_slots(agreement, tuple(slot(name, role) for name, role in slots))


def test_paper_without_a_mediator_says_to_assign_one() -> None:
    slots = (slot("party-01", "party"), slot("seal", "seal"))
    with pytest.raises(DocumentError, match=r"^还没有调解员可以签名：先指派调解员，再出具$"):
        check_slots(find_form("voiding_notice"), slots)


def test_unknown_form_is_not_found() -> None:
    with pytest.raises(NotFound, match="没有名为 letter 的文书模板"):
        find_form("letter")


def test_site_form_of_the_same_name_stands_before_the_shipped(tmp_path: Path, form_folder: Path) -> None:
    target = tmp_path / "site" / "templates" / "documents"
    target.mkdir(parents=True)
    rewrite(form_folder, "title: 人民调解协议书", "title: 本镇协议书")
    form_folder.rename(target / "agreement")
    forms = load_forms(tmp_path / "site")
    assert forms["agreement"].title == "本镇协议书"
    assert forms["return_visit"].title == "人民调解回访记录"


def test_trusted_forms_are_the_same_forms() -> None:
    assert load_forms(trust_shipped=True) == load_forms()


def test_site_form_is_compiled_even_where_what_is_shipped_is_trusted(
    tmp_path: Path, form_folder: Path
) -> None:
    target = tmp_path / "site" / "templates" / "documents"
    target.mkdir(parents=True)
    (form_folder / "body.html").write_text("{% if %}", encoding="utf-8")
    form_folder.rename(target / "agreement")
    with pytest.raises(FormError) as caught:
        load_forms(tmp_path / "site", trust_shipped=True)
    assert [problem.file for problem in caught.value.problems] == [str(target / "agreement" / "body.html")]
