"""A swarm's objects and plugins in docker inspect: shown as docker shows them, without secrets, to whom they may be."""

from __future__ import annotations

import json
import re
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from dialog import same
from docker.api.client import APIClient
from docker.types import ContainerSpec, TaskTemplate
from eventually import eventually
from harness import ADMIN, OPERATOR, Bench, bench
from oracle import DOCKER, needs_docker28

from bot import text
from bot.policy import Policy
from bot.request import Status
from commands import catalog

POLICY = f"""version = 1

[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}
ben = {{ slack = ["{OPERATOR}"], roles = ["front"] }}

[[roles.all.allow]]
verbs = ["see"]
on = ["*"]

[[roles.front.allow]]
verbs = ["see"]
on = ["label:tier=front"]

[[deny]]
verbs = ["see"]
on = ["label:hidden", "label:level=secret"]
"""
PLUGIN = {
    "description": "for tests",
    "entrypoint": ["/none"],
    "interface": {"types": ["docker.volumedriver/1.0"], "socket": "none.sock"},
    "env": [{"name": "API_TOKEN", "value": "hunter2", "settable": ["value"]}],
}


@pytest.fixture(scope="module")
def swarm(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an engine that is a swarm's manager; the world is made anew afterwards."""
    api = APIClient(engine, version="1.41")
    api.init_swarm(advertise_addr="127.0.0.1")
    api.create_secret("open", b"the secret itself", labels={"tier": "front"})
    api.create_secret("covered", b"the secret itself", labels={"hidden": "1"})
    api.create_config("settings", b"host: db\nPASSWORD=hunter2\n")
    api.create_config("open", b"that has the name of a secret\n")
    _service(api, "shop", {"tier": "front"})
    _service(api, "covert", {"hidden": "1"})
    _service(api, "double", {"level": "public"}, {"level": "secret"})
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "rootfs").mkdir()
    (folder / "config.json").write_text(json.dumps(PLUGIN))
    api.create_plugin("team/volumes:1", str(folder))
    yield engine
    api.remove_plugin("team/volumes:1")
    api.leave_swarm(force=True)
    api.close()
    world.build(engine)


def _service(api: APIClient, name: str, labels: dict[str, str], own: dict[str, str] | None = None) -> None:
    spec = ContainerSpec("busybox:latest", ["sleep", "1000"], env=["PASSWORD=hunter2", "A=1"], labels=own)
    api.create_service(TaskTemplate(spec), name=name, labels=labels)
    eventually(lambda: any(task["Status"]["State"] == "running" for task in api.tasks({"service": name})))


