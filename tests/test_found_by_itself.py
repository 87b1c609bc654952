"""What a line finds by itself (a prune, a build, a project of compose) is judged as if the line had named it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import Bench, bench

from bot import text
from bot.policy import Policy
from bot.request import Status
from commands import catalog
from commands.volume import prune

DEV = "U0DEV00001"
EVE = "U0EVE00001"
BASE = f"""
version = 1
[people]
dev = {{ slack = ["{DEV}"], roles = ["dev"] }}
eve = {{ slack = ["{EVE}"], roles = ["eye"] }}
sam = {{ slack = ["U0SAM00001"], roles = ["sre"] }}
[approvals.second]
from = ["sre"]
[[roles.dev.allow]]
verbs = ["see", "read", "act", "change"]
on = ["*"]
[[roles.sre.allow]]
verbs = ["see"]
on = ["*"]
[[roles.eye.allow]]
verbs = ["see"]
on = ["*"]
"""
PROXY = {"project": "shop", "service": "x", "container-number": "1", "oneoff": "False"}
Office = Callable[[str], Bench]


@pytest.fixture
def office(furnished: APIClient, fresh_world: str, tmp_path: Path) -> Iterator[Office]:  # noqa: ARG001 - it comes first
    """Makes a pipeline with these rules besides."""
    made: list[Bench] = []

    def make(rules: str) -> Bench:
        policy = Policy.parse(BASE + rules, "policy.toml", tuple(verb.spec for verb in catalog.load()))
        made.append(bench(fresh_world, tmp_path / f"data{len(made)}", policy))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("line", ["container prune -f", "system prune -f"])
def test_a_prune_leaves_what_may_not_be_removed_by_name(office: Office, api: APIClient, line: str) -> None:
    """What leads to an engine's socket, what gives root on the host, what a rule on `rm` denies."""
    for name, bind in (("socketed", "/var/run/docker.sock:/s"), ("rooted", "/:/h"), ("kept", ""), ("passing", "")):
        host = api.create_host_config(binds=[bind] if bind else None)
        api.create_container("busybox:latest", ["true"], name=name, host_config=host)
    dev = office('[[deny]]\nverbs = ["rm"]\non = ["name:kept"]\n')
    for name in ("socketed", "rooted", "kept"):
        assert dev.say(f"rm {name}", DEV).status is Status.DENIED
    assert dev.say(line, DEV).status is Status.DONE
    left = {each["Names"][0] for each in api.containers(all=True)}
    assert {"/socketed", "/rooted", "/kept"} <= left
    assert "/passing" not in left


@pytest.mark.parametrize("verb", ["restart", "stop"])
def test_a_project_is_not_a_way_round_a_rule_on_its_containers(office: Office, api: APIClient, verb: str) -> None:
    """Neither where it denies the verb nor where it wants consent for it."""
    before = api.inspect_container("shop-web-1")["State"]["StartedAt"]
    dev = office(f'[[deny]]\nverbs = ["{verb}"]\non = ["name:shop-web-1"]\n')
    assert "shop-web-1" in str(dev.say(f"compose -p shop {verb} -t 0", DEV).reply.error)
    held = office(f'[[require]]\nverbs = ["{verb}"]\non = ["name:shop-web-1"]\napprove = "second"\n')
    assert held.say(f"compose -p shop {verb} -t 0", DEV).status is Status.HELD
    now = api.inspect_container("shop-web-1")["State"]
    assert (now["Running"], now["StartedAt"]) == (True, before)


def test_can_i_tells_of_the_consent_that_what_is_found_takes(office: Office) -> None:
    """As the line itself would, though it names none of it."""
    dev = office('[[require]]\nverbs = ["restart"]\non = ["name:shop-web-1"]\napprove = "second"\n')
    assert text.docker(dev.say("can-i compose -p shop restart", DEV).reply).startswith("yes, once others agree: ")
    assert text.docker(dev.say("can-i compose -p shop restart db", DEV).reply).startswith("yes: ")
    assert "shop-web-1" not in text.docker(dev.say("can-i restart shop-web-1", EVE).reply)


