"""Passwords that programs take by short flags, in text or in a list: mysql -pWORD, curl -u NAME:WORD."""

from __future__ import annotations

import re
from collections.abc import Callable

from commands.chance import MASK

_MYSQL = re.compile(r"(?:mysql|mariadb)(?:-?(?:dump|admin|import|check|show|slap|pump|backup))?")
_CURL = "curl"
_FLAGS = {"redis-cli": "-a", "sshpass": "-p", "ldapadd": "-w", "ldapmodify": "-w", "ldapsearch": "-w"}
_SIGNS = ("curl", "mysql", "mariadb", "redis-cli", "sshpass", "ldap")  # where none of these occurs, no program does
_OTHERS = frozenset({"bash", "cat", "env", "ls", "ps", "sh", "top"})  # so the word before was a container's name
_USER = re.compile(r"(--(?:proxy-)?user=?|-[A-Za-z]*?[uU])(.*)", re.DOTALL)
_PORTS = re.compile(r"[\d.:-]*:\d[\d-]*(?:/\w+)?")  # what docker's own -p holds
_NUMBERS = re.compile(r"\d+:\d+")  # a user and a group, as docker's own -u has them
_GAP = re.compile(r"([\s\"'\\,\[\](){}|;&`]+)")  # between two words, of a shell or of a list in JSON
_QUOTES = "\"'"
_QUOTING = f"{_QUOTES}\\"
_ENDS = re.compile(r"[\n|;&]")


class Watch:
    """Reads word after word, and gives each back without the password in it."""

    def __init__(self) -> None:
        self._program = ""
        self._first = False
        self._due: Callable[[str], str] | None = None

    def end(self) -> None:
        """The command is over."""
        self._program, self._due = "", None

    def masked(self, word: str, after: str = "") -> str:
        """The next word; after is what stands between it and the one after it."""
        due, self._due = self._due, None
        first, self._first = self._first, False
        if due is not None:
            return due(word)
        name = word.rpartition("/")[2]
        if name == _CURL or name in _FLAGS or _MYSQL.fullmatch(name):
            self._program, self._first = name, True
            return word
        if first and word in _OTHERS:
            self._program = ""
        if self._program == _CURL:
            return self._curl(word)
        if flag := _FLAGS.get(self._program):
            return self._flagged(word, flag)
        if self._program and word == "-p" and after and not after.strip(_QUOTING):
            self._due = _whole  # a quoted word that nothing parts from its flag
        return _mysql(word) if self._program else word

    def _curl(self, word: str) -> str:
        found = _USER.fullmatch(word)
        if found is None:
            return word
        self._due = None if found[2] else _after_colon
        return found[1] + _after_colon(found[2])

    def _flagged(self, word: str, flag: str) -> str:
        value = word.removeprefix(flag)
        if value == word:
            return word
        self._program, self._due = "", None if value else _whole
        return flag + _whole(value)


def hide(text: str) -> str:
    """The text without such passwords; hiding them again changes nothing."""
    small = text.lower()
    if not any(sign in small for sign in _SIGNS):
        return text
    watch, shown, open_quote = Watch(), list[str](), ""
    pieces = _GAP.split(text)
    for at, piece in enumerate(pieces):
        if at % 2:
            if open_quote and open_quote in piece:
                open_quote = ""
            if _ENDS.search(piece):
                watch.end()
            shown.append(piece)
        elif piece:
            after = pieces[at + 1] if at + 1 < len(pieces) else ""
            word = MASK if open_quote else watch.masked(piece, after)
            if word != piece and not open_quote and at:
                open_quote = _opened(pieces[at - 1], after)
            shown.append(word)
    return "".join(shown)


def _opened(before: str, after: str) -> str:
    """The quote that stands open around a word that was hidden, empty where it is closed or there is none."""
    mark = before[-1] if before[-1] in _QUOTES else ""
    return "" if mark in after else mark


def _mysql(word: str) -> str:
    value = word.removeprefix("-p")
    if value == word or not value or _PORTS.fullmatch(value):
        return word
    return f"-p{MASK}"


def _whole(word: str) -> str:
    return MASK if word else word


def _after_colon(word: str) -> str:
    head, colon, tail = word.partition(":")
    return word if not colon or not tail or _NUMBERS.fullmatch(word) else f"{head}:{MASK}"
