"""A rule about one object holds by whatever way it is reached: its volume, its layers, its name, its image's id."""

from __future__ import annotations

import io
import time

import pytest
from docker.api.client import APIClient
from harness import Bench
from offices import DEV, EVE, ROOT, SAM, Office, told
from set_clock import SetClock

from bot.request import Outcome, Status

EYE_CHANGES = '[[roles.eye.allow]]\nverbs = ["change"]\non = ["*"]\n'
HIDDEN = '[[deny]]\nverbs = ["see", "read", "act", "change", "enter"]\non = ["image:vault:*"]\n'
SECRET = "FROM busybox\nENV INNER=word\n"  # the steps of what is hidden


def agreed(bench: Bench, held: Outcome) -> Outcome:
    """What comes of a line that waits, once somebody has agreed."""
    waits = bench.store.approvals.get(held.number or 0) or pytest.fail("it does not wait")
    bench.say(f"approval approve {waits.number} --digest {waits.digest}", SAM)
    return bench.pipeline.resume(waits.number) or pytest.fail("it does not begin")


def built(api: APIClient, tag: str, dockerfile: str = SECRET) -> str:
    """The id of an image that is built outside of slashdock."""
    for each in api.build(fileobj=io.BytesIO(dockerfile.encode()), tag=tag, rm=True, decode=True):
        assert "error" not in each
    return str(api.inspect_image(tag)["Id"])


MOUNTS = ("-v pgdata:/x", "--mount type=volume,src=pgdata,dst=/x", "--volumes-from idle")


def test_whoever_may_not_enter_a_volume_mounts_it_nowhere(office: Office) -> None:
    """Whatever flag says so; what a rule wants consent for waits."""
    lines = [f"create {mount} busybox cat /x/s" for mount in MOUNTS]
    dev = office('[[deny]]\nverbs = ["enter"]\non = ["volume:pgdata"]\n')
    for line in lines:
        said = dev.say(line, DEV)
        assert (said.status, "`container exec`" in told(said)) == (Status.DENIED, True), line
    dev = office('[[require]]\nverbs = ["exec"]\non = ["volume:pgdata"]\napprove = "second"\n')
    for line in lines:
        assert dev.say(line, DEV).status is Status.HELD, line
    dev = office('[[deny]]\nverbs = ["enter"]\non = ["volume:other"]\n')
    for line in lines:
        assert dev.say(line, DEV).status is Status.DONE, line


def test_a_build_takes_no_layers_of_a_hidden_image(office: Office, api: APIClient) -> None:
    """From the engine's cache, whose answer would show what is in them; nor by naming that image for it."""
    hidden, given = built(api, "vault:1"), {"dockerfile": SECRET}
    dev = office(HIDDEN)
    for line in ("build -", "build -t mine -", "build --cache-from vault:1 -"):
        said = dev.say(line, DEV, given=given)
        assert said.status is Status.DONE
        assert "Using cache" not in told(said)
        assert ("done anew" in told(said)) == ("--cache-from" not in line), line
    assert api.inspect_image("mine")["Id"] != hidden
    assert "done anew" not in told(dev.say("build --no-cache -", DEV, given=given))


JOINED = ("--pid container:idle", "--pid container:next")


@pytest.mark.parametrize("on", ["name:idle", "volume:pgdata"])
def test_whoever_may_not_enter_a_container_joins_its_processes_nowhere(office: Office, api: APIClient, on: str) -> None:
    """Nor those of one that joined them; /proc leads to the files of each, and its memory alone does not."""
    api.start("idle")
    host = api.create_host_config(pid_mode=f"container:{api.inspect_container('idle')['Id']}")
    api.start(api.create_container("busybox:latest", ["sleep", "99"], name="next", host_config=host))
    lines = [f"{verb} {flag} busybox ls /proc/1" for verb in ("run", "create") for flag in JOINED]
    for rule in (f'[[deny]]\nverbs = ["exec"]\non = ["{on}"]\n', '[protect]\nvolumes = ["pgdata"]\n'):
        dev = office(ROOT + rule)
        for line in lines:
            assert (line, dev.say(line, DEV).status) == (line, Status.DENIED)
        assert dev.say("create --network container:idle busybox true", DEV).status is Status.HELD
    lead = '[approvals.lead]\nfrom = ["eye"]\n[[require]]\nverbs = ["enter"]\napprove = "lead"\non = '
    dev = office(f'{ROOT}{lead}["{on}"]\n')
    for flag in JOINED:
        assert "approval lead" in told(dev.say(f"create {flag} busybox true", DEV)), flag


