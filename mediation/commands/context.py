"""What stands before the command: where the instance is, and who acts."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mediation.errors import InputInvalid, Problem
from mediation.language import _

if TYPE_CHECKING:
    from mediation.settings import Settings


class Context(NamedTuple):
    """The options that stand before the command."""

    data: Path | None
    actor: str

    @property
    def settings(self) -> "Settings":
        """Raises InputInvalid if they name no database that there can be."""
        from mediation.settings import read_settings  # noqa: PLC0415  the help must not wait for it

        settings = read_settings(self.data)
        settings.refuse_unusable()
        return settings

    @property
    def named_actor(self) -> str:
        """Who acts; without `--as` nothing can be done."""
        if not self.actor:
            message = _("请在命令前写明以谁的身份办理：mediation --as 人员代码[:岗位代码] …")
            raise InputInvalid([Problem(message, key="--as")])
        return self.actor
