"""The invariants about the engine: what it is asked by, what is never started, and what nobody reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import harness
import pytest
from escalating import EVE, ROY, SECRET, Scene, Stage, policy
from proxy import Proxy

from bot import text
from bot.request import Actor, Origin, Request, Status

PROTECTING = """
[protect]
containers = ["rows-kept*"]
networks = ["rows-kept*"]
volumes = ["rows-kept*"]
images = ["rows-kept*"]
"""
_ID = re.compile(r"(sha256:)?[0-9a-f]{64}")
_WORD = re.compile(r"[a-zA-Z0-9][\w.-]*", re.ASCII)
_SEGMENT = re.compile(r"(GET|HEAD|POST|PUT|DELETE) (?:/v[\d.]+)?/(containers|images|networks|volumes|exec)/(.+)")
# Requests whose second word is no object.
_WHOLE = frozenset({"create", "json", "prune", "search", "get", "load"})


@pytest.fixture(scope="module")
def scene(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The stage on the shared engine, with objects that the policy protects and one that holds an engine's socket."""
    folder = tmp_path_factory.mktemp("invariants")
    stage = Stage(engine, folder / "host")
    api = stage.set()
    api.tag("rows-base:1", "rows-kept", "1")
    api.create_network("rows-kept-net")
    for name, binds in (("rows-kept", []), ("rows-user", ["rows-kept-data:/d"]), ("rows-socket", ["/run:/host/run"])):
        config = api.create_host_config(binds=binds)
        api.start(api.create_container("rows-base:1", ["sleep", "1000"], name=name, host_config=config)["Id"])
    made = harness.bench(engine, folder / "data", policy(PROTECTING))
    yield Scene(made, engine, api, folder / "host")
    made.close()
    stage.clear()


def _proxied(scene: Scene, tmp_path: Path, lines: list[str]) -> list[str]:
    """What the engine is asked for by these lines of Eve's."""
    proxy = Proxy(scene.engine)
    with proxy.serve(tmp_path) as address:
        bench = harness.bench(address, tmp_path / "data", policy())
        for line in lines:
            bench.say(line, EVE)
        bench.close()
    return [unquote(each.split(" HTTP")[0].split("?")[0]) for each in proxy.requests]


def _objects(requests: list[str]) -> list[tuple[str, str, str]]:
    """Method, kind and the word for the object of each request that is about one."""
    found = []
    for each in requests:
        match = _SEGMENT.fullmatch(each)
        word = (
            re.sub(
                r"/(json|start|stop|kill|restart|pause|unpause|rename|update|wait|attach|exec|logs|tag|history"
                r"|connect|disconnect|top|stats|changes|resize)$",
                "",
                match[3],
            )
            if match
            else ""
        )
        if match and word not in _WHOLE:
            found.append((match[1], match[2], word))
    return found


LINES = [
    "ps -a", "create --name mine-four -v mine-data:/d --network rows-net busybox sleep 1000", "start mine-four",
    "pause mine-four", "unpause mine-four", "exec mine-four true", "logs mine-four", "top mine-four", "diff mine-four",
    "port mine-four", "stats --no-stream mine-four", "inspect mine-four", "rename mine-four mine-five",
    "update --cpu-shares 512 mine-five", "network connect rows-other mine-five",
    "network disconnect rows-other mine-five", "commit mine-five mine:1", "tag mine:1 mine:2", "history mine:2",
    "image inspect mine:2", "network inspect rows-net", "network create mine-net", "network rm mine-net",
    "volume create mine-more", "volume inspect mine-more", "volume rm mine-more", "stop -t 0 mine-five",
    "restart -t 0 mine-five", "kill mine-five", "wait mine-five", "rm -f mine-five", "rmi mine:1 mine:2",
    "volume rm mine-data",
]  # fmt: skip


