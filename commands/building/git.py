"""Git repositories as contexts: fetched by git, as docker's CLI does it, but only from what the policy allows."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from commands.attempts import Refusal
from commands.building import remotes
from commands.building.packing import LIMIT
from commands.building.remotes import Address

MASTER = "master"  # the reference where the address says none
PATIENCE = 120  # seconds for each step of git's
SUBMODULES = 50  # repositories within a repository, at any depth
LISTED = 16 * 1024 * 1024  # bytes of the list of a repository's files
SAID = 4000  # characters of git's own words
_BLOCK = 512  # bytes; sh counts files in blocks
_LIMITED = 'ulimit -f "$1" && shift && exec "$@"'  # no file of git's is larger than what is sent at most
_PROTOCOLS = "git:http:https:ssh"
_KEPT = ("PATH", "HOME", "SSH_AUTH_SOCK", "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY")
_SAFE = {
    "GIT_ALLOW_PROTOCOL": _PROTOCOLS,  # nothing of this machine, whatever a repository names as its part
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "LC_ALL": "C",
}
_SETTINGS = (
    "protocol.file.allow=never",
    "http.followRedirects=false",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "core.logAllRefUpdates=false",  # a log tells when
    "pack.threads=1",  # several find other differences each time
)
# No times of files, and nothing as somebody else packed it.
_ALIKE = (("read-tree", "HEAD"), ("repack", "-q", "-a", "-d", "-F", "--window=2"))
_CONFIG = tuple(word for setting in _SETTINGS for word in ("-c", setting))
_UNADVERTISED = ("not our ref", "unadvertised object")  # such a server gives no single commit
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_SIMPLE = "dumb http transport does not support shallow"  # such a server has all of it or nothing
_LINK_MODE = "160000"  # of an entry that is a commit of another repository
_FIELDS = re.compile(r"(?P<mode>\d+) \w+ (?P<object>[0-9a-f]+) +(?P<size>\d+|-)\t(?P<path>.*)", re.DOTALL)
_FORBIDDEN = "slashdock may not fetch {} for a build. The policy says which addresses it may ([build] remotes)."
_LARGE = f"This repository has more than {LIMIT // 1024 // 1024} MB, which is the most that slashdock sends."
_SLOW = f"git took more than {PATIENCE} s to fetch this repository."
_MANY = f"This repository has more than {SUBMODULES} others in it, which is the most that slashdock fetches."
_MISSING = "unable to find 'git': exec: \"git\": executable file not found in $PATH"
_CLONING = "unable to 'git clone' to temporary context directory"

Allowed = Callable[[Address | None], bool]


class GitError(Exception):
    """git failed; said is what it printed, ended how it ended, in Go's words."""

    def __init__(self, said: str, ended: str) -> None:
        super().__init__(f"{said}: {ended}")
        self.said = said


@dataclass(frozen=True)
class Reference:
    """What of which repository: the address for git, what to fetch there, and the folder of it that is meant."""

    remote: str
    ref: str
    folder: str


@dataclass
class _Left:
    """What may still be fetched: bytes and repositories."""

    octets: int = LIMIT
    repositories: int = SUBMODULES + 1


def reference(text: str) -> Reference:
    """What an address of a line means; raises ValueError in docker's words."""
    remote, _, fragment = text.partition("#")
    if not remote.startswith(("git@", "git://", "http://", "https://")):
        remote = f"https://{remote}"
    ref, _, folder = (fragment if remote.startswith("git@") else unquote(fragment)).partition(":")
    if ref.startswith("-"):
        raise ValueError(f"invalid refspec: {ref}")
    return Reference(remote, ref or MASTER, folder)


@contextmanager
def cloned(text: str, allowed: Allowed) -> Iterator[tuple[Path, Path]]:
    """The folder that is meant, and the repository's own above it; gone with the block.

    Raises Refusal where the settings do not allow it, ValueError in docker's words.
    """
    try:
        meant = reference(text)
    except ValueError as error:
        raise ValueError(f"{_CLONING}: {error}") from None
    _check(meant.remote, allowed)
    if shutil.which("git") is None:
        raise ValueError(_MISSING)
    with tempfile.TemporaryDirectory(prefix="slashdock-git-", ignore_cleanup_errors=True) as made:
        root = Path(made) / "context"
        root.mkdir()
        try:
            _fetched(root, meant.remote, meant.ref, allowed, _Left())
            place = _place(root, meant.folder)
        except ValueError as error:
            raise ValueError(f"{_CLONING}: {error}") from None
        yield place, root


def _check(remote: str, allowed: Allowed) -> None:
    if not allowed(remotes.repository(remote)):
        raise Refusal(_FORBIDDEN.format(remote))


def _place(root: Path, folder: str) -> Path:
    """A folder of the repository, links followed; raises ValueError where it leads out of it, or is none."""
    place = Path(os.path.realpath(root / folder.lstrip("/")))
    if not place.is_relative_to(root.resolve()):
        raise ValueError(f'error setting git context, "{folder}" not within git root')
    if not place.exists():
        raise ValueError(f"stat {place}: no such file or directory")
    if not place.is_dir():
        raise ValueError(f"error setting git context, not a directory: {place}")
    return place


