from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from harness import PROJECT
from hypothesis import given
from hypothesis import strategies as st

from bot import policy_init
from bot.policy import Asker, Hold, Object, Policy, PolicyError
from bot.toml_lines import lines
from commands import catalog

SPECS = tuple(verb.spec for verb in catalog.load())
PAGE = PROJECT / "docs" / "policy.md"
STEPS = PROJECT / "docs" / "permissions.md"
GOOD = """\
version = 1

[people]
alice = { slack = ["U0ALICE01"], roles = ["dev"] }
bob = { slack = ["U0BOB0001", "U0BOB0002"], roles = ["dev", "sre"] }

[groups]
S0ONCALL1 = ["sre"]

[channels]
allow = ["C0OPS00001"]

[protect]
containers = ["traefik"]

[[roles.dev.allow]]
verbs = [
    "see",
    "logs",  # a comment with "restart"
    "restart",
]
on = ["name:web-*"]

[[roles.sre.allow]]
verbs = ["act"]
on = ["*"]
hosts = ["prod"]

[[deny]]
verbs = ["change"]
on = ["project:billing"]
"""


def faults(text: str, hosts: frozenset[str] | None = None) -> tuple[str, ...]:
    """What is wrong with a policy."""
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text, "policy.toml", SPECS, hosts)
    return caught.value.faults


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        ("version = 1", "version = 2", 1, "expected version = 1"),
        ("version = 1", "version = true", 1, "expected version = 1"),
        ("version = 1\n", "\n", 1, "expected version = 1"),
        ("[people]", "[peeple]", 3, "unknown key 'peeple'; did you mean 'people'?"),
        ('slack = ["U0ALICE01"]', 'slak = ["U0ALICE01"]', 4, "unknown key 'slak'; did you mean 'slack'?"),
        ('["U0ALICE01"]', '["alice"]', 4, "'alice' is no Slack user id"),
        ('["U0ALICE01"]', '"U0ALICE01"', 4, 'expected slack = ["...", ...]'),
        ('["U0ALICE01"]', "[]", 4, "slack is empty"),
        ('["U0ALICE01"]', '["U0BOB0002"]', 5, "U0BOB0002 is alice's already"),
        ('roles = ["dev", "sre"]', 'roles = ["dev", "ser"]', 5, "no role 'ser' is written here; did you mean 'sre'?"),
        (', roles = ["dev"]', "", 4, "roles is missing"),
        ("alice =", "U0ALICE02 =", 4, "expected a person's name"),
        ('alice = { slack = ["U0ALICE01"], roles = ["dev"] }', "alice = 1", 4, "expected alice to be a table"),
        ("S0ONCALL1", "oncall", 8, "'oncall' is no id of a Slack user group"),
        ("C0OPS00001", "#ops", 11, "'#ops' is no channel id"),
        ('allow = ["C0OPS00001"]', "allow = []", 11, "could mean all or none"),
        ("containers =", "container =", 14, "unknown key 'container'; did you mean 'containers'?"),
        ('"logs"', '"losg"', 19, "did you mean 'logs'?"),
        ('"logs"', '"reed"', 19, "did you mean 'read'?"),
        ('"logs"', '"listed"', 19, "no class of verbs"),
        ('"name:web-*"', '"web-*"', 22, "'web-*' selects nothing"),
        ('"name:web-*"', '"nam:web-*"', 22, "did you mean 'name'?"),
        ('"name:web-*"', '"name:"', 22, "selects nothing"),
        ('"name:web-*"', '"label:=x"', 22, "selects nothing"),
        ('on = ["name:web-*"]\n', "", 16, "on is missing"),
        ('hosts = ["prod"]', "hosts = []", 27, "could mean all or none"),
        ('hosts = ["prod"]', 'hosts = ["prdo"]', 27, "no host 'prdo' is set up, only prod; did you mean 'prod'?"),
        ('hosts = ["prod"]', 'approve = "two"', 27, "no approval 'two' is written here"),
        ('verbs = ["act"]', 'verbs = ["act", "root"]', 25, "the class root always needs another person"),
        ('hosts = ["prod"]', 'channels = ["ops"]', 27, "'ops' is no channel id"),
        ("[[deny]]", "[deny]", 29, "expected [[deny]]"),
        ("[[deny]]", "[approvals.two]\nneed = 2\n[[deny]]", 29, "from is missing"),
        (
            "[[deny]]",
            '[approvals.two]\nfrom = ["sr"]\n[[deny]]',
            30,
            "no role 'sr' is written here; did",
        ),
        ("[[deny]]", '[approvals.two]\nfrom = ["sre"]\nexpires = "soon"\n[[deny]]', 31, 'such as "90s", "15m"'),
        ("[[deny]]", '[approvals.two]\nfrom = ["sre"]\nneed = 0\n[[deny]]', 31, "whole number, 1 or more"),
        ("[[deny]]", '[approvals.two]\nfrom = ["sre"]\nremind = "2h"\n[[deny]]', 31, "not before expires"),
        (
            "[[deny]]",
            '[approvals.two]\nfrom = ["sre"]\nescalate = { from = ["sre"] }\n[[deny]]',
            31,
            "after is missing",
        ),
        ("[[deny]]", "[[require]]", 29, 'expected approve = "..."'),
        ("[[deny]]", '[break_glass]\nroles = ["sre"]\n[[deny]]', 29, "review is missing"),
        ("[[deny]]", '[roles.sre]\nelevate = "two"\n[[deny]]', 30, "no approval 'two' is written here"),
        ("[[deny]]", "[limits]\nreads = -1\n[[deny]]", 30, "a number above 0"),
        ("[[deny]]", '[run]\nports = ["80-"]\n[[deny]]', 30, "is no range of ports"),
        ("[[deny]]", '[run]\nmemory_max = "lots"\n[[deny]]', 30, 'a size such as "512m"'),
        ("[[deny]]", '[[deny]]\napprove = "two"', 30, "unknown key 'approve'"),
        ("[[deny]]", '[build]\nremote = ["x"]\n[[deny]]', 30, "unknown key 'remote'; did you mean 'remotes'?"),
        ("[[deny]]", '[run]\nbinds = ["data"]\n[[deny]]', 30, "folder of the host by its whole path"),
        ("[[deny]]", '[run]\nbinds = ["/srv/../etc"]\n[[deny]]', 30, "folder of the host by its whole path"),
        ("[[deny]]", '[confirm]\nalways = ["prune"]\n[[deny]]', 29, "'prune' is no verb and no class"),
        ("[[deny]]", "[roles.x]\nallows = 1\n[[deny]]", 30, "unknown key 'allows'; did you mean 'allow'?"),
        ('on = ["project:billing"]', 'on = ["project:billing"', 31, "expected TOML"),
        ("[[deny]]", '[[deny]]\nverbs = ["volume rm"]\non = ["name:keep*"]\n[[deny]]', 30, "expected volume:GLOB"),
        ("[[deny]]", '[[deny]]\nverbs = ["rmi"]\non = ["volume:x"]\n[[deny]]', 30, "expected image:GLOB"),
        ("[[deny]]", '[[deny]]\nverbs = ["info"]\non = ["name:x"]\n[[deny]]', 30, "only '*' or host:NAME selects it"),
        (
            "[[deny]]",
            '[approvals.two]\nfrom = ["sre"]\n[[require]]\nverbs = ["whoami"]\napprove = "two"\n[[deny]]',
            32,
            "`whoami` is for everyone who is listed",
        ),
        ("[[deny]]", '[confirm]\nalways = ["stop"]\n[[deny]]', 30, "docker asks nothing before 'stop'"),
        ("[[deny]]", '[confirm]\nalways = ["act"]\n[[deny]]', 30, "docker asks nothing before 'act'"),
        ('"name:web-*"', '"image:docker.io*"', 22, "without 'docker.io'"),
        ('"name:web-*"', '"label:tier = front"', 22, "no wildcard and no blank before the ="),
        ('"name:web-*"', '"name:[a-"', 22, "the bracket in '[a-' is not closed"),
        ('"traefik"', '"label:x=y"', 14, "no container has a name like"),
        ('containers = ["traefik"]', 'images = ["[db"]', 14, "is not closed"),
        ("[[deny]]", '[approvals.two]\nfrom = ["sre"]\nneed = 9\n[[deny]]', 29, "nothing could ever be agreed to"),
        ("[[deny]]", '[approvals.two]\nfrom = ["S0ONCALL1"]\nneed = 9\n[[deny]]', 29, "nothing could ever be agreed"),
        ("groups]\nS0ONCALL1", 'break_glass]\nroles = ["sre"]\nreview', 9, "nobody else under [people] could have sre"),
    ],
)
def test_a_fault_has_its_line_and_the_nearest_right_word(old: str, new: str, line: int, expected: str) -> None:
    """Whoever wrote it finds the place and sees what was meant."""
    assert old in GOOD
    found = faults(GOOD.replace(old, new, 1), frozenset({"prod"}))
    assert any(fault.startswith(f"policy.toml, line {line}: ") and expected in fault for fault in found), found


