"""Setting and signing an agreement, beside WeasyPrint and pyHanko as they come.

Ours run in the press, as in the program; theirs in a warm worker process of their own. Seconds are counted in the
worker, so that neither pays for the pipe.
"""

import asyncio
import io
import multiprocessing
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID

from benchmarks import typesetters
from benchmarks.results import Row, Section, over, ratio, short, spread
from mediation.crypto import sha256
from mediation.documents.authority import Credentials, create_authority
from mediation.documents.composing import compose, qr_image
from mediation.documents.forms import Form, find_form
from mediation.documents.press import Renderer
from mediation.documents.render import render
from mediation.documents.signers import LocalSigner
from mediation.documents.signing import prepare_fields, sign_slot
from mediation.documents.snapshot import Snapshot
from mediation.documents.wording import verification_text

_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_ID = "0123456789abcdefghjkmnpqrs"
_WARM = 3


@dataclass
class Made:
    """What one way of doing it took each time, and the bytes that it made or added."""

    seconds: list[float] = field(default_factory=list)
    size: int = 0

    def note(self, number: int, seconds: float, size: int) -> None:
        self.size = size
        if number >= _WARM:
            self.seconds.append(seconds)


def measure(quick: bool) -> Section:
    """The agreement's PDF and one signature on it, ours and stock in turn."""
    times = _WARM + (4 if quick else 30)
    spawned = multiprocessing.get_context("spawn")
    rows: list[Row | list[str]] = []
    with Renderer() as press, ProcessPoolExecutor(1, mp_context=spawned) as stock:
        form = find_form("agreement")
        snapshot = form.sample
        pdf, found = _setting(press, stock, form, snapshot, times)
        rows += found
        rows += _signing(press, stock, pdf, times)
        memory = press.run(_most_memory)
    what = "most memory of the warm worker, which sets, signs and validates"
    rows.append(Row((what, f"{memory:.0f} MiB", "", "", ""), "worker's memory", memory))
    return Section(
        "documents",
        "A warm worker that sets the shipped sample of the agreement and signs it. Bytes of a signature are what it adds, "
        "without a picture.",
        ("what", "ours", "baseline", "its", "came out"),
        rows,
        ("weasyprint", "pydyf", "pyhanko", "cryptography", "fonttools"),
        (
            f"{times - _WARM} times each, in turn, after {_WARM} to warm up.",
            f"The Chinese font that fontconfig gives stock WeasyPrint on this machine: {_chinese_font() or 'none installed, so it is not measured'}.",
            "WeasyPrint and ours fill the template in (with its QR code); Chromium and LibreOffice are given the page filled in.",
            "LibreOffice sets a document that it made of the page before, in its own layout; every fifth time, what nine in a call take over one, by eight.",
            (
                "The program signs with EC P-256 keys, and its figure stands beside stock pyHanko with such a key. With an RSA key in place of its own, "
                "loaded once, it stands beside stock pyHanko with that key, which stock loads and checks anew at each signature."
            ),
            "`sign_slot` checks the structure and validates every signature again; stock pyHanko does not.",
        ),
    )


def _setting(
    press: Renderer, stock: ProcessPoolExecutor, form: Form, snapshot: Snapshot, times: int
) -> tuple[bytes, list[Row | list[str]]]:
    """The paper with its empty fields, and the rows of setting it."""
    family = _chinese_font().partition(" (")[0]
    ours, theirs, browser, office = Made(), Made(), Made(), Made()
    printed = press.render(form, snapshot)
    page, styles = _page(form, snapshot), _styles(form, family)
    soffice, chromium = typesetters.libreoffice(), typesetters.chromium()
    spawned = multiprocessing.get_context("spawn")
    with typesetters.temporary() as folder, ProcessPoolExecutor(1, mp_context=spawned) as browsing:
        writer = typesetters.LibreOffice(soffice, Path(folder), page, styles) if soffice and family else None
        for number in range(times):
            seconds, paper = press.run(_timed, render, (form, snapshot), {})
            ours.note(number, seconds, len(paper.pdf))
            if family:
                seconds, pdf = stock.submit(_timed, _stock_setting, (form, snapshot, family), {}).result()
                theirs.note(number, seconds, len(pdf))
            if family and chromium:
                words = (chromium, page, styles)
                seconds, pdf = browsing.submit(_timed, typesetters.chromium_setting, words, {}).result()
                browser.note(number, seconds, len(pdf))
            if writer is not None and number % 5 == 0:
                office.note(number or _WARM, *writer.one_more())
        version = browsing.submit(typesetters.chromium_version).result() if browser.seconds else "(none here)"
    pdf = press.run(prepare_fields, printed.pdf, dict(printed.slots))
    pages = f"warm agreement, {printed.pages} pages, PDF/A-3u"
    told = typesetters.libreoffice_version(soffice) if soffice else "LibreOffice (none here)"
    stock_one = "stock WeasyPrint, system font, plain PDF"
    return pdf, [
        _as_fast(pages, ours, stock_one, theirs, "paper: WeasyPrint"),
        _of_time(pages, ours, f"warm Chromium {version}, the same page", browser, "paper: Chromium"),
        _of_time(pages, ours, f"{told}, one document more in a call", office, "paper: LibreOffice"),
        _of_bytes(pages, ours, stock_one, theirs, "paper: bytes"),
        _of_bytes(pages, ours, f"warm Chromium {version}", browser),
        _of_bytes(pages, ours, told, office),
    ]


