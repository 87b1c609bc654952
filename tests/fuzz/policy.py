"""A policy file: read, or refused with the line of each fault."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.policy import Asker, Policy, PolicyError
from bot.policy_file import CLASSES, KINDS, RULE_KEYS, TABLES
from commands import catalog
from fuzz.target import must, text

SOURCE = "policy.toml"
SPECS = tuple(verb.spec for verb in catalog.load())
HOSTS = frozenset({"local", "prod"})
_FAULT = re.compile(rf"{SOURCE}, line (\d+): .+", re.DOTALL)


def check(case: bytes) -> None:
    """A fault names a line that is there; who is not named may do nothing by whatever was read."""
    written = text(case)
    try:
        policy = Policy.parse(written, SOURCE, SPECS, HOSTS)
    except PolicyError as refused:
        must(refused.faults, "a refusal says why")
        for fault in refused.faults:
            found = _FAULT.fullmatch(fault)
            must(found and 1 <= int(found[1]) <= written.count("\n") + 1, f"a line of the file: {fault}")
        return
    must(not policy.usable(Asker("U0NOBODY01"), SPECS), "nobody is nobody")


def words() -> Iterator[str]:
    """Tables, keys, classes and what selects."""
    yield from (*TABLES, *RULE_KEYS, *CLASSES, *KINDS)
    yield from ("[[", "]]", '"""', "'''", "'\\n", "version = 1\n", "name:", "label:a=b", "by:me", "host:prod", "image:")
    yield from ("U0ADMIN001", "S0ONCALL1", "C0OPS00001", "15m", "2g", "slack = [", "roles = [", "elevate", "longest")
    yield from ("need", "from", "expires", "reason", "channel", "always", "binds", "networks", "ports", "memory_max")