def test_a_build_takes_layers_of_the_image_that_it_names(office: Office, api: APIClient) -> None:
    """Where that is the asker's to use; and of all where all are, whatever is hidden beside images."""
    built(api, "open:1")
    given = {"dockerfile": f"{SECRET}LABEL a=b\n"}
    said = office(HIDDEN).say("build --cache-from open:1 -", DEV, given=given)
    assert "Using cache" in told(said)
    beside = '[[deny]]\nverbs = ["see"]\non = ["name:worker"]\n[[deny]]\nverbs = ["change"]\non = ["project:billing"]\n'
    said = office(beside).say("build -", DEV, given=given)
    assert ("Using cache" in told(said), "done anew" in told(said)) == (True, False)
    built(api, "bill:1", "FROM busybox\nLABEL com.docker.compose.project=billing\n")
    said = office(beside).say("build -", DEV, given=given)
    assert ("Using cache" in told(said), "done anew" in told(said)) == (False, True)
    dev = office('[[require]]\nverbs = ["build"]\non = ["*"]\napprove = "second"\n')
    assert "Using cache" in told(agreed(dev, dev.say("build -", DEV, given=given)))


NARROW = """
[[roles.eye.allow]]
verbs = ["enter"]
on = ["name:tmp-*"]
"""


def test_no_name_brings_a_container_under_a_wider_rule(office: Office) -> None:
    """What may not be done to it as it is called is not to be had by calling it another thing."""
    eve = office(NARROW + EYE_CHANGES)
    said = eve.say("rename worker tmp-worker", EVE)
    assert said.status is Status.DENIED
    assert "allows more on name:tmp-* (policy.toml, line 19)" in told(said)
    assert told(eve.say("can-i rename worker tmp-worker", EVE)).startswith("no")
    assert eve.say("rename worker other", EVE).status is Status.DONE
    assert office(NARROW).say("rename other tmp-worker", DEV).status is Status.DONE


def test_such_a_name_takes_the_consent_that_the_old_one_takes(office: Office) -> None:
    """In whatever channel the wider rule holds; none where the new name takes it, too."""
    asks = '[[roles.eye.allow]]\nverbs = ["enter"]\non = ["*"]\napprove = "second"\n'
    eve = office(f'{asks}{NARROW}channels = ["C0PROD0001"]\n{EYE_CHANGES}')
    held = eve.say("rename worker tmp-worker", EVE)
    assert (held.status, "approval second" in told(held)) == (Status.HELD, True)
    assert agreed(eve, held).status is Status.DONE
    bar = '[[require]]\nverbs = ["enter"]\napprove = "second"\n'
    eve = office(asks + NARROW + bar + EYE_CHANGES)
    assert eve.say("rename tmp-worker worker", EVE).status is Status.DONE
    assert eve.say("rename worker tmp-worker", EVE).status is Status.DONE


def test_a_container_of_an_image_id_is_one_of_that_image(office: Office, api: APIClient) -> None:
    """Where rules restrict: in lists, by its own name, in the record; nobody has a right by it."""
    began = time.time() - 1
    hidden = built(api, "vault:1")
    api.create_container(hidden, ["sleep", "9"], name="sekret")
    api.create_container(hidden.removeprefix("sha256:")[:12], ["sleep", "9"], name="sekret2")
    assert office("").say("start sekret sekret2", DEV).status is Status.DONE
    dev = office(HIDDEN)
    for line in ("ps -a", f"events --since {began:.0f}", "audit ls", "system df -v"):
        assert "sekret" not in told(dev.say(line, EVE)), line
    for name in ("sekret", "sekret2"):
        for line in ("exec {} env", "commit {} mine:1", "inspect {}", "rm -f {}"):
            found = told(dev.say(line.format(name), DEV))
            assert "o such" in found, line
    own = office('[[roles.eye.allow]]\nverbs = ["enter"]\non = ["image:vault:*"]\n')
    assert own.say("exec sekret id", EVE).status is Status.DENIED
    for name in ("sekret", "sekret2"):
        api.remove_container(name, force=True)


