"""Definitions written for tests: a small sound one to be spoiled in single places, and folders to put them in."""

from collections.abc import Mapping
from pathlib import Path

from mediation.errors import DefinitionError, Problem
from mediation.workflow.loader import Definitions, load_folders

SMALL = """\
name: small
title: 小流程
version: 1
initial: registered
states:
  registered:
    title: 已登记
    phase: intake
    task: 登记
    owner: {relation: holder}
    limit: {days: 1, article: 部署单位规定, on_miss: remind_owner}
  talking:
    title: 调解中
    phase: mediation
    task: 调解
    owner: {relation: mediator}
    limit: {days: 30, article: 部署单位规定}
  done:
    title: 已结案
    phase: closure
    final: true
triggers:
  begin: {title: 开始, by: {posts: [mediator]}}
  note: {title: 记事, by: {posts: [mediator]}}
  refuse: {title: 拒绝, by: {posts: [mediator]}}
  finish: {title: 办结, by: {posts: [mediator]}}
edges:
  - {trigger: begin, from: [registered], to: talking}
  - {trigger: note, from: [registered, talking]}
  - {trigger: refuse, from: [registered, talking], to: done, guards: [refuser_named], effects: ["end:party_refused"]}
  - {trigger: finish, from: [talking], to: done, guards: [record_made], effects: [close_case]}
"""


def spoiled(*changes: tuple[str, str]) -> str:
    """The small definition with pieces of text exchanged; each must be there exactly once."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def put(folder: Path, files: Mapping[str, str | bytes]) -> dict[str, Path]:
    """Write `name/v1.yaml` → content below the folder; name → folder of each definition."""
    found = {}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        found[path.parent.name] = path.parent
    return found


def loaded(folder: Path, files: Mapping[str, str | bytes]) -> Definitions | list[Problem]:
    """The definitions of these files, or all problems."""
    try:
        return load_folders(put(folder, files))
    except DefinitionError as error:
        return list(error.problems)


def troubles(folder: Path, text: str | bytes) -> list[str]:
    """All problems of the small definition's file, as people read them, without its name."""
    found = loaded(folder, {"small/v1.yaml": text})
    assert isinstance(found, list), "nothing was found wrong"
    assert {problem.file for problem in found} == {"workflows/small/v1.yaml"}
    return [str(problem).removeprefix("workflows/small/v1.yaml") for problem in found]
