"""Why a survivor changes nothing that anybody could tell, or nothing that a test should hold."""

import re

from tests.mutants.running import Survivor

_FOR_PROGRAMMERS = "words of an error that only a programmer can meet"
_AS_FALSE = "None is as false as False here"
_REASONS: tuple[tuple[str, str, str], ...] = (
    # module or *, a pattern that the whole change `function: taken out → put in` begins with, why
    ("*", r".*: raise (ValueError|AssertionError|LookupError|TypeError)\(.*→ raise \w+\(", _FOR_PROGRAMMERS),
    ("*", r".*=False\b.*→ .*=None\b", _AS_FALSE),
)


def why(module: str, survivor: Survivor) -> str | None:
    """The reason, None if nobody has given one."""
    change = change_of(survivor)
    return next(
        (
            reason
            for place, pattern, reason in _REASONS
            if place in {"*", module} and re.match(pattern, change)
        ),
        None,
    )


def change_of(survivor: Survivor) -> str:
    """`function: taken out → put in`, on one line."""
    gone = " ".join(line[1:] for line in survivor.lines if line[0] == "-")
    come = " ".join(line[1:] for line in survivor.lines if line[0] == "+")
    return f"{survivor.function}: {gone} → {come}"
