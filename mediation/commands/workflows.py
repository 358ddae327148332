"""diagram and workflow matrix: a definition as a picture, and what it allows, cell by cell."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediation.clock import SystemClock, local_day
from mediation.commands.console import context_of, holds_anything, instance_of
from mediation.errors import Problem, SiteError
from mediation.language import _

if TYPE_CHECKING:
    from mediation.workflow.loader import Definitions
    from mediation.workflow.vocabulary import Vocabulary

commands = typer.Typer(help=_("流程定义"), no_args_is_help=True)
SiteOfDefinitions = Annotated[
    Path | None,
    typer.Option(
        "--site", metavar="DIR", help=_("这个部署单位的流程；不写时是实例在用的，没有实例时是随程序附带的")
    ),
]


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.command("diagram")(diagram)
    app.add_typer(commands, name="workflow")


@commands.callback()
def _group() -> None:
    """流程定义"""


def diagram(
    context: typer.Context,
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW")],
    site: SiteOfDefinitions = None,
) -> None:
    """流程图（Mermaid），按六个阶段分组。"""
    from mediation.workflow.diagram import draw  # noqa: PLC0415  heavy

    definitions, _vocabulary = _at_hand(context, site)
    typer.echo(draw(definitions.newest(workflow)))


@commands.command()
def matrix(
    context: typer.Context,
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW")],
    site: SiteOfDefinitions = None,
    version: Annotated[int | None, typer.Option("--version", help=_("第几版；不写时为最新一版"))] = None,
) -> None:
    """合法性矩阵：每项操作对每一种待办、在每个状态能不能办，为什么。"""
    from mediation.workflow.matrix import publish  # noqa: PLC0415  heavy

    definitions, vocabulary = _at_hand(context, site)
    newest = definitions.newest(workflow)
    typer.echo(publish(newest if version is None else definitions.get(workflow, version), vocabulary))


def _at_hand(context: typer.Context, site: Path | None) -> "tuple[Definitions, Vocabulary]":
    """The definitions of a site's folder; else those in use at the instance, old versions too; else the shipped ones.

    Beside them the words that they may use: a site has kinds of post and forms of its own.
    """
    from mediation.founding import definitions_of  # noqa: PLC0415  heavy
    from mediation.offices import definitions_in_use  # noqa: PLC0415
    from mediation.workflow.loader import load_definitions  # noqa: PLC0415
    from mediation.workflow.vocabulary import STANDARD  # noqa: PLC0415

    if site is not None:
        if not site.is_dir():
            raise SiteError([Problem(_("没有这个文件夹"), str(site))])
        return definitions_of(site, local_day(SystemClock().now()))
    if not holds_anything(context_of(context).settings.data):
        return load_definitions(), STANDARD
    with instance_of(context) as instance, instance.database.reading() as session:
        return definitions_in_use(session, instance.office)
