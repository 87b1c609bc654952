"""Secrets that are known by their form: keys and tokens of well-known services, addresses, headers, PEM blocks.

Every pattern is linear in the length of the text: runs are possessive and begin only where a run can begin. Groups
are not, since Python before 3.11.5 matches possessive groups wrongly.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from commands import chance
from commands.chance import MASK

# Secrets by their form. Group 1 stays, the rest of the match is hidden.
_FORMS = re.compile(
    r"(?<![A-Za-z0-9_-])()(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"
    r"|xox[a-z](?:\.xox[a-z])?-[0-9A-Za-z-]{10,}+"
    r"|xapp-[0-9A-Za-z-]{10,}+"
    r"|gh[pousr]_[0-9A-Za-z]{20,}+"
    r"|github_pat_[0-9A-Za-z_]{20,}+"
    r"|glpat-[0-9A-Za-z_-]{16,}+"
    r"|dckr_pat_[0-9A-Za-z_-]{16,}+"
    r"|npm_[0-9A-Za-z]{30,}+"
    r"|[rs]k_(?:live|test)_[0-9A-Za-z]{16,}+"
    r"|sk-[0-9A-Za-z_-]{20,}+"
    r"|(?:hf_|glsa_|pypi-)[0-9A-Za-z_-]{16,}+"
    r"|ya29\.[0-9A-Za-z._-]{16,}+"
    r"|SG\.[0-9A-Za-z_-]{16,}+\.[0-9A-Za-z_-]{16,}+"
    r"|AGE-SECRET-KEY-1[0-9A-Z]{16,}+"
    r"|SWMTKN-1-[0-9a-z-]{16,}+"
    r"|AIza[0-9A-Za-z_-]{35}"
    r"|eyJ[0-9A-Za-z_-]{8,}+\.[0-9A-Za-z_-]{8,}+(?:\.[0-9A-Za-z_-]++)?"
    r")"
    r"|(hooks\.slack\.com/[a-z]{1,12}/)[0-9A-Za-z/_-]++"
    r"|()\$(?:2[aby]|apr1|[156]|y)\$[0-9A-Za-z./$=,]{8,}+"
)
# Where none of these occurs, no form does.
_FORM_SIGNS = (
    "AKIA", "ASIA", "xox", "xapp-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "_pat_", "glpat-", "npm_", "k_live_",
    "k_test_", "sk-", "hf_", "glsa_", "pypi-", "ya29.", "SG.", "AGE-SECRET-KEY-", "SWMTKN-", "AIza", "eyJ", "hooks.",
    "$2", "$apr1$", "$1$", "$5$", "$6$", "$y$",
)  # fmt: skip
_HEADER = re.compile(r"(\b(?:bearer|authorization[\"']?[:=] ?[\"']?\w{1,20}) )([0-9A-Za-z._~+/=-]{8,}+)", re.IGNORECASE)
_URL = re.compile(r"(://[^\s/:@\"']*+:)([^\s/\"']+)(?=@)")
_TOKEN_URL = re.compile(r"(https?://)([^\s/:@\"'?#]++)(?=@)", re.IGNORECASE)  # a token that is a name as well
_SIGNED = re.compile(r"([?&;](?:X-Amz-Signature|X-Goog-Signature|Signature|sig)=)([^\s&\"';]++)", re.IGNORECASE)
_COOKIES = re.compile(r"(\b(?:set-)?cookie[\"']?[:=] ?[\"']?)([\w.-]++=[^\r\n\"']++)", re.IGNORECASE)
_COOKIE = re.compile(r"([\w.-]++=)([^\s;]++)")
_COOKIE_FACTS = frozenset({"path=", "domain=", "expires=", "max-age=", "samesite=", "version="})
# What languages and files say before a password: SQL, netrc, the settings of Redis, XML.
_BEFORE = re.compile(
    r"(\b(?:user|to|exists)\s{1,8}\S{1,128}\s{1,8}identified\s{1,8}(?:with\s{1,8}\S{1,64}\s{1,8})?by\s{1,8}\\?[\"']"
    r"|\b(?:with|login|encrypted|set|user|role)\s{1,8}(?:\S{1,128}\s{1,8})?password\s{0,8}[\s=(]\s{0,8}\\?[\"']"
    r"|=\s{0,8}password\s{0,8}\(\s{0,8}\\?[\"']"
    r"|\b(?:requirepass|masterauth)\s{1,8}\\?[\"'])([^\"'\\\r\n]++)"
    r"|(\b(?:machine\s{1,8}\S{1,256}|default)\s{1,8}login\s{1,8}\S{1,256}\s{1,8}password\s{1,8}"
    r"|^\s{0,8}(?:requirepass|masterauth)\s{1,8}(?=\S++[ \t]{0,8}$))([^\s\"';|&]++)"
    r"|(<[\w:.-]{0,64}(?:password|passwd|secret|token)>)([^<\r\n]++)(?=</)"
    r"|(\b(?:key|name)=[\"'][\w:. -]{0,64}(?:password|passwd|secret|token)[\"']\s{1,8}value=[\"'])([^\"'\r\n]++)",
    re.IGNORECASE | re.MULTILINE,
)
_BEFORE_SIGNS = ("identified", "passw", "requirepass", "masterauth", "secret>", "token>", 'secret"', 'token"')
_PEM_MARK = re.compile(r"-----(BEGIN|END) [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
# What stands before a log's lines: the time, and what --details adds.
_PREFIX = r"(?:\d{4}-\d\d-\d\dT[0-9:.]++(?:Z|[+-]\d\d:\d\d) )?(?:[\w.%-]++=\S*+ )?"
_LINE = rf"{_PREFIX}[ \t\"'>|]*+[0-9A-Za-z+/=•]*+(?:\\[nr])*[\"'+,;\\ \t]*+\r?"
_PEM_LINE = re.compile(_LINE)
_PEM_BODY = re.compile(
    r"(?:[0-9A-Za-z+/=\\:, \t•]|-(?!----))*"  # on the line of the beginning
    rf"(?:[\"'+,; \t]*+\r?\n(?:{_LINE}(?=\n|\Z)|{_PREFIX}(?:Proc-Type|DEK-Info|Version|Comment|Hash):[^\n]*+))*"
)
_PEM_END_PREFIX = re.compile(_PREFIX + r"[ \t\"'>|]*+")
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\\•"
_RANDOM_LENGTH, _LONG = 8, 20  # characters from which a value with a digit, or any, is no ordinary word


def hide(text: str) -> str:
    """The text without the secrets that stand on one line; masking it again changes nothing."""
    if _has(text, _FORM_SIGNS):
        text = _FORMS.sub(lambda found: (found[1] or found[2] or found[3] or "") + MASK, text)
    if "@" in text:
        text = _TOKEN_URL.sub(_first_kept, _URL.sub(_first_kept, text))
    small = text.lower()
    if "bearer" in small or "authorization" in small:
        text = _HEADER.sub(lambda found: found[1] + (MASK if looks_random(found[2]) else found[2]), text)
    if "sig" in small:
        text = _SIGNED.sub(_first_kept, text)
    if _has(small, _BEFORE_SIGNS):
        text = _BEFORE.sub(lambda found: next(filter(None, found.group(1, 3, 5, 7))) + MASK, text)
    if "cookie" in small:
        text = _COOKIES.sub(lambda found: found[1] + _COOKIE.sub(_cookie, found[2]), text)
    return chance.hide(text)


def _has(text: str, signs: Iterable[str]) -> bool:
    """Whether any of these occurs; a plain loop, as every word of every answer comes through here."""
    for sign in signs:  # noqa: SIM110 - twice as fast as any()
        if sign in text:
            return True
    return False


def _first_kept(found: re.Match[str]) -> str:
    return found[1] + MASK


def _cookie(found: re.Match[str]) -> str:
    """A cookie's name with its value hidden; what a header says of a cookie stays."""
    return found[0] if found[1].lower() in _COOKIE_FACTS else found[1] + MASK


