import shutil
from pathlib import Path

import pytest

from mediation.documents import faces
from mediation.documents.fonts import cut
from mediation.errors import FormError

FONTS = Path(faces.__file__).with_name("fonts")


def test_cut_holds_the_whole_table_of_standard_characters() -> None:
    standard = cut.standard_characters()
    assert len(standard) == 8105
    for name in ("paper-regular.ttf", "paper-bold.ttf"):
        assert standard - faces.characters(FONTS / name) == set()


def test_cut_holds_the_signs_of_forms() -> None:
    signs = "0Aa,.（）：；，。、“”‘’《》〔〕—…·／％℃㎡￥¥№①⑳☐☑■□▲△●○★☆✓×÷±≤≥〇々"
    assert {sign for sign in signs if ord(sign) not in faces.characters(FONTS / "paper-regular.ttf")} == set()


def test_common_text_needs_no_spare_face() -> None:
    assert [face.name for face in faces.face_table().needed("喆玥㛃𬱖")] == ["paper-regular", "paper-bold"]


@pytest.mark.parametrize(
    ("text", "spare"),
    [("㐱", ["paper-rest"]), ("𰻝", ["paper-rare"]), ("嘢𰻝", ["paper-rest", "paper-rare"])],
)
def test_rare_text_loads_the_spare_face_that_has_it(text: str, spare: list[str]) -> None:
    needed = [face.name for face in faces.face_table().needed(text)]
    assert needed == ["paper-regular", "paper-bold", *spare]


def test_lacking_names_each_character_once() -> None:
    assert faces.face_table().lacking("甲𠀂乙𠀂\n") == ["𠀂"]


def test_style_names_faces_by_our_own_scheme_only() -> None:
    table = faces.face_table()
    assert table.style(table.needed("甲")).splitlines() == [
        '@font-face{font-family:"Mediation Paper";font-weight:400;src:url("face:paper-regular")}',
        '@font-face{font-family:"Mediation Paper";font-weight:700;src:url("face:paper-bold")}',
        (
            ':root{--body:"Mediation Paper","Mediation Paper Rest","Mediation Paper Rare";'
            '--title:"Mediation Paper","Mediation Paper Rest","Mediation Paper Rare"}'
        ),
    ]


def test_site_face_named_fangsong_comes_first_in_bodies(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    shutil.copy(FONTS / "paper-regular.ttf", tmp_path / "fonts" / "方正仿宋.ttf")
    stacks = faces.face_table(tmp_path).style(()).replace('"', "")
    assert stacks == (
        ":root{--body:Site Face 1,Mediation Paper,Mediation Paper Rest,Mediation Paper Rare;"
        "--title:Mediation Paper,Mediation Paper Rest,Mediation Paper Rare,Site Face 1}"
    )


def test_site_file_that_is_no_font_is_told(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "a.ttf").write_bytes(b"not a font")
    (tmp_path / "fonts" / "README.md").write_bytes(b"not looked at")
    with pytest.raises(FormError) as caught:
        faces.face_table(tmp_path)
    assert [Path(problem.file).name for problem in caught.value.problems] == ["a.ttf"]


def test_licences_are_beside_the_faces() -> None:
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8").upper()
    assert "Arphic" in (FONTS / "ARPHICPL.txt").read_text(encoding="utf-8")
