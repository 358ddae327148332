"""Where one instance lives: its data folder, its database, its key file."""

import os
from dataclasses import dataclass
from pathlib import Path

from mediation.errors import InputInvalid, Problem
from mediation.language import _

_STORES = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_IN_MEMORY = ":memory:"
_DATABASE = "DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Oidc:
    """An identity provider as it was set: checked by `mediation.accounts.oidc.settings_of`."""

    issuer: str
    client_id: str
    secret_file: Path | None


@dataclass(frozen=True, slots=True)
class Settings:
    """One instance. `database_url` is an SQLAlchemy URL; `key_command` prints the key instead of the key file."""

    data: Path
    database_url: str
    key_file: Path
    key_command: str | None = None
    key_passphrase: str | None = None
    secrets: Path | None = None
    metrics_token: str | None = None
    oidc: Oidc | None = None

    @property
    def secrets_file(self) -> Path:
        """The file of the secrets that notices are sent with: JSON, name → secret, mode 0600."""
        return self.secrets or self.data / "keys" / "notices.json"

    @property
    def store(self) -> Path:
        """The folder of encrypted document files."""
        return self.data / "store"

    @property
    def on_postgresql(self) -> bool:
        return self.database_url.startswith("postgresql")

    @property
    def database_fault(self) -> Problem | None:
        """Why no database can be opened at this address; it is not repeated, there may be a password in it."""
        from sqlalchemy import make_url  # noqa: PLC0415  heavy
        from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

        how = _("写 postgresql://用户@主机/数据库 或 sqlite:////绝对路径/文件.db；不设置就用数据目录里的文件")
        kind = self.database_url.partition("://")[0]
        try:
            url = make_url(self.database_url)
        except (ArgumentError, ValueError):
            return Problem(_("这不是数据库地址，或者端口不是数字：{how}").format(how=how), key=_DATABASE)
        if kind not in _STORES:
            message = _("数据库只能是 PostgreSQL 或 SQLite，不能是 {kind}：{how}")
            return Problem(message.format(kind=kind, how=how), key=_DATABASE)
        if not self.on_postgresql and url.database in {None, "", _IN_MEMORY}:
            return Problem(_("没有写明数据库文件：{how}").format(how=how), key=_DATABASE)
        return None

    def refuse_unusable(self) -> None:
        """Raise InputInvalid if no instance can be opened with these settings, whatever there is."""
        fault = self.database_fault
        if fault is not None:
            raise InputInvalid([fault], _("设置有误，没有办理："))


def embedded_settings(folder: Path) -> Settings:
    """An instance wholly within one folder, whatever the environment says: for demos, which must touch nothing else."""
    data = folder.absolute()
    return Settings(
        data=data,
        database_url=f"sqlite:///{data / 'mediation.db'}",
        key_file=data / "keys" / "master.key",
    )


def read_settings(data: Path | None = None) -> Settings:
    """The settings from `--data`, then the environment, then ./data.

    MEDIATION_DATA: data folder. DATABASE_URL: postgresql://… instead of the file in the data folder.
    MEDIATION_KEY_FILE, MEDIATION_KEY_COMMAND, MEDIATION_KEY_PASSPHRASE: the key (see SECURITY.md).
    MEDIATION_SECRETS: the file of the secrets that notices are sent with (see docs/notices.md).
    MEDIATION_METRICS_TOKEN: who shows it may read /metrics from elsewhere.
    MEDIATION_OIDC_ISSUER, MEDIATION_OIDC_CLIENT_ID, MEDIATION_OIDC_SECRET_FILE: an identity provider (see docs/getting-in.md).
    """
    folder = (data or Path(os.environ.get("MEDIATION_DATA", "data"))).absolute()
    url = os.environ.get(_DATABASE) or f"sqlite:///{folder / 'mediation.db'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
    return Settings(
        data=folder,
        database_url=url,
        key_file=Path(os.environ.get("MEDIATION_KEY_FILE") or folder / "keys" / "master.key"),
        key_command=os.environ.get("MEDIATION_KEY_COMMAND"),
        key_passphrase=os.environ.get("MEDIATION_KEY_PASSPHRASE"),
        secrets=Path(os.environ["MEDIATION_SECRETS"]) if os.environ.get("MEDIATION_SECRETS") else None,
        metrics_token=os.environ.get("MEDIATION_METRICS_TOKEN"),
        oidc=_oidc(),
    )


def _oidc() -> Oidc | None:
    """None unless something of it is set."""
    issuer, client, secret = (
        os.environ.get(f"MEDIATION_OIDC_{name}", "") for name in ("ISSUER", "CLIENT_ID", "SECRET_FILE")
    )
    if not (issuer or client or secret):
        return None
    return Oidc(issuer, client, Path(secret) if secret else None)
