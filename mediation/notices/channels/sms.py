"""Text messages by a gateway that takes JSON over HTTP, in the shape that site.yaml says."""

from mediation.errors import SendingFailed
from mediation.language import _
from mediation.notices.channels.calling import filled, post_json, unanswered
from mediation.notices.channels.interface import Message, Receipt
from mediation.notices.channels.passwords import secret_of
from mediation.notices.readers import Reader
from mediation.settings import Settings
from mediation.sites.sending import SmsSaid


class SmsChannel:
    """Every request carries the message's id, in the header Idempotency-Key and wherever the site's body has {id}."""

    code = "sms"
    outward = True
    reaches = frozenset({"person", "party"})

    def __init__(self, said: SmsSaid, settings: Settings) -> None:
        self._said = said
        self._settings = settings

    def address(self, reader: Reader) -> str:
        return reader.phone

    def send(self, address: str, message: Message) -> Receipt:
        words = {"phone": address, "text": message.line, "subject": message.subject, "id": message.id}
        if self._said.secret is not None:
            words["secret"] = secret_of(self._settings, self._said.secret)
        headers = {"Idempotency-Key": message.id, **filled(self._said.headers, words)}
        answer = post_json(self._said.url, filled(self._said.body, words), headers)
        if answer is None and self._said.accept:
            raise unanswered()
        for key, wanted in self._said.accept.items():
            found = answer.get(key) if isinstance(answer, dict) else None
            if str(found) != wanted:
                told = _("短信平台没有接受：{key} 应为 {wanted}").format(key=key, wanted=wanted)
                raise SendingFailed(told, "not_accepted")
        return Receipt()
