"""An instance is founded from a site of which everything is right, or not at all."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mediation.app import Instance
from mediation.clock import SetClock
from mediation.documents.forms import FILES
from mediation.errors import KeyMissing, SiteError, StorageError
from mediation.founding import found_instance, inspect, keep_site
from mediation.resources import shipped
from mediation.settings import Settings
from tests.town import (
    COMMITTEES,
    DUTY,
    MORNING,
    PEOPLE,
    RESPONSIBILITIES,
    SITE,
    TODAY,
    UNITS,
    postgresql_founded,
    sqlite_founded,
    town,
    write_site,
)

__all__ = ["postgresql_founded", "sqlite_founded", "town"]

OWN_KIND = "post_kinds:\n  - {code: herder, title: 牧长, acts_as: [registrar], scope: own}\n"


def settings(folder: Path) -> Settings:
    url = f"sqlite:///{folder / 'mediation.db'}"
    return Settings(data=folder, database_url=url, key_file=folder / "keys" / "master.key")


def copy_simple(site: Path, *changes: tuple[str, str]) -> None:
    """The shipped definition `simple`, laid over by the site, changed."""
    folder = site / "workflows" / "simple"
    folder.mkdir(parents=True)
    for file in (shipped("workflows") / "simple").iterdir():
        text = file.read_text(encoding="utf-8")
        for old, new in changes if file.name == "v1.yaml" else ():
            assert old in text
            text = text.replace(old, new)
        (folder / file.name).write_text(text, encoding="utf-8")


def spoil(site: Path) -> None:
    """One thing wrong in each kind of file."""
    copy_simple(site, ("name: simple", "name: simpel"))
    form = site / "templates" / "documents" / "own"
    form.mkdir(parents=True)
    (form / "form.yaml").write_text("title: [\n")
    (site / "calendars").mkdir()
    (site / "calendars" / "2026.yaml").write_text("year: 2026\nholidays: {春节: [2026-02-30]}\n")
    (site / "units.csv").write_text(UNITS.replace("su-pai,", "su pai,"))


def test_a_site_wrong_in_every_kind_of_file_is_refused_with_all_of_it_and_leaves_nothing(tmp_path):
    site = write_site(
        tmp_path / "site",
        committees=COMMITTEES.replace("kind: township", "kind: no"),
        people=PEOPLE.replace("su-pai", "su-office"),
        duty=DUTY.replace("kind: police", "kind: wizard"),
        responsibilities=RESPONSIBILITIES.replace("level: sumu", "level: sea"),
    )
    spoil(site)
    data = tmp_path / "data"
    with pytest.raises(SiteError) as caught:
        found_instance(settings(data), site, SetClock(MORNING))
    told = {problem.file.removeprefix(f"{site}/") for problem in caught.value.problems}
    assert told == {
        "committees.yaml", "units.csv", "people.csv", "responsibilities.yaml", "duty.yaml", "workflows/simple/v1.yaml", "calendars/2026.yaml",
        *(f"templates/documents/own/{name}" for name in FILES),
    }  # fmt: skip
    assert not data.exists()


def test_a_corrected_second_call_founds_the_instance(tmp_path):
    data = tmp_path / "data"
    wrong = write_site(tmp_path / "wrong", units=UNITS.replace("2024-01-01", "2024-02-30"))
    with pytest.raises(SiteError):
        found_instance(settings(data), wrong, SetClock(MORNING))
    founded = found_instance(settings(data), write_site(tmp_path / "right"), SetClock(MORNING))
    assert (founded.units, founded.committees) == (8, 3)


def test_a_definition_may_name_the_sites_own_kind_of_post(tmp_path):
    site = write_site(
        tmp_path / "site",
        site=SITE + OWN_KIND,
        people=PEOPLE.replace("registrar,登记员", "registrar,牧长", 1),
    )
    copy_simple(site, ("[registrar", "[herder, registrar"))
    assert inspect(site, TODAY).problems == []
    found_instance(settings(tmp_path / "data"), site, SetClock(MORNING))
    with Instance.open(settings(tmp_path / "data"), SetClock(MORNING)) as instance:
        assert instance.cases("jiawin") == []


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StorageError) as caught:
        found_instance(settings(tmp_path / "data"), write_site(tmp_path / "site"), SetClock(MORNING))
    assert str(caught.value) == f"{tmp_path / 'data'} 写不进去：已有同名的文件"


def test_a_database_with_an_instance_is_refused_to_a_host_that_has_not_its_key_and_no_key_is_made(
    town, tmp_path
):
    """A key file made there would stand where that of the instance has to be put."""
    first = town.instance.settings
    data = tmp_path / "other-host"
    other = replace(first, data=data, key_file=data / "etc" / "master.key")
    before = town.dump()
    with pytest.raises(StorageError, match="这个数据库里已经有一个实例，不会覆盖"):
        found_instance(other, write_site(tmp_path / "again"), SetClock(MORNING))
    assert list(data.iterdir()) == []
    other.key_file.parent.mkdir()
    shutil.copy(first.key_file, other.key_file)
    with pytest.raises(StorageError, match="这个数据库里已经有一个实例，不会覆盖"):
        found_instance(other, tmp_path / "again", SetClock(MORNING))
    assert [path.name for path in data.iterdir()] == ["etc"], "no root of its own"
    assert town.dump() == before


def test_a_folder_that_has_lost_its_key_file_gets_no_other(tmp_path):
    lost = settings(tmp_path / "data")
    found_instance(lost, write_site(tmp_path / "site"), SetClock(MORNING))
    lost.key_file.unlink()
    shutil.rmtree(lost.data / "site")
    with pytest.raises(KeyMissing, match=r"找不到密钥文件 .*/keys/master\.key"):
        found_instance(lost, tmp_path / "site", SetClock(MORNING))
    assert not lost.key_file.exists()


@pytest.mark.parametrize(
    ("file", "content", "cause"),
    [
        ("body.html", "{{ nobody.knows }}", "文书模板不能填写：'nobody' is undefined"),
        ("style.css", "@import url(file:///etc/passwd);", "文书模板引用了不允许的资源：file:///etc/passwd"),
    ],
)
def test_a_sites_own_form_that_cannot_be_printed_is_told_before_anything_is_made(
    tmp_path, file, content, cause
):
    site = write_site(tmp_path / "site")
    form = site / "templates" / "documents" / "rights_notice"
    shutil.copytree(shipped("templates") / "documents" / "rights_notice", form)
    assert inspect(site, TODAY).problems == []
    (form / file).write_text(content)
    found = [(one.file, one.message) for one in inspect(site, TODAY).problems]
    assert found == [("templates/documents/rights_notice", f"样例印不出来：{cause}")]


def test_copy_of_the_site_holds_nothing_of_people(tmp_path: Path) -> None:
    """Phones are encrypted in the database; the file that they came from is not kept beside it."""
    source = Path(__file__).parent.parent / "examples" / "eshan"
    keep_site(source, tmp_path / "site")
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == [
        "responsibilities.yaml",
        "routing.yaml",
        "site.yaml",
    ]
