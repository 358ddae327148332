"""Reads definitions from `workflows/<name>/v<N>.yaml`, shipped and of a site: every problem at once, nothing in part.

Two rings are passed here: shape (this module) and sense (checks.py). The third, behaviour, is scenarios.py's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mediation.errors import DefinitionError, NotFound, Problem
from mediation.language import _, joined
from mediation.reading import Lines, Unreadable, checked, dotted, parse_yaml, read_text, shape_problems
from mediation.resources import folders
from mediation.workflow.checks import Source, find_problems
from mediation.workflow.definition import Definition
from mediation.workflow.names import unknown_exceptions, unknown_in_wrong_shape
from mediation.workflow.vocabulary import STANDARD, Vocabulary

MOST_BYTES = 200_000
_FILE = re.compile(r"v([1-9][0-9]{0,5})\.yaml\Z")


@dataclass(frozen=True, slots=True)
class Definitions:
    """All definitions in use: name → versions, newest first. `folders` says where each was read."""

    versions: Mapping[str, tuple[Definition, ...]]
    folders: Mapping[str, Path] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.versions)

    def newest(self, name: str) -> Definition:
        """The version that a new case begins with. Raises NotFound."""
        if name not in self.versions:
            known = joined(self.versions)
            raise NotFound(_("没有流程 {name}；现有流程：{known}").format(name=name, known=known))
        return self.versions[name][0]

    def get(self, name: str, version: int) -> Definition:
        """The version that a running case is pinned to. Raises NotFound."""
        for definition in self.versions.get(name, ()):
            if definition.version == version:
                return definition
        raise NotFound(_("没有流程 {name} 第{version}版").format(name=name, version=version))

    def including(self, kept: Definition) -> "Definitions":
        """These and one version kept elsewhere, whose file is gone; a version at hand stays as it is."""
        own = self.versions.get(kept.name, ())
        if any(definition.version == kept.version for definition in own):
            return self
        merged = sorted((*own, kept), key=lambda definition: -definition.version)
        return Definitions({**self.versions, kept.name: tuple(merged)}, self.folders)


def load_definition(path: Path) -> Definition:
    """One definition in the right shape; its sense is judged together with the others. Raises DefinitionError."""
    definition, _lines, problems = _read(path, path.name)
    if definition is None or problems:
        raise DefinitionError(problems)
    return definition


def load_definitions(site: Path | None = None, vocabulary: Vocabulary = STANDARD) -> Definitions:
    """Every shipped definition, a site's folders of the same name standing before the shipped ones.

    Raises DefinitionError with all problems of all files.
    """
    return load_folders(folders("workflows", site=site), vocabulary)


def load_folders(found: Mapping[str, Path], vocabulary: Vocabulary = STANDARD) -> Definitions:
    """The definitions of these folders, by name. Raises DefinitionError with all problems of all files."""
    problems: list[Problem] = []
    sources: list[Source] = []
    for name, folder in found.items():
        for item in _read_folder(name, folder, vocabulary):
            if isinstance(item, Problem):
                problems.append(item)
            else:
                sources.append(item)
    unread = {problem.file.split("/")[1] for problem in problems}
    problems += find_problems(sources, vocabulary, unread)
    if problems:
        raise DefinitionError(problems)
    versions: dict[str, list[Definition]] = {}
    for source in sources:
        versions.setdefault(source.definition.name, []).append(source.definition)
    for several in versions.values():
        several.sort(key=lambda definition: -definition.version)
    return Definitions({name: tuple(several) for name, several in versions.items()}, dict(found))


def readable_definitions(site: Path) -> list[Definition]:
    """Each definition of a site in the right shape, whatever sense it makes and whatever is wrong with others."""
    return [
        item.definition
        for name, folder in folders("workflows", site=site).items()
        for item in _read_folder(name, folder, STANDARD)
        if isinstance(item, Source)
    ]


def readable_states(site: Path | None) -> dict[str, frozenset[str] | None]:
    """Name of each definition → the states of all its versions; None if one of these cannot be read."""
    found: dict[str, frozenset[str] | None] = {}
    for name, folder in folders("workflows", site=site).items():
        items = list(_read_folder(name, folder, STANDARD))
        sources = [item for item in items if isinstance(item, Source)]
        whole = len(sources) == len(items)
        found[name] = (
            frozenset(state for one in sources for state in one.definition.states) if whole else None
        )
    return found


def read_kept(canonical: str) -> Definition:
    """A definition from the canonical content that the database keeps. Raises DefinitionError."""
    try:
        return Definition.model_validate_json(canonical)
    except ValidationError as error:
        raise DefinitionError(shape_problems(error, Lines(), "")) from error


def file_name(name: str, version: int) -> str:
    """How problems call a definition's file."""
    return f"workflows/{name}/v{version}.yaml"


