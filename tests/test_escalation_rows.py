"""One test for each row of the lists of escalations: whoever has all rights but root tries, and nothing came of it.

The rows are those of docker run and create (1 to 30), then those of other verbs, by their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import harness
import pytest
from escalating import ANN, ENVIRONED, EVE, MIA, SECRET, Scene, Stage, policy
from proxy import Proxy

from bot import envelope, text
from bot.request import Status
from commands import catalog
from commands.line import UsageError

LIMITED = """
[run]
networks = ["rows-net"]
ports = ["127.0.0.1:8000-8999", "9000"]
memory_max = "64m"
pids_max = 100
"""
DISGUISE = "volume-driver=local,volume-opt=type=none,volume-opt=o=bind"
READ = "busybox cat /h/secret"


@pytest.fixture(scope="module")
def scene(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The stage on the shared engine, for all tests of this file."""
    folder = tmp_path_factory.mktemp("rows")
    stage = Stage(engine, folder / "host")
    api = stage.set()
    made = harness.bench(engine, folder / "data", policy())
    yield Scene(made, engine, api, folder / "host")
    made.close()
    stage.clear()


@pytest.fixture(scope="module")
def limited(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The same where [run] says what containers may be given."""
    folder = tmp_path_factory.mktemp("limited")
    binds = f'binds = ["{scene.host}:ro"]\n'
    made = scene.policed(folder / "data", LIMITED + binds)
    yield made
    made.bench.close()


ROWS: dict[str, list[tuple[str, str]]] = {
    "row_1_host_bind": [
        (f"run --rm -v {{host}}:/h {READ}", "of the host"),
        (f"run --rm -v {{host}}:/h:ro {READ}", "of the host read-only"),
        (f"run --rm -v {{host}}/../host/.:/h {READ}", "of the host"),
        ("create -v /:/h busybox true", "it mounts / of the host"),
    ],
    "row_2_mount_api": [(f"run --rm --mount type=bind,src={{host}},dst=/h,ro {READ}", "of the host read-only")],
    "row_3_inline_volume_driver": [
        (
            f"run --rm --mount type=volume,src=rows-inline,dst=/h,{DISGUISE},volume-opt=device={{host}} {READ}",
            "a volume with options",
        ),
        (f"run --rm --mount 'type=volume,dst=/h,volume-opt=type=proc,volume-opt=device=proc' {READ}", "with options"),
        ("create --mount type=volume,dst=/h,volume-driver=nfs busybox true", "of the driver nfs"),
    ],
    "row_4_premade_volume": [
        (f"run --rm -v rows-disguised:/h {READ}", "not what it seems"),
        (f"run --rm --mount type=volume,src=rows-disguised,dst=/h {READ}", "not what it seems"),
    ],
    "row_5_volumes_from": [
        (f"run --rm --volumes-from rows-agent {READ}", "rows-agent gives root"),
        (f"run --rm --volumes-from rows-agent:ro {READ}", "rows-agent gives root"),
        (f"run --rm --volumes-from rows-hidden {READ}", "not what it seems"),
    ],
    "row_7_privileged": [("run --rm --privileged busybox true", "privileged")],
    "row_8_capabilities": [
        (f"create --cap-add {name} busybox true", f"capability {name.upper().removeprefix('CAP_')}")
        for name in ("SYS_ADMIN", "CAP_SYS_PTRACE", "sys_module", "DAC_READ_SEARCH", "NET_ADMIN", "BPF", "ALL")
    ],
    "row_9_unmasked_proc": [
        ("run --rm --security-opt systempaths=unconfined busybox true", "it may write to /proc"),
    ],
    "row_10_security_options": [
        (f"create --security-opt {option} busybox true", f"security option {option}")
        for option in (
            "seccomp=unconfined",
            "apparmor=unconfined",
            "label=disable",
            "label:disable",
            "no-new-privileges:false",
            "no-new-privileges=false",
        )
    ],
    "row_11_process_namespace": [
        ("run --rm --pid host busybox ps", "the host's processes"),
        ("run --rm --pid container:rows-victim busybox cat /proc/1/environ", "processes of another container"),
    ],
    "row_12_shared_memory": [
        ("run --rm --ipc host busybox true", "the host's shared memory"),
        ("run --rm --ipc container:rows-victim busybox ls /dev/shm", "shared memory of another"),
    ],
    "row_13_network_namespace": [
        ("run --rm --network host busybox true", "the host's network"),
        ("run --rm --network container:rows-victim busybox true", "network of another container"),
    ],
    "row_14_other_namespaces": [
        ("create --uts host busybox true", "the host's host name"),
        ("create --userns host busybox true", "the host's user ids"),
        ("create --cgroupns host busybox true", "the control groups of the host"),
    ],
    "row_15_devices": [
        ("create --device /dev/null busybox true", "devices of the host"),
        ("create --device /dev:/dev/all busybox true", "devices of the host"),
        ("create --device-cgroup-rule 'a *:* rwm' busybox true", "rules for devices"),
        ("create --gpus all busybox true", "devices of the host"),
        ("create --device vendor.com/class=name busybox true", "devices of the host"),
    ],
    "row_16_control_group": [("create --cgroup-parent / busybox true", "control group by name")],
    "row_17_limits": [
        ("create --oom-score-adj -1000 busybox true", "others are killed before it"),
        ("create --cpu-rt-runtime 900000 busybox true", "processors before all others"),
    ],
    "row_18_log_driver": [
        (
            "create --log-driver syslog --log-opt syslog-address=unixgram://{host}/s busybox true",
            "its log goes to syslog",
        ),
        ("create --log-driver gelf --log-opt gelf-address=udp://10.0.0.1:1 busybox true", "its log goes to gelf"),
        ("create --log-driver journald --log-opt tag=sshd busybox true", "its log goes to journald"),
        ("create --log-opt syslog-address=unixgram://{host}/s busybox true", "syslog-address of the engine's own log"),
    ],
    "row_19_sysctls": [
        ("create --sysctl net.ipv4.ip_forward=1 busybox true", "it sets net.ipv4.ip_forward"),
        ("create --sysctl kernel.shmmax=1 busybox true", "it sets kernel.shmmax"),
        ("create --sysctl fs.mqueue.msg_max=9 busybox true", "it sets fs.mqueue.msg_max"),
        ("create --network name=rows-net,driver-opt=a=b busybox true", "options of a network's driver"),
    ],
    "row_28_runtime_and_volume_driver": [
        ("create --runtime io.containerd.runtime.v1.linux busybox true", "it runs under"),
        ("create --volume-driver nfs -v rows-x:/x busybox true", "the driver nfs"),
    ],
    "exec_into_a_host_equivalent": [
        ("exec rows-agent cat /h/secret", "rows-agent gives root"),
        ("exec rows-hidden cat /h/secret", "not what it seems"),
        ("attach rows-agent", "rows-agent gives root"),
    ],
    "exec_privileged": [("exec --privileged rows-victim true", "gives root")],
    "commit_of_a_host_equivalent": [
        ("commit rows-agent mine:1", "rows-agent gives root"),
        ("commit rows-hidden mine:1", "not what it seems"),
    ],
    "build_with_the_host": [
        ("build --network host -", "the host's network"),
        ("build --network container:rows-victim -", "network of another container"),
        ("build --cgroup-parent / -", "control group"),
        ("build --security-opt seccomp=unconfined -", "security option"),
    ],
    "volume_create": [
        ("volume create -o type=none -o o=bind -o device={host} rows-new", "folder or device of the host"),
        ("volume create -o type=overlay -o o=lowerdir=/etc:{host} -o device=overlay", "folder or device of the host"),
        ("volume create -d nfs rows-new", "of the driver nfs"),
    ],
    "network_create": [
        ("network create -o com.docker.network.bridge.name=docker0 rows-new", "com.docker.network.bridge.name"),
        ("network create --subnet 8.8.8.0/24 rows-new", "may be others' already"),
        ("network create --subnet 169.254.169.0/24 rows-new", "may be others' already"),
        ("network create --subnet fe80::/64 --ipv6 rows-new", "may be others' already"),
        ("network create -d macvlan -o parent=docker0 rows-new", "driver macvlan"),
        ("network create -d ipvlan -o parent=docker0 rows-new", "driver ipvlan"),
        ("network create --ingress rows-new", "how networks of the host are made"),
        ("network create --config-from rows-net rows-new", "how networks of the host are made"),
        ("network create --ipam-driver other rows-new", "how networks of the host are made"),
    ],
    "network_connect": [
        ("network connect --driver-opt a=b rows-net rows-victim", "options of a network's driver"),
        ("network connect rows-net rows-agent", "rows-agent gives root"),
    ],
    "rename_of_a_host_equivalent": [
        ("rename rows-agent mine-agent", "rows-agent gives root"),
        ("rename rows-hidden mine-agent", "not what it seems"),
    ],
    "update_of_a_host_equivalent": [
        ("update --restart always rows-agent", "rows-agent gives root"),
        ("update --restart always rows-hidden", "not what it seems"),
        ("update --cpu-rt-runtime 900000 rows-victim", "processors before all others"),
    ],
}
FLAT = [(row, line, why) for row, lines in ROWS.items() for line, why in lines]


@pytest.mark.parametrize(("line", "why"), [each[1:] for each in FLAT], ids=[f"{each[0]}: {each[1]}" for each in FLAT])
def test_a_row_needs_the_class_root(scene: Scene, line: str, why: str) -> None:
    """Nothing was made, nothing of the host's was read, nothing was left behind."""
    scene.refused(line, why, given={"dockerfile": "FROM busybox\nRUN cat /h/secret"} if "build" in line else None)


def test_row_3_leaves_no_volume_and_the_line_is_one_that_the_engine_would_do(scene: Scene) -> None:
    """The same request, sent by hand, reads the host's file: the refusal is not for want of a right line."""
    line = (
        f"create --mount type=volume,src=rows-inline,dst=/h,volume-opt=type=none,volume-opt=o=bind,"
        f"volume-opt=device={scene.host} {READ}"
    )
    body = dict(catalog.load().parse(line).command.makes() or {})
    made = scene.api._result(scene.api._post_json(scene.api._url("/containers/create"), body), json=True)["Id"]
    scene.api.start(made)
    scene.api.wait(made)
    assert SECRET.encode() in scene.api.logs(made)
    scene.api.remove_container(made)
    scene.api.remove_volume("rows-inline")


def test_row_4_an_existing_volume_is_not_made_anew_in_disguise(scene: Scene) -> None:
    """`volume create` of a name that is taken gives the existing volume, which stays what it is: root to mount."""
    assert scene.say("volume create rows-disguised").status is Status.DONE
    scene.refused(f"run --rm -v rows-disguised:/h {READ}", "not what it seems")


def test_row_5_what_a_lender_mounts_is_judged_as_if_it_were_named(scene: Scene) -> None:
    """Whoever may not change a volume gets it by no other container's means, nor one that they may not enter."""
    config = scene.api.create_host_config(binds=["rows-data:/d"])
    scene.api.create_container("busybox", "true", name="mine-lender", host_config=config)
    scene.refused("run --rm --volumes-from mine-lender busybox ls /d", "allows `container run`", MIA)
    scene.refused("run --rm --volumes-from rows-victim busybox ls /d", "allows `container run`", MIA)
    scene.api.remove_container("mine-lender")


def test_row_6_top_level_volumes_are_never_a_folder_of_the_host(scene: Scene) -> None:
    """A colon makes a bind of it, which is row 1; what is there without one is empty."""
    assert (catalog.load().parse("create -v /data busybox true").command.makes() or {})["Volumes"] == {"/data": {}}
    assert (catalog.load().parse("create -v /:/h busybox true").command.makes() or {})["Volumes"] == {}
    assert text.docker(scene.say("run --rm -v /h busybox ls /h").reply) == ""


def test_row_14_no_flag_names_a_control_group_of_another(scene: Scene) -> None:
    """HostConfig.Cgroup is always empty."""
    made = scene.say("create --name mine-plain busybox true")
    assert scene.api.inspect_container("mine-plain")["HostConfig"]["Cgroup"] == ""
    assert made.status is Status.DONE
    scene.api.remove_container("mine-plain")


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ("--pids-limit 9 --network rows-net", "more memory than 64m: add --memory 64m or less"),
        ("-m 65m --pids-limit 9 --network rows-net", "more memory than 64m"),
        ("-m 64m --memory-swap -1 --pids-limit 9 --network rows-net", "memory and swap than 128m"),
        ("-m 64m --network rows-net", "more processes than 100: add --pids-limit 100 or less"),
        ("-m 64m --pids-limit -1 --network rows-net", "more processes than 100"),
        ("-m 64m --pids-limit 101 --network rows-net", "more processes than 100"),
    ],
)
def test_row_17_memory_and_processes_stay_within_run(limited: Scene, flags: str, why: str) -> None:
    """None, or more than the policy says, is outside."""
    limited.refused(f"run --rm {flags} busybox true", why)


