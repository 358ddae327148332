"""Two languages: what is said, what is recorded, and that the English catalogue is whole."""

import pickle
import re
from pathlib import Path

import pytest

from mediation.catalogue import read_catalogue
from mediation.errors import (
    FactsMissing,
    InputInvalid,
    NotFound,
    Problem,
    Reason,
    TransitionRefused,
    on_record,
)
from mediation.language import Words, _, current_language, joined, languages, recording, speak, spoken
from mediation.storage.engine import Database
from tests.translation import CATALOGUE, HAN, defined, fields, said

_HALF_WIDTH = re.compile(r"[\u3400-\u9fff][(),:;?!]|[(),:;?!][\u3400-\u9fff]")
_AS_TYPED = re.compile("“键: 值”|人员代码\\[?:岗位代码|:岗位$|! 有特别的意思|“CSV UTF-8\\(逗号分隔\\)”")
"""What is typed or read somewhere else as it stands: a file's own signs, a name that another program has."""
_OUR_OWN = re.compile(
    "“示例”|“(?:{character}|某)”字以“某”代替|是 \\(|否 \\(|男 \\(|女 \\(|汉族|联村|在用 \\(|停用 \\("
)
"""What stands in Chinese files must be quoted in Chinese."""


@pytest.fixture
def english() -> None:
    speak("en")


@pytest.fixture(autouse=True)
def _chinese_afterwards() -> object:
    yield
    speak("")


def test_languages_are_chinese_and_what_has_a_catalogue() -> None:
    assert languages() == ("zh", "en")


def test_catalogue_holds_exactly_what_is_said() -> None:
    held = read_catalogue(CATALOGUE)
    wanted = said()

    assert sorted(wanted - held.keys()) == [], "run: python -m tests.translation, then translate"
    assert sorted(held.keys() - wanted) == [], "run: python -m tests.translation"


def test_translations_fill_in_what_the_message_does() -> None:
    held = read_catalogue(CATALOGUE)

    assert [one for one, other in held.items() if fields(one) != fields(other)] == []


def test_translations_have_no_chinese_in_them() -> None:
    full_width = re.compile("[，。；：！？（）《》、]")
    ours = [_OUR_OWN.sub("", one) for one in read_catalogue(CATALOGUE).values()]

    assert [one for one in ours if HAN.search(one) or full_width.search(one)] == []


def test_label_before_what_it_labels_ends_in_a_blank_in_english() -> None:
    held = read_catalogue(CATALOGUE)
    pages = sorted((Path(__file__).parents[1] / "templates" / "pages").glob("*.html"))
    label = re.compile(r"""_\((["'])([^"']*：)\1\) }}(?={{|<(?:strong|span|a)\b)""")
    found = [(page.name, one[2]) for page in pages for one in label.finditer(page.read_text("utf-8"))]
    assert len(found) > 5
    assert [place for place in found if not held[place[1]].endswith(" ")] == []


@pytest.mark.usefixtures("english")
def test_message_is_said_in_english() -> None:
    assert _("没有这个页面。") == "There is no such page."
    assert _("没有译过的话") == "没有译过的话"


@pytest.mark.usefixtures("english")
def test_message_is_chinese_for_the_record_and_spoken_at_the_edge() -> None:
    with recording():
        kept = _("文书：{title}").format(title=_("调解记录"))
        assert spoken(kept) == "文书：调解记录"

    assert kept == "文书：调解记录"
    assert spoken(kept) == "Paper: Record of mediation"
    assert spoken("王五") == "王五"


def test_words_are_chinese_to_a_chinese_reader() -> None:
    assert (current_language(), spoken(Words("调解记录")), _("调解记录")) == ("zh", "调解记录", "调解记录")


def test_words_can_be_carried_to_another_process() -> None:
    kept = Words("文书：{title}").format(title=Words("调解记录"))

    again = pickle.loads(pickle.dumps(kept))  # noqa: S301  our own bytes
    speak("en")

    assert spoken(again) == "Paper: Record of mediation"


@pytest.mark.usefixtures("english")
def test_refusal_that_leaves_the_record_is_in_english() -> None:
    reason = Words("还没有向{who}告知权利义务").format(who="王五")
    with pytest.raises(TransitionRefused) as refused, on_record():
        raise TransitionRefused(
            [Reason("told", reason, Words("人民调解法第3条"), Words("办理「告知权利义务」"))]
        )

    assert refused.value.reasons == (
        Reason(
            "told",
            "王五 has not been told of rights and duties",
            "People’s Mediation Law, Art. 3",
            "use “Tell of rights and duties”",
        ),
    )
    assert refused.value.message == "This cannot be done yet, for these reasons:"


@pytest.mark.usefixtures("english")
def test_problems_that_leave_the_record_are_in_english() -> None:
    problem = Problem(Words("应当是文字"), key="matter")
    with pytest.raises(InputInvalid) as invalid, on_record():
        raise InputInvalid([problem])
    with pytest.raises(FactsMissing) as missing, on_record(), on_record():
        raise FactsMissing([problem])

    assert invalid.value.problems == missing.value.missing == (Problem("must be text", key="matter"),)


@pytest.mark.usefixtures("english")
def test_write_transaction_is_on_record(database: Database) -> None:
    with database.writing():
        assert _("还没有协议书") == "还没有协议书"
    with pytest.raises(NotFound) as refused, database.writing():
        raise NotFound

    assert str(refused.value) == "Not found, or outside what you may see."
    assert _("还没有协议书") == "There is no agreement paper yet"


@pytest.mark.usefixtures("english")
def test_numbers_choose_between_one_and_many() -> None:
    assert [_("{n} 天").format(n=n) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    with recording():
        kept = _("催办{n}次").format(n=1)

    assert (str(kept), spoken(kept)) == ("催办1次", "urged 1 time")


@pytest.mark.usefixtures("english")
def test_words_that_are_joined_or_put_into_a_sentence_forget_nothing() -> None:
    with recording():
        kept = joined([_("调解记录"), "王五"])
        assert f"{kept}" == "调解记录、王五"

    assert (str(kept), spoken(kept), f"{kept}") == (
        "调解记录、王五",
        "Record of mediation, 王五",
        spoken(kept),
    )
    assert joined([Words("调解记录"), ""], "") == "Record of mediation"
    assert joined(["王五", Words("调解记录")], "；") == "王五; Record of mediation"


def test_marks_beside_chinese_are_full_width() -> None:
    ours = said() - defined()  # published definitions stay as they were published
    assert [one for one in sorted(ours) if _HALF_WIDTH.search(_AS_TYPED.sub("", one))] == []
