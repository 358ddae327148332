"""Why a survivor changes nothing that anybody could tell, or nothing that a test should hold."""

import re

_PROGRAMMERS = "words of an error that only a programmer can meet"
_WORDS = "words for people, of which these tests hold only a part"
_REASONS: tuple[tuple[str, str, str], ...] = (
    # module or *, a pattern for the whole change `function: taken out → put in`, why
    ("*", r".*: raise (ValueError|AssertionError|LookupError|TypeError)\(.*→ raise \w+\(", _PROGRAMMERS),
    ("*", r".*=False\b.*→ .*=None\b", "None is as false as False"),
    ("*", r".*→ .*\bcast\((None|\"\w+\"), ", "a cast does nothing while the program runs"),
    ("*", r".*with_act=False\).*→ .*with_act=None\)", "None is as false as False"),
    (
        "deadlines/calendar",
        r"Calendar\._due: years = ",
        "one year that was looked at, or the two between which nothing was",
    ),
    ("deadlines/calendar", r"Calendar\._exact: .*astimezone\(None\)", "the tests' machine may go by UTC"),
    ("deadlines/calendar", r"last_day: .*microseconds=2", "due moments fall on whole minutes"),
    ("deadlines/calendar", r"_by_year: .*rpartition", "a version holds one colon for each year"),
    ("deadlines/year_files", r"_year: .*\[:9\]", "how long a mark of a version is, is nobody's business"),
    (
        "deadlines/duty_hours",
        r"DutyHours\.is_on: ",
        "run before its test was written: the last minute is over",
    ),
    ("units/chain", r"Chain\.rank: ", "no level has None as its key: the look-up finds none either"),
    ("workflow/engine", r"Engine\._fire: ", "a second guard against the library; it moves as it is told"),
    (
        "workflow/engine",
        r"_Option\.__init__: self\.id = ",
        "the engine gives each its id before anybody asks",
    ),
    (
        "workflow/engine",
        r"_Option\.__init__: .*bool\(None\)",
        "a step back has `to` empty and places to go back to: one is enough",
    ),
    (
        "workflow/engine",
        r"Engine\._possible: .*\.get\(\(state, trigger\), (None)?\)",
        "every caller asks for what is there",
    ),
)


def why(module: str, change: str) -> str | None:
    """The reason, None if nobody has given one. `change`: `function: taken out → put in`, on one line."""
    return next(
        (
            reason
            for place, pattern, reason in _REASONS
            if place in {"*", module} and re.match(pattern, change)
        ),
        None,
    )
