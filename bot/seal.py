"""Sealing with a key that is not in the database: authenticated encryption, and fingerprints of secrets."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY = 32  # bytes; AES-256
NONCE = 12  # bytes, random for each sealing; NIST SP 800-38D

Broken = InvalidTag  # what was sealed with another key, or altered


class Seal:
    """What is sealed for one purpose can be opened for that alone; another purpose has another key."""

    def __init__(self, key: bytes, purpose: bytes) -> None:
        derived = HKDF(SHA256(), 2 * KEY, salt=None, info=purpose).derive(key)
        self._cipher, self._mark = AESGCM(derived[:KEY]), derived[KEY:]

    def close(self, text: str, about: str) -> bytes:
        """The text, sealed; about is not secret, and has to be the same when it is opened."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(errors="surrogateescape"), about.encode())

    def open(self, sealed: bytes, about: str) -> str:
        """What was sealed; raises Broken."""
        return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], about.encode()).decode(errors="surrogateescape")

    def fingerprint(self, text: str) -> str:
        """What tells a text from others, and by which nobody without the key can find it by trying: 64 hex digits."""
        return hmac.new(self._mark, text.encode(errors="surrogateescape"), hashlib.sha256).hexdigest()
