"""The one way in: what is recorded when, what is refused, and what a person is told."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import harness
import pytest
from docker.api.client import APIClient
from harness import ADMIN, OPERATOR, STRANGER, VIEWER, Bench
from proxy import Proxy

from bot import text
from bot.desk import PER_PERSON, Desk
from bot.policy import Policy
from bot.request import Actor, ExitCode, Member, Origin, Outcome, Request, Status
from commands import catalog
from commands.catalog import LONGEST


def _events(bench: Bench, number: int | None) -> list[str]:
    assert number is not None
    action = bench.store.actions.get(number)
    assert action is not None
    return [event["kind"] for event in action["events"]]


@pytest.fixture
def api(engine: str) -> Iterator[APIClient]:
    """The engine itself, to look at what was done."""
    client = APIClient(base_url=engine, version="1.41")
    yield client
    client.close()


def test_a_line_that_is_run_leaves_four_events(inhabited: Bench) -> None:
    """Received, judged, intended and outcome, in that order."""
    outcome = inhabited.say("restart -t 1 web")
    assert outcome.status is Status.DONE
    assert _events(inhabited, outcome.number) == ["received", "judged", "intended", "outcome"]


def test_the_record_names_the_target_by_its_full_id(inhabited: Bench, api: APIClient) -> None:
    """A name may be given to another container tomorrow; the id may not."""
    outcome = inhabited.say("stop -t 1 web")
    assert outcome.number is not None
    action = inhabited.store.actions.get(outcome.number)
    assert action is not None
    assert action["targets"][0]["id"] == api.inspect_container("web")["Id"]


@pytest.mark.parametrize(
    ("line", "person", "ends"),
    [
        ("pss", ADMIN, (Status.USAGE, ExitCode.USAGE)),
        ("stop web", VIEWER, (Status.DENIED, ExitCode.DENIED)),
        ("ps", STRANGER, (Status.DENIED, ExitCode.DENIED)),
        ("image prune", ADMIN, (Status.HELD, ExitCode.HELD)),
        ("stop nothere", ADMIN, (Status.FAILED, ExitCode.FAILED)),
        ("ps", VIEWER, (Status.DONE, ExitCode.DONE)),
    ],
)
def test_every_end_is_recorded_with_its_status(
    inhabited: Bench, line: str, person: str, ends: tuple[Status, ExitCode]
) -> None:
    """Denials and usage errors stand in the record like everything else."""
    outcome = inhabited.say(line, person)
    assert outcome.number is not None
    action = inhabited.store.actions.get(outcome.number)
    assert action is not None
    assert (outcome.status, outcome.exit_code) == ends
    assert action["status"] == str(outcome.status)


def test_a_refusal_says_why_and_changes_nothing(inhabited: Bench, api: APIClient) -> None:
    """The reason is told, and the container still runs."""
    outcome = inhabited.say("stop web", VIEWER)
    assert "viewer" in text.added(outcome.reply)
    assert api.inspect_container("web")["State"]["Running"]


def test_a_denial_is_recorded_with_its_objects_and_its_engine(inhabited: Bench) -> None:
    """Who tried to stop what, and where, can be asked of the record."""
    inhabited.say("stop web", VIEWER)
    held = inhabited.say("commit web app:2.0", VIEWER)
    rule = _under("[protect]\ncontainers = ['worker']\n")
    guarded = Bench(replace(inhabited.pipeline, policy=rule), inhabited.store, inhabited.folder)
    denied = guarded.say("stop worker")
    assert (held.status, denied.status) == (Status.DENIED, Status.DENIED)
    found = inhabited.store.actions.listed({"target": ("worker",), "status": ("denied",), "host": ("local",)}, 9)
    assert [action["number"] for action in found] == [denied.number]


def test_an_old_name_and_the_new_one_of_a_flag_do_not_go_together(inhabited: Bench) -> None:
    """Docker refuses it, so nothing is stopped."""
    outcome = inhabited.say("stop --timeout 1 --time 2 web")
    assert outcome.status is Status.USAGE
    assert text.docker(outcome.reply).endswith("conflicting options: cannot specify both --timeout and --time\n")


@pytest.mark.attack("S2")
def test_the_same_delivery_is_run_once(inhabited: Bench, api: APIClient) -> None:
    """A second delivery finds the first one's number and does nothing."""
    first = inhabited.say("restart -t 1 web", delivery="trigger.1")
    started = api.inspect_container("web")["State"]["StartedAt"]
    second = inhabited.say("restart -t 1 web", delivery="trigger.1")
    assert (second.status, second.number) == (Status.DUPLICATE, first.number)
    assert api.inspect_container("web")["State"]["StartedAt"] == started


