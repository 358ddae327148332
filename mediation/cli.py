"""The command line. It only reads words, opens the instance and shows what came back; heavy modules load when used."""

import gc
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from mediation.commands import (
    accounts,
    audit,
    backup,
    cases,
    demo,
    duty,
    evidence,
    migration,
    notices,
    operating,
    papers,
    routing,
    scope,
    series,
    serving,
    simulation,
    sites,
    succession,
    supervision,
    webhooks,
    workflows,
)
from mediation.commands.console import Context, fail, misused
from mediation.errors import MediationError, StorageError, cause_of
from mediation.language import _

main_app = typer.Typer(
    name="mediation",
    help=_("矛盾纠纷调解:从登记到可核验的调解协议书。"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
migration.add_to(cases.commands)
series.add_to(cases.commands)
scope.add_to(cases.commands)
evidence.add_to(cases.commands)
main_app.add_typer(cases.commands, name="case")
main_app.add_typer(sites.commands, name="site")
main_app.add_typer(supervision.commands, name="supervision")
main_app.add_typer(workflows.commands, name="workflow")
main_app.add_typer(routing.commands, name="routing")
main_app.add_typer(papers.trust_commands, name="trust")
main_app.add_typer(audit.commands, name="audit")
main_app.add_typer(notices.commands, name="notices")
main_app.add_typer(webhooks.commands, name="webhooks")
main_app.add_typer(operating.deadline_commands, name="deadlines")
main_app.add_typer(operating.database_commands, name="database")
main_app.add_typer(operating.store_commands, name="store")
main_app.add_typer(operating.token_commands, name="token")
main_app.add_typer(accounts.account_commands, name="account")
main_app.add_typer(serving.job_commands, name="jobs")
for _module in (sites, demo, papers, serving, backup, succession, duty, simulation):
    _module.add_to(main_app)


def _say_help(app: typer.Typer) -> None:
    """The help of a command is its docstring, in Chinese: said in the reader's language."""
    for command in app.registered_commands:
        if command.help is None and command.callback is not None and command.callback.__doc__:
            command.help = _(inspect.cleandoc(command.callback.__doc__))
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _say_help(group.typer_instance)


_say_help(main_app)


@main_app.callback()
def options(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help=_("实例的数据目录,默认 ./data"), metavar="DIR")] = None,
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
        return fail(error, as_json=as_json)
    except TyperException as error:
        return misused(error, as_json=as_json)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        return 0
    except OSError as error:
        message = _("读写没有成功:{cause}").format(cause=cause_of(error))
        return fail(StorageError(f"{error.filename or ''} {message}".strip()), as_json=as_json)


if __name__ == "__main__":
    main()
