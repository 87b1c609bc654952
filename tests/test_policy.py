from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.policy import Allow, Asker, Deny, Hold, Object, Policy
from bot.workspace import people
from commands import catalog
from commands.spec import Permission, Spec

VERBS = catalog.load()
SPECS = tuple(verb.spec for verb in VERBS)
TEXT = """
version = 1

[people]
alice = { slack = ["U0ALICE01"], roles = ["dev"] }
bob   = { slack = ["U0BOB0001", "U0BOB0002"], roles = ["dev", "sre"] }
carol = { slack = ["U0CAROL01"], roles = [] }

[groups]
S0ONCALL1 = ["sre"]

[channels]
allow = ["C0OPS00001", "C0DEV00001"]

[protect]
containers = ["traefik", "prod-db*"]
volumes    = ["pgdata*"]

[[roles.dev.allow]]
verbs = ["see", "logs", "restart"]
on    = ["name:web-*", "project:shop", "label:tier=fr*"]

[[roles.dev.allow]]
verbs    = ["stop"]
on       = ["*"]
hosts    = ["staging"]
channels = ["C0DEV00001"]

[[roles.sre.allow]]
verbs = ["see", "read", "act", "change", "enter"]
on    = ["*"]

[[deny]]
verbs = ["act", "change"]
on    = ["project:billing"]

[[deny]]
verbs = ["see", "read", "act"]
on    = ["label:secret"]
"""
POLICY = Policy.parse(TEXT, "policy.toml", SPECS)
ALICE, BOB, CAROL, MALLORY = (Asker(each) for each in ("U0ALICE01", "U0BOB0001", "U0CAROL01", "U0MALLORY"))
WEB = Object("container", "web-1")
DB = Object("container", "db")
BILLING = Object("container", "pay", {"com.docker.compose.project": "billing"})
CLEANUP = Asker("schedule:cleanup")


def spec(name: str) -> Spec:
    """The spec of the verb with this name."""
    verb = VERBS.find(tuple(name.split()))
    assert verb is not None
    return verb.spec


def allowed(asker: Asker, verb: str, *objects: Object, policy: Policy = POLICY) -> bool:
    """Whether the policy says yes."""
    return isinstance(policy.judge(asker, spec(verb), objects), Allow)


def reason(asker: Asker, verb: str, *objects: Object, policy: Policy = POLICY) -> str:
    """Why the policy says no."""
    verdict = policy.judge(asker, spec(verb), objects)
    assert isinstance(verdict, Deny)
    return verdict.reason


@pytest.mark.parametrize(
    ("asker", "verb", "obj", "yes"),
    [
        (ALICE, "logs", WEB, True),
        (ALICE, "container logs", WEB, True),
        (ALICE, "restart", WEB, True),
        (ALICE, "inspect", WEB, True),
        (ALICE, "logs", DB, False),
        (ALICE, "kill", WEB, False),
        (ALICE, "commit", WEB, False),
        (ALICE, "logs", Object("container", "x", {"com.docker.compose.project": "shop"}), True),
        (ALICE, "logs", Object("container", "x", {"tier": "front"}), True),
        (ALICE, "logs", Object("container", "x", {"tier": "back"}), False),
        (ALICE, "logs", Object("container", "x", {"com.docker.compose.project": "shopping"}), False),
        (ALICE, "image inspect", Object("image", "web-1"), False),
        (ALICE, "image inspect", Object("image", "app", {"tier": "front"}), True),
        (BOB, "kill", DB, True),
        (BOB, "commit", DB, True),
        (BOB, "logs", BILLING, True),
        (BOB, "kill", BILLING, False),
        (BOB, "commit", BILLING, False),
        (CAROL, "logs", WEB, False),
        (CAROL, "help", WEB, True),
        (MALLORY, "help", WEB, False),
        (MALLORY, "logs", WEB, False),
    ],
)
def test_roles_verbs_and_selectors_decide(asker: Asker, verb: str, obj: Object, yes: bool) -> None:
    """Classes and names of verbs, names and labels of objects, allow and deny rules."""
    assert allowed(asker, verb, obj) is yes


def test_every_object_of_a_line_must_be_allowed() -> None:
    """One that is out of reach refuses the whole line."""
    assert allowed(ALICE, "restart", WEB, dataclasses.replace(WEB, name="web-2"))
    assert not allowed(ALICE, "restart", WEB, DB)


@pytest.mark.parametrize("verb", ["info", "audit ls", "cleanup plan"])
def test_what_is_about_the_whole_host_needs_a_rule_on_everything(verb: str) -> None:
    """A rule on some objects does not show the host, whether it is looked at early or late."""
    assert 'needs on = ["*"]' in reason(ALICE, verb)
    assert POLICY.early(ALICE, spec(verb)) is not None
    assert allowed(BOB, verb)