def test_a_line_that_waited_too_long_is_not_run(inhabited: Bench, api: APIClient) -> None:
    """Whoever typed it a minute ago has typed it again."""
    request = Request("stop -t 1 web", Actor(ADMIN), Origin.SLASH, received=inhabited.pipeline.clock.now() - 61)
    assert inhabited.pipeline.submit(request).status is Status.FAILED
    assert api.inspect_container("web")["State"]["Running"]


def test_a_name_cannot_lead_out_of_its_path(inhabited: Bench, api: APIClient) -> None:
    """docker-py would resolve "../images/app:2.0" to another object; nothing of the kind is sent."""
    for line in (
        "stop ../images/app:2.0",
        "kill ../volumes/pgdata",
        "inspect ../containers/web/json",
        "logs .",
        "stop ''",
    ):
        assert inhabited.say(line).status in {Status.FAILED, Status.USAGE}
    assert api.inspect_image("app:2.0")
    assert api.inspect_volume("pgdata")


def test_grep_keeps_the_header_of_a_table_and_the_lines_with_the_text(inhabited: Bench) -> None:
    """--grep works on any output; a table without its header would not be understood."""
    rows = text.docker(inhabited.say("ps -a --grep crash").reply).splitlines()
    assert rows[0].startswith("CONTAINER ID")
    assert [row.split()[-1] for row in rows[1:]] == ["crash"]
    assert text.docker(inhabited.say("logs worker --grep 'line 12'").reply) == "line 12\nline 120\n"


def test_help_shows_what_the_asker_may_use_alone(bench: Bench) -> None:
    """A viewer reads nothing of stop; an operator does; a stranger gets no help at all."""
    assert "\n  stop " in text.docker(bench.say("help", OPERATOR).reply)
    assert "\n  stop " not in text.docker(bench.say("help", VIEWER).reply)
    assert "unknown help topic: stop" in text.docker(bench.say("stop --help", VIEWER).reply)
    assert bench.say("help", STRANGER).status is Status.DENIED


class Guest:
    """A directory in which everybody is a guest."""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - what a Directory is asked
        """The refusal of a guest."""
        return Member(refused="Guests may do nothing here.")


def test_whoever_slack_does_not_vouch_for_is_refused(engine: str, tmp_path: Path) -> None:
    """Being in the policy is not enough."""
    guest = harness.bench(engine, tmp_path, directory=Guest())
    assert guest.say("ps", ADMIN).status is Status.DENIED
    guest.close()


def test_an_engine_that_is_down_is_told_and_nothing_is_intended(tmp_path: Path) -> None:
    """No socket, no intent."""
    bench = harness.bench(f"unix://{tmp_path}/nothing.sock", tmp_path / "data")
    outcome = bench.say("ps")
    assert outcome.status is Status.FAILED
    assert "Cannot connect to the Docker daemon" in text.docker(outcome.reply)
    outcome = bench.say("stop web")
    assert "intended" not in _events(bench, outcome.number)
    bench.close()


def test_denials_need_no_engine(tmp_path: Path) -> None:
    """With the engine gone a person without the right still hears so."""
    bench = harness.bench(f"unix://{tmp_path}/nothing.sock", tmp_path / "data")
    assert bench.say("stop web", VIEWER).status is Status.DENIED
    bench.close()


