"""Containers that are run: what is waited for, what is verified before they start, and what is told where it fails."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import registry as registry_
from docker.api.client import APIClient
from docker.errors import NotFound
from engine import Engine
from eventually import eventually
from harness import ADMIN, PEER, ROOT, Bench, bench, insist
from proxy import Proxy

from bot import text
from bot.hosts import Host
from bot.policy import Policy
from bot.request import Outcome, Status
from commands import catalog
from commands.allowances import Allowances
from commands.cleanup.memory import Cleanups
from commands.command import Command
from commands.context import Context, Decision, Standing, Verdict
from commands.outside import Outside
from commands.reply import Reply
from commands.spec import Spec
from commands.target import Found, Target
from commands.timetable import Timetable
from commands.upkeep import Upkeep

HIDING = """
[[deny]]
verbs = ["see", "read", "act", "change", "enter"]
on = ["label:hidden=yes"]
"""
HIDDEN = {"hidden": "yes"}
LABELLED = f"""version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["maker"] }}
bob = {{ slack = ["{PEER}"], roles = ["dev"] }}
[[roles.maker.allow]]
verbs = ["create", "run"]
on = ["*"]
[[roles.dev.allow]]
verbs = ["see", "enter"]
on = ["label:team=dev"]
[[roles.maker.allow]]
verbs = ["volume rm"]
on = ["by:me"]
"""


@dataclass
class Runner:
    """Says lines, and knows the containers that they made."""

    bench: Bench
    client: APIClient
    ids: list[str] = field(default_factory=list)

    def say(self, line: str) -> Outcome:
        """The line, and yes to what is asked first."""
        outcome = insist(self.bench.pipeline, line)
        self.ids += outcome.reply.ids
        return outcome

    def limited(self, seconds: float) -> Runner:
        """The same, waiting no longer than this."""
        pipeline = replace(self.bench.pipeline, allowances=Allowances(run_wait=seconds))
        return replace(self, bench=replace(self.bench, pipeline=pipeline))

    def found(self, ref: str) -> dict[str, Any] | None:
        """The inspect of a container, None where there is none."""
        try:
            details: dict[str, Any] = self.client.inspect_container(ref)
        except NotFound:
            return None
        return details


@pytest.fixture
def client(engine: str) -> Iterator[APIClient]:
    """The engine; whatever containers and networks a test leaves there are taken away."""
    made = APIClient(engine, version="1.41")
    before = {each["Id"] for each in made.containers(all=True)}
    networks = {each["Id"] for each in made.networks()}
    yield made
    for each in made.containers(all=True):
        if each["Id"] not in before:
            made.remove_container(each["Id"], force=True, v=True)
    for each in made.networks():
        if each["Id"] not in networks:
            made.remove_network(each["Id"])
    made.close()


@pytest.fixture
def runner(bench: Bench, client: APIClient) -> Runner:
    """Speaks as the administrator of the sample policy, who has not the class root."""
    return Runner(bench, client)


@pytest.fixture
def ruled(engine: str, client: APIClient, tmp_path: Path) -> Iterator[Callable[..., Runner]]:
    """Makes a runner whose only role may do all; what has the label hidden=yes is hidden from it where that is said."""
    opened: list[Bench] = []

    def make(more: str = "") -> Runner:
        specs = tuple(verb.spec for verb in catalog.load())
        rules = ROOT + more
        opened.append(bench(engine, tmp_path / f"ruled{len(opened)}", Policy.parse(rules, "policy.toml", specs)))
        return Runner(opened[-1], client)

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def labelled(engine: str, client: APIClient, tmp_path: Path) -> Iterator[Runner]:
    """Speaks as one who may make everything, where another may enter what has a label."""
    policy = Policy.parse(LABELLED, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    made = bench(engine, tmp_path / "labelled", policy)
    yield Runner(made, client)
    made.close()


def _name() -> str:
    return f"run-{secrets.token_hex(6)}"


def test_both_streams_and_the_exit_code_are_shown(runner: Runner) -> None:
    """What it printed is docker's output, how it ended is in the reply and in the record."""
    outcome = runner.say("run --rm busybox sh -c 'echo out; echo wrong >&2; exit 7'")
    assert (text.docker(outcome.reply), text.added(outcome.reply)) == ("out\nwrong\n", "Exit code 7.\n")
    assert (outcome.status, outcome.reply.exit_code) == (Status.FAILED, 7)
    assert runner.bench.store.actions.listed({}, 1)[0]["exit_code"] == 7


