"""Lines about what is not there: nobody is asked to agree to an error, and nothing is done without being agreed to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from every_verb import EVERY
from harness import Bench, bench
from offices import told
from proxy import Proxy

from bot.policy import Policy
from bot.request import Status
from commands import catalog
from commands.spec import Permission

ADA = "U0ADA00001"
POLICY = f"""
version = 1
[people]
ada = {{ slack = ["{ADA}"], roles = ["dev"] }}
bob = {{ slack = ["U0BOB00001"], roles = ["second"] }}
[approvals.second]
from = ["second"]
[[roles.dev.allow]]
verbs = ["see", "read"]
on = ["*"]
[[roles.dev.allow]]
verbs = ["act", "change", "enter", "root"]
on = ["*"]
approve = "second"
[[roles.second.allow]]
verbs = ["see"]
on = ["*"]
"""
CATALOG = catalog.load()
NAMED = {
    name: line
    for name, line in EVERY.items()
    if (command := CATALOG.parse(line.text).command).spec.permission.changes
    and command.spec.permission is not Permission.LISTED
    and any(not target.made for target in command.targets())
}
ANYWAY = {"container create", "container run", "image build", "image pull"}  # what acts whatever is there
INLINE = {"dockerfile": "FROM busybox"}


def of_nothing(name: str) -> str:
    """The line of a verb, about names that nothing has."""
    said = NAMED[name].text
    for target in CATALOG.parse(said).command.targets():
        said = said if target.made else re.sub(rf"(?<!\S){re.escape(target.ref)}(?![^\s:])", "absent", said)
    return said


@pytest.fixture
def proxy(engine: str) -> Proxy:
    """What notes every request."""
    return Proxy(engine)


@pytest.fixture
def empty(proxy: Proxy, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline before which nothing of what is named here is there, and where a second person must agree to all."""
    policy = Policy.parse(POLICY, "policy.toml", tuple(verb.spec for verb in CATALOG))
    with proxy.serve(tmp_path) as host:
        made = bench(host, tmp_path / "data", policy)
        yield made
        made.close()


@pytest.mark.parametrize("name", sorted(NAMED))
def test_nobody_is_asked_to_agree_to_an_error(empty: Bench, proxy: Proxy, name: str) -> None:
    """It is said at once what is not there, and the engine is asked for looks alone; what makes something waits."""
    command = CATALOG.parse(of_nothing(name)).command
    outcome = empty.say(of_nothing(name), ADA, given=NAMED[name].given)
    assert proxy.changes() == []
    made = name in ANYWAY or any(target.made for target in command.targets())
    assert (outcome.status is Status.HELD) == made
    assert "absent" in str(outcome.reply.parts) or made


def test_what_acts_on_nothing_that_it_names_waits(empty: Bench) -> None:
    """An image is made, though it gets no name and the network is not there."""
    assert empty.say("build --network container:absent -", ADA, given=INLINE).status is Status.HELD


def test_nobody_is_asked_for_a_network_that_builds_may_not_use(empty: Bench) -> None:
    """Whether it is there or not."""
    said = empty.say("build --network absent -", ADA, given=INLINE)
    assert (said.status, "may not use the network absent" in told(said)) == (Status.FAILED, True)