def test_nothing_is_done_where_nothing_can_be_written(inhabited: Bench, api: APIClient) -> None:
    """The record's file is gone: reads and changes alike are refused."""
    for path in (inhabited.folder).glob("slashdock.db*"):
        path.unlink()
    for line in ("ps", "stop -t 1 web"):
        outcome = inhabited.say(line)
        assert outcome.status is Status.FAILED
        assert "Nothing was done" in text.added(outcome.reply)
    assert api.inspect_container("web")["State"]["Running"]


def test_a_lost_answer_leaves_an_unknown_outcome_and_is_not_repeated(tmp_path: Path, fresh_world: str) -> None:
    """A stop that was sent and not answered may have happened: it is told as unknown, once."""
    proxy = Proxy(fresh_world, lose="/stop?")
    with proxy.serve(tmp_path) as host:
        bench = harness.bench(host, tmp_path / "data")
        outcome = bench.say("stop -t 1 worker")
        bench.close()
    assert (outcome.status, outcome.exit_code) == (Status.UNKNOWN, ExitCode.UNKNOWN)
    assert proxy.lost() == 1


@pytest.mark.parametrize(
    "line", ["ps -a", "ps -a -n 3", "images", "network ls", "volume ls", "ps -a --format '{{.Names}} {{.Mounts}}'"]
)
def test_a_list_is_one_request_however_many_objects_there_are(tmp_path: Path, fresh_world: str, line: str) -> None:
    """Once the version is known the engine is asked once."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as host:
        bench = harness.bench(host, tmp_path / "data")
        bench.say("ps")
        proxy.requests.clear()
        assert bench.say(line).status is Status.DONE
        bench.close()
    assert len(proxy.requests) == 1


RULES = """version = 1
[people]
ada = { slack = ["U0ADMIN001"], roles = ["all"] }
vera = { slack = ["U0VIEWER01"], roles = ["all"] }
[[roles.all.allow]]
verbs = ["see", "read", "act", "change"]
on = ["*"]
"""
HIDE_WEB = """
[[deny]]
verbs = ["see", "read", "act", "change"]
on = ["label:tier=front"]
"""


def _under(rules: str) -> Policy:
    return Policy.parse(RULES + rules, "policy.toml", [verb.spec for verb in catalog.load()])


@pytest.fixture
def half_blind(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline whose people may not even know of what has the label tier=front: web, and the network front."""
    made = harness.bench(fresh_world, tmp_path / "data", _under(HIDE_WEB))
    yield made
    made.close()


@pytest.mark.parametrize(
    "line",
    [
        "inspect {}",
        "container inspect {}",
        "restart -t 1 worker {}",
        "logs {}",
        "commit {} x:y",
        "ps --filter before={}",
    ],
)
def test_what_is_hidden_is_answered_like_what_is_not_there(half_blind: Bench, line: str) -> None:
    """The same words, the same stream and the same status: nothing tells the two apart."""
    hidden, absent = half_blind.say(line.format("web")), half_blind.say(line.format("gone"))
    assert hidden.status == absent.status
    assert text.docker(hidden.reply).replace("web", "gone") == text.docker(absent.reply)
    assert "deny" not in str(half_blind.store.actions.get(hidden.number or 0))


@pytest.mark.parametrize("line", ["create --name {} busybox true", "rename worker {}", "network create {}"])
def test_a_new_name_is_no_beginning_of_an_id(half_blind: Bench, fresh_world: str, line: str) -> None:
    """A name that is given is not taken, though the id of something hidden begins so."""
    api = APIClient(base_url=fresh_world, version="1.41")
    hidden = api.inspect_network("front") if "network" in line else api.inspect_container("web")
    api.close()
    assert half_blind.say(line.format(hidden["Id"][:3])).status is Status.DONE
    taken = half_blind.say(line.format("front" if "network" in line else "web"))
    assert (taken.status, "is taken" in text.added(taken.reply)) == (Status.DENIED, True)


def test_networks_and_volumes_that_are_hidden_are_not_there_either(half_blind: Bench) -> None:
    """The engine's own words for an object that is not there."""
    hidden, absent = half_blind.say("network inspect front"), half_blind.say("network inspect gone")
    assert text.docker(hidden.reply).replace("front", "gone") == text.docker(absent.reply)


