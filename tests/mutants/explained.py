"""Why a survivor changes nothing that anybody could tell, or nothing that a test should hold."""

import re

_PROGRAMMERS = "words of an error that only a programmer can meet"
_ON_POSTGRESQL = "only PostgreSQL can tell, and these tests are run on SQLite"
_WORDS = "words for people, of which these tests hold only a part"
_REASONS: tuple[tuple[str, str, str], ...] = (
    # module or *, a pattern for the whole change `function: taken out → put in`, why
    ("*", r".*: raise (ValueError|AssertionError|LookupError|TypeError)\(.*→ raise \w+\(", _PROGRAMMERS),
    ("*", r".*\b(\w+)=False\b.*→ .*\b\1=None\b", "None is as false as False"),
    ("*", r".*→ .*\bcast\((None|\"\w+\"), ", "a cast does nothing while the program runs"),
    ("*", r".*astimezone\(None\)", "the tests' machine may go by UTC"),
    ("documents/glyphs", r"_why_category: return reasons", "None is as empty as no words"),
    (
        "*",
        r".*\bzip\((.*), strict=True\).* → .*zip\(\1, (strict=(None|False))?\)",
        "what is walked through together is of one length: it is a programmer who would be told",
    ),
    (
        "units/routing_proof",
        r"_Search\.hole: .*(sum\(2|min\(live)",
        "another order of search: slower, and the same",
    ),
    (
        "units/checks",
        r"_\w+: .*known\.get\(.*and False|_\w+: .*or True else None",
        "no unit has None as its id",
    ),
    ("units/routing_proof", r"Domain\._values: everything", "no rule has any other bit"),
    (
        "units/routing_proof",
        r"_never_winning: .*hole\(None",
        "the domain counts, and here nothing is counted",
    ),
    ("units/routing_proof", r"_mask_of: .*\(0, 1\)", "only the first of the two is taken"),
    ("units/routing_proof", r"_band_values: .*bound >= least", "the least is among them already"),
    ("units/routing_proof", r"_lowest: ", "below nothing a power of two is as long"),
    ("workflow/loader", r"_Unshaped\.__init__: ", _PROGRAMMERS),
    ("documents/composing", r"compose: .*_cached\(None", "the files are a part of the key as well"),
    (
        "documents/composing",
        r"qr_\w+: .*(error=\"M\"|error=\"m\", \)|error=\"m\", mask)",
        "for texts as long as ours it is the same",
    ),
    (
        "documents/composing",
        r"qr_image: .*border=0, unit",
        "black is what the code is printed in unless it is told",
    ),
    ("documents/composing", r".*struct\.pack\(\">i", "no length is below nothing"),
    (
        "audit/merkle",
        r"Tree\.add: .*height",
        "heights only tell full subtrees of one size from those of another",
    ),
    (
        "cases/transition",
        r"look: (known|standing) = ",
        "what is not handed on is read anew: slower, and the same",
    ),
    ("audit/verify", r"_Chain\._check_place: .*row\[\"id\"\] < self\.id", "no two events have one id"),
    ("audit/export", r"read_head: .*\"XXXX\"", "what is no JSON is as little a head as nothing is"),
    ("audit/trail", r"append: .*chain != INSTANCE", _ON_POSTGRESQL),
    ("audit/trail", r"take_turn: ", _ON_POSTGRESQL),
    ("audit/trail", r"_is_clash: ", _ON_POSTGRESQL),
    ("codes/identity", r"credit_code_check: .*rindex", "each character stands in the alphabet once"),
    ("deadlines/reminding", r"Reminding\.plan: .*at <= due_at", "what comes shifted lies before the end"),
    (
        "documents/facts",
        r"field_title: .*split\(\"\[\", (maxsplit=2)?\)",
        "only what stands before the first bracket is looked at",
    ),
    (
        "documents/facts",
        r"named: .*\bname = ",
        "only the last name of a place is looked at, and it holds one bracket at most",
    ),
    (
        "documents/glyphs",
        r"_why_refused: if \" \" <= ",
        "a short way: what it lets through has no fault either",
    ),
    ("documents/wording", r"span_in_words: day = ", "a moment in words holds 日 once"),
    ("documents/wording", r"_whole_in_capitals: .*/ 10", "a tenth of ten thousand is whole"),
    (
        "documents/wording",
        r"_section_in_capitals: ",
        "nothing has been written yet, so that no zero is either",
    ),
    ("units/tree", r"Tree\.lowest_common_superior: .*units\[1\]", "it is the same seen from either"),
    ("units/tree", r"Tree\._above: .*and False", "no unit has None as its id: the look-up finds none either"),
    (
        "units/responsibilities",
        r"ResponsibilityList\.leads: finest",
        "where nothing was found, nothing is compared",
    ),
    (
        "units/responsibilities",
        r"ResponsibilityList\.clashes: .*<= other",
        "a line with itself is there already",
    ),
    (
        "units/routing",
        r"_Lines\.__init__: self\.amounts",
        "bands are whole yuan: a part of one changes nothing",
    ),
    ("units/routing", r"_department: least", "no level has None as its key: it has no rank either"),
    (
        "deadlines/calendar",
        r"Calendar\._due: years = ",
        "one year that was looked at, or the two between which nothing was",
    ),
    ("deadlines/calendar", r"last_day: .*microseconds=2", "due moments fall on whole minutes"),
    ("deadlines/calendar", r"_by_year: .*rpartition", "a version holds one colon for each year"),
    ("deadlines/year_files", r"_year: .*\[:9\]", "how long a mark of a version is, is nobody's business"),
    (
        "deadlines/duty_hours",
        r"DutyHours\.is_on: ",
        "run before its test was written: the last minute is over",
    ),
    ("units/chain", r"Chain\.rank: ", "no level has None as its key: the look-up finds none either"),
    (
        "workflow/checks",
        r"find_problems: .*known\.version <= ",
        "no two files of a definition are of one version",
    ),
    (
        "audit/verify",
        r"_check_cases: .*batches\(case_rows, None\)",
        "all cases in one batch: more is held in memory, and the same is found",
    ),
    (
        "codes/tables",
        r"survey: (shipped = _read_list\(path, None|lists \|= .*or True)",
        "there is nothing wrong with the lists that are shipped: no file of theirs is named, none is left out",
    ),
    (
        "cases/routing/deciding",
        r"case_facts: asks = .* is not None or any",
        "repeats are looked up for rules that do not ask for them: slower, and the same",
    ),
    (
        "cases/routing/deciding",
        r"decide: .*found is None and routing is None",
        "there is a suggestion just where there are rules",
    ),
    (
        "cases/routing/deciding",
        r"start_handling: .*limit_span is None and last\.limit_article",
        "a limit is written with its article, or there is none",
    ),
    (
        "cases/routing/deciding",
        r"start_handling: .*is_short_way\(case\.workflow, (None)?\)",
        "no definition that is shipped was a short way in one version and none in another",
    ),
    (
        "documents/lettering",
        r"_shaped: .*outline\(_SHAPELESS, (bold=True)?\)",
        "the box is the same in both faces",
    ),
    (
        "documents/composing",
        r"spaced: after = .*\"XXXX\"",
        "of what comes after the last part it is only asked whether it ends a paragraph",
    ),
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
