"""May this backup be put back here? Everything that speaks against it, at once, before anything is touched."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from mediation.backup.erasures import LIST_FILE, Entry, looks_like_list, read_list
from mediation.backup.pack import (
    FORMAT,
    VERSION,
    has_more,
    is_genuine,
    is_sound,
    is_whole,
    oldest_key,
    read_header,
)
from mediation.crypto import Keyring, create_keyring
from mediation.errors import InputInvalid, Problem, StorageError, cause_of
from mediation.language import _, joined
from mediation.settings import Settings
from mediation.storage.loading import is_empty
from mediation.storage.unfinished import is_unfinished
from mediation.storage.upgrade import known_versions


def judged(
    backup: Path, settings: Settings, key: Keyring | Problem, erasures: Path | None
) -> tuple[dict[str, Any], Keyring, list[Entry]]:
    """The header of a backup that may be put back, its key, and the erasures to apply again.

    Raises InputInvalid; without a key as far as can be told without one.
    """
    keyring = key if isinstance(key, Keyring) else None
    header, problems = _backup_problems(backup, keyring)
    problems += [key] if isinstance(key, Problem) else []
    problems += _target_problems(settings)
    problems += _database_problems(settings, keyring)
    problems += _room_problems(backup, settings)
    listed: list[Entry] = []
    for file in (erasures, settings.data / "keys" / LIST_FILE):
        if file is not None and (file is erasures or file.exists()):
            try:
                listed += read_list(file, keyring or create_keyring())
            except InputInvalid as error:
                # Without the key nobody can tell who wrote it.
                if keyring is not None or not file.is_file() or not looks_like_list(file):
                    problems += error.problems
    if problems or header is None or keyring is None:
        raise InputInvalid(problems, _("没有恢复，目标没有改动，原因如下："))
    return header, keyring, listed


def _backup_problems(backup: Path, keyring: Keyring | None) -> tuple[dict[str, Any] | None, list[Problem]]:
    file = str(backup)
    try:
        header = read_header(backup)
        if header is None:
            message = _("这不是备份文件，或者开头已经损坏：请换一份备份")
            return None, [Problem(message, file)]
        problems = [Problem(message, file) for message in _version_problems(header)]
        if _is_newer_format(header):
            return header, problems
        if not is_whole(backup):
            cut, longer = (
                _("备份不完整，被截断过或没有写完：请换一份备份"),
                _("备份的末尾多了不属于它的内容：请换一份备份"),
            )
            problems.append(Problem(longer if has_more(backup) else cut, file))
        is_own = keyring is not None and header.get("key") == oldest_key(keyring)
        if keyring is not None and not is_own:
            message = _(
                "备份用另一把密钥（{key}）加密，现在的密钥是 {own}：请用 --key-file 指明备份时的密钥文件"
            )
            problems.append(Problem(message.format(key=header.get("key"), own=oldest_key(keyring)), file))
        # Without the key only damage can be told, no forgery.
        if is_whole(backup) and not (
            is_genuine(backup, keyring) if keyring is not None and is_own else is_sound(backup)
        ):
            problems.append(Problem(_("备份的内容被改动过，或者存储介质已损坏：请换一份备份"), file))
    except OSError as error:
        return None, [Problem(_("备份读不出来：{cause}").format(cause=cause_of(error)), file)]
    return header, problems


def _is_newer_format(header: dict[str, Any]) -> bool:
    number = str(header["format"]).removeprefix(FORMAT + " ")
    return not number.isdecimal() or int(number) > VERSION


def _version_problems(header: dict[str, Any]) -> Iterator[str]:
    program = header.get("program")
    if _is_newer_format(header):
        yield _("备份的格式比本程序新（由 {program} 版写成）：请先升级程序").format(program=program)
    elif header.get("schema") not in known_versions():
        yield _("备份的数据库版本 {schema} 比本程序新（由 {program} 版写成）：请先升级程序").format(
            schema=header.get("schema"), program=program
        )


def _target_problems(settings: Settings) -> Iterator[Problem]:
    data = settings.data
    if is_unfinished(data):
        message = _("上次恢复没有完成：请移走密钥文件以外的内容后再来")
        yield Problem(message, str(data))
        return
    nearest = _nearest(data)
    if not nearest.is_dir():
        yield Problem(_("这不是文件夹"), str(nearest))
        return
    allowed = {settings.key_file.absolute(), data / "keys" / LIST_FILE, *_copies_of_the_key(settings)}
    found = [path for path in data.rglob("*") if not path.is_dir() and path not in allowed]
    if found:
        shown = joined(sorted({path.relative_to(data).parts[0] for path in found})[:5])
        message = _("目标文件夹不是空的（有 {shown}）：请换一个空的，里面只可以有密钥文件和删除清单")
        yield Problem(message.format(shown=shown), str(data))


def _nearest(path: Path) -> Path:
    """What is there of a path: itself, or the nearest above it."""
    return next(one for one in (path, *path.absolute().parents) if one.exists())


def _copies_of_the_key(settings: Settings) -> Iterator[Path]:
    """The key file where the new folder will look for it, put there beforehand."""
    copy = settings.data / "keys" / "master.key"
    try:
        if copy.read_bytes() == settings.key_file.read_bytes():
            yield copy
    except OSError:
        return


def _database_problems(settings: Settings, keyring: Keyring | None) -> Iterator[Problem]:
    if not settings.on_postgresql and str(settings.data) in settings.database_url:
        return  # told with the folder in which it lies
    if settings.database_fault is not None:
        yield settings.database_fault
        return
    if not settings.on_postgresql:
        above = _nearest(Path(make_url(settings.database_url).database or "").parent)
        if not above.is_dir():
            yield Problem(_("这不是文件夹"), str(above), key="DATABASE_URL")
            return
    try:
        if not is_empty(settings.database_url, keyring or create_keyring()):
            yield Problem(_("目标数据库不是空的：请换一个空的数据库"), key="DATABASE_URL")
    except StorageError as error:
        yield Problem(str(error), key="DATABASE_URL")


def _room_problems(backup: Path, settings: Settings) -> Iterator[Problem]:
    folder = _nearest(settings.data)
    if not folder.is_dir() or not backup.is_file():
        return
    wanted, free = backup.stat().st_size, shutil.disk_usage(folder).free
    if free < wanted:
        message = _("磁盘空间不够：备份有 {wanted} 字节，只剩 {free} 字节")
        yield Problem(message.format(wanted=wanted, free=free), str(settings.data))
