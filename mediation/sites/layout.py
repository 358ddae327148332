"""What lies where in a site's folder: a folder that is a file, and a name that nothing reads, are told."""

import os
from collections.abc import Iterator
from pathlib import Path

from mediation.errors import Problem, cause_of
from mediation.language import _, joined

FILES = (
    "site.yaml",
    "committees.yaml",
    "units.csv",
    "people.csv",
    "routing.yaml",
    "responsibilities.yaml",
    "duty.yaml",
    "supervision.yaml",
    "disputes.yaml",
    "underway.yaml",
)
FOLDERS = ("workflows", "templates", "codes", "calendars")
_TEMPLATES = ("templates/documents", "templates/notices")
_OF_FOLDERS = ("workflows", *_TEMPLATES)
"""Folders that hold nothing but folders, each an overlay or an addition of its own."""
_OF_FILES = ("codes", "calendars")
_BESIDE = ("README.md", "README.zh-CN.md", "LICENSE")


def layout_faults(folder: Path) -> list[Problem]:
    """What cannot be what its name says, and would be passed over without a word."""
    problems: list[Problem] = []
    for name in (*FOLDERS, *_TEMPLATES):
        if os.path.lexists(folder / name) and not _is_listed(folder / name, name, problems):
            continue
        for child in _children(folder / name) if name in _OF_FOLDERS else ():
            _is_listed(child, f"{name}/{child.name}", problems)
        problems += [
            Problem(_("这里只放 .yaml 文件，这一个不会被读取"), f"{name}/{child.name}")
            for child in (_children(folder / name) if name in _OF_FILES else ())
            if child.suffix != ".yaml" and child.name not in _BESIDE
        ]
    return problems


def layout_warnings(folder: Path) -> list[Problem]:
    """Names beside the known ones: perhaps one is misspelt."""
    known = {*FILES, *FOLDERS, *_BESIDE}
    return [
        Problem(_("没有用到；认识的名称：{known}").format(known=joined((*FILES, *FOLDERS))), path.name)
        for path in _children(folder)
        if path.name not in known
    ]


def _is_listed(path: Path, name: str, problems: list[Problem]) -> bool:
    """Whether it is a folder whose content can be listed; else the reason is told."""
    try:
        list(path.iterdir())
    except NotADirectoryError:
        problems.append(Problem(_("应当是文件夹"), name))
    except FileNotFoundError:
        problems.append(Problem(_("符号链接指向的文件夹不存在"), name))
    except OSError as error:
        problems.append(Problem(_("文件夹读不出来：{cause}").format(cause=cause_of(error)), name))
    else:
        return True
    return False


def _children(folder: Path) -> Iterator[Path]:
    """What a reader of files sees in a folder, in order; nothing if it cannot be listed."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return
    yield from (path for path in found if not path.name.startswith((".", "_")))