def test_what_it_printed_is_not_lost_when_it_is_removed(runner: Runner) -> None:
    """--rm takes the log away with the container; the streams are read while it runs."""
    outcome = runner.say("run --rm busybox sh -c 'for i in 1 2 3; do echo line $i; done'")
    assert text.docker(outcome.reply) == "line 1\nline 2\nline 3\n"
    assert runner.found(outcome.reply.ids[0]) is None


def test_what_takes_too_long_goes_on_in_the_background(runner: Runner) -> None:
    """Past the limit what it printed so far is shown, with the lines that show more and that end it."""
    name = _name()
    outcome = runner.limited(2).say(f"run --name {name} busybox sh -c 'echo begun; sleep 1000'")
    assert text.docker(outcome.reply) == "begun\n"
    assert f"`docker logs {name}` shows more, `docker stop {name}` ends it" in text.added(outcome.reply)
    assert (outcome.status, outcome.reply.exit_code) == (Status.DONE, None)
    found = runner.found(outcome.reply.ids[0])
    assert found is not None
    assert found["State"]["Running"]


def test_what_closes_its_streams_is_waited_for_within_the_limit(runner: Runner) -> None:
    """A process may print nothing more and still run."""
    outcome = runner.limited(2).say("run --rm busybox sh -c 'echo begun; exec >&- 2>&-; sleep 1000'")
    assert text.docker(outcome.reply) == "begun\n"
    assert "goes on in the background" in text.added(outcome.reply)
    assert "Its log goes when it ends" in text.added(outcome.reply)


def test_a_flood_is_not_followed_to_its_end(runner: Runner) -> None:
    """What prints without an end costs bounded work, and the end of it is shown."""
    outcome = runner.say("run --log-driver none busybox yes")
    assert "prints too much to be followed" in text.added(outcome.reply)
    assert "Only the last 8 MiB" in text.added(outcome.reply)
    assert len(text.docker(outcome.reply)) <= 8 * 1024 * 1024


@pytest.fixture(scope="module")
def registry(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real registry, on the engine's own loopback."""
    with registry_.serve(own_engine.pid, tmp_path_factory.mktemp("registry"), 5001, locked=False) as address:
        yield address


@pytest.fixture
def distant_image(registry: str, client: APIClient) -> Iterator[str]:
    """The name of an image that is at the registry and not at the engine."""
    name = f"{registry}/distant"
    client.tag("busybox:latest", name, "1")
    client.push(name, "1")
    client.remove_image(f"{name}:1")
    yield f"{name}:1"
    client.remove_image(f"{name}:1")


def test_an_image_that_is_missing_is_pulled_as_docker_pulls_it(runner: Runner, distant_image: str) -> None:
    """Docker's lines on the way, then the container of what was pulled."""
    outcome = runner.say(f"run --rm {distant_image} echo pulled")
    out, *told = text.docker(outcome.reply).splitlines()
    assert out == "pulled"
    assert told[0] == f"Unable to find image '{distant_image}' locally"
    assert told[-1] == f"Status: Downloaded newer image for {distant_image}"
    again = runner.say(f"run --rm --pull always {distant_image} echo pulled")
    assert f"Status: Image is up to date for {distant_image}" in text.docker(again.reply)
    assert text.docker(runner.say(f"run -q --rm --pull always {distant_image} echo pulled").reply) == "pulled\n"


def test_a_detached_one_is_started_and_its_id_is_the_answer(runner: Runner) -> None:
    """-d does not wait."""
    outcome = runner.say("run -d busybox sleep 1000")
    assert text.docker(outcome.reply) == f"{outcome.reply.ids[0]}\n"
    found = runner.found(outcome.reply.ids[0])
    assert found is not None
    assert found["State"]["Running"]


def test_what_cannot_start_stays_created_as_docker_leaves_it(runner: Runner) -> None:
    """The error, docker's exit code, and the container for whoever wants to look at it."""
    for command, code in (("nosuch", 127), ("/etc", 126)):
        outcome = runner.say(f"run busybox {command}")
        assert outcome.reply.exit_code == code
        found = runner.found(outcome.reply.ids[0])
        assert found is not None
        assert found["State"]["Status"] == "created"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("run --cidfile x busybox true", "Leave --cidfile away"),
        ("create --cidfile x busybox true", "Leave --cidfile away"),
        ("create -v ./x:/y busybox true", "from / on"),
        ("create --mount type=bind,src=.,dst=/y busybox true", "from / on"),
        ("create --disable-content-trust=false busybox true", "not checked here"),
    ],
)
def test_what_a_chat_cannot_do_is_answered_with_what_to_do(runner: Runner, line: str, hint: str) -> None:
    """The grammar takes such flags, and nothing is made."""
    outcome = runner.say(line)
    assert outcome.status is Status.USAGE
    assert hint in text.docker(outcome.reply)