def test_row_17_update_does_not_get_around_it(limited: Scene) -> None:
    """A container that is there is not given more either; what leaves these as they are is no matter of theirs."""
    limited.refused("update -m 65m --memory-swap -1 rows-victim", "more memory than 64m")
    limited.refused("update --pids-limit -1 rows-victim", "more processes than 100")
    assert limited.say("update --cpu-shares 512 rows-victim").status is Status.DONE


@pytest.mark.parametrize(
    "flags", ["", "--network bridge", "--network rows-other", "--network rows-net --network rows-other"]
)
def test_row_13_networks_stay_within_run(limited: Scene, flags: str) -> None:
    """The engine's own one is one of those that have to be listed; so has one that is named by its id."""
    limited.refused(f"run --rm -m 64m --pids-limit 9 {flags} busybox true", "and [run] lists others")
    other = limited.api.inspect_network("rows-other")["Id"]
    limited.refused(f"run --rm -m 64m --pids-limit 9 --network {other[:12]} busybox true", "the network rows-other")


def test_row_13_connect_does_not_get_around_it(limited: Scene) -> None:
    """A container that is there joins no other network either."""
    limited.refused("network connect rows-other rows-victim", "it joins the network rows-other")
    assert limited.say("network connect rows-net rows-victim").status is Status.DONE
    assert limited.say("network disconnect rows-net rows-victim").status is Status.DONE


