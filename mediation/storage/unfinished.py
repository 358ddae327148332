"""A mark in the data folder while it is being filled: what bears it is half an instance, and nothing opens it."""

from pathlib import Path

from mediation.crypto import write_once
from mediation.errors import StorageError
from mediation.language import _

_MARK = "RESTORE-UNFINISHED"


def begin_filling(data: Path) -> None:
    """Mark the folder, durably, before anything is put in it."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(data / _MARK, b"a restore was begun here and has not ended; do not use this folder\n")


def end_filling(data: Path) -> None:
    """It is whole."""
    (data / _MARK).unlink()


def is_unfinished(data: Path) -> bool:
    """Was filling it begun and not ended?"""
    return (data / _MARK).exists()


def refuse_unfinished(data: Path) -> None:
    """Raise StorageError, with what to do, for a folder that was not filled to its end."""
    if is_unfinished(data):
        raise StorageError(
            _("{data} 里的恢复没有完成，不能使用：请移走密钥文件以外的内容，再从备份恢复一次。").format(
                data=data
            )
        )
