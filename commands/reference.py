"""The names of images: "busybox:latest" and "docker.io/library/busybox@sha256:..." taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HUB, OLD_HUB, OFFICIAL = "docker.io", "index.docker.io", "library"
NAME_LIMIT = 255  # characters of domain and path together; the distribution project's reference grammar
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_SOUND = re.compile(r"|sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_REFERENCE = re.compile(
    rf"(?P<domain>{_HOST})/(?P<path>{_PART}(?:/{_PART})*)(?::(?P<tag>\w[\w.-]{{0,127}}))?(?:@(?P<digest>{_DIGEST}))?",
    re.ASCII,
)
_ID = re.compile(r"[a-f0-9]{64}")


@dataclass(frozen=True)
class Reference:
    """An image's name in full; tag and digest are empty where they are not given."""

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def familiar(self) -> str:
        """The name without what goes without saying: "busybox" for "docker.io/library/busybox"."""
        if self.domain != HUB:
            return f"{self.domain}/{self.path}"
        first, _, rest = self.path.partition("/")
        return rest if first == OFFICIAL and rest and "/" not in rest else self.path


def read(text: str) -> Reference | None:
    """The reference that a text is, None where it is none or its digest is of no known kind."""
    found = parse(text)
    return found if found is not None and _SOUND.fullmatch(found.digest) else None


def parse(text: str) -> Reference | None:
    """The reference that a text has the form of, None where it has not."""
    domain, path = _split(text)
    found = _REFERENCE.fullmatch(f"{domain}/{path}")
    if found is None or _ID.fullmatch(text) or len(f"{found['domain']}/{found['path']}") > NAME_LIMIT:
        return None
    return Reference(found["domain"], found["path"], found["tag"] or "", found["digest"] or "")


def fulls(text: str) -> Iterator[str]:
    """The names in full that a text stands for: by its tag, by its digest, or by both; itself where it is no name."""
    found = parse(text)
    if found is None:
        yield text
        return
    if found.digest:
        yield f"{found.domain}/{found.path}@{found.digest}"
    if found.tag or not found.digest:
        yield f"{found.domain}/{found.path}:{found.tag or 'latest'}"


def _split(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    domain, path = (first, rest) if slash and _is_domain(first) else (HUB, text)
    if domain == OLD_HUB:
        domain = HUB
    return domain, f"{OFFICIAL}/{path}" if domain == HUB and "/" not in path else path


def _is_domain(first: str) -> bool:
    return first == "localhost" or "." in first or ":" in first or first != first.lower()