def test_a_line_whose_objects_are_all_gone_needs_a_rule_on_everything() -> None:
    """Nothing to be about is as wide as everything."""
    assert not allowed(ALICE, "logs")
    assert allowed(BOB, "logs")


def test_a_list_needs_a_rule_on_something() -> None:
    """What it shows is filtered, so a rule on a few objects is enough."""
    assert allowed(ALICE, "ps")
    assert not allowed(CAROL, "ps")
    assert POLICY.sight.visible(ALICE, spec("ps"), WEB)
    assert not POLICY.sight.visible(ALICE, spec("ps"), DB)
    assert POLICY.sight.visible(BOB, spec("ps"), DB)


def test_hosts_and_channels_narrow_a_rule() -> None:
    """A rule holds where both are named."""
    there = dataclasses.replace(ALICE, host="staging", channel="C0DEV00001")
    assert allowed(there, "stop", DB)
    assert not allowed(dataclasses.replace(there, host="prod"), "stop", DB)
    assert not allowed(dataclasses.replace(there, channel="C0OPS00001"), "stop", DB)
    assert not allowed(dataclasses.replace(there, channel=""), "stop", DB)
    assert "only on host staging and in channel C0DEV00001" in reason(ALICE, "stop", DB)


def test_slashdock_listens_in_listed_channels_only() -> None:
    """A terminal and a direct message are no channels."""
    assert allowed(dataclasses.replace(BOB, channel="C0OPS00001"), "kill", DB)
    assert "does not listen in this channel (C0ELSEWHERE)" in reason(
        dataclasses.replace(BOB, channel="C0ELSEWHERE"), "help"
    )
    assert allowed(dataclasses.replace(BOB, channel="D0BOB00001"), "kill", DB)
    assert not POLICY.may(dataclasses.replace(BOB, channel="C0ELSEWHERE"), Permission.SEE, DB)


def test_without_a_list_of_channels_slashdock_listens_in_all() -> None:
    """No [channels] narrows nothing."""
    policy = Policy.parse(TEXT.replace('[channels]\nallow = ["C0OPS00001", "C0DEV00001"]', ""), "policy.toml", SPECS)
    assert allowed(dataclasses.replace(BOB, channel="C0ELSEWHERE"), "kill", DB, policy=policy)


def test_a_group_gives_its_roles_to_who_is_in_it() -> None:
    """Slack's user groups stand for roles, for people whom the file does not name as well."""
    assert allowed(dataclasses.replace(MALLORY, groups=frozenset({"S0ONCALL1"})), "kill", DB)
    assert not allowed(dataclasses.replace(MALLORY, groups=frozenset({"S0OTHERS1"})), "kill", DB)
    assert POLICY.people.roles("U0ALICE01", frozenset({"S0ONCALL1"})) == ("dev", "sre")


def test_a_person_has_one_name_and_any_number_of_accounts() -> None:
    """Both accounts are the same human."""
    assert POLICY.people.person("U0BOB0001") == POLICY.people.person("U0BOB0002") == "bob"
    assert POLICY.people.actor("bob") == "U0BOB0001"
    assert POLICY.people.person("U0MALLORY") is None
    assert POLICY.people.actor("mallory") is None


# --- Objects that no rule reaches ------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["logs", "restart", "commit"])
def test_a_protected_object_is_seen_and_nothing_else(verb: str) -> None:
    """Neither reading, acting nor changing, whatever the roles; [protect] and the envelope weigh the same."""
    for obj in (Object("container", "prod-db-2"), dataclasses.replace(DB, protected="slashdock runs in it")):
        assert "is protected" in reason(BOB, verb, obj)
        assert allowed(BOB, "container inspect", obj)
        assert POLICY.sight.visible(BOB, Permission.SEE, obj)
    assert allowed(BOB, verb, DB)


def test_protection_is_of_a_kind() -> None:
    """A container of a protected volume's name is an ordinary one."""
    assert not POLICY.may(BOB, Permission.CHANGE, Object("volume", "pgdata-1"))
    assert POLICY.may(BOB, Permission.CHANGE, Object("container", "pgdata-1"))


def test_a_container_that_gives_root_is_read_and_restarted_but_not_copied_or_entered() -> None:
    """Changing or entering it needs the class root by name, which the sentence says."""
    obj = dataclasses.replace(DB, root="privileged")
    assert allowed(BOB, "logs", obj)
    assert allowed(BOB, "restart", obj)
    assert "needs the class root" in reason(BOB, "commit", obj)
    assert not POLICY.may(BOB, Permission.ENTER, obj)
    assert POLICY.may(BOB, Permission.ENTER, DB)