def test_nobody_is_asked_about_a_project_of_which_nothing_is_there(office: Office) -> None:
    """Nor whether what does not exist is agreed to."""
    dev = office('[[require]]\nverbs = ["compose restart"]\napprove = "second"\n')
    said = dev.say("compose -p nothere restart", DEV)
    assert (said.status, "no such project: nothere" in str(said.reply.error)) == (Status.FAILED, True)
    assert dev.say("compose -p shop restart", DEV).status is Status.HELD
    said = dev.say("approval approve 9999", "U0SAM00001")
    assert (said.status, "9999" in str(said.reply.error)) == (Status.FAILED, True)


def test_the_logs_of_a_project_are_not_a_way_round_a_rule_on_its_containers(office: Office, api: APIClient) -> None:
    """Those whose log may not be read are left out; what leads to an engine's socket is named."""
    labels = {f"com.docker.compose.{key}": value for key, value in PROXY.items()}
    host = api.create_host_config(binds=["/var/run/docker.sock:/s"])
    made = api.create_container("busybox:latest", ["echo", "told"], name="shop-x-1", labels=labels, host_config=host)
    api.start(made)
    api.wait(made)
    dev = office('[[deny]]\nverbs = ["logs"]\non = ["name:shop-web-1"]\n')
    said = dev.say("compose -p shop logs", DEV).reply
    assert text.docker(said) == ""
    assert text.added(said) == "The log of shop-x-1 is not yours to read.\n"


@pytest.mark.parametrize("content", ["FROM app:1.0\nRUN true\n", "FROM busybox\nCOPY --from=app:1.0 /bin/busybox /b\n"])
def test_a_build_takes_no_image_that_takes_consent(office: Office, content: str) -> None:
    """Which cannot be asked for, as the line does not name it."""
    dev = office('[[require]]\nverbs = ["build"]\non = ["image:app:*"]\napprove = "second"\n')
    said = dev.say("build -t mine:9 -", DEV, given={"dockerfile": content})
    assert said.status is Status.FAILED
    assert "you may not build on app:1.0" in str(said.reply.error)
    assert dev.say("build -t mine:9 -", DEV, given={"dockerfile": "FROM busybox\nRUN true\n"}).status is Status.DONE


@pytest.mark.parametrize("ref", ["app", "docker.io/library/app:latest"])
def test_a_base_is_judged_by_what_its_name_means(office: Office, api: APIClient, ref: str) -> None:
    """With the tag and the registry that go without saying."""
    api.tag("busybox:latest", "app")
    dev = office('[[deny]]\nverbs = ["build"]\non = ["image:app"]\n')
    said = dev.say("build -", DEV, given={"dockerfile": f"FROM {ref}\n"})
    assert f"you may not build on {ref}" in str(said.reply.error)
    api.remove_image("app")


def test_a_container_is_selected_by_what_the_name_of_its_image_means(office: Office, api: APIClient) -> None:
    """However whoever made it wrote that."""
    api.create_container("busybox", ["true"], name="plain")
    dev = office('[[deny]]\nverbs = ["start"]\non = ["image:busybox:*"]\n')
    assert dev.say("start plain", DEV).status is Status.DENIED


@pytest.mark.parametrize("verb", ["push", "pull"])
def test_all_tags_are_not_a_way_round_a_rule_on_one(office: Office, api: APIClient, verb: str) -> None:
    """The registry is not even asked."""
    api.tag("busybox:latest", "127.0.0.1:1/prod", "1")
    dev = office(f'[[require]]\nverbs = ["{verb}"]\non = ["image:127.0.0.1:1/prod:1"]\napprove = "second"\n')
    lines = (f"{verb} 127.0.0.1:1/prod:1", f"{verb} -a 127.0.0.1:1/prod")
    assert [dev.say(line, DEV).status for line in lines] == [Status.HELD, Status.HELD]
    dev = office(f'[[deny]]\nverbs = ["{verb}"]\non = ["image:127.0.0.1:1/prod:1"]\n')
    assert [dev.say(line, DEV).status for line in lines] == [Status.DENIED, Status.DENIED]
    assert [text.docker(dev.say(f"can-i {line}", DEV).reply)[:3] for line in lines] == ["no:", "no:"]
    api.remove_image("127.0.0.1:1/prod:1")


