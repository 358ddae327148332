"""Further versions of the town's ordinary way, and cases moved between them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from mediation.migrating import migrate_cases
from mediation.renewing import apply_to_instance
from mediation.resources import shipped
from mediation.workflow.migration import Plan
from tests.town import Town, write_site

PLAN = Plan(format=1)
RENAMED = Plan(format=1, states={"mediating": "talking"})


def add_versions(town: Town, folder: Path, wanted: Mapping[int, Mapping[str, str]]) -> Town:
    """Let each version wanted be in force: the newest shipped one with words replaced. The greatest number is the newest."""
    site = write_site(folder / "site")
    flow = site / "workflows" / "ordinary"
    shutil.copytree(shipped("workflows") / "ordinary", flow)
    newest = max(flow.glob("v*.yaml"))
    content = newest.read_text(encoding="utf-8")
    for version, words in wanted.items():
        text = content.replace(f"version: {newest.stem[1:]}\n", f"version: {version}\n", 1)
        for old, new in words.items():
            text = text.replace(old, new)
        (flow / f"v{version}.yaml").write_text(text, encoding="utf-8")
    town.instance.site_folder = town.instance.settings.data / "site"
    apply_to_instance(town.instance.settings, site, clock=town.clock)
    town.instance.cases("jiawin")
    return town


def migrate(
    town: Town, to: int, plan: Plan = PLAN, *, dry_run: bool = False
) -> dict[str, tuple[str, str | None]]:
    """Number of each running case → its verdict and the state it goes on in."""
    found = migrate_cases(town.instance, "ordinary", to, plan, dry_run=dry_run)
    return {one.case: (one.outcome, one.to_state) for one in found.cases}


def number(town: Town, ref: str) -> str:
    case = town.case(ref)
    return case.number or case.temporary_number