def test_a_container_keeps_to_the_name_of_its_image_when_that_moves_on(office: Office, api: APIClient) -> None:
    """Lists tell of an id then, and the rules are still about what it was made of."""
    built(api, "vault:1")
    api.create_container("vault:1", ["true"], name="sekret")
    built(api, "vault:1", "FROM busybox\nLABEL new=er\n")
    assert "sekret" not in told(office(HIDDEN).say("ps -a", DEV))
    assert "sekret" in told(office("").say("ps -a", DEV))


def test_the_steps_of_a_hidden_image_are_hidden_as_it_is(office: Office, api: APIClient) -> None:
    """Those that have a name of their own, and those that others share, are what their names say."""
    hidden = built(api, "vault:1", f"{SECRET}ENV A=b\nLABEL c=d\n")
    step = api.inspect_image(hidden)["Parent"]
    dev = office(HIDDEN)
    listed = told(dev.say("images -a --no-trunc -q", DEV))
    assert step not in listed
    assert api.inspect_image("busybox")["Id"] in listed
    for line in ("run --rm {} env", "history {}", "tag {} mine:1", "image inspect {}"):
        assert "o such image" in told(dev.say(line.format(step), DEV)), line
    given = {"dockerfile": f"FROM {step}\nLABEL a=b\n"}
    assert dev.say("build -", DEV, given=given).status is Status.FAILED
    assert step in told(office("").say("images -a --no-trunc -q", DEV))


def test_a_role_for_a_time_lasts_as_the_policy_lets_it(office: Office) -> None:
    """As it is now, whatever it was when the role was given; and it counts again where that comes back."""
    clock = SetClock(1_000_000.0)
    role = '[[roles.oncall.allow]]\nverbs = ["act"]\non = ["*"]\n'
    terms = '[roles.oncall]\nelevate = "second"\n'
    eve = office(terms + role, clock=clock)
    held = eve.say("role request oncall --for 1h", EVE)
    agreed(eve, held)
    clock.at += 400
    for now, lasts in (("", False), (f'{terms}longest = "5m"\n', False), (f'{terms}longest = "7m"\n', True)):
        eve = office(now + role, clock=clock)
        assert told(eve.say("can-i restart web", EVE)).startswith("yes" if lasts else "no"), now
        assert (f"number {held.number}" in told(eve.say("role ls", EVE))) == lasts, now


def test_a_removal_takes_no_volume_that_may_not_be_removed(office: Office, api: APIClient) -> None:
    """One without a name goes with `rm -v`; one that has a name stays whatever happens."""
    api.create_container("busybox:latest", ["true"], name="anon", volumes=["/d"])
    dev = office('[[deny]]\nverbs = ["volume rm"]\non = ["*"]\n')
    said = dev.say("rm -v anon", DEV)
    assert said.status is Status.DENIED
    assert "`volume rm`" in told(said)
    assert dev.say("rm -v idle", DEV).status is Status.DONE
    bar = '[[require]]\nverbs = ["volume rm"]\napprove = "second"\n'
    dev = office(bar)
    assert dev.say("rm -v anon", DEV).status is Status.HELD
    assert dev.say("rm anon", DEV).status is Status.DONE


def test_what_ps_may_not_show_no_list_of_containers_shows(office: Office) -> None:
    """Neither that of a project nor the figures."""
    dev = office('[[deny]]\nverbs = ["ps"]\non = ["name:shop-web-1"]\n')
    for line in ("ps -a", "compose -p shop ps -a", "stats --no-stream"):
        said = dev.say(line, DEV)
        assert (said.status, "shop-web-1" in told(said)) == (Status.DONE, False), line
    assert dev.say("stats --no-stream shop-web-1", DEV).status is not Status.DONE
