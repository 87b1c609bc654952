"""Rules that could never be about anything: told when the file is read, since whoever wrote one counts on it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.selector import Selector
from commands.spec import Permission, Spec

# What the objects are that selectors of these sorts are about; all other sorts go by what any kind can have.
_SORTS = {
    "name": {"container"},
    "image": {"image", "container"},
    "network": {"network"},
    "volume": {"volume"},
}
_GROUPS = {"image": {"image"}, "network": {"network"}, "volume": {"volume"}}  # verbs of other groups touch several
_BOTH = {"network connect": {"network", "container"}, "network disconnect": {"network", "container"}}
_OPEN = re.compile(r"\[(?![^\]]+\])")  # a glob takes it as it is, and no name has one
_NAMES = {"name", "network", "volume", "image", "host"}


def about_nothing(name: str, spec: Spec, on: Iterable[Selector], *, is_deny: bool) -> str:
    """Why a rule about this verb and these objects could never hold, empty where it could."""
    sorts = sorted({each.text.partition(":")[0] for each in on})
    if spec.permission is Permission.LISTED and not is_deny:
        return f"`{name}` is for everyone who is listed, so that no such rule is about it"
    if not spec.arguments and not spec.filtered and not any(each.is_wide for each in on):
        return f"`{name}` is about no object but the whole host, so that only '*' or host:NAME selects it"
    kinds = _BOTH.get(spec.name) or _GROUPS.get(spec.name.split()[0])
    if kinds is not None and sorts and all(kinds.isdisjoint(_SORTS.get(sort, kinds)) for sort in sorts):
        told = " and ".join(f"{sort}:" for sort in sorts)
        return f"`{name}` is never done to what {told} is about; expected {' or '.join(sorted(kinds))}:GLOB"
    return ""


def never_matches(selector: Selector) -> str:
    """Why no object could ever be selected, empty where one could."""
    sort, _, glob = selector.text.partition(":")
    return unclosed(glob) if sort in _NAMES else ""


def unclosed(glob: str) -> str:
    """What is wrong with a glob of names, empty where nothing is."""
    return f"the bracket in {glob!r} is not closed, so that no name fits" if _OPEN.search(glob) else ""


def no_name(kind: str, glob: str) -> str:
    """Why nothing of a kind could have such a name, empty where something could."""
    if kind != "image" and ":" in glob:
        return f"no {kind} has a name like {glob!r}; expected a glob of names, such as 'db-*'"
    return unclosed(glob)