def test_row_13_no_name_of_a_network_hides_it(limited: Scene) -> None:
    """The engine takes any text for a name, that of another's network mode as well."""
    made = limited.api.create_network("container:rows-victim")["Id"]
    limited.refused(f"run --rm -m 64m --pids-limit 9 --network {made} busybox true", "and [run] lists others")
    limited.refused(f"network connect {made} rows-victim", "and [run] lists others")
    limited.refused("network connect container:rows-victim rows-victim", "and [run] lists others")
    limited.api.remove_network(made)


def test_what_is_within_run_is_done(limited: Scene) -> None:
    """By name and by id, with a folder that may be read, at ports that may be used."""
    network = limited.api.inspect_network("rows-net")["Id"]
    for each in ("rows-net", "none", network, network[:12]):
        ports = "" if each == "none" else "-p 127.0.0.1:8123:80 -p 9000:81"
        outcome = limited.say(f"run --rm -m 64m --pids-limit 9 --network {each} {ports} -v {{host}}:/h:ro {READ}")
        assert SECRET in text.docker(outcome.reply), text.added(outcome.reply)


def test_row_1_a_folder_that_may_be_read_is_not_written_to(limited: Scene) -> None:
    """Nor labelled, which is written to it as well."""
    line = "run --rm -m 64m --pids-limit 9 --network none -v {host}:/h%s busybox touch /h/new"
    for mode in ("", ":rw", ":ro,Z"):
        limited.refused(line % mode, "add :ro, as [run] binds says")