def test_invariant_4_every_path_has_a_full_id_or_the_name_of_a_volume(scene: Scene, tmp_path: Path) -> None:
    """Whatever alters anything; a name is only ever looked up, and where an image has several it is untagged by it."""
    asked = _objects(_proxied(scene, tmp_path, LINES))
    changing = [each for each in asked if each[0] not in {"GET", "HEAD"}]
    assert {each[1] for each in changing} == {"containers", "images", "networks", "volumes", "exec"}
    for method, kind, word in changing:
        is_tag = (method, kind) == ("DELETE", "images") and word in {"mine:1", "mine:2"}
        assert _ID.fullmatch(word) or is_tag or (kind == "volumes" and _WORD.fullmatch(word)), (method, kind, word)
    for method, kind, word in asked:
        assert _ID.fullmatch(word) or _WORD.fullmatch(word) or kind == "images", (method, kind, word)


@pytest.mark.parametrize(
    "word",
    ["../images/busybox", "../volumes/rows-disguised", "../networks/rows-net", ".", "..", "rows-victim/json",
     "rows-victim?x=1", "%2e%2e/images/busybox", "rows-victim%2Fexport", "../containers/rows-victim/export"],
)  # fmt: skip
def test_invariant_4_no_word_leaves_its_place_in_a_path(scene: Scene, tmp_path: Path, word: str) -> None:
    """None of them is asked about at all, by any kind of object."""
    verbs = ("rm -f", "stop", "logs", "network rm", "network inspect", "volume rm", "volume inspect", "rmi", "inspect")
    before = scene.there()
    asked = _proxied(scene, tmp_path, [f"{verb} {word}" for verb in verbs])
    assert not [each for each in asked if not each.startswith("GET")]
    assert not [each for each in asked if {".", ".."} & set(each.split("/"))]
    assert not [each for each in asked if re.search(rf"/(containers|networks|volumes|exec)/{re.escape(word)}", each)]
    assert scene.there() == before


@pytest.mark.parametrize(
    ("flags", "tamper"),
    [
        ("", (b'"Privileged": false', b'"Privileged": true ')),
        ("-v rows-plain-name:/h", (b"rows-plain-name:/h", b"/proc/sys//////:/h")),
        ("--network rows-net", (b'"rows-net"', b'"host"    ')),
        ("-m 61234567", (b"61234567", b"91234567")),
        ("--pids-limit 77", (b'"PidsLimit": 77', b'"PidsLimit": -1')),
        ("-p 127.0.0.1:8123:80", (b'"127.0.0.1"', b'"0.0.0.0"  ')),
        ("", (b'"UsernsMode": ""', b'"PidMode":"host"')),
        ("", (b'"UsernsMode": ""', b'"pIDmODE":"host"')),
        ("--cap-add NET_BIND_SERVICE", (b'"CAP_NET_BIND_SERVICE"', b'"CAP_SYS_ADMIN"       ')),
    ],
    ids=str,
)
def test_invariant_5_nothing_is_started_that_is_not_what_was_judged(
    scene: Scene, tmp_path: Path, flags: str, tamper: tuple[bytes, bytes]
) -> None:
    """Whatever happens to the request on its way: the container is looked at, removed and never started."""
    limits = (
        '[run]\nnetworks = ["rows-net", "bridge"]\nports = ["127.0.0.1:8000-8999"]\nmemory_max = "80m"\npids_max = 99'
    )
    said = " ".join(["-m 61m" * ("-m " not in flags), "--pids-limit 9" * ("--pids" not in flags), flags])
    before = scene.there()
    assert len(tamper[0]) == len(tamper[1])
    with Proxy(scene.engine, tamper=tamper).serve(tmp_path) as address:
        bench = harness.bench(address, tmp_path / "data", policy(limits))
        outcome = bench.say(f"run {said} busybox true", EVE)
        bench.close()
    assert "removed and never started" in text.docker(outcome.reply), text.docker(outcome.reply)
    assert scene.there() == before