def test_an_open_input_in_the_background_is_docker_s(runner: Runner) -> None:
    """`run -dit image sh` keeps a shell alive, as at a terminal; keys that detach are told to be of no use."""
    outcome = runner.say("run -dit --detach-keys ctrl-a busybox sh")
    assert "--detach-keys has no effect" in text.added(outcome.reply)
    found = runner.found(outcome.reply.ids[0])
    assert found is not None
    assert found["State"]["Running"]


def test_a_secret_variable_is_neither_shown_nor_kept(runner: Runner) -> None:
    """The line that people and the record see has the name alone."""
    outcome = runner.say("run --rm -e PASSWORD=hunter2secret busybox true")
    shown = f"{outcome.line} {runner.bench.store.actions.listed({}, 1)[0]}"
    assert "hunter2secret" not in shown
    assert "PASSWORD=••••" in shown


def test_a_container_that_gives_more_than_was_asked_for_is_removed_and_never_started(
    runner: Runner, client: APIClient
) -> None:
    """What its image says is not in the line: the container that was made is looked at before it starts."""
    name = _name()
    begun = client.create_container("busybox", "true", working_dir="/proc/self/fd/7")["Id"]
    client.commit(begun, name, "latest")
    for line in (f"run --name {name} {name} true", f"create --name {name} {name} true"):
        outcome = runner.say(line)
        assert "more than the line asked for (it begins in /proc/self/fd/7)" in text.docker(outcome.reply)
        assert "removed and never started" in text.docker(outcome.reply)
        assert runner.found(name) is None
    client.remove_container(begun)
    client.remove_image(f"{name}:latest")


def test_an_image_that_was_swapped_meanwhile_is_not_run(engine: str, client: APIClient) -> None:
    """The name goes to the engine, so what it stood for is looked at afterwards."""
    name = _name()
    command = catalog.load().parse(f"run --name {name} busybox echo ran").command
    judged = Found(command.targets()[0], "image", "sha256:" + "0" * 64, "busybox", {}, {})
    reply = _run(command, engine, {command.targets()[0]: judged})
    assert "not any more what this line was judged by" in text.docker(reply)
    with pytest.raises(NotFound):
        client.inspect_container(name)


def test_a_volume_whose_name_was_taken_meanwhile_is_not_mounted(engine: str, client: APIClient) -> None:
    """A volume with options is a mount of anything on the host, and the container's inspect does not show them."""
    name = _name()
    client.create_volume(name, driver_opts={"type": "none", "o": "bind", "device": "/etc"})
    command = catalog.load().parse(f"create --name {name} -v {name}:/x busybox true").command
    image, *_ = command.targets()
    judged = Found(image, "image", client.inspect_image("busybox")["Id"], "busybox", {}, {})
    reply = _run(command, engine, {image: judged})
    assert f"the volume {name} has options of its own" in text.docker(reply)
    with pytest.raises(NotFound):
        client.inspect_container(name)
    client.remove_volume(name)


def test_other_containers_go_by_their_ids(runner: Runner, client: APIClient) -> None:
    """A name can be swapped between the look and the request, and again before each start; an id cannot."""
    other = client.create_container("busybox", ["sleep", "1000"], name=_name())["Id"]
    client.start(other)
    name = client.inspect_container(other)["Name"].removeprefix("/")
    linked = runner.say(f"create --link {name}:other --volumes-from {name}:ro busybox true")
    found = runner.found(linked.reply.ids[0])
    assert found is not None
    assert found["HostConfig"]["VolumesFrom"] == [f"{other}:ro"]
    assert found["HostConfig"]["Links"] == [f"/{name}:{found['Name']}/other"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("--network {0}", "network {0} not found"),
        ("--network front --link {0}", "No such container: {0}"),
        ("--link {0}", "No such container: {0}"),
        ("--volumes-from {0}", "No such container: {0}"),
        ("--pid container:{0}", "No such container: {0}"),
    ],
)
def test_what_the_asker_may_not_know_of_is_not_there(
    ruled: Callable[..., Runner], client: APIClient, flags: str, said: str
) -> None:
    """Neither a network nor a container that is hidden can be joined by its name, now or when it is started."""
    hidden, name = f"hidden-{secrets.token_hex(4)}", _name()
    client.create_network(hidden, labels=HIDDEN)
    client.create_container("busybox", ["true"], name=hidden, labels=HIDDEN)
    outcome = ruled(HIDING).say(f"create --name {name} {flags.format(hidden)} busybox true")
    assert said.format(hidden) in text.docker(outcome.reply)
    with pytest.raises(NotFound):
        client.inspect_container(name)


