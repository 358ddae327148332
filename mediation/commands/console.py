"""What all commands share: whose act, which instance, and how an answer is shown, as text or as JSON."""

import errno
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from mediation.clock import SITE_ZONE, SampleClock
from mediation.commands.context import Context
from mediation.commands.table import table_lines
from mediation.commands.usage import usage_hint, usage_problem
from mediation.errors import (
    FactsMissing,
    InputInvalid,
    KeyMissing,
    MediationError,
    NotFound,
    Problem,
    StorageError,
    TransitionRefused,
    cause_of,
)
from mediation.language import _
from mediation.settings import Settings

if TYPE_CHECKING:
    from mediation.app import Instance
    from mediation.clock import Clock

AsJson = Annotated[bool, typer.Option("--json", help=_("以 JSON 输出"))]


def context_of(typer_context: typer.Context) -> Context:
    """The options given before the command."""
    found = typer_context.find_root().obj
    assert isinstance(found, Context)
    return found


@contextmanager
def instance_of(typer_context: typer.Context, clock: "Clock | None" = None) -> Iterator["Instance"]:
    """The instance, opened for one command. Raises NotFound if there is none at all."""
    settings = context_of(typer_context).settings
    refuse_without_instance(settings)
    from mediation.app import Instance  # noqa: PLC0415  the help must not wait for it

    with Instance.open(settings, clock) as instance:
        yield instance


def sample_clock(context: typer.Context) -> SampleClock | None:
    """The clock of a played sample: it goes on a minute after the last act."""
    from mediation.audit import queries as trail  # noqa: PLC0415  heavy

    with instance_of(context) as instance:
        if not instance.office.sample:
            raise InputInvalid([Problem(_("只用于示例单位"), key="sample-time")])
        with instance.database.reading() as session:
            last = trail.last_moment(session)
    return SampleClock(last + timedelta(minutes=1)) if last else None


def refuse_without_instance(settings: Settings) -> None:
    """Raise NotFound if the data folder has nothing of an instance in it; KeyMissing if the instance may lie on a server.

    There the data folder of a host is empty at first, and only the key file has to be put in its place.
    """
    if settings.key_command or settings.key_file.exists() or holds_anything(settings.data):
        return
    if settings.on_postgresql:
        message = _(
            "找不到密钥文件 {path}：数据库里已有实例的，请把它的密钥文件从别的主机或备份拷到这里，"
            "或用 MEDIATION_KEY_FILE 写明在哪里；还没有实例的，先建立：mediation init --site DIR"
        )
        raise KeyMissing(message.format(path=settings.key_file))
    message = _("{data} 里没有实例；请用 --data 指明数据目录，或先建立：mediation init --site DIR")
    raise NotFound(message.format(data=settings.data))


_OWN = frozenset({"keys", "site", "store", "cache"})
"""What an instance keeps in its data folder besides the database."""


def holds_anything(data: Path) -> bool:
    """Whether a data folder has any part of an instance, so that what is missing must have been lost."""
    return any((data / part).exists() for part in ("keys", "site", "store", "mediation.db"))


def show(answer: Any, *, as_json: bool, text: str | None = None) -> None:
    """Print an answer: JSON for programs, the text for people."""
    if as_json:
        typer.echo(json.dumps(plain(answer), ensure_ascii=False, indent=2))
    else:
        typer.echo(text if text is not None else str(answer))


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for people."""
    typer.echo("\n".join(table_lines(title, columns, rows)))


def spoken(moment: datetime | None) -> str:
    """A moment in the site's time zone, for people."""
    return moment.astimezone(SITE_ZONE).strftime("%Y-%m-%d %H:%M") if moment else ""


def spoken_end(moment: datetime | None) -> str:
    """The end of a clock: midnight is 24:00 of the last day, not 00:00 of a day that is too late."""
    if moment is None:
        return ""
    local = moment.astimezone(SITE_ZONE)
    if (local.hour, local.minute, local.second, local.microsecond) != (0, 0, 0, 0):
        return spoken(moment)
    return f"{local.date() - timedelta(days=1)} 24:00"


def plain(value: Any) -> Any:  # noqa: PLR0911  one return for each kind of value
    """A value as JSON has it; moments in the site's time zone."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(SITE_ZONE).isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | Path):
        return str(value)
    return value


def fail(error: MediationError, *, as_json: bool) -> int:
    """Say what is wrong on standard error; exit code 1."""
    if as_json:
        typer.echo(json.dumps({"error": told(error)}, ensure_ascii=False, indent=2), err=True)
    else:
        typer.echo(str(error), err=True)
    return 1


def misused(error: TyperException, *, as_json: bool) -> int:
    """Say what is wrong with the command line on standard error; exit code 2. Help asked for by silence is shown as it is."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message(), err=True)
        return 2
    message, hint = usage_problem(error), usage_hint(error)
    if as_json:
        answer = {"error": {"kind": "UsageError", "message": message, "hint": hint}}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2), err=True)
    else:
        typer.echo("\n".join(line for line in (message, hint) if line), err=True)
    return 2


def told(error: MediationError) -> dict[str, Any]:
    """An error with everything it lists, for programs."""
    answer: dict[str, Any] = {"kind": type(error).__name__, "message": error.message}
    if isinstance(error, TransitionRefused) or (isinstance(error, InputInvalid) and error.reasons):
        answer["reasons"] = [plain(reason) for reason in error.reasons]
    problems = getattr(error, "problems", None) or (
        error.missing if isinstance(error, FactsMissing) else None
    )
    if problems:
        answer["problems"] = [plain(problem) for problem in problems]
    return answer


def no_output_there(path: Path) -> str | None:
    """Why nothing can or may be written to this place: an instance's database, key, papers and settings are written by itself
    alone.
    """
    try:
        _look_for_room(path)
    except (OSError, ValueError) as error:
        return _cannot(path, error)
    whole = path.absolute()
    own_key = os.environ.get("MEDIATION_KEY_FILE")
    is_own = own_key is not None and whole == Path(own_key).absolute()
    for data in whole.parents:
        first = whole.relative_to(data).parts[0]
        if first in _OWN or first.startswith("mediation.db"):
            is_own = is_own or (data / "keys" / "root.sealed").exists()
    return (
        _("{file} 是实例自己的文件或者在它自己的文件夹里：请换一个地方").format(file=path) if is_own else None
    )


def _look_for_room(path: Path) -> None:
    """Raise what would keep a file from being written there, as far as it shows before."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "")
    try:
        path.stat()
    except FileNotFoundError:
        path.absolute().parent.stat()


def _cannot(path: Path, error: OSError | ValueError) -> str:
    cause = cause_of(error) if isinstance(error, OSError) else _("路径里有不能用的字符")
    return _("{file} 写不进去：{cause}").format(file=path, cause=cause)


def write_file(path: Path, content: Iterable[bytes]) -> None:
    """Write a file whole or not at all. Raises StorageError in words."""
    why_not = no_output_there(path)
    if why_not:
        raise StorageError(why_not)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() and not path.is_file():  # a pipe or device takes what comes
            with path.open("wb") as target:
                target.writelines(content)
            return
        try:
            with unfinished.open("xb") as target:
                target.writelines(content)
                target.flush()
                os.fsync(target.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise StorageError(_cannot(path, error)) from error
