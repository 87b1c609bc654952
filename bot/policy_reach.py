"""Rules that could never be about anything: told when the file is read, since whoever wrote one counts on it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.selector import WILD, Selector
from commands import naming
from commands.spec import Permission, Spec

# What the objects are that selectors of these sorts are about; all other sorts go by what any kind can have.
_SORTS = {
    "name": {"container"},
    "image": {"image", "container"},
    "network": {"network"},
    "volume": {"volume"},
}
_GROUPS = {"image": {"image"}, "network": {"network"}, "volume": {"volume"}}
_BOTH = {"network connect": {"network", "container"}, "network disconnect": {"network", "container"}}
_ONLY_CONTAINERS = {Permission.SEE, Permission.READ, Permission.ACT}  # other verbs of them touch what they have, too
_WITHOUT = {"login", "logout", "search", "schedule run"}  # verbs with words that stand for no object
DENY, REQUIRE = "deny", "require"
_NAMES = {"name": "container", "network": "network", "volume": "volume", "image": "image", "host": "host"}
_OPEN = re.compile(r"\[(?![^\]]+\])")  # a glob takes it as it is, and no name has one
_ANY = re.compile(r"\[[^\]]+\]|[*?]")
_PLAIN = re.compile(r"[A-Za-z0-9*?\[][\w.\-*?\[\]!^]*", re.ASCII)
_HUB = re.compile(r"(index\.)?docker\.io(/(library/)?)?|library/")


def about_nothing(name: str, spec: Spec, on: Iterable[Selector], rule: str) -> str:
    """Why a rule about this verb and these objects could never hold, empty where it could.

    rule is the table that it stands in: deny, require, or another where it gives a right.
    """
    selectors = tuple(on)
    sorts = sorted({each.text.partition(":")[0] for each in selectors})
    if spec.permission is Permission.LISTED and rule != DENY:
        return f"`{name}` is for everyone who is listed, so that no such rule is about it"
    finds = bool(spec.does) and rule in {DENY, REQUIRE}  # what it finds by itself is judged by these
    if _is_about_none(spec) and not finds and selectors and not any(each.is_wide for each in selectors):
        return f"`{name}` is about no object but the whole host, so that only '*' or host:NAME selects it"
    kinds = _kinds(spec)
    if kinds and sorts and all(kinds.isdisjoint(_SORTS.get(sort, kinds)) for sort in sorts):
        told = " and ".join(f"{sort}:" for sort in sorts)
        wanted = " or ".join("name:GLOB" if kind == "container" else f"{kind}:GLOB" for kind in sorted(kinds))
        return f"`{name}` is never done to what {told} is about; expected {wanted}"
    return ""


def never_matches(selector: Selector) -> str:
    """Why no object could ever be selected, empty where one could."""
    sort, _, glob = selector.text.partition(":")
    key = glob.partition("=")[0]
    if sort == "label" and (WILD.search(key) or key != key.strip()):
        return f"the key of a label is taken as it is; expected no wildcard and no blank before the = of {glob!r}"
    return no_name(_NAMES[sort], glob) if sort in _NAMES else ""


def no_name(kind: str, glob: str) -> str:
    """Why nothing of a kind could have a name like this, empty where something could."""
    if _OPEN.search(glob):
        return f"the bracket in {glob!r} is not closed, so that no name fits"
    if kind in {"container", "volume"} and not _PLAIN.fullmatch(glob):
        return f"no {kind} has a name like {glob!r}; expected a glob of names, such as 'db-*'"
    return _no_image(glob) if kind == "image" else ""


def _is_about_none(spec: Spec) -> bool:
    nothing_named = not spec.arguments and not spec.filtered
    return nothing_named or spec.name in _WITHOUT or spec.permission is Permission.LISTED


def _kinds(spec: Spec) -> set[str]:
    """What kinds of objects the verb is done to; empty where they may be any."""
    group = spec.name.split()[0]
    if spec.does:
        return {verb.split()[0] for verb in spec.does}
    if group in {"container", "compose"} and spec.permission in _ONLY_CONTAINERS:
        return {"container"}
    return _BOTH.get(spec.name) or _GROUPS.get(group) or set()


def _no_image(glob: str) -> str:
    hub = _HUB.match(glob)
    if hub and WILD.search(glob):
        return f"docker calls what is on Docker Hub without {hub[0]!r}; expected {glob[hub.end() :]!r}"
    if "@" in glob and WILD.search(glob):
        return ""
    try:
        naming.normalized(_ANY.sub("x", glob))
    except ValueError:
        return f"no image has a name like {glob!r}; expected such as 'app:*' or 'registry.example.org/*'"
    return ""