def test_row_1_no_link_leads_out_of_a_folder_that_may_be_written_to(scene: Scene, tmp_path: Path) -> None:
    """Whoever may write there could put a link to any place, which the engine would follow."""
    shared = tmp_path / "shared"
    shared.mkdir()
    made = scene.policed(tmp_path / "data", f'[run]\nbinds = ["{shared}"]')
    assert made.say(f"run --rm -v {shared}:/s busybox ln -s {scene.host} /s/out").status is Status.DONE
    assert (shared / "out" / "secret").read_text() == SECRET
    for line in (
        f"run --rm -v {shared}/out:/h {READ}",
        f"run --rm --mount type=bind,src={shared}/out,dst=/h,ro {READ}",
    ):
        made.refused(line, "of the host")
    made.bench.close()


@pytest.mark.parametrize(
    "flags",
    ["-p 22:22", "-p 8123:80", "-p 127.0.0.1:7999:80", "-p 127.0.0.1:8999-9001:80", "-p 80", "-P", "-p [::1]:8123:80"],
)
def test_row_22_ports_stay_within_run(limited: Scene, flags: str) -> None:
    """The address counts as well as the port, and what the engine would choose is any of them."""
    limited.refused(f"run --rm -m 64m --pids-limit 9 --network rows-net {flags} busybox true", "[run] allows")


