"""Names that say that what they name is a secret: DB_PASSWORD, --api-key, accessToken."""

from __future__ import annotations

import re
from functools import lru_cache

# No name is telling that holds none of these, in small letters.
FRAGMENTS = ("pass", "secret", "token", "key", "credential", "pwd", "pw", "pat", "auth")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey", "credential", "credentials", "pwd",
            "requirepass", "masterauth")  # fmt: skip
_SURE_ENDINGS = ("password", "passwd", "pwd")
_LONELY = frozenset({"pw", "pat"})  # telling on their own
_PAIRED = frozenset({"pass", "auth"})  # telling at the end of a longer name, and as a flag: DB_PASS, --pass
_KEY_OF = frozenset({
    "access", "account", "admin", "api", "app", "application", "auth", "client", "consumer", "crypt", "deploy",
    "encryption", "encrypt", "fernet", "hmac", "jwt", "license", "master", "private", "secret", "server",
    "service", "session", "shared", "sign", "signing", "ssh", "storage", "subscription", "webhook",
})  # fmt: skip
_OPEN_KEY = frozenset({
    "cache", "foreign", "gpg", "idempotency", "object", "partition", "primary", "public", "routing", "sort",
    "translation",
})  # fmt: skip
_ABOUT = frozenset({
    "algorithm", "arn", "audience", "count", "days", "dir", "driver", "enabled", "endpoint", "expiration",
    "expires", "expiry", "field", "file", "format", "header", "host", "id", "ids", "issuer", "length",
    "lifetime", "limit", "manager", "max", "min", "name", "names", "path", "policy", "port", "prefix",
    "provider", "ref", "required", "rotation", "seconds", "server", "service", "size", "stdin", "store", "timeout",
    "ttl", "type", "uri", "url", "user", "username", "version",
})  # fmt: skip
_WORKING_FOLDERS = frozenset({"PWD", "OLDPWD"})


@lru_cache(maxsize=4096)
def telling(name: str) -> bool:
    """Whether a name says that its value is a secret."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or name in _WORKING_FOLDERS or words[-1] in _ABOUT:
        return False
    if any(word.endswith(_ENDINGS) or word in _LONELY for word in words):
        return True
    if words[-1] in _PAIRED and (len(words) > 1 or name.startswith("-")):
        return True
    return _names_key(name, words)


def _names_key(name: str, words: list[str]) -> bool:
    before = {words[at - 1] for at, word in enumerate(words) if word == "key" and at}
    if before & _KEY_OF:
        return True
    return name.isupper() and words[-1] == "key" and bool(before - _OPEN_KEY)


def for_sure(name: str) -> bool:
    """Whether whatever follows the name and a colon is a secret, prose or not."""
    return name.lower().endswith(_SURE_ENDINGS)
