"""Prompts after which what is typed is a secret, in the languages in which programs ask for one."""

from __future__ import annotations

import re

_LAST = 1000  # characters of a prompt's end that are looked at
_LONG = (  # also as a part of a longer word
    "password|passwd|passphrase|passcode|passwort|kennwort|losungswort|geheimnis|schlüssel|mot de passe|phrase secrète"
    "|contraseña|contrasena|palabra clave|palavra-passe|wachtwoord|lösenord|losenord|passord|adgangskode|kodeord"
    "|salasana|hasło|haslo|heslo|jelszó|parola|parolă|şifre|sifre|пароль|ключ|κωδικός|密码|密碼|口令|パスワード|暗証|암호|비밀번호"
    "|credential|secret"
)
_SHORT = (  # only as words of their own
    "pass|pwd|pin|puk|token|key|keys|code|codes|otp|totp|2fa|mfa|cvv|login|username|log-in|anmeldung|benutzer|identifiant"
    "|clave|senha|codice|código|codigo|clé|cle|chiave|llave|chave|sleutel|nyckel|klucz|kod|passe|seed|mnemonic"
)
_ASKS = re.compile(rf"(?:{_LONG}|(?<![^\W_])(?:{_SHORT})(?![^\W_])).*[:?>\uff1a\uff1f]\s*\Z", re.IGNORECASE | re.DOTALL)


def asks(prompt: str) -> bool:
    """Whether this asks for a secret, or for what is often typed where one is asked for."""
    return _ASKS.search(prompt[-_LAST:]) is not None
