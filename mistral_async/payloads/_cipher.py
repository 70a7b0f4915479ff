"""AES-GCM (NIST SP 800-38D) over whole payloads, and over the marked texts in them. No I/O."""

from __future__ import annotations

import base64
import hmac
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from mistral_async._codec.json_types import JSON, JSONObject, is_array, is_object
from mistral_async.errors import MissingExtraError, PayloadEncryptionError
from mistral_async.payloads._settings import MARKER, PayloadEncryption

# Rule 1: What is encrypted is a random nonce of 12 bytes, then the ciphertext and its tag. There is no other data.
# Rule 2: Everything is encrypted with the main key. What it does not decrypt is tried with the secondary one, so that
#   payloads from before a change of keys are read.
# Rule 3: A text is marked by an object `{"field_type": "__encrypted_str__", "data": ...}`, of which nothing inside is
#   marked again. Its encrypted form stands in base64 in its place. The JSON is written anew, without spaces, as other
#   clients do; what can not be looked through for marked texts is an error, and is never passed on.
# Rule 4: Nothing of a payload, and no key, is in an error.

_NONCE: Final = 12  # bytes


class Cipher:
    """Encrypts and decrypts under the keys of a `PayloadEncryption`."""

    def __init__(self, settings: PayloadEncryption) -> None:
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        except ImportError:
            raise MissingExtraError("encryption needs cryptography: pip install mistral-async[workflows]") from None
        self._main: Final = bytes.fromhex(settings.main_key)
        keys = [settings.main_key, *([settings.secondary_key] if settings.secondary_key else [])]
        self._ciphers: Final = [AESGCM(bytes.fromhex(key)) for key in keys]
        self.is_partial: Final = settings.mode == "partial"

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt with the main key (rules 1 and 2)."""
        nonce = os.urandom(_NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, data, None)

    def decrypt(self, data: bytes) -> bytes:
        """Decrypt with the key that does it (rule 2); raises `PayloadEncryptionError`."""
        from cryptography.exceptions import InvalidTag

        for cipher in self._ciphers:
            with suppress(InvalidTag, ValueError):  # the latter for what is too short
                return cipher.decrypt(data[:_NONCE], data[_NONCE:], None)
        tried = "main_key does not decrypt it" if len(self._ciphers) == 1 else "neither key decrypts it"
        raise PayloadEncryptionError(f"the payload can not be decrypted: {tried}, or it was changed")

    def encrypt_fields(self, data: bytes) -> tuple[bytes, bool]:
        """Encrypt the marked texts of JSON (rule 3); returns it with whether there was one."""
        return _with_fields(data, self.encrypt_text)

    def decrypt_fields(self, data: bytes) -> bytes:
        """Decrypt the marked texts of JSON (rule 3)."""
        return _with_fields(data, self.decrypt_text)[0]

    def encrypt_text(self, text: str) -> str:
        """Encrypt a text; returns it in base64."""
        try:
            return base64.b64encode(self.encrypt(text.encode())).decode()
        except UnicodeEncodeError:
            raise PayloadEncryptionError("the payload can not be encrypted: a marked text is no Unicode") from None

    def decrypt_text(self, text: str) -> str:
        """Decrypt a text that stands in base64."""
        try:
            return self.decrypt(base64.b64decode(text, validate=True)).decode()
        except ValueError:  # of base64 and UTF-8
            raise PayloadEncryptionError("the payload can not be decrypted: a marked text is no base64") from None

    def authenticate(self, label: bytes, data: bytes) -> str:
        """Return a hash of data that only who has the main key can make, in hexadecimal digits."""
        key = hmac.digest(self._main, label, "sha256")
        return hmac.digest(key, data, "sha256").hex()


def _with_fields(data: bytes, change: Callable[[str], str]) -> tuple[bytes, bool]:
    """Return JSON with its marked texts changed, and whether there was one (rule 3)."""
    value = loads(data)
    found = list(_marked(value))
    for field in found:
        if not isinstance(field.get("data"), str):
            raise PayloadEncryptionError(f"a field marked {MARKER} has no text in `data`")
        field["data"] = change(field["data"])
    return compact(value), bool(found)


def _marked(value: JSON) -> Iterator[JSONObject]:
    """Yield the marked objects, in their order."""
    left = [value]
    while left:
        each = left.pop()
        if is_object(each):
            if each.get("field_type") == MARKER:
                yield each
            else:
                left += reversed(each.values())
        elif is_array(each):
            left += reversed(each)


def loads(data: bytes) -> JSON:
    """Read JSON; raises `PayloadEncryptionError` for what Python does not read."""
    try:
        return json.loads(data)
    except (json.JSONDecodeError, UnicodeDecodeError):
        problem = "is no JSON"
    except ValueError:
        problem = "has a number of too many digits: send it as text"
    except RecursionError:
        problem = "is nested too deeply"
    raise PayloadEncryptionError(f"the payload can not be read by Python: it {problem}")


def compact(value: JSON, *, sort_keys: bool = False) -> bytes:
    """Write JSON without spaces and escapes, digit by digit as other clients do: hashes are made of it."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)
    except RecursionError:
        raise PayloadEncryptionError("the payload can not be written by Python: it is nested too deeply") from None
    return text.encode("utf-8", "backslashreplace")
