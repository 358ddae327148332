"""The command line. It only reads words, opens the instance and shows what came back; heavy modules load when used."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mediation.commands import audit, cases, operating, papers, sites
from mediation.commands.console import Context, fail
from mediation.errors import MediationError
from mediation.language import _

main_app = typer.Typer(
    name="mediation",
    help=_("矛盾纠纷调解:从登记到可核验的调解协议书。"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
main_app.add_typer(cases.commands, name="case")
main_app.add_typer(papers.trust_commands, name="trust")
main_app.add_typer(audit.commands, name="audit")
main_app.add_typer(operating.deadline_commands, name="deadlines")
main_app.add_typer(operating.database_commands, name="database")
main_app.add_typer(operating.token_commands, name="token")
for _module in (sites, papers, operating):
    _module.add_to(main_app)


@main_app.callback()
def options(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help=_("实例的数据目录,默认 ./data"), metavar="DIR")] = None,
    actor: Annotated[str, typer.Option("--as", help=_("以谁的身份办理"), metavar="PERSON[:POST]")] = "",
) -> None:
    """Options that stand before every command."""
    context.obj = Context(data, actor)


def main() -> None:
    """Run the command line; every refusal is a sentence and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # both are text streams
    try:
        main_app(standalone_mode=True)
    except MediationError as error:
        sys.exit(fail(error, as_json="--json" in sys.argv))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)


if __name__ == "__main__":
    main()
