"""What people ask about their own rights: whoami, can-i, why and role ls, on a real pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import harness
import pytest
from docker.api.client import APIClient
from harness import Bench

from bot import text
from bot.policy import Policy
from bot.request import Actor, Member, Status
from commands import catalog
from commands.catalog import UsageError

RULES = """\
version = 1

[people]
alice = { slack = ["U0ALICE01"], roles = ["dev"] }
allan = { slack = ["U0ALLAN01"], roles = ["dev"] }
bob   = { slack = ["U0BOB0001", "U0BOB0002"], roles = ["sre"] }
carol = { slack = ["U0CAROL01"], roles = [] }

[groups]
S0ONCALL1 = ["sre"]

[channels]
allow = ["C0OPS00001"]

[protect]
containers = ["idle"]

[approvals.two]
need = 2
from = ["sre"]

[[roles.dev.allow]]
verbs = ["see", "restart"]
on    = ["name:web", "name:gone*"]

[[roles.dev.allow]]
verbs    = ["logs"]
on       = ["name:web"]
channels = ["C0OPS00001"]

[[roles.dev.allow]]
verbs   = ["kill"]
on      = ["name:web"]
approve = "two"

[[roles.sre.allow]]
verbs = ["see", "read", "act", "change"]
on    = ["*"]

[[deny]]
verbs = ["see", "read", "act", "change"]
on    = ["name:crash"]
"""
ALICE, BOB, CAROL, DAVE, MALLORY = "U0ALICE01", "U0BOB0001", "U0CAROL01", "U0DAVE001", "U0MALLORY"


@dataclass(frozen=True)
class OnCall:
    """A directory in which Dave alone is in a user group."""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - what a Directory is asked
        """An active member."""
        return Member(groups=frozenset({"S0ONCALL1", "S0OTHERS1"} if actor.id == DAVE else ()))


def _bench(engine: str, folder: Path) -> Bench:
    policy = Policy.parse(RULES, "policy.toml", [verb.spec for verb in catalog.load()])
    return harness.bench(engine, folder, policy, OnCall())


@pytest.fixture
def spoken(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A bot of a small team, at an engine with the world on it."""
    made = _bench(fresh_world, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Bench]:
    """The same bot where no engine answers."""
    made = _bench(f"unix://{tmp_path}/nothing.sock", tmp_path / "data")
    yield made
    made.close()


def _told(bench: Bench, line: str, person: str, **facts: str) -> str:
    outcome = bench.say(line, person, **facts)
    assert outcome.status is Status.DONE, outcome
    return text.docker(outcome.reply)


# --- whoami ---------------------------------------------------------------------------------------------


def test_whoami_tells_what_the_policy_knows_of_one(alone: Bench) -> None:
    """Name, id, roles, where slashdock listens, and what some rule of theirs names: without an engine."""
    assert _told(alone, "whoami", ALICE) == (
        "Person:     alice (U0ALICE01)\n"
        "Roles:      dev\n"
        "Host:       local\n"
        "Listens in: C0OPS00001\n"
        "Classes:    see\n"
        "Verbs:      `container kill`, `container restart`\n"
    )
    assert "Verbs:      `container kill`, `container logs`, `container restart`\n" in _told(
        alone, "whoami", ALICE, channel="C0OPS00001"
    )


def test_whoami_tells_of_other_accounts_and_of_groups(alone: Bench) -> None:
    """One human is one, and a group that gives roles is named; one that gives none is not."""
    assert "Person:     bob (U0BOB0002)\nAccounts:   U0BOB0001\n" in _told(alone, "whoami", "U0BOB0002")
    assert _told(alone, "whoami", DAVE).startswith(
        "Person:     U0DAVE001, not listed by name\nRoles:      none of your own\nGroup:      S0ONCALL1 gives sre\n"
    )
    assert "Classes:    none\n" in _told(alone, "whoami", CAROL)


@pytest.mark.parametrize("line", ["whoami", "can-i ps", "why", "why 1", "role ls"])
def test_a_stranger_learns_nothing(alone: Bench, line: str) -> None:
    """These are for everyone who is listed, and for nobody else."""
    assert alone.say(line, MALLORY).status is Status.DENIED


