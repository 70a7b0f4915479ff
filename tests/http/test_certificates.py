"""The certificates that servers are verified with, and settings that name none."""

from __future__ import annotations

import os
import ssl

import pytest

from mistral_async._http.certificates import advice, is_lasting, tls_context
from mistral_async._http.protocol import SettingError


@pytest.fixture
def bundle(authority, tmp_path, monkeypatch):
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def trusted(context):
    return len(context.get_ca_certs())


@pytest.mark.parametrize("form", [str, os.fsencode, lambda path: path])
def test_rule_1_a_path_goes_before_the_environment(bundle, monkeypatch, form):
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    assert trusted(tls_context(form(bundle))) == 1


def test_rule_1_the_environment_goes_before_certifi(bundle, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.setenv("SSL_CERT_DIR", "/no/such/folder")  # beside a file, as OpenSSL has it
    assert trusted(tls_context(verify=True)) == 1
    monkeypatch.delenv("SSL_CERT_FILE")
    folder = bundle.parent / "certs"
    folder.mkdir()
    bundle.rename(folder / "0a1b2c3d.0")
    monkeypatch.setenv("SSL_CERT_DIR", f"/no/such/folder{os.pathsep}{folder}")
    assert trusted(tls_context(verify=True)) == 0, "OpenSSL loads those of a folder when they are needed"
    assert tls_context(verify=True) is tls_context(verify=True)


CONTENTS = {
    "empty": b"",
    "binary": b"\x30\x82\x00\xff",
    "only a key": b"-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n",
    "cut": b"-----BEGIN CERTIFICATE-----\nMIGH",
}


@pytest.mark.parametrize("setting", ["verify", "SSL_CERT_FILE"])
@pytest.mark.parametrize("content", [*CONTENTS, "absent", "below a file"])
def test_rule_2_a_file_without_certificates_is_named(bundle, monkeypatch, setting, content):
    path = bundle.parent / "bad.pem"
    if content in CONTENTS:
        path.write_bytes(CONTENTS[content])
    path = path if content != "below a file" else bundle / "x.pem"
    reason = "no certificate in PEM" if content in CONTENTS else "does not exist"
    if setting != "verify":
        monkeypatch.setenv(setting, str(path))
    with pytest.raises(SettingError, match=reason) as caught:
        tls_context(str(path) if setting == "verify" else True)
    assert str(path) in str(caught.value)
    assert setting in str(caught.value)


@pytest.mark.parametrize("setting", ["verify", "SSL_CERT_DIR"])
def test_rule_2_a_folder_without_certificates_is_named(bundle, monkeypatch, setting):
    monkeypatch.setenv(setting, str(bundle.parent))
    with pytest.raises(SettingError, match=f"{setting} names '{bundle.parent}'.*rehash"):
        tls_context(bundle.parent if setting == "verify" else True)


def test_rule_2_a_folder_in_place_of_a_file(bundle, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle.parent))
    with pytest.raises(SettingError, match="is a folder"):
        tls_context(verify=True)


@pytest.mark.parametrize("verify", [0, 1, 2.5, "", "False", "a\0b"])
def test_rule_2_what_is_no_path_is_said(bundle, verify):
    with pytest.raises(SettingError, match="verify"):
        tls_context(verify)


def test_rule_3_without_verification_no_file_is_looked_at(bundle, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    assert tls_context(verify=False).verify_mode is ssl.CERT_NONE


def test_an_unknown_authority_is_told_where_to_name_it(monkeypatch):
    error = ssl.SSLCertVerificationError("self-signed certificate")
    error.verify_code = 18
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/ca.pem")
    assert "verify= and SSL_CERT_FILE" in advice(error)
    assert "REQUESTS_CA_BUNDLE is not read" in advice(error)
    error.verify_code = 10  # expired
    assert not advice(error)
    assert not is_lasting(OSError())
    assert "check server_url" in advice(OSError())
    assert not advice(TimeoutError())