def test_the_record_shows_nobody_what_they_may_not_see(fresh_world: str, tmp_path: Path) -> None:
    """Actions on hidden objects are left out of the list, before its length is counted; one's own are there.

    So are those whose line may name anything, as nothing of it was looked up.
    """
    before = harness.bench(fresh_world, tmp_path / "data", _under(""))
    on_web = before.say("restart -t 1 web", ADMIN)
    for _ in range(3):
        before.say("inspect worker", ADMIN)
    before.say("ps --filter name=web", ADMIN)
    before.close()
    after = harness.bench(fresh_world, tmp_path / "data", _under(HIDE_WEB))
    listed = text.docker(after.say("audit ls -n 3 --format '{{.Number}} {{.Line}}'", VIEWER).reply)
    assert "web" not in listed
    assert len(listed.splitlines()) == 3
    assert "No such action" in text.docker(after.say(f"audit show {on_web.number}", VIEWER).reply)
    assert "restart" in text.docker(after.say(f"audit show {on_web.number}", ADMIN).reply)
    after.close()


def test_grep_sees_no_more_than_the_asker(fresh_world: str, tmp_path: Path) -> None:
    """Secrets are masked before the lines are chosen, so no choice of text can spell one out."""
    api = APIClient(base_url=fresh_world, version="1.41")
    secret = "Zx9" + "Planted7"
    made = api.create_container("busybox:latest", ["echo", f"DB_PASSWORD={secret}"], name="leaky")
    api.start(made["Id"])
    api.wait(made["Id"])
    api.close()
    bench = harness.bench(fresh_world, tmp_path / "data")
    assert text.docker(bench.say(f"logs leaky --grep DB_PASSWORD={secret[:3]}").reply) == ""
    assert "DB_PASSWORD=" in text.docker(bench.say("logs leaky --grep DB_PASSWORD=").reply)
    bench.close()


@pytest.mark.attack("S20")
@pytest.mark.parametrize(
    "line",
    [
        "ps -n DB_PASSWORD={}",
        "image prune --filter label=API_TOKEN={}",
        "restart --time PASSWORD={} web",
        "-H DB_PASSWORD={} ps",
        "inspect --type DB_PASSWORD={} web",
        "schedule run DB_PASSWORD={}",
    ],
)
def test_a_secret_that_was_typed_is_kept_nowhere(fresh_world: str, tmp_path: Path, line: str) -> None:
    """Neither in the answer nor in any byte of the record."""
    secret = "Qw4" + "SecretValue" + "77"
    bench = harness.bench(fresh_world, tmp_path / "data")
    outcome = bench.say(line.format(secret))
    assert secret not in str(outcome)
    assert not any(secret.encode() in path.read_bytes() for path in (tmp_path / "data").glob("slashdock.db*"))
    bench.close()


@pytest.mark.parametrize("line", ["pss", "-H nowhere ps", "ps --bogus"])
def test_strangers_learn_nothing_of_lines_and_engines(bench: Bench, line: str) -> None:
    """Who is nobody here is refused before the line is read."""
    outcome = bench.say(line, STRANGER)
    assert outcome.status is Status.DENIED
    assert "local" not in text.docker(outcome.reply)


def test_a_deny_on_a_verb_holds_for_the_other_way_to_write_it(fresh_world: str, tmp_path: Path) -> None:
    """`schedule run cleanup` is `cleanup run`, and with --dry-run it is `cleanup plan`."""
    deny = """
[[deny]]
verbs = ["cleanup run"]
on = ["*"]
"""
    bench = harness.bench(fresh_world, tmp_path / "data", _under(deny))
    assert bench.say("schedule run cleanup").status is Status.DENIED
    assert bench.say("schedule run cleanup --dry-run").status is Status.DONE
    bench.close()