def _styles(form: Form, family: str) -> list[str]:
    """The form's styles with the system's font, for whoever has no faces of ours."""
    fonts = f':root{{--body:"{family}";--title:"{family}"}}'
    return [fonts, *(text for name, text in sorted(form.files.items()) if name.endswith(".css"))]


def _signing(press: Renderer, stock: ProcessPoolExecutor, pdf: bytes, times: int) -> list[Row | list[str]]:
    authority = create_authority("示例县", _AT)
    credentials = authority.issue_one_off("张三", "申请人", _AT)
    slots = press.run(_slots, pdf)
    ways: dict[str, Callable[[], tuple[float, int]]] = {
        "sign": lambda: press.run(_timed, _sign, (pdf, credentials, authority.root, slots), {}),
        "append": lambda: press.run(_timed, _append, (pdf, credentials), {}),
        "append rsa": lambda: press.run(_timed, _append_rsa, (pdf, *_stock_key("rsa")), {}),
        "issue": lambda: _timed(
            lambda: len(authority.issue_one_off("张三", "申请人", _AT).certificate), (), {}
        ),
        "ec": lambda: stock.submit(_timed, _stock_signing, (pdf, *_stock_key("ec")), {}).result(),
        "rsa": lambda: stock.submit(_timed, _stock_signing, (pdf, *_stock_key("rsa")), {}).result(),
    }
    made = {name: Made() for name in ways}
    for number in range(times):
        for name, way in ways.items():
            made[name].note(number, *way())
    alone, growth = "the signature alone (`with_signature`)", made["append"].size / 1000
    ec, rsa_2048 = "stock SimpleSigner, EC P-256", "stock SimpleSigner, RSA 2048"
    grown = (f"{alone}, bytes", f"{made['append'].size:,}", ec, f"{made['ec'].size:,}", f"{short(growth)} kB")
    return [
        _as_fast(f"{alone}, EC P-256", made["append"], ec, made["ec"], "signature: EC"),
        _as_fast(f"{alone}, RSA 2048", made["append rsa"], rsa_2048, made["rsa"], "signature: RSA"),
        Row(grown, "signature: bytes", growth),
        _of_time("first signature, checked (`sign_slot`), EC P-256", made["sign"], ec, made["ec"]),
        ["one-off key and certificate", spread(made["issue"].seconds), "", "", ""],
    ]


def _as_fast(what: str, ours: Made, baseline: str, theirs: Made, figure: str) -> Row | list[str]:
    """How many times as fast ours is."""
    if not theirs.seconds:
        return [what, spread(ours.seconds), baseline, "not measured", ""]
    value = over(theirs.seconds, ours.seconds)
    cells = (what, spread(ours.seconds), baseline, spread(theirs.seconds), f"{short(value)} times as fast")
    return Row(cells, figure, value, f"{what}, {baseline}")


def _of_time(what: str, ours: Made, baseline: str, theirs: Made, figure: str = "") -> Row | list[str]:
    """Our time as a part of theirs."""
    if not theirs.seconds:
        return [what, spread(ours.seconds), baseline, "not measured", ""]
    told = f"{ratio(ours.seconds, theirs.seconds)} of its time"
    cells = [what, spread(ours.seconds), baseline, spread(theirs.seconds), told]
    return Row(cells, figure, over(ours.seconds, theirs.seconds), f"{what}, {baseline}") if figure else cells


