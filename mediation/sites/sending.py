"""What site.yaml says of notices: by which channels they go out, and when. Secrets are named here, never written."""

from ipaddress import ip_address
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mediation.language import _

_PLAIN = ("localhost",)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def is_near(host: str) -> bool:
    """Whether a host is this machine or has a private address: only there may anything go unencrypted."""
    try:
        address = ip_address(host)
    except ValueError:
        return host in _PLAIN
    return address.is_loopback or address.is_private


def _safe_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(_("应当是 https:// 开头的完整地址"))
    if parts.username or parts.password:
        raise ValueError(_("地址里不能写用户名和口令，请放进密钥文件"))
    if parts.scheme == "http" and not is_near(parts.hostname):
        raise ValueError(_("只有本机和内网地址可以用 http://，其他地址要用 https://"))
    return value


SecretName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Address = Annotated[str, StringConstraints(max_length=500), AfterValidator(_safe_address)]
Mailbox = Annotated[str, StringConstraints(pattern=r"^[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]{1,190}$")]
_Code = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9_-]{0,39})$")]


class SmsSaid(_Frozen):
    """A gateway of text messages that takes JSON over HTTP.

    In `body` and `headers`, {phone}, {text}, {subject}, {id} and {secret} are filled in. `accept`: fields of the answer that
    must have these values, as text.
    """

    url: Address
    body: dict[str, Any] = Field(min_length=1)
    headers: dict[str, str] = Field(default_factory=dict)
    secret: SecretName | None = None
    accept: dict[str, str] = Field(default_factory=dict)


class EmailSaid(_Frozen):
    """A mail server, and the mailboxes of units; `*` is the mailbox of every unit without one of its own."""

    host: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Mailbox
    user: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    secret: SecretName | None = None
    units: dict[_Code, Mailbox] = Field(min_length=1, json_schema_extra={"additionalProperties": False})

    @model_validator(mode="after")
    def _not_in_clear(self) -> Self:
        if self.security == "none" and not is_near(self.host):
            raise ValueError(_("只有本机和内网的邮件服务器可以不加密；security 应为 starttls 或 tls"))
        if (self.user is None) != (self.secret is None):
            raise ValueError(_("user 和 secret 要一起写"))
        return self


class WebhookSaid(_Frozen):
    """A robot of a group chat. The address holds the robot's key: `units` names, by unit, the secret that it is.

    `style`: wecom 企业微信, dingtalk 钉钉, plain (our own JSON, signed). `signing`: the secret that signs.
    """

    style: Literal["wecom", "dingtalk", "plain"]
    units: dict[_Code, SecretName] = Field(min_length=1, json_schema_extra={"additionalProperties": False})
    signing: SecretName | None = None

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.style != "wecom" and self.signing is None:
            raise ValueError(_("{style} 要写 signing：签名所用密钥的名称").format(style=self.style))
        return self


class SlipSaid(_Frozen):
    """Slips printed for parties that no other channel reaches."""


class ChannelsSaid(_Frozen):
    """The channels beside the file channel, which every site has."""

    sms: SmsSaid | None = None
    email: EmailSaid | None = None
    webhook: WebhookSaid | None = None
    slip: SlipSaid | None = None


class HoursSaid(_Frozen):
    """Between which hours of the day people may be disturbed; what is urgent goes out at once."""

    begin: int = Field(default=8, ge=0, le=23)
    end: int = Field(default=21, ge=1, le=24)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.begin:
            raise ValueError(_("end 应当晚于 begin"))
        return self


class Sending(_Frozen):
    """How notices go out. `outward`: whether anything may leave this machine at all; `attempts`: how often it is tried."""

    outward: bool = False
    channels: ChannelsSaid = ChannelsSaid()
    attempts: int = Field(default=6, ge=1, le=20)
    hours: HoursSaid = HoursSaid()


_Host = Annotated[str, StringConstraints(pattern=r"^[0-9a-z:][0-9a-z._:-]{0,252}$")]


class Hooks(_Frozen):
    """Webhooks: other systems told of what is done, if `enabled`.

    `inside`: hosts of this machine or of private networks that may be called, by the name or number that stands in the address;
    no other inner address is. `attempts`: how often it is tried. `seconds`: how long one call may take.
    """

    enabled: bool = False
    inside: tuple[_Host, ...] = Field(default=(), strict=False)
    attempts: int = Field(default=8, ge=1, le=20)
    seconds: int = Field(default=15, ge=1, le=30)