def test_the_good_file_has_no_fault() -> None:
    """The faults above come from the one change that each makes."""
    assert len(Policy.parse(GOOD, "policy.toml", SPECS, frozenset({"prod"})).terms.people) == 2


def test_every_fault_is_told_at_once_in_the_order_of_the_lines() -> None:
    """One look at the file mends it."""
    text = GOOD.replace("sre", "ser", 1).replace('"logs"', '"losg"').replace("project:", "projct:")
    found = [int(each) for each in re.findall(r"line (\d+):", "\n".join(faults(text)))]
    assert found == [5, 19, 31]


def test_hosts_are_checked_where_they_are_known() -> None:
    """A slip in a host's name would switch a deny rule off in silence."""
    assert "no host 'prod' is set up, only local" in faults(GOOD, frozenset({"local"}))[0]
    Policy.parse(GOOD, "policy.toml", SPECS)


def test_a_file_that_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    """Bytes that are not UTF-8."""
    path = tmp_path / "policy.toml"
    path.write_bytes(b"version = 1\n# \xff\n")
    with pytest.raises(PolicyError, match="line 2: expected UTF-8 text"):
        Policy.load(path, SPECS)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000, "a = 2000-13-01", "\x00", "a = nan"])
def test_what_no_one_would_write_is_a_fault_too(text: str) -> None:
    """Nothing in a file ends slashdock in another way."""
    assert faults(text)[0].startswith("policy.toml, line 1: ")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["see", "*", "dev", "U0ALICE01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["verbs", "on", "slack", "x"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["people", "groups", "channels", "protect", "roles", "deny"]), JUNK))
def test_a_policy_of_any_shape_is_a_fault_or_a_policy(tables: dict[str, object]) -> None:
    """Types that were not expected are told, never raised."""
    text = "version = 1\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in tables.items())
    try:
        Policy.parse(text, "policy.toml", SPECS)
        found: tuple[str, ...] = ()
    except PolicyError as error:
        found = error.faults
    assert all(re.match(r"policy\.toml, line \d+: \S", fault) for fault in found)


def _toml(value: object) -> str:
    match value:
        case None:
            return "1.5"
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(each):08x}" for each in value if not "\ud800" <= each <= "\udfff") + '"'
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
        case _:
            return str(value)


