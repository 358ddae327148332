"""Where one instance lives: its data folder, its database, its key file."""

import os
from dataclasses import dataclass
from pathlib import Path


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
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder / 'mediation.db'}"
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