def hide_blocks(text: str) -> str:
    """The text without the private keys that stand in it as PEM blocks, whole or cut short."""
    return hide_spans(text, key_spans(text))


def open_key(text: str) -> int | None:
    """Where a private key begins that may go on after this text; None where none does."""
    marks = list(_PEM_MARK.finditer(text))
    if not marks or marks[-1][1] != "BEGIN":
        return None
    whole = text[: text.rfind("\n") + 1].rstrip("\r\n")  # of a line that is not whole yet nothing is known
    body = _PEM_BODY.match(whole, marks[-1].end())
    is_over = body is not None and body.end() < len(whole)
    return None if is_over else marks[-1].start()


def key_head(text: str, begin: int) -> str:
    """The line with which a private key begins there."""
    found = _PEM_MARK.match(text, begin)
    return f"{found[0]}\n" if found else ""


def hide_split(words: list[str]) -> list[str]:
    """Words that stood on one line, without the private keys on it."""
    spans = deque(key_spans(" ".join(words)))
    shown, start = [], 0
    for word in words:
        end, inside = start + len(word), []
        while spans and spans[0][0] < end:
            span = spans[0]
            inside.append((max(span[0] - start, 0), min(span[1], end) - start))
            if span[1] > end:
                break
            spans.popleft()
        shown.append(hide_spans(word, inside))
        start = end + 1
    return shown


def hide_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with a mask in place of each span, which come in order; the space at a span's end stays."""
    parts, at = [], 0
    for start, end in spans:
        kept = text[start:end].rstrip()
        parts += [text[at:start], MASK if kept else ""]
        at = start + len(kept)
    return "".join(parts) + text[at:]


def key_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the insides of private keys are: after a beginning, and before an end whose beginning is not there."""
    floor = 0
    for found in _PEM_MARK.finditer(text) if "PRIVATE KEY" in text else ():
        if found[1] == "BEGIN":
            body = _PEM_BODY.match(text, found.end())
            floor = body.end() if body else found.end()
            yield found.end(), floor
        else:
            yield _body_before(text, floor, found.start())
            floor = found.end()


def _body_before(text: str, floor: int, end: int) -> tuple[int, int]:
    """The inside of a key that ends here: what stands before the end on its line, or the lines above."""
    line = max(floor, text.rfind("\n", floor, end) + 1)
    before = text[line:end]
    if not _PEM_END_PREFIX.fullmatch(before):
        return line + len(before.rstrip(_BASE64)), end
    start = line
    while start > floor:
        above = max(floor, text.rfind("\n", floor, start - 1) + 1)
        if not text[above : start - 1].strip() or not _PEM_LINE.fullmatch(text, above, start - 1):
            break
        start = above
    return start, line


def looks_random(value: str) -> bool:
    """Whether a value looks like no ordinary word."""
    return len(value) >= _LONG or (len(value) >= _RANDOM_LENGTH and any(char.isdigit() for char in value))
