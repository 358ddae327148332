"""The channels that a site has switched on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mediation.clock import Clock
from mediation.documents.press import Renderer
from mediation.documents.store import Store
from mediation.notices.channels.file import FileChannel
from mediation.notices.channels.interface import Channel
from mediation.notices.channels.mail import MailChannel
from mediation.notices.channels.slip import SlipChannel
from mediation.notices.channels.sms import SmsChannel
from mediation.notices.channels.webhook import WebhookChannel
from mediation.settings import Settings
from mediation.sites.sending import Sending


@dataclass(frozen=True)
class Tools:
    """What channels work with."""

    settings: Settings
    store: Store
    press: Renderer
    clock: Clock
    site: Path | None = None


def open_channels(sending: Sending, tools: Tools) -> Mapping[str, Channel]:
    """The file channel, slips if they are wanted, and what leaves this machine only if that is switched on."""
    said = sending.channels
    found: list[Channel] = [FileChannel(tools.store)]
    if sending.outward and said.sms is not None:
        found.append(SmsChannel(said.sms, tools.settings))
    if sending.outward and said.email is not None:
        found.append(MailChannel(said.email, tools.settings))
    if sending.outward and said.webhook is not None:
        found.append(WebhookChannel(said.webhook, tools.settings, tools.clock))
    if said.slip is not None:
        found.append(SlipChannel(tools.store, tools.press, tools.site))
    return {channel.code: channel for channel in found}
