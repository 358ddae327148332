"""The ways by which notices reach their readers: one module each, behind one interface."""

from mediation.notices.channels.interface import Channel, Message, Receipt
from mediation.notices.channels.opening import Tools, open_channels

__all__ = ["Channel", "Message", "Receipt", "Tools", "open_channels"]