@pytest.fixture
def spoken(swarm: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline whose policy hides what has the label hidden."""
    policy = Policy.parse(POLICY, "policy.toml", [verb.spec for verb in catalog.load()])
    made = bench(swarm, tmp_path / "data", policy)
    yield made
    made.close()


def _task(swarm: str, service: str) -> str:
    api = APIClient(swarm, version="1.41")
    found: str = api.tasks({"service": service})[0]["ID"]
    api.close()
    return found


def _docker(engine: str, words: list[str]) -> str:
    env = {"DOCKER_HOST": engine, "HOME": "/nonexistent", "TZ": "UTC"}
    ran = subprocess.run([DOCKER, *words], env=env, capture_output=True, text=True, check=False)
    return same(ran.stdout + ran.stderr)


@needs_docker28
@pytest.mark.parametrize(
    "words",
    [
        ["shop"],
        ["open"],
        ["NODE"],
        ["TASK"],
        ["team/volumes:1"],
        ["shop", "nothere"],
        ["--type", "config", "open"],
        ["--size", "shop", "open", "team/volumes:1"],
        ["--type", "service", "nothere", "../x", ""],
        ["--type", "secret", "nothere"],
        ["--type", "config", "nothere", "a/b"],
        ["--type", "node", "nothere", "self"],
        ["--type", "task", "nothere"],
        ["--type", "plugin", "nothere", "team/volumes"],
        ["-f", "{{.Spec.Name}} {{.Version}} {{.CreatedAt}}", "shop", "open", "settings"],
        ["-f", "{{json .}}", "shop", "NODE", "TASK", "open", "team/volumes:1"],
        ["-f", "{{.}}", "open"],
        [
            "--type",
            "config",
            "-f",
            '{{printf "%s|%q|%x|% X|%v|%.2s" .Spec.Data .Spec.Data .Spec.Data .Spec.Data .Spec.Data .Spec.Data}}',
            "open",
        ],
        ["-f", "{{.Spec.Mode.Replicated.Replicas}} {{.Spec.TaskTemplate.ContainerSpec.StopGracePeriod}}", "shop"],
        ["-f", "{{.Spec.UpdateConfig}} {{.Endpoint}} {{.Spec.Labels}} {{.JobStatus}}", "shop"],
        ["-f", "{{.Description.TLSInfo.CertIssuerSubject}} {{.Spec.Role}} {{.Status}}", "NODE"],
        ["-f", "{{.Status.State}} {{.Slot}} {{.Spec.Resources}} {{.Volumes}}", "TASK"],
        ["-f", "{{.ID}} {{.Name}} {{.Config.Interface}} {{.Config.User}}", "team/volumes:1"],
        ["-f", "{{.Nope}}", "shop", "open"],
    ],
    ids=" ".join,
)
def test_all_but_secrets_is_what_docker_itself_shows(spoken: Bench, swarm: str, words: list[str]) -> None:
    """On the same swarm, to the character, once the secret values are masked in docker's answer too."""
    stand_ins = {"TASK": _task(swarm, "shop"), "NODE": _docker(swarm, ["info", "-f", "{{.Name}}"]).strip()}
    line = ["inspect", *(stand_ins.get(word, word) for word in words)]
    told = text.docker(spoken.say(" ".join(f"'{word}'" for word in line)).reply)
    assert same(told) == _docker(swarm, line).replace("hunter2", "••••")


def test_values_that_look_like_secrets_are_hidden_wherever_they_are(spoken: Bench, swarm: str) -> None:
    """In the environment of services, tasks and plugins, and inside of a config, which the engine shows in base64."""
    for name in ("shop", "team/volumes:1", _task(swarm, "shop")):
        assert "hunter2" not in text.docker(spoken.say(f"inspect {name}").reply)
    shown = spoken.say("inspect -f '{{printf \"%s\" .Spec.Data}}' settings").reply
    assert text.docker(shown) == "host: db\nPASSWORD=••••\n\n"
    data = re.findall(r'"Data": "(.*)"', text.docker(spoken.say("inspect settings").reply))
    assert [b64decode(each).decode() for each in data] == ["host: db\nPASSWORD=••••\n"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("--type secret covered", "[]\nError response from daemon: secret covered not found\n"),
        ("--type secret none", "[]\nError response from daemon: secret none not found\n"),
        ("--type service covert", "[]\nError response from daemon: service covert not found\n"),
        ("covert", "[]\nError: No such object: covert\n"),
        ("nothere", "[]\nError: No such object: nothere\n"),
    ],
)
def test_a_hidden_object_is_answered_like_one_that_is_not_there(spoken: Bench, names: str, told: str) -> None:
    """In docker's own words, whether the kind is named or not."""
    assert text.docker(spoken.say(f"inspect {names}").reply) == told


@pytest.mark.parametrize("service", ["covert", "double"])
def test_the_task_of_a_hidden_service_or_container_is_hidden(spoken: Bench, swarm: str, service: str) -> None:
    """Although its own container has none of the service's labels, or the service has another value of its label."""
    task = _task(swarm, service)
    assert text.docker(spoken.say(f"inspect {task}").reply) == f"[]\nError: No such object: {task}\n"


def test_a_role_of_some_labels_reaches_what_has_them_and_nothing_else(spoken: Bench, swarm: str) -> None:
    """The policy judges services, secrets and tasks as it judges containers, and the record has what was looked at."""
    for name in ("shop", "open", _task(swarm, "shop")):
        assert spoken.say(f"inspect {name}", OPERATOR).status is Status.DONE
    for name in ("settings", "team/volumes:1", "covert", "nothere"):
        assert spoken.say(f"inspect {name}", OPERATOR).status is Status.DENIED
    number = spoken.say("inspect shop", OPERATOR).number
    action = spoken.store.actions.get(number or 0)
    assert action is not None
    assert [(target["kind"], target["name"]) for target in action["targets"]] == [("service", "shop")]
