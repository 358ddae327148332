"""Characters as outlines: from the face that has them, set in lines, broken where a line ends."""

from mediation.documents.lettering import broken, outline, set_line, width_of


def test_outline_comes_from_the_face_that_has_the_character() -> None:
    found = [outline(character, bold=False) for character in ("调", "㛃", "𰻝", "\U0010fffd")]
    assert [shape.advance if shape else None for shape in found] == [1.0, 1.0, 1.0, None]
    assert outline("调") != outline("调", bold=False)


def test_line_is_as_wide_as_its_characters() -> None:
    assert width_of("调解") == 2.0
    assert 1.0 < width_of("2026") < 3.0


def test_character_without_shape_is_an_empty_box() -> None:
    assert set_line("\U0010fffd", 0, 0, 10) == set_line("□", 0, 0, 10)


def test_lines_are_broken_at_the_room_but_not_before_a_mark() -> None:
    assert broken("", 4, 2) == []
    assert broken("一二三四五", 4, 2) == ["一二三四", "五"]
    assert broken("一二三四，五", 4, 2) == ["一二三四，", "五"]
    assert broken("一二三四五六七八九", 4, 2) == ["一二三四", "五六七…"]


def test_line_is_set_from_the_left_on_its_base_line_in_the_regular_face() -> None:
    one, two = (outline(character, bold=False) for character in "一二")
    assert one is not None
    assert two is not None
    assert one.path != outline("一").path
    assert set_line("一 二", 10, 20, 12) == (
        f"q 0.05000 0 0 0.05000 10.00 20.00 cm {one.path} f Q "
        f"q 0.05000 0 0 0.05000 {10 + 12 * (1 + width_of(' ')):.2f} 20.00 cm {two.path} f Q"
    )
    assert set_line("\U0010fffd", 0, 0, 240).startswith("q 1.00000 0 0 1.00000 0.00 0.00 cm ")
    box = outline("□", bold=False)
    assert box is not None
    assert box.path in set_line("\U0010fffd", 0, 0, 240)


def test_blanks_are_one_within_a_line_and_none_where_it_begins() -> None:
    assert broken(" 一  二 ", 4, 2) == ["一 二"]
    assert broken("一二三四 五六", 4, 2) == ["一二三四", "五六"]