# --- What a refusal tells --------------------------------------------------------------------------------


def test_a_refusal_tells_what_is_missing_and_who_can_change_it() -> None:
    """The roles that one has, the class that it would take, the file."""
    told = reason(ALICE, "commit", WEB)
    assert "(dev)" in told
    assert "class change" in told
    assert "policy.toml" in told


def test_a_refusal_names_the_rule_its_line_and_whom_to_ask() -> None:
    """The line of each rule concerned; first the people who may do it to everything, then the file's keeper."""
    first, second = (at for at, line in enumerate(TEXT.splitlines(), 1) if line == "[[roles.dev.allow]]")
    deny = TEXT.splitlines().index("[[deny]]") + 1
    assert reason(ALICE, "logs", DB) == (
        "Your role dev allows `container logs` (class read) only on label:tier=fr*, name:web-*, project:shop"
        f" (policy.toml, line {first}). Ask bob, who may, or whoever keeps policy.toml."
    )
    assert f"(policy.toml, line {second})" in reason(ALICE, "stop", DB)
    assert reason(BOB, "kill", BILLING).startswith(f"A deny rule (policy.toml, line {deny}) forbids")
    assert reason(ALICE, "commit", WEB).endswith("Ask bob, who may, or whoever keeps policy.toml.")
    assert f"[protect] in policy.toml (line {TEXT.splitlines().index('[protect]') + 2})" in reason(
        BOB, "logs", Object("container", "prod-db-2")
    )
    assert "whoever keeps policy.toml to add it to [channels] (line 12)" in reason(
        dataclasses.replace(BOB, channel="C0ELSEWHERE"), "help"
    )


def test_nobody_is_named_to_be_asked_who_may_not_either() -> None:
    """Not by a role that reaches some objects alone, on another host, nor the asker; never more than three."""
    some = 'version = 1\n[people]\n{}\n[[roles.dev.allow]]\nverbs = ["see"]\non = ["*"]\n[[roles.sre.allow]]\n{}\n'
    people = "\n".join(
        f'p{at} = {{ slack = ["U0PERSON{at}"], roles = ["{"sre" if at else "dev"}"] }}' for at in range(6)
    )
    asker = Asker("U0PERSON0", host="local")
    for rule, told in {
        'verbs = ["act"]\non = ["*"]': "Ask p1, p2 or p3, who may, or whoever keeps policy.toml.",
        'verbs = ["act"]\non = ["*"]\nhosts = ["prod"]': "Whoever keeps policy.toml can change that.",
        'verbs = ["act"]\non = ["name:web-*"]': "Ask p1, p2 or p3, who may, or whoever keeps policy.toml.",
    }.items():
        policy = Policy.parse(some.format(people, rule), "policy.toml", SPECS)
        assert reason(asker, "restart", DB, policy=policy).endswith(told)
    policy = Policy.parse(some.format(people, 'verbs = ["act"]\non = ["name:web-*"]'), "policy.toml", SPECS)
    assert reason(Asker("U0PERSON1"), "restart", DB, policy=policy).endswith(
        "Whoever keeps policy.toml can change that."
    )


def test_what_needs_consent_says_whose_and_by_which_lines() -> None:
    """The rule that allows it and the one that raises the bar."""
    extra = """
[approvals.two]
need = 2
from = ["sre"]

[[roles.dev.allow]]
verbs = ["kill"]
on = ["name:web-*"]

[[require]]
verbs = ["kill"]
approve = "two"
"""
    policy = Policy.parse(TEXT + extra, "policy.toml", SPECS)
    verdict = policy.judge(ALICE, spec("kill"), (WEB,))
    assert isinstance(verdict, Hold)
    assert verdict.needs == {frozenset({"two"})}
    allow, bar = len(TEXT.splitlines()) + 6, len(TEXT.splitlines()) + 10
    assert verdict.reason == (
        "The role dev allows `container kill` (class act) on name:web-*"
        f" (policy.toml, lines {allow} and {bar}), once 2 other people of sre agree (approval two)."
    )


def test_a_stranger_is_told_the_id_to_be_listed_by() -> None:
    """Whoever keeps the file needs it."""
    assert "not listed in policy.toml" in reason(MALLORY, "ps")
    assert "U0MALLORY" in reason(MALLORY, "ps")