def _fetched(root: Path, remote: str, ref: str, allowed: Allowed, left: _Left) -> None:
    """Fetch a repository into an empty folder, with those that it has as parts; raises Refusal and ValueError."""
    left.repositories -= 1
    if left.repositories < 0:
        raise Refusal(_MANY)
    _stepped(f"failed to init repo at {root}", root, "init")
    _stepped(f"failed add origin repo at {remote}", root, "remote", "add", "origin", remote)
    _fetch(root, ref)
    links = _measured(root, ref if _COMMIT.fullmatch(ref) else "FETCH_HEAD", left)
    try:
        _git(root, "checkout", ref)
    except GitError as first:
        try:
            _git(root, "checkout", "FETCH_HEAD")
        except GitError:
            raise ValueError(f"error checking out {ref}: {first}") from None
    for words in _ALIKE:  # so that the same commit is the same to the last byte, however often it is fetched
        _stepped("error fetching", root, *words)
    if links:
        _parts(root, links, allowed, left)


def _fetch(root: Path, ref: str) -> None:
    try:
        _git(root, "fetch", "--depth", "1", "origin", "--", ref)
    except GitError as error:
        if _SIMPLE in error.said:
            _stepped("error fetching", root, "fetch", "origin", "--", ref)
        elif _COMMIT.fullmatch(ref) and any(text in error.said for text in _UNADVERTISED):
            _stepped("error fetching", root, "fetch", "origin")
        else:
            raise ValueError(f"error fetching: {error}") from None


def _stepped(doing: str, root: Path, *words: str) -> str:
    try:
        return _git(root, *words)
    except GitError as error:
        raise ValueError(f"{doing}: {error}") from None


def _measured(root: Path, revision: str, left: _Left) -> dict[str, str]:
    """Count what would be checked out, before it is; the commits of other repositories in it by their paths."""
    links = {}
    listed = _stepped("error fetching", root, "ls-tree", "-r", "-l", "-z", revision)
    for each in filter(None, listed.split("\0")):
        found = _FIELDS.fullmatch(each)
        if found is None:
            continue
        if found["mode"] == _LINK_MODE:
            links[found["path"]] = found["object"]
        left.octets -= _BLOCK + (0 if found["size"] == "-" else int(found["size"]))
    if left.octets < 0:
        raise Refusal(_LARGE)
    return links


def _parts(root: Path, links: dict[str, str], allowed: Allowed, left: _Left) -> None:
    """Fetch the repositories that are parts of this one, each from an address that the policy allows, too."""
    modules = root / ".gitmodules"
    if modules.is_symlink() or not modules.is_file():
        return
    _stepped("error initializing submodules", root, "submodule", "init")
    for path, remote in _modules(root):
        if path in links and (commit := links[path]):
            _check(remote, allowed)
            place = root / path
            if Path(os.path.realpath(place)) != root.resolve() / path:
                raise Refusal(_FORBIDDEN.format(remote))
            place.mkdir(parents=True, exist_ok=True)
            _fetched(place, remote, commit, allowed, left)


def _modules(root: Path) -> Iterator[tuple[str, str]]:
    """The paths of the parts and their addresses, which git has made whole."""
    told = _git(root, "config", "-z", "--file", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$")
    for each in filter(None, told.split("\0")):
        key, _, path = each.partition("\n")
        with suppress(GitError):
            yield path, _git(root, "config", "--get", f"{key.removesuffix('.path')}.url").rstrip("\n")


def _git(root: Path, *words: str) -> str:
    """What git prints; raises GitError where it fails, Refusal where it takes too much time or room."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | _SAFE
    line = ["sh", "-c", _LIMITED, "sh", str(LIMIT // _BLOCK), "git", *_CONFIG, *words]
    with tempfile.TemporaryFile(dir=root.parent) as said:
        running = subprocess.Popen(  # noqa: S603 - the words are ours and addresses that were read
            line, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
        try:
            code = running.wait(PATIENCE)
        except BaseException as end:
            _end(running)
            if isinstance(end, subprocess.TimeoutExpired):
                raise Refusal(_SLOW) from None
            raise
        told = _told(said)
    if code and f"signal {signal.SIGXFSZ.value}" in told:
        raise Refusal(_LARGE)
    if code:
        raise GitError(told[:SAID], f"exit status {code}" if code > 0 else f"signal: {signal.strsignal(-code)}".lower())
    return told


def _told(said: IO[bytes]) -> str:
    if said.tell() > LISTED:
        raise Refusal(_LARGE)
    said.seek(0)
    return said.read().decode("utf-8", "surrogateescape")


def _end(running: subprocess.Popen[bytes]) -> None:
    """Leave nothing of it behind, neither what it started."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
