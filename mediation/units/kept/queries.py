"""What stays true while the same configuration is in force: read once, and lent to every session that sees it.

Read by plain columns (storage/columns.py), so that whoever only lists cases loads no table classes.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam
from sqlalchemy import select as columns

from mediation.errors import NotFound
from mediation.language import _
from mediation.storage.columns import CONFIGURATION, UNIT
from mediation.storage.looking import View
from mediation.units.tree import Node, Tree

_CACHE = "mediation.units"
_KEPT = "mediation.kept"
_MOST_TREES = 4
"""Days whose trees are kept; a year that is simulated must not keep them all."""
_NODE = (
    "id", "code", "name", "kind", "level", "parent_id", "grid_code", "place_code", "households", "valid_from", "valid_to",
    "successor_id",
)  # fmt: skip
"""In the order of Node's fields."""
_UNITS = columns(*(UNIT.c[name] for name in _NODE))
_NEWEST = (
    columns(CONFIGURATION.c.content)
    .where(CONFIGURATION.c.kind == bindparam("kind"), CONFIGURATION.c.name == bindparam("name"))
    .order_by(CONFIGURATION.c.in_force_from.desc(), CONFIGURATION.c.version.desc())
    .limit(1)
)
_MARK = columns(CONFIGURATION.c.id).order_by(CONFIGURATION.c.id.desc()).limit(1)
_MARK_PLAIN = "SELECT max(id) FROM configuration"
_IN_FORCE = _NEWEST.where(CONFIGURATION.c.in_force_from <= bindparam("moment"))
_EACH = (
    columns(CONFIGURATION.c.name, CONFIGURATION.c.content)
    .where(CONFIGURATION.c.kind == bindparam("kind"))
    .order_by(CONFIGURATION.c.id)
)

_Found = TypeVar("_Found")


@dataclass
class Kept:
    """What was read of units, people and rules, and stays true while the same configuration is in force.

    Every change of a unit, committee, person or post is recorded as a configuration (people.queries.fingerprint).
    """

    trees: dict[date, Tree] = field(default_factory=dict)
    found: dict[Any, Any] = field(default_factory=dict)


def lend(session: View, kept: Kept) -> None:
    """What was read under the configuration that the session sees too; what it reads itself is put among it."""
    session.info[_KEPT] = kept


def once(session: View, key: Any, read: Callable[[], _Found]) -> _Found:
    """What `read` finds, read once in a session, or once for all if something was lent; nothing empty is kept."""
    kept: Kept = session.info.setdefault(_KEPT, Kept())
    found: _Found | None = kept.found.get(key)
    if not found:
        found = read()
        if found:
            kept.found[key] = found
    return found


def load_tree(session: View, day: date) -> Tree:
    """The tree of the day; read once in a session, or once for all if something was lent."""
    trees = session.info.setdefault(_KEPT, Kept()).trees
    found: Tree | None = trees.get(day)
    if found is None:
        found = Tree([Node(*row) for row in session.connection().execute(_UNITS)], day)
        if len(trees) >= _MOST_TREES:
            trees.clear()
        trees[day] = found
    return found


def forget(session: View) -> None:
    """Let the next question read units, people and configuration anew."""
    session.info.pop(_CACHE, None)
    session.info.pop(_KEPT, None)


def configuration_mark(session: View) -> int:
    """Grows whenever a configuration is recorded: what was read before is then out of date.

    Asked at the beginning of every transaction: of SQLite by the driver alone, since what is put around a statement costs many
    times this one. If that fails, it is asked again in the usual way, whose failures are told in words.
    """
    connection = session.connection()
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        with suppress(sqlite3.Error):
            return driver.execute(_MARK_PLAIN).fetchone()[0] or 0
    return connection.execute(_MARK).scalar() or 0


def content(session: View, kind: str, name: str = "site", moment: datetime | None = None) -> Any:
    """What a configuration says; read once in a session. Raises NotFound when the site has not been applied."""
    kept: dict[Any, Any] = session.info.setdefault(_CACHE, {})
    key = (kind, name, moment)
    if key not in kept:
        kept[key] = json.loads(content_text(session, kind, name, moment))
    return kept[key]


def content_text(session: View, kind: str, name: str = "site", moment: datetime | None = None) -> str:
    """The same as the JSON that is kept."""
    values: dict[str, Any] = {"kind": kind, "name": name}

    def read() -> str | None:
        if moment is None:
            return session.connection().execute(_NEWEST, values).scalar()
        return session.connection().execute(_IN_FORCE, {**values, "moment": moment}).scalar()

    text = read() if moment is not None else once(session, ("content", kind, name), read)
    if text is None:
        raise NotFound(_("数据库里还没有部署单位的配置（{kind}），请先运行 mediation init").format(kind=kind))
    return text


def contents(session: View, kind: str) -> dict[str, str]:
    """What each name of a kind says in its newest version, as the JSON that is kept."""
    rows = session.connection().execute(_EACH, {"kind": kind})
    return {str(row.name): str(row.content) for row in rows}
