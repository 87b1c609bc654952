"""What the engine removes by itself once a container ends is judged as `rm -v` of it would be."""

from __future__ import annotations

import pytest
from docker.api.client import APIClient
from eventually import eventually
from offices import BASE, DEV, EVE, Office, told
from test_names_agreed_to import agreed, asked

from bot.request import Status
from bot.telling import around

ENDINGS = ("stop -t 0 auto", "kill auto", "compose -p pay stop -t 0")


def _auto(api: APIClient, pid_mode: str | None = None) -> str:
    """A container that goes when it ends, and the name of the volume that goes with it."""
    host = api.create_host_config(auto_remove=True, pid_mode=pid_mode)
    labels = {"com.docker.compose.project": "pay", "com.docker.compose.service": "x"}
    made = api.create_container(
        "busybox:latest", ["sleep", "99"], name="auto", volumes=["/d"], host_config=host, labels=labels
    )
    api.start(made)
    return str(api.inspect_container("auto")["Mounts"][0]["Name"])


def test_a_volume_that_goes_with_its_container_is_kept_by_the_rules(office: Office, api: APIClient) -> None:
    """A deny rule on `volume rm` and [protect] hold for what `--rm` takes away, too."""
    volume = _auto(api)
    for rules in ('[[deny]]\nverbs = ["volume rm"]\non = ["*"]\n', f'[protect]\nvolumes = ["{volume}"]\n'):
        dev = office(rules)
        for line in ENDINGS:
            assert (line, dev.say(line, DEV).status) == (line, Status.DENIED)
    assert dev.say("pause auto", DEV).status is Status.DONE
    assert api.inspect_volume(volume)["Name"] == volume


def test_what_ends_by_its_namespace_goes_only_where_it_may_be_removed(office: Office, api: APIClient) -> None:
    """`stop side` ends what lives among its processes: of that the engine removes what was made with --rm."""
    api.start(api.create_container("busybox:latest", ["sleep", "99"], name="side"))
    volume = _auto(api, f"container:{api.inspect_container('side')['Id']}")
    lines = ("stop -t 0 side", "kill side", "restart -t 0 side", "rm -f side")
    denied = ('verbs = ["rm"]\non = ["name:auto"]', f'verbs = ["volume rm"]\non = ["volume:{volume}"]')
    for rule in denied:
        dev = office(f"[[deny]]\n{rule}\n")
        for line in lines:
            assert (line, dev.say(line, DEV).status) == (line, Status.DENIED)
    dev = office(f'[[require]]\n{denied[0]}\napprove = "second"\n')
    assert [dev.say(line, DEV).status for line in lines] == [Status.HELD] * len(lines)
    assert api.inspect_container("auto")["State"]["Running"]
    assert office("").say("stop -t 0 side", DEV).status is Status.DONE
    eventually(lambda: not api.containers(all=True, filters={"name": "auto"}))


@pytest.mark.attack("S13")
def test_who_agrees_is_shown_what_ends_besides_and_what_goes_with_it(office: Office, api: APIClient) -> None:
    """S13: by name, with what happens to it; what joins meanwhile was agreed to by nobody."""
    api.start(api.create_container("busybox:latest", ["sleep", "99"], name="side"))
    mode = f"container:{api.inspect_container('side')['Id']}"
    volume = _auto(api, mode)
    net = api.create_host_config(network_mode=mode)
    api.start(api.create_container("busybox:latest", ["sleep", "99"], name="beside", host_config=net))
    dev = office('[[require]]\nverbs = ["act"]\napprove = "second"\n')
    held = asked(dev, "stop -t 0 side")
    _, besides = held.plan["text"].split("Besides:\n")
    told_of = {tuple(row.split()[:2]): row.split("  ")[-1] for row in besides.splitlines()[::-1]}
    assert told_of == {
        ("container", "auto"): "is removed once it ends",
        ("container", "beside"): "shares the network of side, which is taken apart",
        ("volume", volume): "is removed with its container",
    }
    assert "shares the processes of side, and ends with it" in besides
    assert "auto uses the processes of side." in [each.text for each in around(held)]
    pid = api.create_host_config(pid_mode=mode)
    late = api.create_container("busybox:latest", ["sleep", "99"], name="late", host_config=pid)
    done = agreed(dev, held)
    assert (done.status, "container late is new" in told(done)) == (Status.SUPERSEDED, True)
    assert api.inspect_container("auto")["State"]["Running"]
    api.remove_container(late)
    assert agreed(dev, asked(dev, "stop -t 0 side")).status is Status.DONE
    eventually(lambda: not api.containers(all=True, filters={"name": "auto"}))