@pytest.mark.parametrize("verb", ["logs", "restart", "container inspect"])
def test_a_refusal_does_not_tell_whether_a_hidden_object_is_there(verb: str) -> None:
    """A name that is not there and one that may not be seen are refused in the same words."""
    hidden = [
        DB,
        BILLING,
        dataclasses.replace(DB, root="privileged"),
        dataclasses.replace(DB, protected="slashdock runs in it"),
        Object("container", "prod-db"),
    ]
    gone = Object("container", "nothere")
    assert {POLICY.judge(ALICE, spec(verb), (obj,)) for obj in hidden} == {POLICY.judge(ALICE, spec(verb), (gone,))}


def test_what_a_deny_rule_hides_is_marked_as_hidden() -> None:
    """Who may not see it gets the answer for a name that is not there."""
    secret = Object("container", "vault", {"secret": "yes"})
    unseen, seen = (POLICY.judge(BOB, spec("restart"), (obj,)) for obj in (secret, BILLING))
    assert isinstance(unseen, Deny)
    assert isinstance(seen, Deny)
    assert (unseen.hidden, seen.hidden) == (True, False)


def test_an_allow_names_the_role() -> None:
    """The record says by which right something was done."""
    verdict = POLICY.judge(BOB, spec("kill"), (WEB,))
    assert isinstance(verdict, Allow)
    assert "role sre" in verdict.reason


def test_help_shows_what_is_usable() -> None:
    """Verbs that would be refused early are left out."""
    assert {each.name for each in POLICY.usable(CAROL, SPECS)} == {
        each.name for each in SPECS if each.permission is Permission.LISTED
    }
    names = {each.name for each in POLICY.usable(ALICE, SPECS)}
    assert {"container ls", "container logs", "container restart"} <= names
    assert not names & {"container kill", "container commit", "system info", "container stop"}
    assert POLICY.usable(MALLORY, SPECS) == ()


# --- The schedule, the sample, no file -------------------------------------------------------------------


def other_verbs() -> Iterator[str]:
    """Everything but the cleanup."""
    return (each.name for each in SPECS if each.name != "cleanup run")


def test_the_nightly_cleanup_runs_the_cleanup_and_nothing_else() -> None:
    """On images alone, in whatever channel it reports to."""
    assert allowed(dataclasses.replace(CLEANUP, channel="C0ELSEWHERE"), "cleanup run")
    assert POLICY.may(CLEANUP, spec("cleanup run"), Object("image", "sha256:0"))
    assert not POLICY.may(CLEANUP, spec("cleanup run"), WEB)
    assert not any(allowed(CLEANUP, verb) or allowed(CLEANUP, verb, WEB) for verb in other_verbs())


def test_the_nightly_cleanup_obeys_deny_rules() -> None:
    """A deny rule restricts it like everybody."""
    everything = '[[deny]]\nverbs = ["change"]\non = ["*"]\n'
    assert not allowed(CLEANUP, "cleanup run", policy=Policy.parse(TEXT + everything, "policy.toml", SPECS))


def test_another_schedule_has_no_rights() -> None:
    """Only the built-in one is known."""
    assert not any(allowed(Asker("schedule:other"), each.name) for each in SPECS)


def test_the_sample_people_are_the_local_workspaces() -> None:
    """The ids in the sample policy are those of the workspace's people, the stranger being nobody."""
    policy = Policy.sample(SPECS)
    ids = (people.ADMIN, people.OPERATOR, people.VIEWER, people.STRANGER)
    assert [policy.people.person(each) for each in ids] == ["admin", "operator", "viewer", None]


@pytest.mark.parametrize(
    ("person", "verbs"),
    [
        (people.ADMIN, {"ps", "logs", "restart", "commit", "cleanup run", "help"}),
        (people.OPERATOR, {"ps", "logs", "restart", "commit", "cleanup run", "help"}),
        (people.VIEWER, {"ps", "help"}),
        (people.STRANGER, set[str]()),
    ],
)
def test_the_sample_people_differ_in_what_they_may(person: str, verbs: set[str]) -> None:
    """Admin, operator, viewer and stranger show the classes."""
    asked = ("ps", "logs", "restart", "commit", "cleanup run", "help")
    policy = Policy.sample(SPECS)
    assert {verb for verb in asked if policy.early(Asker(person), spec(verb)) is None} == verbs


def test_without_a_file_nobody_may_anything_and_is_told_how_to_begin(tmp_path: Path) -> None:
    """The refusal names the file, the command that writes it and the asker's id."""
    policy = Policy.empty(tmp_path / "policy.toml")
    assert policy.usable(ALICE, SPECS) == ()
    told = reason(ALICE, "help", policy=policy)
    assert f"slashdock policy init --admin {ALICE.id}" in told
    assert str(tmp_path / "policy.toml") in told
