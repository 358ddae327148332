"""What a party may answer who is asked how satisfied it is, in the words of the open page."""

from collections.abc import Mapping

from mediation.language import _

MARKS: Mapping[int, str] = {5: "很满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}


def mark_title(satisfaction: int) -> str:
    """What a mark is called."""
    return _(MARKS[satisfaction])