TOUCHING = [
    "rm -f {}", "stop {}", "restart {}", "kill {}", "pause {}", "exec {} true", "attach {}", "logs {}", "diff {}",
    "commit {} mine:1", "rename {} mine-x", "update --cpu-shares 2 {}", "network connect rows-net {}",
    "run --rm --volumes-from {} busybox true", "run --rm --link {}:x busybox env",
    "run --rm --network container:{} busybox true", "run --rm --pid container:{} busybox true",
]  # fmt: skip
GUARDED = [
    *(line.format(name) for line in TOUCHING for name in ("rows-kept", "rows-socket")),
    "run --rm --network rows-net --network-alias rows-kept busybox true",
    "create --name rows-kept-new busybox true", "rename rows-named rows-kept-new",
    "network rm rows-kept-net", "network connect rows-kept-net rows-named", "network create rows-kept-new",
    "run --rm --network rows-kept-net busybox true",
    "volume rm rows-kept-data", "volume create rows-kept-new", "run --rm -v rows-kept-data:/d busybox ls /d",
    "run --rm -v rows-kept-new:/d busybox ls /d",
    "rmi rows-kept:1", "tag busybox rows-kept:1", "tag busybox rows-kept:2", "commit rows-named rows-kept:1",
    "build -t rows-kept:1 -", "pull rows-kept:1", "push rows-kept:1", "run --rm rows-kept:1 true",
    "exec rows-user ls /d", "attach rows-user", "run --rm --volumes-from rows-user busybox ls /d",
]  # fmt: skip


@pytest.mark.parametrize("line", GUARDED)
def test_invariant_6_what_is_protected_is_out_of_reach(scene: Scene, line: str) -> None:
    """Of every role, the class root included."""
    before = scene.there()
    outcome = scene.say(line, ROY, {"dockerfile": "FROM busybox"})
    said = text.docker(outcome.reply) + text.added(outcome.reply)
    assert outcome.status is Status.DENIED, said
    assert "is protected" in said, said
    assert scene.there() == before


HOSTLY = [
    "rm -f {}", "exec {} cat /h/secret", "attach {}", "commit {} mine:1", "rename {} mine-x",
    "update --cpu-shares 2 {}", "network connect rows-net {}", "run --rm --volumes-from {} busybox cat /h/secret",
    "run --rm --link {}:x busybox env", "run --rm --network container:{} busybox true",
]  # fmt: skip


@pytest.mark.parametrize("name", ["rows-agent", "rows-hidden"])
@pytest.mark.parametrize("line", HOSTLY)
def test_invariant_6_what_gives_root_is_out_of_reach_without_it(scene: Scene, line: str, name: str) -> None:
    """However it got there: by a folder of the host, or by a volume that is one in disguise."""
    said = scene.refused(line.format(name), "root")
    assert SECRET not in said


def test_invariant_6_seeing_and_halting_need_no_root(scene: Scene) -> None:
    """What tells and alters nothing of the host stays possible."""
    for line in ("logs rows-agent", "inspect rows-agent", "restart -t 0 rows-agent", "top rows-agent"):
        assert scene.say(line).status is Status.DONE


def test_invariant_6_a_file_that_lists_a_folder_lets_its_containers_be_entered(scene: Scene, tmp_path: Path) -> None:
    """What anybody may make anew is nothing to be kept from them."""
    made = scene.policed(tmp_path / "data", f'[run]\nbinds = ["{scene.host}"]')
    assert text.docker(made.say("exec rows-agent cat /h/secret").reply) == SECRET
    made.refused("exec rows-hidden cat /h/secret", "not what it seems")
    made.bench.close()


def test_invariant_5_what_a_judged_lender_brings_along_was_judged(scene: Scene) -> None:
    """With the class root its folders are no surprise; with no word of it they are."""
    config = scene.api.create_host_config(volumes_from=["rows-agent"])
    made = scene.api.create_container("busybox", "true", host_config=config)["Id"]
    details, judging = scene.api.inspect_container(made), scene.bench.pipeline._judging
    lent, plain = (
        judging.judge(Request(f"create {flags} busybox true", Actor(ROY), Origin.SLASH))
        for flags in ("--volumes-from rows-agent", "")
    )
    assert lent.root
    assert judging.exceeds(lent, details) == ""
    assert f"it mounts {scene.host} of the host" in judging.exceeds(plain, details)
    scene.api.remove_container(made)
