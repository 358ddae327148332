"""The printed slip, for parties that no other channel reaches: a page in the store, to be printed and handed over."""

from pathlib import Path

from mediation.documents.press import Renderer
from mediation.documents.render import set_page
from mediation.documents.store import Store
from mediation.errors import DocumentError, SendingRefused
from mediation.notices.channels.interface import Message, Receipt
from mediation.notices.readers import Reader


class SlipChannel:
    """The same page gives the same bytes, so that a slip made twice is one."""

    code = "slip"
    outward = False
    reaches = frozenset({"party"})

    def __init__(self, store: Store, press: Renderer, site: Path | None) -> None:
        self._store = store
        self._press = press
        self._site = site

    def address(self, reader: Reader) -> str:
        return reader.key

    def send(self, address: str, message: Message) -> Receipt:
        del address
        try:
            pdf: bytes = self._press.run(set_page, message.page, self._site)
        except DocumentError as error:
            raise SendingRefused(error.message) from error
        return Receipt(sha256=self._store.put(pdf))
