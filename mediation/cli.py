"""The command line. It only reads words, opens the instance and shows what came back; heavy modules load when used."""

import gc
import inspect
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Self

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_group

from mediation.commands.context import Context
from mediation.commands.listed import LISTED
from mediation.errors import MediationError, StorageError, cause_of
from mediation.language import _


class Program(TyperGroup):
    """The commands by their first word: for the help as the table lists them, loaded when one is used."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**words)
        for name, listed in LISTED.items():
            self.add_command(TyperCommand(name, help=listed.about))

    def load(self, module: str) -> None:
        """Put the commands of a module in place of what the table says of them."""
        loaded = typer.Typer(**_WORDS)
        import_module(f"mediation.commands.{module}").add_to(loaded)
        _say_help(loaded)
        self.commands.update(get_group(loaded).commands)

    def load_all(self) -> Self:
        """The same with every command in it."""
        for module in dict.fromkeys(listed.module for listed in LISTED.values()):
            self.load(module)
        return self

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Which command the words begin with."""
        if args[0] in LISTED:
            self.load(LISTED[args[0]].module)
        return super().resolve_command(ctx, args)


def _say_help(app: typer.Typer) -> None:
    """The help of a command is its docstring, in Chinese: said in the reader's language."""
    for command in app.registered_commands:
        if command.help is None and command.callback is not None and command.callback.__doc__:
            command.help = _(inspect.cleandoc(command.callback.__doc__))
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _say_help(group.typer_instance)


_WORDS: Mapping[str, Any] = {
    "no_args_is_help": True,
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
}
main_app = typer.Typer(
    name="mediation", cls=Program, help=_("矛盾纠纷调解：从登记到可核验的调解协议书。"), **_WORDS
)


@main_app.callback()
def options(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help=_("实例的数据目录，默认 ./data"), metavar="DIR")] = None,
    actor: Annotated[str, typer.Option("--as", help=_("以谁的身份办理"), metavar="PERSON[:POST]")] = "",
) -> None:
    """Options that stand before every command."""
    context.obj = Context(data, actor)


def main() -> None:
    """Run the command line; every refusal is a sentence, exit code 1, and 2 for words that no command takes."""
    # Most of what a command makes stays to its end; looking for garbage so often took a tenth of its time.
    gc.set_threshold(10_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # both are text streams
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """The exit code of one command line; nothing but its answer goes to standard output."""
    as_json = "--json" in words
    try:
        return int(main_app(list(words), prog_name="mediation", standalone_mode=False) or 0)
    except MediationError as error:
        return _fail(error, as_json=as_json)
    except TyperException as error:
        return _misused(error, as_json=as_json)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        return 0
    except OSError as error:
        message = _("读写没有成功：{cause}").format(cause=cause_of(error))
        return _fail(StorageError(f"{error.filename or ''} {message}".strip()), as_json=as_json)


# What went wrong is told by the console; a help needs nothing of it.


def _fail(error: MediationError, *, as_json: bool) -> int:
    from mediation.commands.console import fail

    return fail(error, as_json=as_json)


def _misused(error: TyperException, *, as_json: bool) -> int:
    from mediation.commands.console import misused

    return misused(error, as_json=as_json)


if __name__ == "__main__":
    main()
