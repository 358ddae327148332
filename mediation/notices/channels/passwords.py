"""Secrets of the channels, by name: from the environment, else from a file that nobody but its owner can read."""

import json
import os
import stat

from mediation.errors import SendingRefused, cause_of
from mediation.language import _
from mediation.reading import Misread, told_once
from mediation.settings import Settings

_NO_SECRET = "no_secret"  # noqa: S105 — a code for people


def secret_of(settings: Settings, name: str) -> str:
    """The secret: MEDIATION_SECRET_<NAME>, else from the settings' file of secrets. Raises SendingRefused in words."""
    given = os.environ.get(f"MEDIATION_SECRET_{name.upper()}")
    if given:
        return given
    path = settings.secrets_file
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            message = _("密钥文件 {path} 别人也能读，请改为只有所有者可读（chmod 600）")
            raise SendingRefused(message.format(path=path), _NO_SECRET)
        found = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=told_once)
    except FileNotFoundError:
        found = {}
    except OSError as error:
        message = _("密钥文件 {path} 读不出来：{cause}").format(path=path, cause=cause_of(error))
        raise SendingRefused(message) from error
    except ValueError as error:
        message = _("密钥文件 {path} 不是正确的 JSON")
        raise SendingRefused(message.format(path=path), _NO_SECRET) from error
    value = found.get(name) if isinstance(found, dict) else None
    if isinstance(value, Misread):
        message = _("密钥文件 {path} 里的 {name} 写了两次")
        raise SendingRefused(message.format(path=path, name=name), _NO_SECRET)
    if not isinstance(value, str) or not value:
        message = _("没有名为 {name} 的密钥：请写进 {path}，或者设置环境变量 MEDIATION_SECRET_{upper}")
        raise SendingRefused(message.format(name=name, path=path, upper=name.upper()), _NO_SECRET)
    return value
