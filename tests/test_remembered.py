"""What files say is parsed once for an instance; a memory that is damaged, altered or another's is as none."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation import reading, remembered
from mediation.app import Instance
from mediation.crypto import Keyring
from mediation.errors import DefinitionError
from mediation.reading import parse_yaml
from mediation.workflow import loader
from tests.town import Town, sqlite_founded, sqlite_town

__all__ = ["sqlite_founded", "sqlite_town"]

TEXT = "a: 2026-03-01\nb: [no, 1, 2.5, true, null]\nc:\n  d: 示例\n"
SAYS = {"a": date(2026, 3, 1), "b": ["no", 1, 2.5, True, None], "c": {"d": "示例"}}
OTHER = Keyring(current="0000000b", secrets={"0000000b": bytes(32)})


@pytest.fixture(autouse=True)
def _nothing_read_before() -> Iterator[None]:
    """As in a process that has just begun."""
    forget()
    yield
    forget()


def forget() -> None:
    reading._parsed.cache_clear()
    loader._sound.cache_clear()


def parsed() -> int:
    """How many texts had to be looked at by the parser, or by what this process remembers of it."""
    counted = reading._parsed.cache_info()
    return counted.hits + counted.misses


def opened(data: Path, keyring: Keyring, text: str = TEXT) -> Any:
    with remembered.remembered(data, keyring):
        return parse_yaml(text, "x.yaml")[0]


def test_text_is_parsed_once_for_all_openings(tmp_path, keyring):
    assert (opened(tmp_path, keyring), parsed()) == (SAYS, 1)
    forget()
    assert (opened(tmp_path, keyring), parsed()) == (SAYS, 0)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["parsed"]
    assert (tmp_path / remembered.FILE).stat().st_mode & 0o777 == 0o600


def test_changed_text_is_parsed_anew_and_both_are_known_then(tmp_path, keyring):
    opened(tmp_path, keyring)
    changed = TEXT.replace("示例", "另一个")
    assert opened(tmp_path, keyring, changed) == {**SAYS, "c": {"d": "另一个"}}
    forget()
    assert (opened(tmp_path, keyring), opened(tmp_path, keyring, changed)["c"], parsed()) == (
        SAYS,
        {"d": "另一个"},
        0,
    )


def test_lines_of_a_known_text_are_found_when_they_are_asked_for(tmp_path, keyring):
    opened(tmp_path, keyring)
    with remembered.remembered(tmp_path, keyring):
        _content, lines = parse_yaml(TEXT, "x.yaml")
        assert (lines.of(("c", "d")), lines.of(("b", 1)), lines.of(("c", "no", "such"))) == (4, 2, 3)


def test_what_is_recalled_may_be_changed_by_whoever_asked(tmp_path, keyring):
    opened(tmp_path, keyring)
    with remembered.remembered(tmp_path, keyring):
        first = parse_yaml(TEXT)[0]
        first["b"].append("more")
        assert parse_yaml(TEXT)[0] == SAYS


def test_text_with_errors_is_refused_each_time(tmp_path, keyring):
    for _time in range(2):
        with pytest.raises(reading.Unreadable) as caught:
            opened(tmp_path, keyring, "a: 1\na: 2\n")
        assert [(one.file, one.line, one.key) for one in caught.value.problems] == [("x.yaml", 2, "a")]
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "damage", ["cut", "altered", "empty", "no longer there", "a folder", "another key's"]
)
def test_damaged_memory_is_as_none_and_is_written_anew(tmp_path, keyring, damage):
    opened(tmp_path, OTHER if damage == "another key's" else keyring)
    file = tmp_path / remembered.FILE
    sealed = file.read_bytes()
    if damage in {"no longer there", "a folder"}:
        file.unlink()
    if damage == "a folder":
        file.mkdir()
    for wanted, content in (
        ("cut", sealed[:-1]),
        ("altered", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        ("empty", b""),
    ):
        if damage == wanted:
            file.write_bytes(content)
    forget()
    assert (opened(tmp_path, keyring), parsed()) == (SAYS, 1)
    forget()
    assert (opened(tmp_path, keyring), parsed()) == (SAYS, 1 if damage == "a folder" else 0)
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_memory_of_another_parser_is_as_none(tmp_path, keyring):
    opened(tmp_path, keyring)
    file = tmp_path / remembered.FILE
    said = keyring.decrypt(file.read_bytes(), remembered._sort())
    file.write_bytes(keyring.encrypt(said.replace("示例".encode(), b"forged"), "parsed of old"))
    forget()
    assert (opened(tmp_path, keyring), parsed()) == (SAYS, 1)


def test_folder_that_cannot_be_written_hinders_nobody(tmp_path, keyring):
    (tmp_path / "cache").write_text("not a folder")
    assert opened(tmp_path, keyring) == SAYS
    assert opened(tmp_path / "no" / "folder", keyring) == SAYS
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_several_openings_at_once_leave_one_whole_memory(tmp_path, keyring):
    texts = [f"a: {number}\n" for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda text: opened(tmp_path, keyring, text), texts))
    assert said == [{"a": number} for number in range(16)]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["parsed"]
    assert len(remembered._read(tmp_path / remembered.FILE, keyring)) >= 1


def test_memory_begins_anew_before_it_grows_without_end(tmp_path, keyring):
    with remembered.remembered(tmp_path, keyring):
        for number in range(remembered._MOST_TEXTS):
            parse_yaml(f"a: {number}\n")
    opened(tmp_path, keyring)
    assert len(remembered._read(tmp_path / remembered.FILE, keyring)) == 1


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15) + 1, 10**15 - 1) | st.dates() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=20,  # of a hundred, most of the time would go into making them up
)


@given(content=st.dictionaries(st.text(min_size=1), _PLAIN))
def test_content_comes_back_as_it_was(content):
    memory = remembered._Sealed(Path("nowhere"), OTHER)
    memory.keep("digest", content)
    memory._known = memory._new
    assert memory.recall("digest") == content


def test_opened_instance_parses_nothing_again_and_sees_what_has_changed(sqlite_town: Town):
    settings = sqlite_town.instance.settings
    shutil.rmtree(settings.data / "cache", ignore_errors=True)
    with Instance.open(settings) as first:
        assert parsed() > 30
        definitions = {key: engine.sha256 for key, engine in first.office.engines.items()}
    forget()
    with Instance.open(settings) as second:
        assert parsed() == 0
        assert {key: engine.sha256 for key, engine in second.office.engines.items()} == definitions
        assert second.office.forms == first.office.forms
    own = settings.data / "site" / "workflows" / "own"
    own.mkdir(parents=True)
    (own / "v1.yaml").write_text("name: own\ntitle: 示例\nversion: 1\ninitial: nowhere\n")
    for _time in range(2):
        with pytest.raises(DefinitionError) as caught:
            Instance.open(settings)
        assert {(one.file, one.line, one.key) for one in caught.value.problems} == {
            ("workflows/own/v1.yaml", 1, key) for key in ("states", "triggers", "edges")
        }
