"""Notices: each a folder of notice.yaml, subject.txt, body.txt, sample.json and, if its slip is its own, slip.html.

A folder added to a site is a new notice; one of a shipped notice's name stands in its place.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mediation import resources
from mediation.errors import NotFound, NoticeError, Problem
from mediation.language import _, joined
from mediation.notices.composing import Letter, TemplateFault, check_template, compose
from mediation.notices.facts import NoticeFacts, fact_at, is_known_fact
from mediation.reading import Lines, Unreadable, checked, parse_yaml, read_text, shape_problems

KIND = "notices"
SHEET, SUBJECT, BODY, SLIP, SAMPLE = "notice.yaml", "subject.txt", "body.txt", "slip.html", "sample.json"
FILES = (SHEET, SUBJECT, BODY, SAMPLE)
SHARED = "_notice"
_LARGEST = 20_000

Words = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
To = Literal["party", "parties", "person", "unit", "owner", "holder", "mediators", "leader"]
ChannelCode = Literal["file", "sms", "email", "webhook", "slip"]
Urgency = Literal["low", "normal", "urgent"]


class NoticeSheet(BaseModel):
    """What notice.yaml says. `to`: the first of these that is somebody. `posts`: who of a unit, by what they count as.

    `party`, `person`, `unit`: whom the outbox row names; `parties`: all of the case; `owner`: whose turn it is in the case's
    state, if that is one person; `holder`: the unit that has the case; `mediators`, `leader`: of the case.
    `unseen`: tell it, without naming the case, even to somebody who does not see the case any more.
    `alone`: who is on leave is told, and the deputy is not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: Words = Field(description="what it is called in lists")
    about: Words = Field(description="when it goes out")
    to: list[To] = Field(min_length=1, description="the first of these that is somebody")
    posts: list[Code] = Field(
        default_factory=list, description="kinds of post; of a unit without any of them, everybody"
    )
    needs: list[Words] = Field(default_factory=list, description="facts without which it says nothing")
    channels: list[ChannelCode] = Field(min_length=1, description="by which it may go out")
    urgency: Urgency = "normal"
    unseen: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice read and checked. `files`: its templates by name, the shared ones under `_notice/`."""

    name: str
    folder: Path
    sheet: NoticeSheet
    files: Mapping[str, str]
    sample: NoticeFacts

    @property
    def title(self) -> str:
        return self.sheet.title

    def lacks(self, facts: NoticeFacts) -> list[str]:
        """Which of the facts that it needs are not there."""
        plain = facts.model_dump(mode="json")
        return [path for path in self.sheet.needs if fact_at(plain, path) in (None, "", [])]

    def compose(self, facts: NoticeFacts) -> Letter:
        """Subject and body for one reader. Raises TemplateFault."""
        return compose(self.files, facts)


def load_notices(site: Path | None = None, *, posts: Collection[str] | None = None) -> dict[str, Notice]:
    """Every notice, shipped and of the site, by name. NoticeError with the problems of all. `posts`: the site's kinds."""
    found: dict[str, Notice] = {}
    problems: list[Problem] = []
    shared = _shared_files(site, problems)
    for name, folder in resources.folders("templates", KIND, site).items():
        try:
            found[name] = _load(folder, shared, posts)
        except NoticeError as error:
            problems.extend(error.problems)
    if problems:
        raise NoticeError(problems)
    return found


def find_notice(name: str, site: Path | None = None) -> Notice:
    """The notice of that name. NotFound when there is none."""
    known = resources.folders("templates", KIND, site)
    if name not in known:
        message = _("没有名为 {name} 的通知；现有：{known}").format(name=name, known=joined(known))
        raise NotFound(message)
    return load_notice(known[name], site)


def load_notice(folder: Path, site: Path | None = None) -> Notice:
    """Read and check one notice's folder; NoticeError with every problem, each with file, line and key."""
    problems: list[Problem] = []
    shared = _shared_files(site, problems)
    if problems:
        raise NoticeError(problems)
    return _load(folder, shared, None)