@pytest.mark.parametrize(
    ("verb", "on", "line", "given"),
    [
        ("logs", "name:web", "start -a web", ""),
        ("container create", "name:new", "run -d --name new busybox true", ""),
        ("start", "name:new", "run -d --name /new busybox true", ""),
        ("volume create", "volume:new", "run --rm -v new:/x busybox true", ""),
        ("volume create", "volume:new", "create --mount type=volume,src=new,dst=/x busybox true", ""),
        ("pull", "image:127.0.0.1:1/far:*", "run --rm 127.0.0.1:1/far", ""),
        ("pull", "image:busybox:*", "create --pull always busybox", ""),
        ("tag", "image:mine:*", "commit web mine", ""),
        ("tag", "image:mine:*", "build -t mine -", "FROM busybox\n"),
        ("run", "image:busybox:*", "run --rm busybox true", ""),
        ("rename", "name:new", "rename web /new", ""),
        ("logs", "name:web", "rename web free", ""),
        ("create", "volume:scratch*", "run --rm -v scratch:/x busybox true", ""),
        ("create", "network:front*", "run --rm --network front busybox true", ""),
        ("create", "image:busybox:*", "run --rm busybox true", ""),
        ("start", "image:busybox:*", "run -d busybox true", ""),
        ("start", "name:idle", "restart idle", ""),
        ("network connect", "network:front", "run --rm --network front busybox true", ""),
        ("run", "image:busybox", "run --rm docker.io/library/busybox true", ""),
    ],
)
def test_what_a_line_does_besides_is_barred_as_it_is_by_itself(
    office: Office, verb: str, on: str, line: str, given: str
) -> None:
    """Where the verb that would do it is denied, and where it takes consent; without such a rule it is done."""
    request = {"dockerfile": given} if given else {}
    denied = office(f'[[deny]]\nverbs = ["{verb}"]\non = ["{on}"]\n').say(line, DEV, given=request)
    assert denied.status is Status.DENIED, denied
    required = f'[[require]]\nverbs = ["{verb}"]\non = ["{on}"]\napprove = "second"\n'
    asked = text.docker(office(required).say(f"can-i {line}", DEV).reply)
    assert asked.startswith("yes, once others agree:") or "nobody can agree to an image" in asked
    assert text.docker(office("").say(f"can-i {line}", DEV).reply).startswith("yes:")


def test_what_is_there_already_is_not_made(office: Office) -> None:
    """A rule on `volume create` or `pull` is not about using what is here."""
    rules = '[[deny]]\nverbs = ["volume create", "pull", "volume rm", "builder prune"]\non = ["*"]\n'
    dev = office(rules)
    assert dev.say("run --rm -v scratch:/x busybox true", DEV).status is Status.DONE


def test_a_prune_of_the_system_leaves_the_kinds_that_a_rule_keeps(office: Office, api: APIClient) -> None:
    """And takes the others."""
    dev = office('[[deny]]\nverbs = ["volume rm", "builder prune"]\non = ["*"]\n')
    api.create_container("busybox:latest", ["true"], name="passing", volumes=["/x"])
    kept = api.inspect_container("passing")["Mounts"][0]["Name"]
    said = dev.say("system prune --volumes -f", DEV)
    assert said.status is Status.DONE
    assert "Deleted Containers:" in text.docker(said.reply)
    assert kept in {each["Name"] for each in api.volumes()["Volumes"]}
    api.remove_volume(kept)


