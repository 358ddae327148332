"""All commands on cases, from the modules that have them."""

import typer

from mediation.commands import cases, evidence, migration, scope, series

for _module in (migration, series, scope, evidence):
    _module.add_to(cases.commands)


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.add_typer(cases.commands, name="case")
