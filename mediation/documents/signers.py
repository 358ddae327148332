"""What signing asks of others: a place on the page, and a signer: a licensed authority, a smart card, or the one shipped."""

from typing import Protocol

from mediation.documents.authority import Credentials
from mediation.errors import SigningError
from mediation.language import _


class Place(Protocol):
    """Where a slot lies: the page, counted from 0, and its box in PDF points from the lower left."""

    @property
    def page(self) -> int: ...
    @property
    def x0(self) -> float: ...
    @property
    def y0(self) -> float: ...
    @property
    def x1(self) -> float: ...
    @property
    def y1(self) -> float: ...


class Signer(Protocol):
    """Whoever holds a key: this program's own authority, later a smart card (PKCS#11) or a licensed authority."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""
        ...

    @property
    def issuers(self) -> tuple[bytes, ...]:
        """Certificates between the signer's and the root, DER; the root itself is never embedded."""
        ...

    @property
    def signature_size(self) -> int:
        """The most bytes that a raw signature takes."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The raw signature over `data` with SHA-256, as CMS wants it (DER for EC)."""
        ...


class LocalSigner:
    """Signs with credentials of the site's own authority; the key is loaded once."""

    issuers: tuple[bytes, ...] = ()
    signature_size = 72

    def __init__(self, credentials: Credentials) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415  heavy
        from cryptography.hazmat.primitives.serialization import load_der_private_key  # noqa: PLC0415  heavy

        self.certificate = credentials.certificate
        key = load_der_private_key(credentials.key, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SigningError(_("签名密钥不是 EC P-256 密钥。"))
        self._key = key

    def sign(self, data: bytes) -> bytes:
        """The raw signature, DER."""
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415  heavy
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415  heavy

        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))
