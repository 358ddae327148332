"""The tree keeps every rule, and every rule finds what it is for."""

import importlib

import pytest

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table
from tests.architecture import rules
from tests.architecture.source import Source, package_sources, parse, sources_of_tests

ENCRYPTED_EXAMPLE = rules.encrypted_columns_are_not_sorted({("Person", "name")})

# Rule, file it stands in, text: the lines that end with "# bad" are to be found, and no others.
# ruff: disable[ISC004] — each text is one string over several lines
PLANTED = [
    (
        rules.only_the_engine_knows_transitions,
        "mediation/cases/opening.py",
        "def f():\n    import transitions.core  # bad",
    ),
    (
        rules.only_the_engine_knows_transitions,
        "mediation/workflow/engine.py",
        "from transitions import Machine",
    ),
    (
        rules.only_the_clock_reads_the_time,
        "mediation/cases/opening.py",
        "from datetime import datetime as dt, UTC\nimport datetime\nimport time\n"
        "a = dt.now(UTC)  # bad\nb = field(default_factory=dt.utcnow)  # bad\nc = datetime.date.today()  # bad\n"
        "d = time.time()  # bad\ne = clock.now()\nf = time.monotonic()\ng = text('CURRENT_TIMESTAMP')  # bad",
    ),
    (
        rules.only_the_clock_reads_the_time,
        "mediation/deadlines/timers.py",
        "from time import time\nfrom sqlalchemy import func\na = time()  # bad\nb = func.now()  # bad",
    ),
    (rules.only_the_clock_reads_the_time, "mediation/clock.py", "import time\na = time.time()"),
    (
        rules.only_ids_makes_ids,
        "mediation/cases/opening.py",
        "from uuid import uuid4  # bad\nimport random  # bad\nimport secrets  # bad\nimport os\n"
        "salt = os.urandom(16)",
    ),
    (rules.only_ids_makes_ids, "mediation/documents/signing.py", "import secrets\nimport uuid  # bad"),
    (rules.only_ids_makes_ids, "mediation/ids.py", "import secrets"),
    (rules.only_ids_makes_ids, "mediation/demo/drawings.py", "import random\nimport uuid  # bad"),
    (
        rules.only_storage_commits,
        "mediation/cases/opening.py",
        "session.commit()  # bad\nwith session.begin():  # bad\n    pass",
    ),
    (rules.only_storage_commits, "mediation/storage/engine.py", "session.commit()\nsession.begin()"),
    (
        rules.only_the_edges_open_a_write_transaction,
        "mediation/cases/opening.py",
        "with database.writing() as s:  # bad\n    pass\nwith database.reading() as s:\n    pass",
    ),
    (rules.only_the_edges_open_a_write_transaction, "mediation/cli.py", "database.writing()"),
    (
        rules.only_queries_select,
        "mediation/cases/outcomes.py",
        "import sqlalchemy as sa\nfrom sqlmodel import select as choose, update\nfrom sqlalchemy import text\n"
        "a = sa.select(1)  # bad\nb = choose(1)  # bad\nc = text(' select 1')  # bad\nd = update(X)\n"
        "e = session.query(X)  # bad\nf = page.select('a')\ng = text(f'SELECT {x}')  # bad",
    ),
    (rules.only_queries_select, "mediation/cases/queries.py", "from sqlmodel import select\na = select(1)"),
    (rules.modules_are_named_after_things, "mediation/cases/utils.py", "# bad"),
    (rules.modules_are_named_after_things, "mediation/case_manager/opening.py", "# bad"),
    (rules.modules_are_named_after_things, "mediation/cases/opening.py", "commonplace = 1"),
    (
        rules.only_web_errors_knows_error_statuses,
        "mediation/web/api/cases.py",
        "from fastapi import HTTPException, status\nfrom starlette import status as codes\n"
        "raise HTTPException  # bad\nr(status_code=404)  # bad\nr(status_code=201)\nr(codes.HTTP_409_CONFLICT)  # bad\n"
        "r(status.HTTP_201_CREATED)",
    ),
    (rules.only_web_errors_knows_error_statuses, "mediation/web/errors.py", "r(status_code=404)"),
    (
        rules.only_transition_changes_a_state,
        "mediation/cases/outcomes.py",
        "dispute.state = 'closed'  # bad\nupdate(Dispute).where(x).values(state='closed')  # bad\ntask.state = 'done'\nupdate(Task).values(state='done')\n"
        "state = dispute.state",
    ),
    (
        rules.only_transition_changes_a_state,
        "mediation/cases/transition.py",
        "update(Dispute).values(state='closed')",
    ),
    (
        rules.words_for_people_can_be_translated,
        "mediation/cases/outcomes.py",
        "from mediation.language import _\na = _(f'{x}')  # bad\nb = _('甲 {x}').format(x=1)\nc = _('甲'.format(x=1))  # bad\n"
        "def f():\n    for _ in range(3):  # bad\n        pass\nd = _('甲' + x)  # bad",
    ),
    (rules.words_for_people_can_be_translated, "mediation/ids.py", "a = [1 for _ in range(3)]"),
    (
        ENCRYPTED_EXAMPLE,
        "mediation/people/queries.py",
        "select(Person).order_by(Person.name)  # bad\nselect(Person).order_by(Person.id, col(Person.name).desc())  # bad\n"
        "select(Person.name).distinct()  # bad\nselect(Person).order_by(Unit.name)\nselect(Person.name)\n"
        "select(Person).order_by(Person.__table__.c.name)  # bad",
    ),
    (rules.tests_use_no_mocks, "tests/test_x.py", "from unittest.mock import Mock  # bad\nimport unittest"),
]
# ruff: enable[ISC004]


@pytest.mark.parametrize("rule", rules.PACKAGE_RULES, ids=lambda rule: rule.__name__)
def test_package_keeps_the_rule(rule: rules.Rule) -> None:
    assert _broken(rule, package_sources()) == []


def test_package_never_sorts_an_encrypted_column() -> None:
    encrypted = _encrypted_columns()
    assert len(encrypted) > 10  # names, ID numbers, phones, addresses, narrative, notes, snapshots, drawings
    assert _broken(rules.encrypted_columns_are_not_sorted(encrypted), package_sources()) == []


def test_tests_use_no_mocks() -> None:
    assert _broken(rules.tests_use_no_mocks, sources_of_tests()) == []


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_rule_finds_what_it_is_for(rule: rules.Rule, path: str, text: str) -> None:
    bad = [number for number, line in enumerate(text.splitlines(), start=1) if line.endswith("# bad")]
    assert sorted(line for line, _ in rule(parse(path, text))) == bad


def test_every_rule_has_a_planted_breach() -> None:
    breached = {rule for rule, _, text in PLANTED if "# bad" in text}
    assert breached == {*rules.PACKAGE_RULES, ENCRYPTED_EXAMPLE, rules.tests_use_no_mocks}


def _broken(rule: rules.Rule, sources: list[Source]) -> list[str]:
    return [f"{source.path}:{line}: {what}" for source in sources for line, what in rule(source)]


def _encrypted_columns() -> set[tuple[str, str]]:
    for source in package_sources():
        if source.name == "models.py":
            importlib.import_module(source.path.removesuffix(".py").replace("/", "."))
    return {
        (mapper.class_.__name__, attribute.key)
        for mapper in Table._sa_registry.mappers
        for attribute in mapper.column_attrs
        for column in attribute.columns
        if isinstance(getattr(column, "type", None), Encrypted)
    }