def parse_definition(
    text: str, file: str, vocabulary: Vocabulary | None = None
) -> tuple[Definition | None, Lines, list[Problem]]:
    """A definition's text read and put into shape, or everything wrong with it.

    `vocabulary`: of one in the wrong shape, names that nobody has are told as well.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        message = _("文件有 {size} 字节，流程定义不应超过 {most} 字节").format(size=size, most=MOST_BYTES)
        return None, Lines(), [Problem(message, file)]
    try:
        definition, lines = _sound(text, file)
    except _Unshaped as error:
        misshapen = {one.key for one in error.problems}
        unknown = (
            unknown_in_wrong_shape(error.data, error.lines, file, vocabulary, misshapen) if vocabulary else []
        )
        return None, error.lines, [*error.problems, *unknown]
    return definition, lines, []


class _Unshaped(Exception):
    """Everything wrong with a definition's text, in the language of who asked."""

    def __init__(self, problems: list[Problem], lines: Lines, data: Any = None) -> None:
        super().__init__(problems)
        self.problems = problems
        self.lines = lines
        self.data = data


# Founding, judging and opening a site read the same files again and again; what is wrong is told anew each time.
@lru_cache(maxsize=64)
def _sound(text: str, file: str) -> tuple[Definition, Lines]:
    """The definition that nobody changes any more. Raises _Unshaped."""
    try:
        data, lines = parse_yaml(text, file, for_checked=True)
    except Unreadable as error:
        raise _Unshaped(list(error.problems), Lines()) from error
    definition, problems = checked(Definition, _without_lists(data), lines, file)
    if definition is None:
        raise _Unshaped([_about_dots(problem, data) for problem in problems], lines, data)
    unknown = unknown_exceptions(data, definition.states, lines, file)
    if unknown:
        raise _Unshaped(unknown, lines, data)
    return definition, lines


def _read_folder(name: str, folder: Path, vocabulary: Vocabulary) -> Iterator[Source | Problem]:
    paths = sorted(folder.glob("v*.yaml"))
    if not paths:
        yield Problem(_("文件夹里没有流程定义 v1.yaml"), f"workflows/{name}")
    for path in paths:
        file = f"workflows/{name}/{path.name}"
        match = _FILE.match(path.name)
        if match is None:
            yield Problem(_("文件名应当是 v1.yaml、v2.yaml 这样"), file)
            continue
        definition, lines, problems = _read(path, file, vocabulary)
        yield from problems
        if definition is None:
            continue
        if definition.name != name:
            message = _("name 应当与文件夹同名：{name}").format(name=name)
            yield Problem(message, file, lines.of(("name",)), "name")
        elif definition.version != int(match.group(1)):
            message = _("version 应当与文件名一致：{version}").format(version=match.group(1))
            yield Problem(message, file, lines.of(("version",)), "version")
        else:
            yield Source(definition, lines, file)


def _read(
    path: Path, file: str, vocabulary: Vocabulary | None = None
) -> tuple[Definition | None, Lines, list[Problem]]:
    try:
        text = read_text(path, shown_as=file)
    except Unreadable as error:
        return None, Lines(), list(error.problems)
    return parse_definition(text, file, vocabulary)


def _without_lists(value: Any) -> Any:
    """The same with tuples for lists, which strict models ask for. Depth is bounded by the reader."""
    if isinstance(value, dict):
        return {key: _without_lists(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_without_lists(item) for item in value)
    return value


def _about_dots(problem: Problem, data: Any) -> Problem:
    """A name with a dot looks like a Python callback: say that names are looked up, never imported."""
    value = data
    for part in re.findall(r"[^.\[\]]+", problem.key):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return problem
    if not isinstance(value, str) or "." not in value or dotted(()) == problem.key:
        return problem
    message = _("{message}；不能写程序里的路径，只能写登记过的名称").format(message=problem.message)
    return Problem(message, problem.file, problem.line, problem.key)
