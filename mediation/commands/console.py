"""What all commands share: whose act, which instance, and how an answer is shown, as text or as JSON."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediation.clock import SITE_ZONE
from mediation.errors import FactsMissing, InputInvalid, MediationError, Problem, TransitionRefused
from mediation.language import _
from mediation.settings import Settings, read_settings

if TYPE_CHECKING:
    from mediation.app import Instance

AsJson = Annotated[bool, typer.Option("--json", help=_("以 JSON 输出"))]


@dataclass(frozen=True)
class Context:
    """The options that stand before the command."""

    data: Path | None
    actor: str

    @property
    def settings(self) -> Settings:
        return read_settings(self.data)

    @property
    def named_actor(self) -> str:
        """Who acts; without `--as` nothing can be done."""
        if not self.actor:
            message = _("请在命令前写明以谁的身份办理:mediation --as 人员代码[:岗位代码] …")
            raise InputInvalid([Problem(message, key="--as")])
        return self.actor


def context_of(typer_context: typer.Context) -> Context:
    """The options given before the command."""
    found = typer_context.find_root().obj
    assert isinstance(found, Context)
    return found


@contextmanager
def instance_of(typer_context: typer.Context) -> Iterator["Instance"]:
    """The instance, opened for one command."""
    from mediation.app import Instance  # noqa: PLC0415  the help must not wait for it

    with Instance.open(context_of(typer_context).settings) as instance:
        yield instance


def show(answer: Any, *, as_json: bool, text: str | None = None) -> None:
    """Print an answer: JSON for programs, the text for people."""
    if as_json:
        typer.echo(json.dumps(plain(answer), ensure_ascii=False, indent=2))
    else:
        typer.echo(text if text is not None else str(answer))


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for people."""
    from rich.console import Console  # noqa: PLC0415  the help must not wait for it
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def spoken(moment: datetime | None) -> str:
    """A moment in the site's time zone, for people."""
    return moment.astimezone(SITE_ZONE).strftime("%Y-%m-%d %H:%M") if moment else ""


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


def told(error: MediationError) -> dict[str, Any]:
    """An error with everything it lists, for programs."""
    answer: dict[str, Any] = {"kind": type(error).__name__, "message": error.message}
    if isinstance(error, TransitionRefused):
        answer["reasons"] = [plain(reason) for reason in error.reasons]
    problems = getattr(error, "problems", None) or (
        error.missing if isinstance(error, FactsMissing) else None
    )
    if problems:
        answer["problems"] = [plain(problem) for problem in problems]
    return answer


def read_words(source: str | None, pairs: Sequence[str]) -> dict[str, Any]:
    """The words of an act: a YAML or JSON file (`-` for standard input), and `key=value` pairs on top."""
    from mediation.reading import parse_yaml, read_text  # noqa: PLC0415

    words: dict[str, Any] = {}
    if source is not None:
        name = _("标准输入") if source == "-" else source
        text = sys.stdin.read() if source == "-" else read_text(Path(source), shown_as=source)
        found, _lines = parse_yaml(text, name)
        if not isinstance(found, dict):
            raise InputInvalid([Problem(_("应当是“键: 值”的形式"), file=name)])
        words = found
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise InputInvalid([Problem(_("应当写作 键=值"), key=pair)])
        words[key] = parse_yaml(value, pair)[0] if value else ""
    return words
