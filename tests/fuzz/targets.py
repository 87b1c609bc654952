"""All that is fuzzed, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz import documents, grammar, http, policy, slack, sockets, times, unslack
from fuzz.target import Target

TARGETS: Mapping[str, Target] = {
    "grammar": Target(grammar.check, grammar.words),
    "unslack": Target(unslack.check, unslack.words),
    "http": Target(http.check, slack.words, 4_096, documents.mutated),
    "sockets": Target(sockets.check, slack.words, 4_096, documents.mutated),
    "policy": Target(policy.check, policy.words, 2_048),
    "times": Target(times.check, times.words, 128),
}
