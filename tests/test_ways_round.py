"""Ways round a rule that were found by trying: each leads nowhere."""

from __future__ import annotations

import time

import pytest
from docker.api.client import APIClient
from offices import DEV, EVE, ROOT, SAM, Office, told
from set_clock import SetClock

from bot.request import Status

HIDDEN = '[[deny]]\nverbs = ["see", "read"]\non = ["image:vault:*"]\n'
SERVICE = {"project": "auto", "service": "x", "container-number": "1", "oneoff": "False"}


@pytest.mark.parametrize(
    "rule",
    [
        '[[deny]]\nverbs = ["events"]\non = ["name:worker"]\n',
        '[[deny]]\nverbs = ["read"]\non = ["name:worker"]\n',
        '[[require]]\nverbs = ["read"]\non = ["name:worker"]\napprove = "second"\n',
    ],
)
def test_who_sees_all_is_shown_no_events_that_a_rule_keeps_back(office: Office, api: APIClient, rule: str) -> None:
    """The class see alone does not give what events tell."""
    began = time.time() - 1
    for name in ("worker", "web"):
        api.rename(name, f"{name}-x")
        api.rename(f"{name}-x", name)
    said = told(office(rule).say(f"events --since {began:.0f}", EVE))
    assert "name=web" in said
    assert "worker" not in said


def test_a_prune_leaves_what_gives_root_by_its_volume(office: Office, api: APIClient) -> None:
    """As rm does, for whoever has no right to root."""
    api.create_volume("disguise", driver="local", driver_opts={"type": "none", "o": "bind", "device": "/etc"})
    host = api.create_host_config(binds=["disguise:/h"])
    api.create_container("busybox:latest", ["true"], name="vrooted", volumes=["/h"], host_config=host)
    dev = office("")
    assert dev.say("rm vrooted", DEV).status is Status.DENIED
    for line in ("container prune -f", "system prune -f"):
        assert dev.say(line, DEV).status is Status.DONE
    assert api.inspect_container("vrooted")["Name"] == "/vrooted"


def test_who_agrees_to_a_prune_is_told_of_root_and_no_glass_is_broken_for_it(office: Office, api: APIClient) -> None:
    """What it finds counts like what it would name."""
    api.create_container("busybox:latest", ["true"], name="rooted", host_config=api.create_host_config(binds=["/:/h"]))
    glass = '[break_glass]\nroles = ["dev"]\nreview = ["sre"]\n'
    dev = office(f'{ROOT}{glass}[[require]]\nverbs = ["change"]\napprove = "second"\n')
    for line in ("container prune -f", "system prune -f"):
        said = dev.say(line, DEV)
        held = dev.store.approvals.get(said.number or 0)
        assert held is not None
        assert "Class:   change and root" in held.plan["text"]
        assert "Root:    rooted: " in held.plan["text"]
        broken = dev.say(f"approval break-glass {held.number} --reason fire", DEV)
        assert broken.status is Status.FAILED
    assert api.inspect_container("rooted")["Name"] == "/rooted"


def test_a_project_is_not_started_by_a_restart_where_start_is_barred(office: Office, api: APIClient) -> None:
    """As with a container by its name."""
    api.stop("shop-web-1", timeout=0)
    line = "compose -p shop restart -t 0"
    assert office('[[deny]]\nverbs = ["start"]\non = ["name:shop-web-1"]\n').say(line, DEV).status is Status.DENIED
    bar = '[[require]]\nverbs = ["start"]\non = ["name:shop-web-1"]\napprove = "second"\n'
    assert office(bar).say(line, DEV).status is Status.HELD
    assert not api.inspect_container("shop-web-1")["State"]["Running"]


@pytest.mark.parametrize(
    "line", ["run -d --name prod-1 busybox true", "create --name prod-1 busybox", "rename idle prod-1"]
)
def test_nobody_gives_a_name_that_is_denied_to_changes(office: Office, line: str) -> None:
    """By none of the verbs that could."""
    dev = office('[[deny]]\nverbs = ["change"]\non = ["name:prod-*"]\n')
    assert dev.say(line, DEV).status is Status.DENIED


