"""The configuration in force, loaded once and shared by all acts: definitions, rules, codes, calendar, forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mediation.codes import Codes
from mediation.crypto import Keyring
from mediation.deadlines.calendar import Calendar, Span
from mediation.deadlines.reminding import Reminding
from mediation.documents.forms import Form
from mediation.duty.rota import Duty
from mediation.errors import DefinitionError, NotFound, Problem
from mediation.language import _, joined
from mediation.notices.folders import Notice, load_notices
from mediation.sites.routing import Routing
from mediation.sites.sending import Hooks, Sending
from mediation.sites.shape import Exporting, Reading
from mediation.sites.supervision import SupervisionSaid, shipped
from mediation.units.chain import Chain
from mediation.units.queries import Kept
from mediation.units.responsibilities import ResponsibilityList
from mediation.workflow.engine import Engine


@dataclass(frozen=True)
class Timing:
    """A span and what it rests on; `remind`: when before its end, `on_miss`: the effect after it, if said of it by itself."""

    span: Span
    article: str
    remind: tuple[str, ...] | None = None
    on_miss: str | None = None


@dataclass(frozen=True)
class Keeping:
    """保管期限: whole years from archiving within which nothing of a case may be erased; None for ever."""

    years: int | None = 0
    categories: Mapping[str, int | None] = field(default_factory=dict)
    article: str = ""


@dataclass(frozen=True)
class Rules:
    """What a site decides within the law. Amounts in fen."""

    mediation_limit: Timing
    confirmation: Timing
    state_limits: Mapping[str, Timing] = field(default_factory=dict)
    extensions: Timing | None = None
    written_over_fen: int | None = None
    written_unless_at_once: bool = True
    written_tiers: tuple[str, ...] = ("complex",)
    visit_by_another: bool = False
    tablet: bool = True
    court: str | None = None
    keeping: Keeping = Keeping()
    ownership: Timing = Timing(Span(3, "working_days"), "部署单位规定·归属争议时限")


@dataclass(frozen=True)
class Office:
    """One site as it works now."""

    site_name: str
    sample: bool
    chain: Chain
    rules: Rules
    codes: Codes
    calendar: Calendar
    reminding: Reminding
    keyring: Keyring
    forms: Mapping[str, Form]
    engines: Mapping[tuple[str, int], Engine]
    newest: Mapping[str, int]
    root_fingerprint: str
    site_folder: Path | None = None
    public_address: str | None = None
    sending: Sending = field(default_factory=Sending)
    webhooks: Hooks = field(default_factory=Hooks)
    reading: Reading = field(default_factory=Reading)
    exporting: Exporting = field(default_factory=Exporting)
    duty: Duty = field(default_factory=Duty)
    responsibilities: ResponsibilityList = field(default_factory=ResponsibilityList)
    supervision: SupervisionSaid = field(default_factory=shipped)
    kept: Kept = field(default_factory=Kept)
    """Units, people and rules as they were read, lent to every session that sees this configuration."""

    @cached_property
    def notices(self) -> Mapping[str, Notice]:
        """The notices, read when the first one is wanted: most commands send none. Raises NoticeError."""
        return load_notices(self.site_folder)

    routing: Routing | None = None

    def engine(self, workflow: str, version: int | None = None) -> Engine:
        """The engine of a definition; its newest version if none is named."""
        if workflow not in self.newest:
            known = joined(sorted(self.newest))
            raise NotFound(_("没有名为 {name} 的流程；现有：{known}").format(name=workflow, known=known))
        key = (workflow, self.newest[workflow] if version is None else version)
        if key not in self.engines:
            message = _("流程 {name} 第 {version} 版没有载入").format(name=workflow, version=key[1])
            raise DefinitionError([Problem(message)])
        return self.engines[key]

    def is_short_way(self, workflow: str, version: int | None = None) -> bool:
        """Is the definition a way without acceptance, as simple mediation is?"""
        return self.engine(workflow, version).definition.is_short_way

    def form(self, name: str) -> Form:
        """A form by its name."""
        if name not in self.forms:
            known = joined(sorted(self.forms))
            raise NotFound(_("没有名为 {name} 的文书；现有：{known}").format(name=name, known=known))
        return self.forms[name]