def test_a_rule_on_schedule_run_is_about_all_that_it_runs(fresh_world: str, tmp_path: Path) -> None:
    """Who is given it may run and plan; who is denied it may do neither, whatever way the line is written."""
    lines = ("schedule run cleanup", "schedule run cleanup --dry-run", "cleanup run", "cleanup plan")
    rules = {
        Status.DONE: """
[people]
ada = { slack = ["U0ADMIN001"], roles = ["keeper"] }

[[roles.keeper.allow]]
verbs = ["schedule run"]
on = ["*"]
"""
    }
    rules[Status.DENIED] = (
        rules[Status.DONE]
        + """
[[deny]]
verbs = ["schedule run"]
on = ["*"]
"""
    )
    for status, rule in rules.items():
        policy = Policy.parse("version = 1\n" + rule, "policy.toml", [verb.spec for verb in catalog.load()])
        bench = harness.bench(fresh_world, tmp_path / status, policy)
        assert {bench.say(line).status for line in lines} == {status}
        bench.close()


def test_nothing_new_takes_a_protected_name(fresh_world: str, tmp_path: Path) -> None:
    """A tag that the policy keeps is not made anew, however it is written; another one is."""
    bench = harness.bench(fresh_world, tmp_path / "data", _under('[protect]\nimages = ["base:*"]\n'))
    for name in ("base", "base:2", "docker.io/library/base:3", "index.docker.io/base"):
        denied = bench.say(f"commit web {name}")
        assert denied.status is Status.DENIED, name
        assert "base:*" in text.docker(denied.reply) + text.added(denied.reply)
    assert bench.say("commit web based:1").status is Status.DONE
    bench.close()


HIDING = """
[[roles.all.allow]]
verbs = ["{verbs}"]
on = ["*"]

[people]
ada = {{ slack = ["U0ADMIN001"], roles = ["all"] }}

[[deny]]
verbs = ["{denied}"]
on = ["label:{label}"]
"""


def _hiding(verbs: str, denied: str, label: str) -> Policy:
    text_ = "version = 1\n" + HIDING.format(verbs=verbs, denied=denied, label=label)
    return Policy.parse(text_, "policy.toml", [verb.spec for verb in catalog.load()])