def test_row_20_a_link_tells_the_environment_to_those_who_may_enter(scene: Scene) -> None:
    """To whom `exec` would tell it, and to nobody else."""
    outcome = scene.refused(
        "run --rm --link rows-victim:v busybox env", "This does to rows-victim what `exec` does", ANN
    )
    assert ENVIRONED not in outcome
    told = text.docker(scene.say("run --rm --link rows-victim:v busybox env", EVE).reply)
    assert "V_ENV_DB_PASSWORD" in told


def test_row_20_a_link_to_what_gives_root_needs_root(scene: Scene) -> None:
    """As entering it does."""
    scene.refused("run --rm --link rows-agent:v busybox env", "rows-agent gives root")


@pytest.mark.parametrize("alias", ["--network-alias", "--net-alias", "--name mine-x --network-alias"])
def test_row_21_nobody_takes_the_name_that_another_answers_to(scene: Scene, alias: str) -> None:
    """Whoever may not change a container does not share its name in a network."""
    line = f"run --rm --network rows-net {alias} rows-named busybox true"
    scene.refused(line, "allows `container run`", MIA)
    scene.refused("run --rm --network name=rows-net,alias=rows-named busybox true", "allows `container run`", MIA)
    assert scene.say("run --rm --network rows-net --network-alias mine-own busybox true", MIA).status is Status.DONE


def test_row_21_nor_by_connecting(scene: Scene) -> None:
    """The other way to an alias."""
    scene.api.create_container("busybox", "true", name="mine-plain")
    scene.refused("network connect --alias rows-named rows-net mine-plain", "allows `network connect`", MIA)
    scene.api.remove_container("mine-plain")


def test_row_23_a_name_that_begins_anothers_id_reaches_neither(scene: Scene) -> None:
    """The name can be given, but no line takes it for the other's id."""
    victim = scene.api.inspect_container("rows-victim")["Id"]
    short = victim[:12]
    shadow = scene.say(f"create --name {short} busybox true").reply.ids
    for line in (f"rm -f {short}", f"exec {short} true", f"rename {short} mine-x"):
        assert scene.say(line).status is Status.FAILED
    assert scene.api.inspect_container(victim)["State"]["Running"]
    for each in shadow:
        scene.api.remove_container(each)


def test_row_24_a_label_gives_no_right_to_what_was_made_from_chat(scene: Scene, tmp_path: Path) -> None:
    """Whoever made it wrote its labels, or those of its image: a rule by labels does not reach it."""
    rule = '[[roles.mine.allow]]\nverbs = ["change"]\non = ["label:team=mia"]'
    made = scene.policed(tmp_path / "data", rule)
    assert made.say("create --name rows-labelled -l team=mia rows-base:1 true").status is Status.DONE
    made.refused("rm rows-labelled", "allows `container rm`", MIA)
    made.bench.close()
    scene.api.remove_container("rows-labelled")


def test_row_25_a_tag_is_not_moved_by_who_may_not_change_its_image(scene: Scene) -> None:
    """Not by tag, commit, build or pull; what a line ran under was the image that was judged."""
    scene.api.tag("busybox", "rows", "1")
    scene.api.create_container("busybox", "true", name="mine-source")
    for line in ("tag busybox rows:1", "commit mine-source rows:1", "build -t rows:1 -", "pull rows:1"):
        scene.refused(line, "", MIA, given={"dockerfile": "FROM busybox"} if line.startswith("build") else None)
    scene.api.remove_container("mine-source")
    scene.api.remove_image("rows:1")