def _load(folder: Path, shared: Mapping[str, str], posts: Collection[str] | None) -> Notice:
    problems: list[Problem] = []
    own = _read_folder(folder, problems)
    files = {**shared, **{name: own[name] for name in (SUBJECT, BODY, SLIP) if name in own}}
    sheet = _sheet(folder, own[SHEET], posts, problems) if SHEET in own else None
    for name in (SUBJECT, BODY, SLIP):
        if name in own:
            fault = check_template(files, name)
            if fault is not None:
                problems.append(Problem(fault.message, str(folder / name), fault.line))
    sample = _sample(folder, own[SAMPLE], problems) if SAMPLE in own else None
    if sheet is None or sample is None or problems:
        raise NoticeError(problems)
    notice = Notice(folder.name, folder, sheet, files, sample)
    problems += _sample_faults(notice)
    if problems:
        raise NoticeError(problems)
    return notice


def _read_folder(folder: Path, problems: list[Problem]) -> dict[str, str]:
    read = {}
    present = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    allowed = {*FILES, SLIP, "README.md"}
    strange = _("不认识的文件，通知文件夹里只能有 {files}").format(files=" ".join((*FILES, SLIP)))
    problems.extend(Problem(strange, str(folder / name)) for name in sorted(present - allowed))
    for name in (*FILES, *({SLIP} & present)):
        text = _read_file(folder / name, problems)
        if text is not None:
            read[name] = text
    return read


def _read_file(file: Path, problems: list[Problem]) -> str | None:
    try:
        text = read_text(file, shown_as=str(file))
    except Unreadable as error:
        problems.extend(error.problems)
        return None
    if len(text) > _LARGEST:
        problems.append(Problem(_("文件超过{most}个字").format(most=_LARGEST), str(file)))
        return None
    return text.replace("\r\n", "\n")


def _shared_files(site: Path | None, problems: list[Problem]) -> dict[str, str]:
    """What all notices share; a site's file of the same name stands before the shipped one."""
    found = {}
    for base in (resources.shipped("templates"), site / "templates" if site else None):
        folder = base / KIND / SHARED if base else None
        for file in sorted(folder.iterdir()) if folder and folder.is_dir() else []:
            text = _read_file(file, problems)
            if text is not None:
                found[f"{SHARED}/{file.name}"] = text
    return found


def _sheet(
    folder: Path, text: str, posts: Collection[str] | None, problems: list[Problem]
) -> NoticeSheet | None:
    file = str(folder / SHEET)
    try:
        raw, lines = parse_yaml(text, file, for_checked=True)
    except Unreadable as error:
        problems.extend(error.problems)
        return None
    sheet, wrong = checked(NoticeSheet, raw, lines, file)
    problems.extend(wrong)
    if sheet is not None:
        problems.extend(_sheet_faults(sheet, posts, lines, file))
    return sheet


def _sheet_faults(
    sheet: NoticeSheet, posts: Collection[str] | None, lines: Lines, file: str
) -> list[Problem]:
    faults = [
        Problem(_("没有 {fact} 这一项").format(fact=fact), file, lines.of(("needs", at)), f"needs[{at}]")
        for at, fact in enumerate(sheet.needs)
        if not is_known_fact(fact)
    ]
    for at, post in enumerate(sheet.posts):
        if posts is not None and post not in posts:
            known = joined(sorted(posts))
            message = _("不认识的岗位种类 {kind}；应为 {known} 之一").format(kind=post, known=known)
            faults.append(Problem(message, file, lines.of(("posts", at)), f"posts[{at}]"))
    of_unit = {"unit", "holder"} & set(sheet.to)
    if of_unit and not sheet.posts:
        faults.append(Problem(_("发给单位的通知要写明发给哪些岗位"), file, lines.of(()), "posts"))
    if "file" not in sheet.channels:
        message = _("要有 file：不论是否对外发送，都要留下一份")
        faults.append(Problem(message, file, lines.of(("channels",)), "channels"))
    return faults


def _sample(folder: Path, text: str, problems: list[Problem]) -> NoticeFacts | None:
    try:
        return NoticeFacts.model_validate_json(text)
    except ValidationError as error:
        problems.extend(shape_problems(error, Lines(), str(folder / SAMPLE)))
        return None


def _sample_faults(notice: Notice) -> list[Problem]:
    """The sample is marked as one, has what the notice needs, and can be filled in."""
    file = str(notice.folder / SAMPLE)
    faults = []
    if not notice.sample.sample:
        faults.append(Problem(_("样例必须标明是示例（true）"), file, key="sample"))
    faults += [Problem(_("缺少通知所需要的内容"), file, key=path) for path in notice.lacks(notice.sample)]
    try:
        notice.compose(notice.sample)
    except TemplateFault as fault:
        faults.append(Problem(fault.message, str(notice.folder / (fault.file or BODY)), fault.line))
    return faults
