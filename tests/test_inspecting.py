"""Inspecting: secrets go before any template sees them, hidden containers stay hidden, all else is docker's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import harness
import pytest
from docker.api.client import APIClient
from harness import ROOT, Bench
from proxy import Proxy

from bot import text
from bot.policy import Policy
from commands import catalog, inspecting
from commands.network.inspect import Attached
from commands.reply import Output
from commands.secrets import MASK

WORD = "hunter" + "2"
HIDING = """
[[deny]]
verbs = ["see"]
on = ["label:hidden=yes"]
"""


@pytest.fixture
def secretive(engine: str, bench: Bench) -> Iterator[Callable[[str], str]]:
    """Says what inspect answers about a container full of fake secrets, by a format."""
    api = APIClient(engine, version="1.41")
    made = api.create_container(
        "busybox",
        ["serve", "--db-password", WORD, f"--url=redis://:{WORD}@cache/0"],
        environment=[f"DB_PASSWORD={WORD}", "A=1 < 2 & 3", f"OPTIONS=user=bob password={WORD}"],
        labels={"com.example.token": WORD, "tier": "front"},
        healthcheck={"test": ["CMD", "check", "--token", WORD]},
    )["Id"]

    def inspect(shape: str) -> str:
        reply = bench.say(f"inspect {shape} {made}").reply
        assert not reply.failed
        return "".join(part.text for part in reply.parts if isinstance(part, Output))

    yield inspect
    api.remove_container(made)
    api.close()


@pytest.mark.attack("S19")
@pytest.mark.parametrize(
    "shape",
    [
        "",
        "-f json",
        "-s",
        "-f '{{.}}'",
        "-f '{{json .Config}}'",
        "-f '{{.Path}} {{.Args}}'",
        "-f '{{slice (index .Config.Env 0) 12}}'",
        '-f \'{{range .Config.Env}}{{join (split . "=") " is "}} {{end}}\'',
        "-f '{{range .Args}}{{printf \"%x\" .}} {{end}}'",
        "-f '{{range .Config.Cmd}}{{range $i, $c := split . \"\"}}{{$c}}-{{end}}{{end}}'",
        "-f '{{index .Config.Labels \"com.example.token\"}}'",
        "-f '{{.Config.Healthcheck.Test}}'",
        "--type container -f '{{.Config.Env}}'",
    ],
)
def test_no_shape_and_no_template_shows_a_secret(secretive: Callable[[str], str], shape: str) -> None:
    """Not whole, not in pieces, not spelled in another way: what a template is given holds none."""
    told = secretive(shape)
    assert told.strip()
    for spelled in (WORD, "-".join(WORD), WORD.encode().hex(), WORD[3:]):
        assert spelled not in told


def test_what_is_no_secret_is_shown_to_the_character(secretive: Callable[[str], str]) -> None:
    """Names, order and the rest of a value stay, and nothing is escaped that the engine does not escape."""
    config = json.loads(secretive("-f '{{json .Config}}'"))
    assert config["Env"] == [f"DB_PASSWORD={MASK}", "A=1 < 2 & 3", f"OPTIONS=user=bob password={MASK}"]
    assert config["Cmd"] == ["serve", "--db-password", MASK, f"--url=redis://:{MASK}@cache/0"]
    assert config["Labels"] == {"com.example.token": MASK, "tier": "front"}
    assert '"A=1 < 2 & 3"' in secretive("")


@pytest.mark.parametrize(
    ("thing", "raw", "text"),
    [
        ([], True, "[]"),
        ([{"b": {}, "a": [], "c": None}], True, '[{"b":{},"a":[],"c":null}]'),
        ([{"a": "<é>&\u2028\x7f\x01"}], True, '[{"a":"<é>&\\u2028\x7f\\u0001"}]'),
        ([{"a": "<é>&\u2029"}], False, '[{"a":"\\u003cé\\u003e\\u0026\\u2029"}]'),
    ],
)
def test_json_is_written_as_docker_writes_it(thing: object, raw: bool, text: str) -> None:
    """In the order of its keys; as the engine sent it, or as Go does, which escapes HTML."""
    assert inspecting.encoded(thing, indented=False, raw=raw) == text
    assert json.loads(text) == thing


def test_a_network_does_not_tell_of_containers_that_the_asker_may_not_see(inhabited: Bench, fresh_world: str) -> None:
    """They are neither listed nor counted; the others are."""
    host = inhabited.pipeline.hosts.get("")
    assert host is not None
    network = host.quick().inspect_network("front")
    labels = {each["Names"][0]: each for each in APIClient(fresh_world, version="1.41").containers()}
    assert "/worker" in labels

    class Asker:
        """Somebody who sees what the test lets them see."""

        docker = host.quick()
        sees_all = staticmethod(lambda: False)

        def __init__(self, *names: str) -> None:
            self.reaches = lambda seen: seen.kind == "container" and seen.name in names

    assert Attached(Asker("web")).shown(network)["Containers"] == {}  # type: ignore[arg-type]
    assert Attached(Asker("worker")).shown(network) == network  # type: ignore[arg-type]


@pytest.mark.parametrize(("deny", "containers"), [("", 0), (HIDING, 1)])
@pytest.mark.parametrize("verb", ["network inspect", "inspect --type network"])
def test_each_list_is_asked_for_once_whatever_the_line_names(
    fresh_world: str, tmp_path: Path, verb: str, deny: str, containers: int
) -> None:
    """Two networks with containers on them; where nothing is hidden, containers are not asked for at all."""
    proxy = Proxy(fresh_world)
    policy = Policy.parse(ROOT + deny, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    with proxy.serve(tmp_path) as host:
        bench = harness.bench(host, tmp_path / "data", policy)
        shown = json.loads(text.docker(bench.say(f"{verb} front bridge").reply))
        bench.close()
    assert [bool(each["Containers"]) for each in shown] == [True, True]
    asked = [request.partition("?")[0].partition("/v1.")[2].partition("/")[2] for request in proxy.requests]
    assert (asked.count("networks"), asked.count("containers/json")) == (1, containers)
