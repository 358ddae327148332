"""The site's root, its seals and one-off certificates; what it signs besides papers."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from mediation.crypto import Keyring, create_keyring, sha256
from mediation.documents.authority import (
    create_authority,
    has_seal,
    keep_authority,
    keep_seal,
    load_authority,
    load_seal,
    name_in,
    open_credentials,
    seal_credentials,
    verify_bundle,
    verify_head,
)
from mediation.errors import KeyMissing, SigningError, StorageError
from tests.documents.signed import AT, site


def certificate_of(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def test_root_signs_itself_and_nothing_below_people() -> None:
    root = certificate_of(site()[0].root)
    root.verify_directly_issued_by(root)
    constraints = root.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    key = root.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert common_name(root) == "示例县(根证书)"


def test_root_fingerprint_is_the_hash_of_the_root() -> None:
    authority, _seal = site()
    assert authority.root_fingerprint == sha256(authority.root)


def test_one_off_certificate_holds_name_and_role_and_runs_as_long_as_the_root() -> None:
    authority, _seal = site()
    credentials = authority.issue_one_off("张三", "申请人", AT)
    certificate, root = certificate_of(credentials.certificate), certificate_of(authority.root)
    certificate.verify_directly_issued_by(root)
    assert common_name(certificate) == "张三(申请人)"
    assert certificate.not_valid_before_utc == AT
    assert certificate.not_valid_after_utc == root.not_valid_after_utc
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.content_commitment, usage.key_cert_sign) == (True, False)
    assert credentials.certificate_sha256 == sha256(credentials.certificate)


def test_two_one_off_certificates_share_neither_key_nor_number() -> None:
    authority, _seal = site()
    one, other = (authority.issue_one_off("张三", "申请人", AT) for _ in range(2))
    assert one.key != other.key
    assert certificate_of(one.certificate).serial_number != certificate_of(other.certificate).serial_number


def test_name_too_long_for_a_certificate_is_shortened_and_whole_beside() -> None:
    certificate = certificate_of(site()[0].issue_one_off("名" * 40, "申请人", AT).certificate)
    assert common_name(certificate) == "名" * 16 + "…(申请人)"
    organisation = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert [attribute.value for attribute in organisation] == ["名" * 40 + "(申请人)"]


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_empty_name_is_refused(name: str) -> None:
    with pytest.raises(SigningError, match="姓名是空的"):
        site()[0].issue_one_off(name, "申请人", AT)


def test_characters_that_certificates_forbid_are_coded() -> None:
    credentials = site()[0].issue_one_off("𬱖喆玥", "调解员", AT)
    assert common_name(certificate_of(credentials.certificate)) == "[U+2CC56]喆玥(调解员)"


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip))
def test_any_name_is_restored_whole_or_shortened(name: str) -> None:
    certificate = certificate_of(site()[0].issue_one_off(name, "调解员", AT).certificate)
    whole = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert name_in(str(whole[0].value) if whole else common_name(certificate)) == f"{name}(调解员)"
    assert asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)).subject.hashable


def test_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(SigningError, match="不是文字的字符"):
        site()[0].issue_one_off("张\ud800", "申请人", AT)


def test_certificate_before_the_root_is_refused() -> None:
    with pytest.raises(SigningError, match="不在有效期内"):
        site()[0].issue_seal("某委员会", AT - timedelta(days=2))


def test_head_signature_verifies_for_that_head_and_root_only() -> None:
    authority, other = create_authority("甲", AT), create_authority("甲", AT)
    signature = authority.sign_head(b"head 1")
    assert verify_head(authority.root, b"head 1", signature)
    assert not verify_head(authority.root, b"head 2", signature)
    assert not verify_head(other.root, b"head 1", signature)


def test_head_signature_is_no_bundle_signature() -> None:
    authority = create_authority("甲", AT)
    assert not verify_bundle(authority.root, b"x", authority.sign_head(b"x"))
    assert verify_bundle(authority.root, b"x", authority.sign_bundle(b"x"))


@pytest.mark.parametrize("signature", ["", "?", "AAAA", "签名"])
def test_head_signature_of_nonsense_does_not_verify(signature: str) -> None:
    assert not verify_head(create_authority("甲", AT).root, b"head", signature)
    assert not verify_head(b"no certificate", b"head", signature)


def test_kept_authority_loads_again(keyring: Keyring, tmp_path: Path) -> None:
    authority = create_authority("甲", AT)
    keep_authority(authority, keyring, tmp_path / "keys")
    assert load_authority(keyring, tmp_path / "keys") == authority


def test_kept_keys_are_encrypted_and_private(keyring: Keyring, tmp_path: Path) -> None:
    authority = create_authority("甲", AT)
    seal = authority.issue_seal("乙", AT)
    keep_authority(authority, keyring, tmp_path / "keys")
    keep_seal(seal, "C-1", keyring, tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for file in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert authority.key[-40:] not in file.read_bytes()
        assert seal.key[-40:] not in file.read_bytes()


def test_keys_are_not_shown_when_printed() -> None:
    authority, seal = site()
    for shown, key in ((repr(authority), authority.key), (repr(seal), seal.key)):
        assert repr(key)[2:-1] not in shown
        assert "key=" not in shown


def test_kept_authority_is_not_overwritten(keyring: Keyring, tmp_path: Path) -> None:
    authority = create_authority("甲", AT)
    keep_authority(authority, keyring, tmp_path)
    with pytest.raises(SigningError, match="不会覆盖"):
        keep_authority(create_authority("甲", AT), keyring, tmp_path)
    assert load_authority(keyring, tmp_path) == authority


def test_missing_authority_says_what_to_do(keyring: Keyring, tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="mediation init"):
        load_authority(keyring, tmp_path)


def test_seal_loads_by_its_committees_code_only(keyring: Keyring, tmp_path: Path) -> None:
    authority = create_authority("甲", AT)
    seal = authority.issue_seal("乙", AT)
    keep_seal(seal, "../../C 1", keyring, tmp_path)
    assert load_seal("../../C 1", keyring, tmp_path) == seal
    assert has_seal("../../C 1", tmp_path)
    assert not has_seal("C 2", tmp_path)
    assert [file.parent for file in tmp_path.rglob("*.sealed")] == [tmp_path]
    with pytest.raises(KeyMissing):
        load_seal("C 2", keyring, tmp_path)


def test_seal_kept_for_one_committee_does_not_open_for_another(keyring: Keyring) -> None:
    sealed = seal_credentials(create_authority("甲", AT).issue_seal("乙", AT), keyring, "seal a")
    with pytest.raises(StorageError):
        open_credentials(sealed, keyring, "seal b")


def test_keys_do_not_open_with_another_keyring(keyring: Keyring, tmp_path: Path) -> None:
    keep_authority(create_authority("甲", AT), keyring, tmp_path)
    with pytest.raises(KeyMissing):
        load_authority(create_keyring(), tmp_path)