# --- can-i ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "line", "answer"),
    [
        (ALICE, "restart web", "yes: The role dev allows `container restart` (class act) on name:gone*, name:web (p"),
        (ALICE, "restart -t 1 web", "yes: The role dev"),
        (ALICE, "docker restart web", "yes: The role dev"),
        (ALICE, "-- -H local restart web", "yes: The role dev"),
        (ALICE, "kill web", "yes, once others agree: The role dev allows `container kill` (class act) on name:web (p"),
        (ALICE, "logs web", "no: Your role dev allows `container logs` (class read) only in channel C0OPS00001"),
        (ALICE, "rm -f web", "no: None of your roles (dev) allows `container rm` (class change). Ask bob, who may, or"),
        (ALICE, "info", "no: `system info` (class see) is about everything"),
        (BOB, "rm -f web", "yes: The role sre"),
        (BOB, "rm -f idle", "no: idle is protected ([protect] in policy.toml (line 16) names idle"),
        (BOB, "run -d --privileged busybox", "no: This gives root on the host (privileged)"),
        (BOB, "can-i rm web", "yes: Everyone in policy.toml may use `can-i`."),
        (CAROL, "ps", "no: None of your roles (none) allows `container ls` (class see)."),
        (BOB, "rm --nope web", "nobody can say: unknown flag: --nope"),
        (BOB, "-- -H mars ps", 'nobody can say: No engine is named "mars" here.'),
    ],
)
def test_can_i_answers_for_a_line_with_the_reason(spoken: Bench, person: str, line: str, answer: str) -> None:
    """Yes, yes once others agree, no, or that the line cannot be judged: by the words as they would be typed."""
    assert _told(spoken, f"can-i {line}", person).startswith(answer)


@pytest.mark.parametrize(
    "line", ["rm -f web", "restart web", "logs db", "restart crash", "ps", "stop idle", "rmi app:1.0"]
)
@pytest.mark.parametrize("person", [ALICE, CAROL, DAVE])
def test_can_i_says_of_a_refusal_what_the_line_itself_would(spoken: Bench, person: str, line: str) -> None:
    """The same words where it is refused; what is allowed or fails at the engine is not refused."""
    asked = _told(spoken, f"can-i {line}", person)
    if asked.startswith("no: "):
        outcome = spoken.say(line, person)
        assert (outcome.status, outcome.reply.error) == (Status.DENIED, asked.removeprefix("no: ").rstrip("\n"))


def test_can_i_runs_nothing(spoken: Bench, fresh_world: str) -> None:
    """The container is still there, and the engine was changed by nothing."""
    assert _told(spoken, "can-i rm -f web", BOB).startswith("yes: ")
    client = APIClient(base_url=fresh_world, version="1.41")
    try:
        assert client.inspect_container("web")["State"]["Running"]
    finally:
        client.close()


@pytest.mark.parametrize("person", [ALICE, BOB])
def test_can_i_tells_nothing_of_what_the_asker_may_not_see(spoken: Bench, person: str) -> None:
    """A hidden name and one that nothing has are answered in the same words."""
    for verb in ("restart", "logs", "rm", "inspect"):
        hidden, gone = (spoken.say(f"can-i {verb} {name}", person).reply for name in ("crash", "crazy"))
        shown = [text.docker(each) + text.added(each) for each in (hidden, gone)]
        assert shown[0].replace("crash", "crazy") == shown[1]


def test_can_i_and_the_line_answer_alike_whether_a_hidden_name_is_there(spoken: Bench, fresh_world: str) -> None:
    """What a deny rule hides by its name is no other when it is gone."""
    before = [spoken.say(line, BOB).reply for line in ("can-i logs crash", "logs crash")]
    client = APIClient(base_url=fresh_world, version="1.41")
    client.remove_container("crash")
    client.close()
    assert [spoken.say(line, BOB).reply for line in ("can-i logs crash", "logs crash")] == before


def test_can_i_says_that_a_name_is_nothing(spoken: Bench) -> None:
    """One may, and it would fail."""
    reply = spoken.say("can-i restart gone1", ALICE).reply
    assert text.docker(reply).startswith("yes: ")
    assert "No such container: gone1" in text.added(reply)


