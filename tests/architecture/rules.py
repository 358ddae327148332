"""The rules of the house that can be read from the source. Each yields (line, what is wrong) for one file."""

import ast
import re
from collections.abc import Callable, Iterator

from tests.architecture.source import Source

Findings = Iterator[tuple[int, str]]
Rule = Callable[[Source], Findings]

EDGES = (
    "mediation/app.py",
    "mediation/backup/",
    "mediation/founding.py",
    "mediation/migrating.py",
    "mediation/renewing.py",
    "mediation/clock_room.py",
    "mediation/paper_room.py",
    "mediation/post_room.py",
    "mediation/webhook_room.py",
    "mediation/duty_desk.py",
    "mediation/supervising.py",
    "mediation/resident_desk.py",
    "mediation/evidence_room.py",
    "mediation/scope_room.py",
    "mediation/export_desk.py",
    "mediation/cli.py",
    "mediation/cli/",
    "mediation/commands/",
    "mediation/web/deps.py",
    "mediation/web/seats.py",
    "mediation/web/pages/",
    "mediation/jobs/",
    "mediation/documents/table_store.py",  # bytes are durable before the row that refers to them
    "mediation/day_work.py",
)
_TIME = re.compile(
    r"datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today|"
    r"time\.(time|time_ns|localtime|gmtime|ctime|asctime|strftime)|"
    r"(sqlalchemy|sqlmodel)\.func\.(now|current_timestamp|current_date|current_time|localtimestamp|localtime|sysdate)"
)
_FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "service",
    "services",
    "manager",
    "managers",
}
_ERROR_STATUS = 400


def only_the_engine_knows_transitions(source: Source) -> Findings:
    """The library of state machines is an inner matter of workflow/engine.py."""
    if source.is_in("mediation/workflow/engine.py"):
        return
    for line, name in source.imports():
        if name.partition(".")[0] == "transitions":
            yield line, "transitions is imported outside workflow/engine.py"


def only_the_clock_reads_the_time(source: Source) -> Findings:
    """Time comes in from clock.py, so that every act can be played at any moment; durations may be measured."""
    if source.is_in("mediation/clock.py"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = source.whole_name(node)
            if _TIME.fullmatch(name):
                yield node.lineno, f"{name} outside clock.py"
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and "CURRENT_TIMESTAMP" in node.value
        ):
            yield node.lineno, "the database's time instead of the clock's"


def only_ids_makes_ids(source: Source) -> Findings:
    """Ids come from ids.py; keys, nonces and salts are bytes of os.urandom; the demo's hands may tremble by a seed,
    and a simulated year goes by one."""
    if source.is_in("mediation/ids.py"):
        return
    may_use_secrets = source.is_in(
        "mediation/crypto.py", "mediation/documents/signing.py", "mediation/documents/signing/"
    )
    for line, name in source.imports():
        module = name.partition(".")[0]
        if module == "random" and source.is_in("mediation/demo/", "mediation/simulation/"):
            continue
        if module in {"uuid", "random"} or (module == "secrets" and not may_use_secrets):
            yield line, f"{module} outside ids.py"


def only_storage_commits(source: Source) -> Findings:
    """A transaction is one block of `writing()`; nothing else ends or begins one."""
    if not source.is_in("mediation/storage/engine.py"):
        for call in source.method_calls("commit"):
            yield call.lineno, "commit outside storage/engine.py"
    if not source.is_in("mediation/storage/"):
        for call in source.method_calls("begin", "begin_nested", "rollback"):
            yield call.lineno, "a transaction begun or rolled back outside storage"


def only_the_edges_open_a_write_transaction(source: Source) -> Findings:
    """Verbs are given a session; the command line, the web and the jobs decide what one transaction is."""
    if source.is_in("mediation/storage/engine.py", *EDGES):
        return
    for call in source.method_calls("writing"):
        yield call.lineno, "writing() outside the edges"


def only_queries_select(source: Source) -> Findings:
    """Reads are in queries.py, built on one scoped query, so that no two of them see different things."""
    if source.name == "queries.py" or source.is_in("mediation/storage/"):
        return
    for call in source.calls():
        name = source.whole_name(call.func)
        module, _, function = name.rpartition(".")
        if function == "select" and module.partition(".")[0] in {"sqlalchemy", "sqlmodel"}:
            yield call.lineno, "select() outside queries.py"
        elif function == "text" and module.startswith("sqlalchemy") and _begins_with_select(call):
            yield call.lineno, "SELECT in text() outside queries.py"
    for call in source.method_calls("query"):
        if source.whole_name(call.func).rpartition(".")[0].endswith("session"):
            yield call.lineno, "session.query() outside queries.py"


def _begins_with_select(call: ast.Call) -> bool:
    words = call.args[0] if call.args else None
    if isinstance(words, ast.JoinedStr) and words.values:
        words = words.values[0]
    return isinstance(words, ast.Constant) and bool(
        re.match(r"\s*(select|with)\b", str(words.value), re.IGNORECASE)
    )