@given(st.integers(0, len(GOOD)))
def test_a_file_that_was_written_in_half_is_a_fault_or_a_policy(size: int) -> None:
    """Wherever it ends; what is left of it names no one new."""
    try:
        policy = Policy.parse(GOOD[:size], "policy.toml", SPECS)
    except PolicyError:
        return
    assert {person.name for person in policy.terms.people} <= {"alice", "bob"}


# --- Lines -------------------------------------------------------------------------------------------------

TRICKY = '''\
# [people]
a = """
b = 1
""" # c = 2
"quoted.key" = 'x = [' # ]
list = [ # [table]
  "one", # "two"
  { deep = "]" },
]
[table]
a.b = 1
[[rows]]
[[rows]]
[rows.inner]
z = 1
[[rows]]
z = 2
'''


@pytest.mark.parametrize(
    ("key", "word", "line"),
    [
        (("a",), "", 2),
        (("quoted.key",), "", 5),
        (("list",), "one", 7),
        (("list",), "nothere", 6),
        (("table",), "", 10),
        (("table", "a", "b"), "", 11),
        (("rows",), "", 12),
        (("rows", 1), "", 13),
        (("rows", 1, "inner", "z"), "", 15),
        (("rows", 2, "z"), "", 17),
        (("rows", 2, "missing"), "", 16),
        (("nothere",), "", 1),
    ],
)
def test_a_key_is_found_on_its_line(key: tuple[str | int, ...], word: str, line: int) -> None:
    """Comments, strings of several lines, brackets in strings and arrays of tables mislead nobody."""
    assert tomllib.loads(TRICKY)["rows"][2] == {"z": 2}
    assert lines(TRICKY).of(key, word) == line
    assert lines(TRICKY.replace("\n", "\r\n")).of(key, word) == line


