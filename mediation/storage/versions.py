"""The version of a database's tables and the versions that this program knows; the oldest stores that it works on."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, make_url, text

from mediation.errors import DatabaseOutdated
from mediation.language import _

MIGRATIONS = Path(__file__).with_name("migrations")
_VERSION_TABLE = "alembic_version"
OLDEST = {"sqlite": ("SQLite", (3, 40)), "postgresql": ("PostgreSQL", (15, 18))}
"""The oldest versions of the stores that are let in. Each major of PostgreSQL mends known holes in minor releases of its own: of
those newer than the oldest let in all are, also the first, and nothing here says which of them have these mended.
"""


def refuse_old_store(connection: Connection) -> None:
    """Raise DatabaseOutdated, with what to do, if the store itself is older than what the program works on."""
    name, oldest = OLDEST[connection.dialect.name]
    found = connection.dialect.server_version_info or ()
    if found < oldest:
        raise DatabaseOutdated(
            _("{store} 的版本是 {found}，程序需要 {oldest} 或更新的版本：请先升级 {store}。").format(
                store=name, found=".".join(map(str, found)), oldest=".".join(map(str, oldest))
            )
        )


def refuse_missing_file(url: str) -> None:
    """Raise DatabaseOutdated, with what to do, if a database of SQLite has no file."""
    path = make_url(url).database if make_url(url).get_backend_name() == "sqlite" else None
    if path and path != ":memory:" and not Path(path).exists():
        raise DatabaseOutdated(_("数据库 {path} 还没有建立，请先运行 mediation init。").format(path=path))


def refuse_other_version(connection: Connection) -> None:
    """Raise DatabaseOutdated, with what to do, unless store and tables have a version that fits this program."""
    refuse_old_store(connection)
    version = stored_version(connection)
    head = known_versions()[-1]
    if version is None:
        raise DatabaseOutdated(_("数据库还没有建立，请先运行 mediation init 或 mediation database upgrade。"))
    refuse_unknown(version, MIGRATIONS)
    if version != head:
        raise DatabaseOutdated(
            _(
                "数据库是旧版本（{version}），程序需要 {head}：请先备份，再运行 mediation database upgrade。"
            ).format(version=version, head=head)
        )


def known_versions(migrations: Path = MIGRATIONS) -> list[str]:
    """The versions that this program can bring a database to, oldest first."""
    names = (re.match(r"(\d{4})_\w+\.py$", path.name) for path in (migrations / "versions").iterdir())
    return sorted(name[1] for name in names if name)


def stored_version(connection: Connection) -> str | None:
    """The version that the tables have now; None if there are none."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    row = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).one_or_none()  # noqa: S608 — constant
    return None if row is None else str(row[0])


def refuse_unknown(version: str | None, migrations: Path) -> None:
    """Raise DatabaseOutdated for a version of a newer program."""
    if version is not None and version not in known_versions(migrations):
        raise DatabaseOutdated(
            _(
                "数据库由更新版本的程序建立（{version}），本程序只认识到 {head}：请升级程序，不要降级使用。"
            ).format(version=version, head=known_versions(migrations)[-1])
        )