def _of_bytes(what: str, ours: Made, baseline: str, theirs: Made, figure: str = "") -> Row | list[str]:
    """Our bytes as a part of theirs."""
    if not theirs.seconds:
        return [f"{what}, bytes", f"{ours.size:,}", baseline, "not measured", ""]
    value = ours.size / theirs.size
    cells = [f"{what}, bytes", f"{ours.size:,}", baseline, f"{theirs.size:,}", f"{short(value)} of its bytes"]
    return Row(cells, figure, value, f"{what}, {baseline}") if figure else cells


# — ours, in the worker —


def _timed(work: Callable[..., Any], args: Any, kwargs: Any) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = work(*args, **kwargs)
    return time.perf_counter() - begun, result


def _slots(pdf: bytes) -> tuple[str, ...]:
    from mediation.documents.revisions import slots_on  # noqa: PLC0415  heavy: only in the worker

    return tuple(slot.name for slot in slots_on(pdf))


def _sign(pdf: bytes, credentials: Credentials, root: bytes, slots: tuple[str, ...]) -> int:
    signed = sign_slot(
        pdf,
        "party-01",
        credentials,
        None,
        _AT,
        expected_sha256=sha256(pdf),
        document_id=_ID,
        root=root,
        slots=slots,
    )
    return len(signed) - len(pdf)


def _append(pdf: bytes, credentials: Credentials) -> int:
    from mediation.documents.revisions import with_signature  # noqa: PLC0415  heavy: only in the worker

    signed = with_signature(LocalSigner(credentials), pdf, "party-01", None, _AT, _ID, first=True)
    return len(signed) - len(pdf)


class _RsaSigner:
    """Stands where the program's signer stands, with an RSA key that is loaded once."""

    issuers: tuple[bytes, ...] = ()

    def __init__(self, key: bytes, certificate: bytes) -> None:
        loaded = load_der_private_key(key, password=None)
        assert isinstance(loaded, rsa.RSAPrivateKey)
        self.certificate = certificate
        self.signature_size = loaded.key_size // 8
        self._key = loaded

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _append_rsa(pdf: bytes, key: bytes, certificate: bytes) -> int:
    from mediation.documents.revisions import with_signature  # noqa: PLC0415  heavy: only in the worker

    if not _rsa_signers:
        _rsa_signers.append(_RsaSigner(key, certificate))
    return len(with_signature(_rsa_signers[0], pdf, "party-01", None, _AT, _ID, first=True)) - len(pdf)


_rsa_signers: list[_RsaSigner] = []


def _most_memory() -> float:
    """MiB since the worker began; `getrusage` would count what the process was that it came from."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


def _page(form: Form, snapshot: Snapshot) -> str:
    plain = snapshot.model_dump(mode="json")
    qr = qr_image(verification_text(plain["verify"]))
    context = {**plain, "sample": True, "title": form.title, "qr": qr}
    return compose(form.sha256, form.files, context)


# — stock —


def _chinese_font() -> str:
    """The family that fontconfig gives for Chinese text in a serif face, and its file; empty if no font has Chinese."""
    try:
        if not _told("fc-list", ":lang=zh-cn", "family"):
            return ""
        return _told(
            "fc-match", "Noto Serif CJK SC:lang=zh-cn", "--format", "%{family[0]} (%{file|basename})"
        )
    except OSError:
        return ""


def _told(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def _stock_setting(form: Form, snapshot: Snapshot, family: str) -> bytes:
    """The same page and styles, filled in and set once, with the system's font."""
    import weasyprint  # noqa: PLC0415  heavy: only in the worker

    page = _page(form, snapshot)
    sheets = [weasyprint.CSS(string=style) for style in _styles(form, family)]
    return bytes(weasyprint.HTML(string=page).write_pdf(stylesheets=sheets))


def _stock_key(kind: str) -> tuple[bytes, bytes]:
    """A key (PKCS#8) and its own certificate, DER; made once."""
    if kind not in _keys:
        key = (
            ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
        )
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(_AT - timedelta(days=1))
            .not_valid_after(_AT + timedelta(days=3650))
            .sign(key, hashes.SHA256())
        )
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        _keys[kind] = plain, certificate.public_bytes(Encoding.DER)
    return _keys[kind]


_keys: dict[str, tuple[bytes, bytes]] = {}


def _stock_signing(pdf: bytes, key: bytes, certificate: bytes) -> int:
    from asn1crypto import keys as asn1_keys  # noqa: PLC0415  heavy: only in the worker
    from asn1crypto import x509 as asn1_x509  # noqa: PLC0415
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign import fields, signers  # noqa: PLC0415
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415

    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="party-01", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    output = asyncio.run(signers.async_sign_pdf(writer, metadata, signer=signer))
    return len(output.getvalue()) - len(pdf)
