"""E-mail to units' mailboxes."""

import smtplib
import ssl
from email.message import EmailMessage
from typing import Any

from mediation.errors import SendingFailed, SendingRefused
from mediation.language import _
from mediation.notices.channels.calling import BUDGET, not_reached, unanswered, within
from mediation.notices.channels.interface import Message, Receipt
from mediation.notices.channels.passwords import secret_of
from mediation.notices.readers import Reader
from mediation.settings import Settings
from mediation.sites.sending import EmailSaid

_STEP = 10.0
_FOR_GOOD = 500


class MailChannel:
    """The Message-ID is the message's id, so that a mailbox that gets it twice can tell."""

    code = "email"
    outward = True
    reaches = frozenset({"unit"})

    def __init__(self, said: EmailSaid, settings: Settings) -> None:
        self._said = said
        self._settings = settings

    def address(self, reader: Reader) -> str:
        return self._said.units.get(reader.unit) or self._said.units.get("*", "")

    def send(self, address: str, message: Message) -> Receipt:
        server = _Server(self._said)
        with within(BUDGET) as held:
            try:
                server.connect()
                held.hold(server.smtp.sock)
                server.encrypt()
                held.hold(server.smtp.sock)
                if self._said.user is not None and self._said.secret is not None:
                    server.smtp.login(self._said.user, secret_of(self._settings, self._said.secret))
                server.smtp.send_message(self._mail(address, message))
            except smtplib.SMTPRecipientsRefused as error:
                code = max((reply[0] for reply in error.recipients.values()), default=_FOR_GOOD)
                raise _failure(code) from error
            except smtplib.SMTPResponseException as error:
                raise _failure(error.smtp_code) from error
            except (OSError, smtplib.SMTPException, ValueError) as error:
                if server.smtp.handed_over:
                    raise unanswered() from error
                raise not_reached(error, _("连不上邮件服务器：{cause}"), held) from error
            finally:
                server.smtp.close()
        return Receipt()

    def _mail(self, address: str, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._said.sender
        mail["To"] = address
        mail["Subject"] = message.subject
        mail["Date"] = message.written_at
        mail["Message-ID"] = f"<{message.id}@{self._said.sender.partition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body, charset="utf-8", cte="base64")
        return mail


class _Clear(smtplib.SMTP):
    """Knows whether the mail itself has been handed over: commands are sent as text, the mail as bytes."""

    handed_over = False

    def send(self, s: Any) -> None:
        super().send(s)
        self.handed_over = self.handed_over or isinstance(s, bytes)


class _Encrypted(_Clear, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class _Server:
    """A mail server, reached in steps: what holds the connection must know of it before anything is sent."""

    def __init__(self, said: EmailSaid) -> None:
        self._said = said
        self._context = ssl.create_default_context()
        self.smtp: _Clear = (
            _Encrypted(timeout=_STEP, context=self._context)
            if said.security == "tls"
            else _Clear(timeout=_STEP)
        )

    def connect(self) -> None:
        # starttls() looks here for the name that the certificate must have.
        self.smtp._host = self._said.host  # type: ignore[attr-defined]  # noqa: SLF001  as smtplib's own constructor does
        self.smtp.connect(self._said.host, self._said.port)

    def encrypt(self) -> None:
        if self._said.security == "starttls":
            self.smtp.starttls(context=self._context)


def _failure(code: int) -> SendingFailed:
    message = _("邮件服务器答复 {code}").format(code=code)
    why = f"smtp_{code}"
    return SendingRefused(message, why) if code >= _FOR_GOOD else SendingFailed(message, why)