# --- The first file and the page ---------------------------------------------------------------------------


def test_the_first_file_loads_and_has_its_administrator(tmp_path: Path) -> None:
    """`slashdock policy init` leaves a file that slashdock reads, with everything that a person may be given."""
    path = tmp_path / "policy.toml"
    assert "U0ADA00001 is its administrator" in policy_init.write(path, "U0ADA00001")
    policy = Policy.load(path, SPECS)
    assert policy.people.person("U0ADA00001") == "admin"
    assert {rule.role for rule in policy.terms.allows} == {"admin", "operator", "viewer"}


def test_what_the_first_file_comments_out_loads_too() -> None:
    """Each example in it is right."""
    text = re.sub(
        r"^# (?=alice|bob|\[|allow|containers|need|from|verbs|approve)",
        "",
        policy_init.first("U0ADA00001"),
        flags=re.MULTILINE,
    )
    policy = Policy.parse(text, "policy.toml", SPECS)
    assert [person.name for person in policy.terms.people] == ["admin", "alice", "bob"]
    assert policy.terms.channels is not None
    assert policy.terms.protect["container"] == ("traefik", "prod-db*")
    assert [rule.approve for rule in policy.terms.requires] == ["second"]


def test_the_first_file_overwrites_nothing(tmp_path: Path) -> None:
    """A second init leaves the file as it is; so does an id that is none, and a folder that is not there."""
    path = tmp_path / "policy.toml"
    with pytest.raises(PolicyError, match="is no Slack user id"):
        policy_init.write(path, "@ada")
    assert not path.exists()
    path.write_text("mine")
    with pytest.raises(PolicyError, match="is there already"):
        policy_init.write(path, "U0ADA00001")
    assert path.read_text() == "mine"
    with pytest.raises(PolicyError, match="cannot be written: No such file or directory"):
        policy_init.write(tmp_path / "nowhere" / "policy.toml", "U0ADA00001")


def test_every_policy_on_the_page_loads() -> None:
    """docs/policy.md shows files that slashdock takes."""
    blocks = _blocks(PAGE)
    assert len(blocks) >= 3
    for block in blocks:
        Policy.parse(block, "policy.toml", SPECS)


def _blocks(page: Path, mark: str = "") -> list[str]:
    """The examples of a page that are marked so."""
    return re.findall(rf"^```toml{mark}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def test_the_file_is_right_after_every_step_of_the_page() -> None:
    """docs/permissions.md: each block is added to those before it; one that is marked so stands alone."""
    steps = _blocks(STEPS)
    assert len(steps) >= 10
    for number in range(1, len(steps) + 1):
        Policy.parse("\n".join(steps[:number]), "policy.toml", SPECS)
    for alone in _blocks(STEPS, " alone"):
        Policy.parse(alone, "policy.toml", SPECS)


def test_the_example_file_is_the_steps_of_the_page() -> None:
    """Whoever copies it has what the page leads to."""
    assert (PROJECT / "policy.example.toml").read_text() == "\n".join(_blocks(STEPS))


def test_the_cases_of_the_page_are_so() -> None:
    """Each line of the page's cases is judged as the page says, by the policy that the page leads to."""
    policy = Policy.parse("\n".join(_blocks(STEPS)), "policy.toml", SPECS)
    cases = tomllib.loads("\n".join(_blocks(STEPS, " cases")))["case"]
    assert {case["expect"] for case in cases} == {"allow", "hold", "deny"}
    for case in cases:
        command = catalog.load().parse(case["line"]).command
        objects = tuple(Object(target.kind, target.ref, {}) for target in command.targets())
        verdict = policy.judge(Asker(policy.people.actor(case["who"]) or ""), command.spec, objects)
        assert type(verdict).__name__.lower() == case["expect"], case
        names = sorted(name for each in verdict.needs for name in each) if isinstance(verdict, Hold) else []
        assert names == case.get("approvals", []), case


def test_the_pages_table_of_classes_is_right() -> None:
    """Each verb stands in the row of its class."""
    rows = re.findall(r"^\| `(\w+)` \|[^|]+\| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    told = {verb: name for name, verbs in rows for verb in re.findall(r"`([a-z ]+)`", verbs)}
    known = {" ".join(words): spec.permission.value for spec in SPECS for words in spec.names}
    assert len(told) > 10
    assert told == {verb: known.get(verb) for verb in told}