@pytest.mark.parametrize(
    "line",
    [
        "run -d --label {} busybox true", "create --label {} busybox true", "volume create --label {}",
        "volume create --label {} of-it", "network create --label {} of-it", "build --label {} -",
    ],
)  # fmt: skip
def test_nobody_makes_what_is_of_a_project_that_is_denied(office: Office, line: str) -> None:
    """Its label counts where rules restrict."""
    dev = office('[[deny]]\nverbs = ["change"]\non = ["project:billing"]\n')
    given = {"dockerfile": "FROM busybox\nRUN true\n"}
    assert dev.say(line.format("com.docker.compose.project=billing"), DEV, given=given).status is Status.DENIED
    assert dev.say(line.format("com.docker.compose.project=other"), DEV, given=given).status is Status.DONE


def test_what_a_rule_hides_by_its_image_is_hidden_in_the_record_too(office: Office, api: APIClient) -> None:
    """And in requests for consent, and in events once it is gone."""
    began = time.time() - 1
    api.tag("busybox:latest", "vault", "1")
    api.start(api.create_container("vault:1", ["sleep", "99"], name="sekret"))
    stopped = office("").say("stop -t 0 sekret", DEV)
    assert stopped.status is Status.DONE
    bar = '[[require]]\nverbs = ["start"]\napprove = "second"\n'
    eve = office(HIDDEN + bar)
    held = office(bar).say("start sekret", DEV)
    eve = office(HIDDEN + bar)
    for line in (
        "ps -a", "audit ls", f"audit show {stopped.number}", "approval ls", f"approval show {held.number}",
        f"events --since {began:.0f}",
    ):  # fmt: skip
        assert "sekret" not in told(eve.say(line, EVE)), line
    api.remove_container("sekret", force=True)
    assert "sekret" not in told(eve.say(f"events --since {began:.0f}", EVE))


def test_where_seeing_takes_consent_no_list_shows_it(office: Office) -> None:
    """Neither the record nor who is on a network."""
    assert office("").say("stop -t 0 worker", DEV).status is Status.DONE
    assert office("").say("start worker", DEV).status is Status.DONE
    eve = office('[[require]]\nverbs = ["see"]\non = ["name:worker"]\napprove = "second"\n')
    for line in ("ps -a", "audit ls", "network inspect front bridge"):
        assert "worker" not in told(eve.say(line, EVE)), line


def test_names_by_links_tell_nothing_of_who_links(office: Office, api: APIClient) -> None:
    """They begin with the name of the container that has the link."""
    api.create_container(
        "busybox:latest", ["true"], name="sekret", host_config=api.create_host_config(links={"web": "db"})
    )
    api.start("sekret")
    eve = office('[[deny]]\nverbs = ["see", "read"]\non = ["name:sekret"]\n')
    assert "sekret/db,web" in told(office("").say("ps -a --no-trunc", EVE))
    eve = office('[[deny]]\nverbs = ["see", "read"]\non = ["name:sekret"]\n')
    assert "sekret" not in told(eve.say("ps -a --no-trunc", EVE))


def test_a_removal_by_force_is_a_kill_too(office: Office) -> None:
    """Of what runs; of what does not it kills nothing."""
    dev = office('[[deny]]\nverbs = ["kill"]\non = ["*"]\n')
    assert dev.say("rm -f worker", DEV).status is Status.DENIED
    assert dev.say("rm -f idle", DEV).status is Status.DONE
    bar = '[[require]]\nverbs = ["kill"]\non = ["name:web"]\napprove = "second"\n'
    assert office(bar).say("rm -f web", DEV).status is Status.HELD