def test_what_is_hidden_cannot_be_joined_by_its_process_space_either(
    ruled: Callable[..., Runner], client: APIClient
) -> None:
    """The engine takes a network of another container for what it is only when the container starts."""
    hidden = f"hidden-{secrets.token_hex(4)}"
    client.start(client.create_container("busybox", ["sleep", "1000"], name=hidden, labels=HIDDEN))
    outcome = ruled(HIDING).say(f"run --network container:{hidden} busybox true")
    assert f"No such container: {hidden}" in text.docker(outcome.reply)
    assert hidden not in str(client.inspect_container(outcome.reply.ids[0])["HostConfig"])


@pytest.fixture
def hidden_image(client: APIClient) -> Iterator[str]:
    """The name of an image that is hidden."""
    name = f"hidden-{secrets.token_hex(4)}"
    client.commit(client.create_container("busybox", ["true"]), name, changes=["LABEL hidden=yes"])
    yield name
    client.remove_image(name)


def test_an_image_that_is_hidden_is_not_run(ruled: Callable[..., Runner], hidden_image: str) -> None:
    """It is told of as if it were not there, in the sentence that docker has for that; its name is not pulled over."""
    runner = ruled(HIDING)
    never = runner.say(f"create --pull never {hidden_image} true")
    assert text.docker(never.reply) == f"Error response from daemon: No such image: {hidden_image}:latest\n"
    assert runner.say(f"create {hidden_image} true").status is Status.DENIED


def test_a_lost_answer_to_the_making_is_told_as_unknown(engine: str, tmp_path: Path, client: APIClient) -> None:
    """The container may be there, so nothing is tried again; it was not started."""
    name = _name()
    with Proxy(engine, lose="POST /v1.41/containers/create").serve(tmp_path) as address:
        made = bench(address, tmp_path / "data")
        outcome = made.say(f"run --name {name} busybox true")
        made.close()
    assert outcome.status is Status.UNKNOWN
    assert "`docker ps -a` shows how it is now" in text.docker(outcome.reply)
    assert eventually(lambda: client.inspect_container(name))["State"]["Status"] == "created"


def test_what_cannot_be_attached_to_is_not_started(engine: str, tmp_path: Path, client: APIClient) -> None:
    """Nothing runs whose output would be lost."""
    name = _name()
    with Proxy(engine, lose="/attach").serve(tmp_path) as address:
        made = bench(address, tmp_path / "data")
        outcome = made.say(f"run --name {name} busybox true")
        made.close()
    assert text.docker(outcome.reply).startswith(f"{name} was made and not started")
    assert client.inspect_container(name)["State"]["Status"] == "created"


def test_an_end_that_is_not_told_is_unknown(engine: str, tmp_path: Path) -> None:
    """The engine falls silent while the container runs: what it printed is shown, how it ended is not made up."""
    broken = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Proxy(engine, replace="/wait", answer=broken).serve(tmp_path) as address:
        made = bench(address, tmp_path / "data")
        outcome = made.say("run busybox echo printed")
        made.close()
    assert outcome.status is Status.UNKNOWN
    assert text.docker(outcome.reply).startswith("printed\nHow ")


def test_a_lost_answer_to_the_start_is_told_as_unknown(engine: str, tmp_path: Path) -> None:
    """The container was made, and its id is told and kept."""
    with Proxy(engine, lose="/start").serve(tmp_path) as address:
        made = bench(address, tmp_path / "data")
        outcome = made.say("run -d busybox sleep 1000")
        made.close()
    assert outcome.status is Status.UNKNOWN
    assert outcome.reply.ids
    assert "No answer about the start of" in text.docker(outcome.reply)