def test_who_agrees_is_shown_that_what_ends_is_removed(office: Office, api: APIClient) -> None:
    """With its volumes, by whatever verb it ends."""
    volume = _auto(api)
    dev = office('[[require]]\nverbs = ["act", "change"]\napprove = "second"\n')
    for line in (*ENDINGS, "rm -fv auto"):
        _, besides = asked(dev, line).plan["text"].split("Besides:\n")
        ends = [] if line.startswith("rm") else [("container", "auto", "is removed once it ends")]
        rows = [(*row.split()[:2], row.split("  ")[-1]) for row in besides.splitlines()]
        assert (line, rows) == (
            line, [*ends, ("volume", volume, "is removed with its container")]
        )  # fmt: skip


def test_nobody_agrees_to_what_reaches_a_container_that_is_hidden_from_the_asker(
    office: Office, api: APIClient
) -> None:
    """Who may read a request may see all that it names, and its asker does."""
    api.start(api.create_container("busybox:latest", ["sleep", "99"], name="side"))
    _auto(api, f"container:{api.inspect_container('side')['Id']}")
    consent = '[[require]]\nverbs = ["act"]\napprove = "second"\n'
    rule = '[[require]]\nverbs = ["see"]\non = ["name:auto"]\napprove = "second"\n'
    said = office(consent + rule).say("stop -t 0 side", DEV)
    assert (said.status, "auto" in told(said)) == (Status.FAILED, False)
    narrow = BASE.replace(
        '[[roles.eye.allow]]\nverbs = ["see", "read"]\non = ["*"]',
        '[[roles.eye.allow]]\nverbs = ["see", "read"]\non = ["name:side"]',
    )
    dev = office(consent, narrow)
    held = asked(dev, "stop -t 0 side")
    for line in (f"approval show {held.number}", f"audit show {held.number}", "approval ls"):
        assert "auto" not in told(dev.say(line, EVE)), line


@pytest.mark.parametrize("line", ["rm -f web", "restart -t 0 web"])
def test_what_runs_or_not_by_then_is_no_other_thing(office: Office, api: APIClient, line: str) -> None:
    """The line says what it does to it, whatever state it is in."""
    dev = office(ALL)
    held = asked(dev, line)
    api.kill("web")
    assert agreed(dev, held).status is Status.DONE


def test_what_is_done_to_one_object_in_two_ways_is_counted_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many can be asked about as it says."""
    monkeypatch.setattr("bot.plan.MOST", 2)
    assert office(ALL).say("rm -f web worker", DEV).status is Status.HELD


def test_what_ends_besides_is_named_where_everybody_may_see_it(office: Office, api: APIClient) -> None:
    """Else by its id, which those look up who may."""
    host = api.create_host_config(network_mode="container:web")
    made = api.create_container("busybox:latest", ["sleep", "99"], name="quiet", host_config=host)
    api.start(made)
    shown = asked(office(ALL), "stop -t 0 web").plan["text"]
    assert "container quiet" in shown
    eye = '[[roles.eye.allow]]\nverbs = ["see", "read"]\non = ["{}"]'
    narrow = BASE.replace(eye.format("*"), eye.format("name:web"))
    closed = asked(office(ALL, narrow), "stop -t 0 web").plan["text"]
    assert "quiet" not in closed
    assert f"container {made['Id'][:12]}  whose name not everybody may see" in closed


ALL = '[[require]]\nverbs = ["change", "act"]\non = ["*"]\napprove = "second"\n'