@pytest.mark.parametrize("rule", ['[protect]\nimages = ["base"]\n', '[protect]\nimages = ["docker.io/library/base"]\n'])
def test_a_protected_image_is_so_by_any_way_to_write_its_name(office: Office, api: APIClient, rule: str) -> None:
    """As a rule takes it."""
    api.tag("busybox:latest", "base")
    assert office(rule).say("rmi base", DEV).status is Status.DENIED


def test_an_answer_is_heard_where_it_was_asked_for(office: Office) -> None:
    """Also where slashdock listens to nothing else."""
    channel = '[approvals.quick]\nfrom = ["sre"]\nchannel = "C0APPR0001"\n'
    bar = '[channels]\nallow = ["C0OPS00001"]\n[[require]]\nverbs = ["restart"]\napprove = "quick"\n'
    dev = office(channel + bar)
    held = dev.say("restart -t 0 web", DEV, channel="C0OPS00001")
    digest = (dev.store.approvals.get(held.number or 0) or pytest.fail("it does not wait")).digest
    assert dev.say("restart -t 0 web", DEV, channel="C0APPR0001").status is Status.DENIED
    said = dev.say(f"approval approve {held.number} --digest {digest}", SAM, channel="C0APPR0001")
    assert said.status is Status.DONE


@pytest.mark.parametrize(
    "dockerfile",
    [
        "WORKDIR /proc/self/fd/7", "WORKDIR '/proc'", "ONBUILD WORKDIR /proc/self", "WORKDIR /pr\\oc/self",
        "WORKDIR /dev/fd", "WORKDIR ../fd\nWORKDIR /dev", 'WORKDIR "/dev/stdin"',
    ],
)  # fmt: skip
def test_no_step_of_a_build_begins_below_proc(office: Office, dockerfile: str) -> None:
    """Where its Dockerfile says so."""
    said = office("").say("build -", DEV, given={"dockerfile": f"FROM busybox\n{dockerfile}\nRUN pwd\n"})
    assert (said.status, "Line 2: no step begins under /proc" in told(said)) == (Status.FAILED, True)


def test_a_role_that_ended_does_not_come_back_with_the_clock(office: Office) -> None:
    """Nor after a restart: the record tells what time it was."""
    clock = SetClock(1_000_000.0)
    rules = '[roles.oncall]\nelevate = "second"\n[[roles.oncall.allow]]\nverbs = ["act"]\non = ["*"]\n'
    eve = office(rules, clock=clock)
    held = eve.store.approvals.get(eve.say("role request oncall --for 1h", EVE).number or 0)
    assert held is not None
    eve.say(f"approval approve {held.number} --digest {held.digest}", SAM)
    eve.pipeline.resume(held.number)
    assert told(eve.say("can-i restart web", EVE)).startswith("yes")
    clock.at += 7200
    assert told(eve.say("can-i restart web", EVE)).startswith("no")
    clock.at -= 6000
    assert told(office(rules, clock=clock).say("can-i restart web", EVE)).startswith("no")


@pytest.mark.parametrize(
    "rule", ['[[deny]]\nverbs = ["change"]\non = ["name:worker"]\n', '[protect]\ncontainers = ["worker"]\n']
)
def test_no_capitals_hide_whose_name_is_taken(office: Office, rule: str) -> None:
    """On a network a container is found by its name in any letters."""
    dev = office(rule)
    for line in (
        "run -d --network front --network-alias WORKER busybox true", "run -d --name Worker busybox true",
        "network connect --alias wORKER front idle", "rename idle WORKER", "create --name WORKER busybox",
    ):  # fmt: skip
        assert dev.say(line, DEV).status is Status.DENIED, line


def test_who_may_change_both_may_use_capitals(office: Office, api: APIClient) -> None:
    """The engine takes such names."""
    dev = office("")
    for line in ("create --name WORKER busybox true", "run -d --name wEb busybox true", "rename idle Done"):
        assert dev.say(line, DEV).status is Status.DONE, line
    assert {"/WORKER", "/wEb", "/Done", "/worker"} <= {each["Names"][0] for each in api.containers(all=True)}