class Nobody:
    """A bot of which nothing is asked."""

    def specs(self) -> Iterable[Spec]:
        """None."""
        return ()

    def audit(self, *, number: int | None, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:  # noqa: ARG002 - what a Bot is asked
        """None."""
        return []

    def counted(self, filters: Mapping[str, tuple[str, ...]], limit: int) -> Iterable[Mapping[str, Any]]:  # noqa: ARG002 - what a Bot is asked
        """None."""
        return ()

    def ended(self, number: int | None) -> Mapping[str, Any] | None:  # noqa: ARG002 - what a Bot is asked
        """None."""
        return None

    def verdict(self, line: str) -> Verdict:  # noqa: ARG002 - what a Bot is asked
        """Nobody can say."""
        return Verdict(Decision.UNKNOWN, "")

    def standing(self) -> Standing:
        """Nobody's."""
        return Standing("", "", (), (), {}, (), None, "", (), ())

    def roles(self) -> list[Mapping[str, Any]]:
        """None."""
        return []

    @property
    def upkeep(self) -> Upkeep:
        """None."""
        raise NotImplementedError

    @property
    def timetable(self) -> Timetable:
        """None."""
        raise NotImplementedError

    @property
    def cleanups(self) -> Cleanups:
        """None."""
        raise NotImplementedError


def _run(command: Command, engine: str, found: dict[Target, Any]) -> Reply:
    """What the command answers where its names were looked up before."""
    host = Host("local", engine)
    context = Context(
        quick=host.quick,
        slow=host.patient,
        found=found,
        visible=lambda _seen: True,
        reaches=lambda _seen: True,
        why=lambda _seen: "",
        may=lambda _found: True,
        sees=lambda _seen: True,
        now=0.0,
        host="local",
        person="admin",
        outside=Outside(),
        bot=Nobody(),
    )
    try:
        return command.run(context)
    finally:
        host.close()


@pytest.mark.parametrize(
    ("line", "public"),
    [
        ("run --rm busybox sh -c 'echo ran; exit 3'", True),
        ("run --rm busybox true", True),
        ("run --network nothere busybox true", True),
        ("run --name web busybox true", False),
    ],
)
def test_what_ran_is_seen_by_the_channel_however_it_ended(inhabited: Bench, line: str, public: bool) -> None:
    """A container that was made and cannot start stays; what the engine refused outright is for the asker alone."""
    assert inhabited.say(line).public is public


def test_who_made_it_is_known_while_it_runs(labelled: Runner) -> None:
    """Its labels give nobody a right from the moment that it is there, and not only once the line has ended."""
    name = _name()
    line = f"run --name {name} -l team=dev busybox sleep 1000"
    said = threading.Thread(target=labelled.say, args=(line,))
    said.start()
    eventually(lambda: (labelled.found(name) or {"State": {"Running": False}})["State"]["Running"])
    entered = labelled.bench.say(f"exec {name} true", PEER)
    labelled.client.kill(name)
    said.join()
    assert entered.status is Status.DENIED


@pytest.fixture
def volume(client: APIClient) -> Iterator[str]:
    """A name for a volume, which is taken away at the end."""
    name = _name()
    yield name
    for each in client.containers(all=True, filters={"volume": name}):
        client.remove_container(each["Id"], force=True)
    if name in {each["Name"] for each in client.volumes()["Volumes"]}:
        client.remove_volume(name)


@pytest.mark.parametrize(
    "line",
    [
        "create -v {0}:/w busybox true",
        "create --mount type=volume,src={0},dst=/w,volume-label=team=dev busybox true",
        "create --mount type=volume,src={0},dst=/bin/busybox,volume-label=team=dev busybox true",
    ],
)
def test_a_volume_that_comes_with_a_container_has_a_maker(labelled: Runner, volume: str, line: str) -> None:
    """Also where the engine refuses the container then, since no volume can lie over a file."""
    labelled.say(line.format(volume))
    assert volume in {each["Name"] for each in labelled.client.volumes()["Volumes"]}
    inspected = labelled.bench.say(f"volume inspect {volume}", PEER)
    for each in labelled.client.containers(all=True, filters={"volume": volume}):
        labelled.client.remove_container(each["Id"])
    assert inspected.status is Status.DENIED
    assert labelled.bench.say(f"volume rm {volume}").status is Status.DONE


def test_a_volume_without_a_name_has_a_maker(labelled: Runner) -> None:
    """Its label gives nobody a right either."""
    box = labelled.say("create --mount type=volume,dst=/w,volume-label=team=dev busybox true").reply.ids[0]
    (mount,) = labelled.client.inspect_container(box)["Mounts"]
    assert mount["Name"] not in text.docker(labelled.bench.say("volume ls", PEER).reply)


def test_a_volume_that_was_there_keeps_its_maker(labelled: Runner, volume: str) -> None:
    """Whoever mounts it, or what another container mounts, has not made it."""
    labelled.client.create_volume(volume)
    lender = _name()
    labelled.say(f"create --name {lender} -v {volume}:/w busybox true")
    labelled.say(f"create --volumes-from {lender} busybox true")
    assert labelled.bench.say(f"volume rm {volume}").status is Status.DENIED
