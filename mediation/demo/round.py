"""Every site of a folder played one after another, each into a folder of its own; one that fails does not stop the rest."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mediation.demo.play import Progress, Summary, play_demo
from mediation.errors import MediationError, NotFound
from mediation.language import _
from mediation.settings import embedded_settings
from mediation.sites.folder import SETTINGS_FILE

SUMMARY_FILE = "summary.json"
Starting = Callable[[str], Progress | None]


@dataclass(frozen=True)
class Played:
    """One site of the round: its figures, or the sentence that says why it stopped."""

    site: str
    summary: Summary | None = None
    failure: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether it played to its end, its trail is whole, and every agreement signed on a tablet proved valid."""
        return self.summary is not None and self.summary.is_sound


def sites_in(folder: Path) -> list[Path]:
    """The sites right below the folder, by name. Raises NotFound if there is none."""
    found = sorted(path.parent for path in folder.glob(f"*/{SETTINGS_FILE}"))
    if not found:
        raise NotFound(_("{folder} 下面没有部署单位的文件夹").format(folder=folder))
    return found


def play_round(folder: Path, out: Path, starting: Starting | None = None) -> Sequence[Played]:
    """Play every site below `folder` into `out/<site>`, and leave the figures of all of them in `out/summary.json`.

    `starting` is told each site's name and gives what its progress is shown to. Raises NotFound if there is no site.
    """
    played = []
    for site in sites_in(folder):
        name = site.resolve().name
        progress = starting(name) if starting else None
        try:
            summary = play_demo(site, out / name, embedded_settings(out / name / "data"), progress)
            played.append(Played(name, summary))
        except MediationError as error:
            played.append(Played(name, failure=str(error)))
    figures = [asdict(one) for one in played]
    out.mkdir(parents=True, exist_ok=True)
    (out / SUMMARY_FILE).write_text(
        json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    return played