@pytest.mark.parametrize(
    "folder",
    [
        "/proc/self/fd/7", "//proc/self/fd/7", "/tmp/../proc/self/fd/7", "/proc", "proc/1", "/dev/fd", "/dev/fd/8",
        "/dev/fd/../../self",
        "/dev/./shm/../fd", "dev/stdin", "/dev/stdout", "/dev/stderr/x",
    ],
)  # fmt: skip
def test_row_26_no_process_begins_under_proc(scene: Scene, folder: str) -> None:
    """Neither in a new container nor in one that is there."""
    before = scene.there()
    for line in (
        f"run --rm -w {folder} busybox pwd",
        f"create -w {folder} busybox true",
        f"exec -w {folder} rows-victim pwd",
    ):
        outcome = scene.say(line)
        assert outcome.status is Status.USAGE
        assert "No process begins under /proc" in text.docker(outcome.reply)
    assert scene.there() == before


@pytest.mark.parametrize("folder", ["/proc/self/fd/7", "/dev/fd/7"])
def test_row_26_nor_where_its_image_says_so(scene: Scene, folder: str) -> None:
    """The container is looked at before it starts, and removed."""
    made = scene.api.create_container("busybox", "true", working_dir=folder)["Id"]
    scene.api.commit(made, "mine", "1")
    before = scene.there()
    assert "removed and never started" in text.docker(scene.say("run mine:1 ls").reply)
    assert scene.there() == before
    scene.refused(f"exec {made} ls", f"it begins in {folder}")
    scene.api.remove_container(made)
    scene.api.remove_image("mine:1")


BENIGN = (
    "-e A=1 -l a=b -h inside --health-cmd true --stop-signal INT --stop-timeout 3 --init --read-only",
    "--restart always -m 64m --cpus 0.5 --pids-limit 50 --ulimit nofile=99 --shm-size 8m --tmpfs /t:size=1m",
    "--log-driver json-file --log-opt max-size=1m --log-opt tag=x",
    "--log-driver local",
    "--log-opt max-size=1m",
    "--cap-drop ALL --cap-add NET_BIND_SERVICE --security-opt no-new-privileges",
    "--group-add audio --add-host me:host-gateway --dns 10.0.0.1 --ipc shareable --oom-score-adj 500",
    "--oom-kill-disable",
    "--sysctl net.ipv4.ip_unprivileged_port_start=80 -p 127.0.0.1::80 -v rows-plain:/x -v /y",
)


@pytest.mark.parametrize("flags", BENIGN)
def test_row_27_and_28_what_gives_nothing_of_the_host_needs_no_root(scene: Scene, flags: str) -> None:
    """Restarting, groups, names and the rest of what is usual: of the class change."""
    outcome = scene.say(f"create {flags} busybox true")
    assert outcome.status is Status.DONE, text.added(outcome.reply)
    scene.api.remove_container(outcome.reply.ids[0], v=True)


def test_row_28_annotations_are_outside() -> None:
    """They are told to the runtime; no engine of the tests is new enough to take any."""
    body = catalog.load().parse("create --annotation a=b busybox true").command.makes() or {}
    assert envelope.asked_reasons(body) == {"it has annotations for the runtime"}


def test_row_29_what_starts_a_container_says_nothing_of_its_host(scene: Scene, tmp_path: Path) -> None:
    """No body goes with it, and no engine is spoken to in a version that would read one."""
    proxy = Proxy(scene.engine)
    with proxy.serve(tmp_path) as address:
        bench = harness.bench(address, tmp_path / "data", policy())
        assert bench.say("restart -t 0 rows-named", EVE).status is Status.DONE
        assert bench.say("start rows-named", EVE).status is Status.DONE
        bench.close()
    versions = [re.search(r" /v(\d+)\.(\d+)/", each) for each in proxy.requests]
    assert min((int(each[1]), int(each[2])) for each in versions if each) >= (1, 40)
    assert not [each for each in proxy.requests if "create" in each]