def modules_are_named_after_things(source: Source) -> Findings:
    """Nouns of the trade; a module named after nothing collects everything."""
    for part in source.path.removesuffix(".py").split("/"):
        if set(part.split("_")) & _FORBIDDEN_NAMES:
            yield 1, f"a module or folder named {part}"


def only_web_errors_knows_error_statuses(source: Source) -> Findings:
    """An error is raised as what it is; web/errors.py says which status that is, pages/failures.py shows it."""
    if source.is_in("mediation/web/errors.py", "mediation/web/pages/failures.py"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = source.whole_name(node)
            if re.fullmatch(
                r"(fastapi|starlette)\..*HTTPException|(fastapi|starlette)\.status\.HTTP_[45]\d\d\w*", name
            ):
                yield node.lineno, f"{name} outside web/errors.py"
        elif (
            isinstance(node, ast.keyword)
            and node.arg == "status_code"
            and isinstance(node.value, ast.Constant)
        ):
            status = node.value.value
            if isinstance(status, int) and status >= _ERROR_STATUS:
                yield node.value.lineno, f"status {status} outside web/errors.py"


def only_transition_changes_a_state(source: Source) -> Findings:
    """cases/transition.py is the one door; tasks, deadlines and notices have states of their own."""
    if source.is_in("mediation/cases/transition.py"):
        return
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and node.attr == "state"
            and source.whole_name(node.value).rpartition(".")[2] in {"case", "dispute"}
        ):
            yield node.lineno, "a case's state is set outside cases/transition.py"
    for call in source.method_calls("values"):
        updated = _updated_table(source, call.func)
        if updated == "Dispute" and any(keyword.arg == "state" for keyword in call.keywords):
            yield call.lineno, "a case's state is updated outside cases/transition.py"


def _updated_table(source: Source, chain: ast.AST) -> str:
    """`Dispute` for update(Dispute).where(...).values."""
    while isinstance(chain, ast.Attribute | ast.Call):
        if (
            isinstance(chain, ast.Call)
            and source.whole_name(chain.func).rpartition(".")[2] == "update"
            and chain.args
        ):
            return source.whole_name(chain.args[0]).rpartition(".")[2]
        chain = chain.func if isinstance(chain, ast.Call) else chain.value
    return ""


def words_for_people_can_be_translated(source: Source) -> Findings:
    """`_` is called with one constant string, and is not also somebody's loop variable."""
    if source.imported.get("_") != "mediation.language._":
        return
    for call in source.calls():
        if isinstance(call.func, ast.Name) and call.func.id == "_" and not _is_one_constant(call):
            yield call.lineno, "_() of something else than one constant string: format after it"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store):
            yield node.lineno, "_ is the translation here: give the variable a name"
        elif isinstance(node, ast.arg) and node.arg == "_":
            yield node.lineno, "_ is the translation here: give the parameter a name"


def _is_one_constant(call: ast.Call) -> bool:
    if len(call.args) != 1 or call.keywords:
        return False
    argument = call.args[0]
    # A message that is itself data (a class's docstring) is translated where it is read.
    return not isinstance(argument, ast.JoinedStr | ast.BinOp) and not (
        isinstance(argument, ast.Call)
        and isinstance(argument.func, ast.Attribute)
        and argument.func.attr == "format"
    )


PACKAGE_RULES: list[Rule] = [
    only_the_engine_knows_transitions,
    only_the_clock_reads_the_time,
    only_ids_makes_ids,
    only_storage_commits,
    only_the_edges_open_a_write_transaction,
    only_queries_select,
    modules_are_named_after_things,
    only_web_errors_knows_error_statuses,
    only_transition_changes_a_state,
    words_for_people_can_be_translated,
]


def encrypted_columns_are_not_sorted(encrypted: set[tuple[str, str]]) -> Rule:
    """The rule for these (class, attribute): ciphertexts in ORDER BY, DISTINCT or GROUP BY mean nothing."""

    def rule(source: Source) -> Findings:
        for call in source.method_calls("order_by", "distinct", "group_by", "partition_by"):
            within: list[ast.AST] = [*call.args]
            if not call.args and isinstance(call.func, ast.Attribute):
                within = [call.func.value]  # select(X.name).distinct()
            for node in (node for part in within for node in ast.walk(part)):
                if isinstance(node, ast.Attribute) and (_class(node), node.attr) in encrypted:
                    yield (
                        node.lineno,
                        f"{_class(node)}.{node.attr} is encrypted and cannot be sorted or told apart",
                    )

    return rule


def _class(node: ast.Attribute) -> str:
    """`Person` for Person.name and Person.__table__.c.name."""
    inner: ast.AST = node.value
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else ""


def tests_use_no_mocks(source: Source) -> Findings:
    """What is tested is the real thing."""
    for line, name in source.imports():
        if name.startswith(("unittest.mock", "mock.", "pytest_mock")):
            yield line, "a mock"