def test_can_i_without_an_engine_says_what_needs_none(alone: Bench) -> None:
    """A refusal that needs no look is one; where a look is needed, nobody can say."""
    assert _told(alone, "can-i rm web", ALICE).startswith("no: None of your roles")
    assert _told(alone, "can-i restart web", ALICE).startswith("nobody can say: Cannot connect to the Docker daemon")


# --- why ------------------------------------------------------------------------------------------------


def test_why_explains_the_last_line_that_did_not_end_well(alone: Bench) -> None:
    """By any of one's accounts; neither what was done nor another's, nor a why that failed."""
    assert _told(alone, "why", ALICE) == "Nothing of yours was refused, held or ended otherwise than well.\n"
    refused = alone.say("rm web", ALICE)
    alone.say("help", ALICE)
    alone.say("restart web", BOB)
    alone.say("why 99", ALICE)
    told = _told(alone, "why", ALICE)
    assert _told(alone, "why last", ALICE) == _told(alone, "why LAST", ALICE) == told
    assert told.startswith(
        f"Number:   {refused.number}\nLine:     container rm web\nPerson:   alice\nVerdict:  denied\n"
    )
    assert "Verdict:  denied\nBecause:  None of your roles (dev) allows" in told
    assert "Status:   denied\n" in told
    assert "Error:    Cannot connect" not in _told(alone, "why", "U0BOB0002")
    assert "Status:   failed\n" in _told(alone, "why", "U0BOB0002")


def test_why_explains_what_was_allowed(spoken: Bench) -> None:
    """By the rule and its line."""
    number = spoken.say("restart -t 0 web", ALICE).number
    told = _told(spoken, f"why {number}", ALICE)
    assert "Verdict:  allow\nBecause:  The role dev allows `container restart` (class act)" in told
    assert "(policy.toml, line 22)" in told


def test_why_shows_others_what_audit_show_would(spoken: Bench) -> None:
    """Whoever may read the record; others get the answer for a number that is not there, their own excepted."""
    number = spoken.say("rm web", BOB, channel="C0OPS00001").number
    own = spoken.say("rm web", CAROL).number
    assert f"Number:   {number}\n" in _told(spoken, f"why {number}", DAVE)
    for person in (ALICE, CAROL):
        outcome = spoken.say(f"why {number}", person)
        assert (outcome.status, outcome.reply.error) == (Status.FAILED, f"Error: No such action: {number}")
    assert f"Number:   {own}\n" in _told(spoken, f"why {own}", CAROL)
    assert spoken.say("why nonsense", BOB).status is Status.USAGE


# --- role ls --------------------------------------------------------------------------------------------


def test_whoever_sees_the_host_sees_all_roles(alone: Bench) -> None:
    """In words, with who has them and the line of each rule."""
    shown = "role ls --format '{{.Role}}|{{.Verbs}}|{{.On}}|{{.Where}}|{{.Once}}|{{.Line}}|{{.People}}'"
    assert _told(alone, shown, BOB).splitlines() == [
        "dev|see, container restart|name:web, name:gone*|everywhere||22|alice, allan",
        "dev|container logs|name:web|in channel C0OPS00001||26|alice, allan",
        "dev|container kill|name:web|everywhere|2 other people of sre agree (approval two)|31|alice, allan",
        "sre|see, read, act, change|*|everywhere||36|bob, S0ONCALL1",
    ]
    assert _told(alone, "role ls", BOB).splitlines()[0].split() == [
        "ROLE", "ALLOWS", "ON", "WHERE", "ONCE", "LINE", "WHO",
    ]  # fmt: skip
    assert _told(alone, "role ls -q", BOB) == "dev\nsre\n"


def test_everybody_else_sees_their_own_roles(alone: Bench) -> None:
    """And nobody who has them beside."""
    assert _told(alone, "role ls -q", ALICE) == "dev\n"
    assert set(_told(alone, "role ls --format '{{.People}}'", ALICE).split()) == {"alice"}
    assert text.added(alone.say("role ls", CAROL).reply) == "You have no role.\n"


def test_a_line_for_can_i_needs_a_verb() -> None:
    """As exec does."""
    with pytest.raises(UsageError):
        catalog.load().parse("can-i")
