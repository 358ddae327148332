"""workflow matrix: what a definition allows, cell by cell."""

from pathlib import Path
from typing import Annotated

import typer

from mediation.errors import Problem, SiteError
from mediation.language import _

commands = typer.Typer(help=_("流程定义"), no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.add_typer(commands, name="workflow")


@commands.callback()
def _group() -> None:
    """流程定义"""


@commands.command()
def matrix(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW")],
    site: Annotated[Path | None, typer.Option("--site", metavar="DIR")] = None,
    version: Annotated[int | None, typer.Option("--version", help=_("第几版；不写时为最新一版"))] = None,
) -> None:
    """合法性矩阵：每项操作对每一种待办、在每个状态能不能办，为什么。"""
    from mediation.workflow.loader import load_definitions  # noqa: PLC0415  heavy
    from mediation.workflow.matrix import publish  # noqa: PLC0415

    if site is not None and not site.is_dir():
        raise SiteError([Problem(_("没有这个文件夹"), str(site))])
    definitions = load_definitions(site)
    newest = definitions.newest(workflow)
    typer.echo(publish(newest if version is None else definitions.get(workflow, version)))