def test_a_build_fetches_nothing_that_may_not_be_pulled(office: Office) -> None:
    """The registry is not even asked."""
    dev = office('[[deny]]\nverbs = ["pull"]\non = ["image:127.0.0.1:1/*"]\n')
    said = dev.say("build -t mine:9 -", DEV, given={"dockerfile": "FROM 127.0.0.1:1/far\n"})
    assert "a rule of the policy keeps you from pulling it" in str(said.reply.error)


@pytest.mark.parametrize(
    "content",
    [
        "FROM a\\pp:1.0\n",
        "FROM a`pp:1.0\n",
        "ARG X=a\\pp:1.0\nFROM $X\n",
        '# escape=`\n# check=skip=all\nARG X="a\\`pp"\nFROM $X\n',
    ],
)
def test_a_name_with_what_escapes_in_it_is_not_guessed_at(office: Office, content: str) -> None:
    """Engines differ in which character that is."""
    said = office("").say("build -", DEV, given={"dockerfile": content})
    assert "slashdock cannot tell which image" in str(said.reply.error)


def test_the_record_of_what_was_made_is_for_those_who_may_see_it(office: Office) -> None:
    """Not for everybody who may see another name in the line."""
    dev = office('[[deny]]\nverbs = ["see"]\non = ["name:closed*"]\n')
    dev.say("create --name open1 busybox true", DEV)
    dev.say("create --name closed1 busybox true", DEV)
    dev.say("create busybox true", DEV)
    lines = text.docker(dev.say("audit ls", EVE).reply)
    assert "open1" in lines
    assert "closed1" not in lines
    assert "create busybox" in lines
    assert text.docker(dev.say("audit ls", DEV).reply).count("create") == 3


def test_a_project_tells_nothing_of_a_container_that_is_hidden_by_its_image(office: Office, api: APIClient) -> None:
    """It is not in the way, and not named."""
    labels = {f"com.docker.compose.{key}": value for key, value in PROXY.items()}
    api.tag("busybox:latest", "vault", "1")
    api.create_container("vault:1", ["true"], name="shop-x-1", labels=labels)
    dev = office('[[deny]]\nverbs = ["see", "act"]\non = ["image:vault:*"]\n')
    said = dev.say("compose -p shop stop -t 0", DEV)
    assert said.status is Status.DONE, said
    assert "shop-x-1" not in f"{text.docker(said.reply)}{text.added(said.reply)}"


@pytest.mark.parametrize("line", ["network prune -f", "system prune -f"])
def test_a_configuration_for_networks_is_no_network_that_nothing_uses(
    office: Office, api: APIClient, fresh_world: str, line: str
) -> None:
    """As the engine's own prune, which docker asks for, leaves it."""
    made = api.create_network("plain")["Id"]
    body = {"Name": "conf", "ConfigOnly": True, "IPAM": {"Config": [{"Subnet": "10.99.0.0/24"}]}}
    configuration = api._result(api._post_json(api._url("/networks/create"), data=body), json=True)["Id"]
    assert office("").say(line, DEV).status is Status.DONE
    left = {each["Id"] for each in api.networks()}
    assert (made in left, configuration in left) == (False, True), fresh_world
    api.remove_network(configuration)


def test_volumes_with_a_name_go_only_where_that_is_asked_for(office: Office, api: APIClient) -> None:
    """An engine that does not know the filter refuses it; others take it for what it says."""
    said = office("").say("volume prune -f --filter all=false", DEV)
    assert text.docker(said.reply) == "Error response from daemon: Invalid filter 'all'\n"
    assert "scratch" in {each["Name"] for each in api.volumes()["Volumes"]}
    assert prune.asked(["all=false"]) is prune.asked(["label=x"]) is prune.asked(["all=0", "all=false"]) is False
    assert prune.asked(["all=1"]) is prune.asked(["all=true", "bad=x"]) is True
    with pytest.raises(ValueError, match=r"invalid filter 'all=\[x\]'"):
        prune.asked(["all=x"])