@pytest.mark.parametrize("line", ["cp rows-agent:/h/secret -", "export rows-agent"])
def test_what_a_container_has_of_its_host_is_not_given_as_a_file(scene: Scene, line: str) -> None:
    """To read its files is to read the host's."""
    assert scene.say(line).status is Status.DENIED


@pytest.mark.parametrize(
    "line",
    [
        "load", "import http://127.0.0.1/x",
        "plugin install x", "plugin enable x", "swarm init", "swarm join x", "swarm join-token worker",
        "service create busybox true", "service update x", "stack deploy x", "secret create x", "config create x",
        "config inspect x", "checkpoint create rows-victim x", "buildx build .", "trust sign x", "manifest create x",
        "node update x", "context use x",
    ],
)  # fmt: skip
def test_what_no_verb_says_cannot_be_said(scene: Scene, line: str) -> None:
    """Rows load, import, plugin, swarm, service, secret, config and checkpoint."""
    before = scene.there()
    assert scene.say(line).status is Status.USAGE
    assert scene.there() == before


@pytest.mark.parametrize(
    "flag",
    [
        "--output x",
        "--secret id=x",
        "--ssh default",
        "--allow security.insecure",
        "--build-context x=y",
        "--cache-to x",
    ],
)
def test_row_build_has_no_way_to_a_session(flag: str) -> None:
    """What only the other builder does is no flag here."""
    with pytest.raises(UsageError):
        catalog.load().parse(f"build {flag} -")


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("build http://127.0.0.1:1/Dockerfile", ""),
        ("build -", "FROM busybox\nADD http://127.0.0.1:1/x /x"),
        ("build --network rows-net -", "FROM busybox\nRUN true"),
    ],
)
def test_row_build_reaches_no_address_that_is_not_allowed(scene: Scene, line: str, file: str) -> None:
    """Neither by its context, nor by ADD, nor by a network of its steps."""
    before = scene.there()
    outcome = scene.say(line, given={"dockerfile": file})
    assert outcome.status is Status.FAILED
    assert "policy" in text.docker(outcome.reply)
    assert scene.there() == before


@pytest.mark.parametrize("line", ["pull http://127.0.0.1/x", "pull https://10.0.0.1/x:1", "run http://127.0.0.1/x"])
def test_row_images_create_fetches_from_no_address(scene: Scene, line: str) -> None:
    """What is pulled is a name at a registry."""
    assert scene.say(line).status is Status.USAGE


def test_row_exec_s_command_is_masked_in_events(scene: Scene) -> None:
    """The engine tells it in full; what looks like a secret in it is not shown."""
    ran = scene.say("exec rows-victim sh -c 'echo --password=s3cret-9-word >/dev/null'")
    assert ran.status is Status.DONE, text.docker(ran.reply) + text.added(ran.reply)
    shown = text.docker(scene.say("events --since 10m --filter container=rows-victim").reply)
    assert "exec_create" in shown
    assert "s3cret-9-word" not in shown


def test_row_rename_needs_both_names(scene: Scene) -> None:
    """One's own to another's name, and another's to one's own."""
    scene.api.create_container("busybox", "true", name="mine-plain")
    scene.refused("rename mine-plain rows-victim", "allows `container rename`", MIA)
    scene.refused("rename rows-victim mine-other", "allows `container rename`", MIA)
    scene.api.remove_container("mine-plain")


def test_row_network_connect_needs_both_ends(scene: Scene) -> None:
    """The network and the container, to come and to go."""
    for verb in ("connect", "disconnect"):
        scene.refused(f"network {verb} rows-net rows-victim", f"allows `network {verb}`", MIA)
        scene.refused(f"network {verb} rows-other mine-x", f"allows `network {verb}`", MIA)


def test_row_update_sends_nothing_but_resources() -> None:
    """No key of its body is one that gives a container more of the host."""
    body = catalog.load().parse("update -m 64m x").command._body()  # type: ignore[attr-defined] # of the verb
    assert not {"Devices", "Binds", "Privileged", "CapAdd"} & set(body)