def test_an_alias_in_other_letters_is_whose_name_it_is(office: Office) -> None:
    """Who may not change that one takes its name by none."""
    narrow = '[[roles.eye.allow]]\nverbs = ["change"]\non = ["name:web", "network:*"]\n'
    eve = office(narrow)
    for alias in ("worker", "WORKER"):
        assert eve.say(f"network connect --alias {alias} spare web", EVE).status is Status.DENIED, alias
    assert eve.say("network connect --alias other spare web", EVE).status is Status.DONE


def test_a_hidden_image_is_answered_as_if_there_were_none(office: Office, api: APIClient) -> None:
    """To the letter, with its tag."""
    box = api.create_container("busybox:latest", ["true"])
    api.commit(box["Id"], "priv", "1", changes="LABEL secret=yes")
    dev = office('[[deny]]\nverbs = ["see", "read", "act", "change", "enter"]\non = ["label:secret=yes"]\n')
    for line in (
        "history {}", "image inspect {}", "rmi {}", "can-i history {}", "can-i rmi {}", "inspect --type image {}",
        "tag {} x:1", "images --filter before={}", "inspect {}",
    ):  # fmt: skip
        hidden, missing = (told(dev.say(line.format(f"{name}:1"), DEV)) for name in ("priv", "none"))
        assert hidden.replace("priv", "none") == missing, line
    given = {"dockerfile": "FROM scratch\nLABEL a=b\n"}
    for name in ("priv:1", "none:1"):
        assert dev.say(f"build --cache-from {name} -", DEV, given=given).status is Status.DONE


def test_a_hidden_container_is_linked_as_if_there_were_none(office: Office) -> None:
    """Which is refused."""
    dev = office('[[deny]]\nverbs = ["see", "read", "act", "change", "enter"]\non = ["name:worker"]\n')
    hidden, missing = (
        told(dev.say(f"network connect --link {name}:x spare web", DEV)) for name in ("worker", "nosuch")
    )
    assert hidden.replace("worker", "nosuch") == missing


@pytest.mark.parametrize("line", ["stop -t 0 auto", "kill auto", "compose -p auto stop -t 0"])
def test_what_goes_when_it_ends_is_not_ended_where_it_may_not_be_removed(
    office: Office, api: APIClient, line: str
) -> None:
    """The engine removes what was made with --rm."""
    labels = {f"com.docker.compose.{key}": value for key, value in SERVICE.items()}
    host = api.create_host_config(auto_remove=True)
    api.start(api.create_container("busybox:latest", ["sleep", "99"], name="auto", labels=labels, host_config=host))
    assert office('[[deny]]\nverbs = ["rm"]\non = ["name:auto"]\n').say(line, DEV).status is Status.DENIED
    bar = '[[require]]\nverbs = ["rm"]\non = ["name:auto"]\napprove = "second"\n'
    assert office(bar).say(line, DEV).status is Status.HELD
    assert api.inspect_container("auto")["State"]["Running"]


def test_a_restart_lets_nothing_go_on_that_may_not(office: Office, api: APIClient) -> None:
    """It ends a pause."""
    api.pause("web")
    dev = office('[[deny]]\nverbs = ["unpause"]\non = ["name:web"]\n')
    assert dev.say("restart -t 0 web", DEV).status is Status.DENIED
    api.unpause("web")


def test_a_refusal_about_what_is_found_names_rule_and_line(office: Office) -> None:
    """As one about a name does; can-i says the same."""
    dev = office('[[deny]]\nverbs = ["stop"]\non = ["name:shop-web-1"]\n')
    said = dev.say("compose -p shop stop", DEV)
    assert said.status is Status.DENIED
    assert "shop-web-1: " in told(said)
    assert "policy.toml, line" in told(said)
    assert told(dev.say("can-i compose -p shop stop", DEV)).startswith("no: shop-web-1: ")
    given = {"dockerfile": "FROM app:1.0\n"}
    assert "policy.toml (line" in told(office('[protect]\nimages = ["app:*"]\n').say("build -", DEV, given=given))