def test_a_name_that_something_hidden_has_is_not_taken(api: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """A denied image keeps its name also before someone who may not know that it is there."""
    before = api.inspect_image("app:2.0")["Id"]
    bench = harness.bench(fresh_world, tmp_path / "data", _hiding("commit", "change", "stage"))
    denied = bench.say("commit web app:2.0")
    bench.close()
    assert denied.status is Status.DENIED
    assert "stage" not in text.docker(denied.reply) + text.added(denied.reply)
    assert api.inspect_image("app:2.0")["Id"] == before


def test_what_is_hidden_does_not_show_by_being_ambiguous(api: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """Two hidden networks of one name are answered like none."""
    made = [api.create_network("twin", labels={"hidden": "yes"}, check_duplicate=False)["Id"] for _ in range(2)]
    told = {}
    for denied in ("see", "change"):
        bench = harness.bench(fresh_world, tmp_path / denied, _hiding("see", denied, "hidden"))
        told[denied] = text.docker(bench.say("network inspect twin").reply)
        bench.close()
    for each in made:
        api.remove_network(each)
    assert "twin is ambiguous" in told["change"]
    assert told["see"] == "[]\nError response from daemon: network twin not found\n"


def test_a_rule_on_the_kin_of_a_verb_hides_as_its_own_would(fresh_world: str, tmp_path: Path) -> None:
    """`inspect` of an image that `image inspect` hides is answered like one of nothing."""
    bench = harness.bench(fresh_world, tmp_path / "data", _hiding("inspect", "image inspect", "stage"))
    answers = [text.docker(bench.say(f"inspect {name}").reply).replace(name, "X") for name in ("app:2.0", "nothing:1")]
    bench.close()
    assert answers[0] == answers[1]


def test_a_container_with_megabytes_of_labels_does_not_fill_the_record(api: APIClient, bench: Bench) -> None:
    """So many of them are kept, so much of each, and those that Compose sets always."""
    labels = {f"l{number:04}": "x" * 500 for number in range(3000)} | {"com.docker.compose.project": "shop"}
    fat = api.create_container("busybox:latest", ["true"], labels=labels)["Id"]
    number = bench.say(f"start {fat}").number
    (target,) = (bench.store.actions.get(number or 0) or {})["targets"]
    api.remove_container(fat, force=True)
    assert target["labels"]["com.docker.compose.project"] == "shop"
    assert len(target["labels"]) == 64
    assert max(map(len, target["labels"].values())) == 256


def test_the_record_of_what_has_more_labels_than_it_keeps_is_for_who_may_see_everything(
    api: APIClient, fresh_world: str, tmp_path: Path
) -> None:
    """A deny by a label that was not kept hides the record all the same, as does one by a value that was masked."""
    rule = """
[[deny]]
verbs = ["see"]
on = ["label:stage=prod", "label:token=hunter22"]
"""
    fat = {f"l{number:04}": "x" for number in range(100)} | {"stage": "prod"}
    secret = {"token": "hunter22"}
    ids = [api.create_container("busybox:latest", ["true"], labels=held)["Id"] for held in (fat, secret, {"a": "b"})]
    bench = harness.bench(fresh_world, tmp_path / "data", _under(rule))
    for identity in ids:
        bench.say(f"start {identity}")
    shown = text.docker(bench.say("audit ls --filter verb=start -q", VIEWER).reply).split()
    every = text.docker(bench.say("audit ls --filter verb=start -q", ADMIN).reply).split()
    bench.close()
    for identity in ids:
        api.remove_container(identity, force=True)
    assert (len(every), len(shown)) == (3, 1)


def test_only_verbs_that_one_may_use_are_suggested(bench: Bench) -> None:
    """A hint tells no more than help does."""
    said = {person: text.added(bench.say("lgos", person).reply) for person in (ADMIN, VIEWER)}
    assert "logs" in said[ADMIN]
    assert "logs" not in said[VIEWER]


@pytest.mark.parametrize("denied", ["inspect", "container inspect"])
@pytest.mark.parametrize("line", ["inspect web", "container inspect web"])
def test_a_deny_on_inspect_holds_for_containers_however_it_is_written(
    fresh_world: str, tmp_path: Path, denied: str, line: str
) -> None:
    """The verb of one kind and the verb of every kind are one act."""
    rule = f"""
[[deny]]
verbs = ["{denied}"]
on = ["name:web"]
"""
    bench = harness.bench(fresh_world, tmp_path / "data", _under(rule))
    assert bench.say(line).status is Status.DENIED
    assert bench.say(line.replace("web", "worker")).status is Status.DONE
    bench.close()


def test_help_the_record_and_the_version_need_no_engine(tmp_path: Path) -> None:
    """With the engine gone the bot still says what it is, what it did and how it is used."""
    bench = harness.bench(f"unix://{tmp_path}/nothing.sock", tmp_path / "data")
    for line in ("help", "ps --help", "audit ls", "schedule ls", "audit show 1"):
        assert bench.say(line).status is Status.DONE, line
    version = bench.say("version")
    assert version.status is Status.FAILED
    assert "docker-py" in text.docker(version.reply)
    assert "Cannot connect to the Docker daemon" in text.docker(version.reply)
    bench.close()


def test_what_is_not_asked_of_the_engine_is_not_unknown(tmp_path: Path) -> None:
    """Where nothing could be asked nothing can have happened."""
    bench = harness.bench(f"unix://{tmp_path}/nothing.sock", tmp_path / "data")
    for line in ("image prune --force", "cleanup run", "kill web"):
        assert bench.say(line).status is Status.FAILED, line
    bench.close()


@pytest.mark.parametrize("line", ["ps " + "x" * 10_000, "inspect " + "a " * 101])
def test_a_line_that_would_take_too_long_is_refused(bench: Bench, line: str) -> None:
    """Neither its length nor the number of its objects may keep the others waiting."""
    assert bench.say(line).status is Status.USAGE


@pytest.mark.attack("S23")
def test_a_line_of_a_hundred_kilobytes_leaves_little_behind(bench: Bench) -> None:
    """S23: it is refused, and of it no more is written down or told than would ever be read; no secret is."""
    line = "ps --filter PASSWORD=hunter2swordfish " + "x" * 100_000
    outcome = bench.say(line)
    assert outcome.status is Status.USAGE
    assert len(outcome.line) < 2 * LONGEST
    assert sum(len(each) for each in map(str, bench.store.actions.get(1).items())) < 6 * LONGEST  # type: ignore[union-attr]
    kept = b"".join(each.read_bytes() for each in bench.folder.glob("slashdock.db*"))
    assert b"hunter2" not in kept
    assert kept.count(b"x" * 1_000) < 6 * LONGEST / 1_000


class Broken:
    """A directory with a bug."""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """Fail."""
        raise KeyError(actor, fresh, channel)


def test_a_bug_in_judging_is_answered_and_recorded(fresh_world: str, tmp_path: Path) -> None:
    """Nobody waits for ever, and the record says how it ended."""
    bench = harness.bench(fresh_world, tmp_path / "data", directory=Broken())
    outcome = bench.say("ps")
    assert outcome.status is Status.FAILED
    assert f"number {outcome.number}" in text.docker(outcome.reply)
    assert _events(bench, outcome.number) == ["received", "judged", "outcome"]
    bench.close()


def test_nobody_can_take_all_the_workers(tmp_path: Path) -> None:
    """One person has a bound; the next person is still served."""
    bench = harness.bench(f"unix://{tmp_path}/nothing.sock", tmp_path / "data", directory=Waiting())
    desk, answered = Desk(bench.pipeline, bench.store), queue.SimpleQueue[Outcome]()
    for _ in range(PER_PERSON):
        assert desk.take(Request("help", Actor(ADMIN), Origin.SLASH), answered.put) is None
    refused = desk.take(Request("help", Actor(ADMIN), Origin.SLASH), answered.put)
    assert refused is not None
    assert desk.take(Request("help", Actor(VIEWER), Origin.SLASH), answered.put) is None
    GO.set()
    assert all(answered.get(timeout=30) for _ in range(PER_PERSON + 1))
    desk.close()
    bench.close()


GO = threading.Event()


class Waiting:
    """A directory that answers when it is told to."""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - what a Directory is asked
        """A member, once everybody waits."""
        GO.wait(30)
        return Member()


def test_every_answer_says_that_the_policy_is_broken(engine: str, tmp_path: Path) -> None:
    """It is told by a note, which is not a word of docker's."""
    office = harness.bench(
        engine,
        tmp_path / "warned",
        replace(Policy.sample(tuple(verb.spec for verb in catalog.load())), warning="The file is broken."),
    )
    reply = office.say("version", OPERATOR).reply
    assert "The file is broken." in text.added(reply)
    assert "broken" not in text.docker(reply)
    office.close()


def test_the_ids_of_what_is_hidden_are_hidden_in_what_the_engine_says(
    api: APIClient, fresh_world: str, tmp_path: Path
) -> None:
    """Cut short or in full; those of what the asker may see, and of what the line names, are told."""
    mount = api.create_host_config(binds=["held:/w"])
    boxes = {
        kept: api.create_container("busybox", ["true"], labels={"hidden": kept}, host_config=mount)["Id"]
        for kept in ("yes", "no")
    }
    told = {}
    for label in ("hidden=yes", "hidden=none"):
        bench = harness.bench(fresh_world, tmp_path / label, _hiding('see", "change', "see", label))
        told[label] = [text.docker(bench.say(line).reply) for line in ("volume rm held", "rmi busybox")]
        told[label].append(str(bench.store.actions.listed({}, 2)[-1]["error"]))
        bench.close()
    for each in boxes.values():
        api.remove_container(each)
    api.remove_volume("held")
    assert not any(boxes["yes"][:12] in each for each in told["hidden=yes"])
    assert "••••" in told["hidden=yes"][0]
    assert all(each in told["hidden=none"][0] for each in boxes.values())
    assert boxes["no"] in told["hidden=yes"][0]
