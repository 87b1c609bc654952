"""The projects of docker compose: read off labels, acted on by ids, in the order of what needs what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ADMIN, ROOT, VIEWER, Bench, bench
from hypothesis import given
from hypothesis import strategies as st
from proxy import Proxy

from bot import text
from bot.policy import Policy
from bot.request import Status
from commands import catalog, listing
from commands.compose import ps
from commands.compose.project import NEEDS, NUMBER, ONE_OFF, PROJECT, SERVICE, Member, stages

HIDDEN = """
[[deny]]
verbs = ["see", "read", "act"]
on = ["label:com.docker.compose.service=secret"]
[[deny]]
verbs = ["act"]
on = ["name:blog-web-1"]
"""


def member(project: str, service: str, needs: str = "", **more: str) -> dict[str, str]:
    """The labels that compose gives a container."""
    labels = {PROJECT: project, SERVICE: service, NUMBER: "1", f"{PROJECT}.working_dir": f"/srv/{project}"}
    return labels | {f"{PROJECT}.config_files": f"/srv/{project}/compose.yaml", NEEDS: needs} | more


@pytest.fixture
def client(fresh_world: str) -> Iterator[APIClient]:
    """An engine with two projects; one has a container of another's making by the same name."""
    api = APIClient(fresh_world, version="1.41")
    made = []
    for name, labels in (
        ("shop-web-1", member("shop", "web", "db:service_started:false,cache:service_started:false")),
        ("shop-db-1", member("shop", "db")),
        ("shop-cache-1", member("shop", "cache", "db:service_healthy:true")),
        ("shop-run-1", member("shop", "web", **{ONE_OFF: "True"})),
        ("blog-web-1", member("blog", "web")),
        ("blog-secret-1", member("blog", "secret")),
    ):
        script = f"echo {name}; trap 'exit 0' TERM; sleep 1000 & wait"
        box = api.create_container("busybox:latest", ["sh", "-c", script], name=name, labels=labels)["Id"]
        made.append(box)
        if name != "shop-run-1":
            api.start(box)
    yield api
    for box in made:
        api.remove_container(box, force=True)
    api.close()


@pytest.fixture
def spoken(client: APIClient, fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A bot for one from whom one service is hidden, and who may not act on another."""
    assert client.ping()
    policy = Policy.parse(ROOT + HIDDEN, "policy.toml", [verb.spec for verb in catalog.load()])
    made = bench(fresh_world, tmp_path / "data", policy)
    yield made
    made.close()


def running(client: APIClient) -> set[str]:
    """The names of what runs."""
    return {each["Names"][0].removeprefix("/") for each in client.containers() if PROJECT in (each["Labels"] or {})}


def test_projects_are_listed_with_what_is_seen_of_them(spoken: Bench) -> None:
    """How many containers are in which state, without those that are hidden."""
    told = text.docker(spoken.say("compose ls --format json").reply)
    assert '{"Name":"blog","Status":"running(1)","ConfigFiles":"/srv/blog/compose.yaml"}' in told
    assert '"Name":"shop","Status":"created(1), running(3)"' in told
    assert text.docker(spoken.say("compose ls -q --filter name=sho").reply) == "shop\n"
    assert "unsupported format" in text.docker(spoken.say("compose ls --format xml").reply)


def test_the_containers_of_a_project_are_listed(spoken: Bench) -> None:
    """Those that run, by service or state; the flags stand before the verb as well."""
    assert [line.split()[0] for line in text.docker(spoken.say("compose -p shop ps").reply).splitlines()[1:]] == [
        "shop-cache-1", "shop-db-1", "shop-web-1",
    ]  # fmt: skip
    for line, names in (
        ("compose ps -p shop db", ["shop-db-1"]),
        ("compose --project-name=shop ps --status created", ["shop-run-1"]),
        ("compose ps -p shop --filter status=exited", []),
        ("compose ps -p blog -a", ["blog-web-1"]),
    ):
        told = text.docker(spoken.say(f"{line} --format '{{{{.Name}}}}'").reply).split()
        assert (line, told) == (line, names)
    assert text.docker(spoken.say("compose -p shop ps --services").reply) == "cache\ndb\nweb\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("compose ps", "There are several projects: blog, shop."),
        ("compose ps -p nothere", "no such project: nothere."),
        ("compose ps -p shop nothere", "no such service: nothere. This project has cache, db, web."),
        ("compose ps -p blog secret", "no such service: secret. This project has web."),
        ("compose -f x.yaml ps", "No compose file is read here"),
        ("compose --project-directory /srv ps", "No compose file is read here"),
        ("compose ps -p shop --status odd", "unknown state odd"),
        ("compose ps -p shop --filter odd=1", "unknown filter odd"),
        ("compose ls --filter odd=1", "invalid filter 'odd'"),
        ("compose --nope ps", "unknown flag: --nope"),
        ("compose -p", "flag needs an argument: 'p' in -p"),
        ("compose up -p shop", "in /srv/shop on the machine where it was made"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(spoken: Bench, line: str, told: str) -> None:
    """Projects, services, files and flags."""
    said = spoken.say(line)
    assert said.status in {Status.FAILED, Status.USAGE}
    assert told in text.docker(said.reply)


def test_logs_say_whose_they_are(spoken: Bench) -> None:
    """Each line with the service and the number, unless that is not wanted."""
    assert text.docker(spoken.say("compose logs -p shop").reply).splitlines() == [
        "cache-1  | shop-cache-1", "db-1     | shop-db-1", "web-1    | shop-web-1",
    ]  # fmt: skip
    assert text.docker(spoken.say("compose logs -p shop --no-log-prefix --tail 1 db").reply) == "shop-db-1\n"
    assert "blog-secret" not in text.docker(spoken.say("compose logs -p blog").reply)


_PUBLISHERS = '[{"URL":"127.0.0.1","TargetPort":80,"PublishedPort":8080,"Protocol":"tcp"}]'


def test_ps_has_the_fields_of_compose(spoken: Bench) -> None:
    """Those that docker's own list has not: the exit code, the health, and ports as objects."""
    listed = {
        "Names": ["/a"], "Labels": {PROJECT: "shop"}, "State": "exited", "Status": "Exited (3) 2 minutes ago",
        "Ports": [{"IP": "127.0.0.1", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}],
    }  # fmt: skip
    fields = dict(ps.row(Member(listed), 0, trunc=True).fields())
    assert fields["ExitCode"] == 3
    row = ps.row(Member(listed), 0, trunc=True)
    for template, shown in (
        ("{{.Publishers}}", "[{127.0.0.1 80 8080 tcp}]\n"),
        ("{{json .Publishers}}", f"{_PUBLISHERS}\n"),
        ("{{range .Publishers}}{{.PublishedPort}}{{end}}", "8080\n"),
    ):
        assert text.docker(listing.listed([row], template, ps.HEADERS)) == shown
    assert f'"Publishers":{_PUBLISHERS}' in text.docker(listing.listed([row], "json", ps.HEADERS))
    for status, health in (("Up 2 hours (healthy)", "healthy"), ("Up 1 second (health: starting)", "starting")):
        assert dict(ps.row(Member(listed | {"Status": status}), 0, trunc=True).fields())["Health"] == health
    said = spoken.say("compose ps -p shop --format json web")
    told = json.loads(text.docker(said.reply))
    assert (told["Service"], told["ExitCode"], told["Health"], told["Publishers"]) == ("web", 0, "", [])
    assert "Platform" not in told


@pytest.mark.parametrize("verb", ["down", "top", "config"])
def test_a_verb_that_compose_has_and_we_have_not_is_what_is_wrong(spoken: Bench, verb: str) -> None:
    """Not the flag before it."""
    said = spoken.say(f"compose -p shop {verb}")
    assert said.status is Status.USAGE
    assert f"docker: unknown command: docker compose {verb}" in text.docker(said.reply)


def test_a_project_is_stopped_and_started_in_the_order_of_its_needs(
    client: APIClient, fresh_world: str, tmp_path: Path
) -> None:
    """What others need starts first and stops last; what compose run made is left alone."""
    policy = Policy.parse(ROOT, "policy.toml", [verb.spec for verb in catalog.load()])
    names = {each["Id"]: each["Names"][0].removeprefix("/") for each in client.containers(all=True)}
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as host:
        spoken = bench(host, tmp_path / "data", policy)
        for verb, order in (("stop", ["web", "cache", "db"]), ("start", ["db", "cache", "web"])):
            proxy.requests.clear()
            assert spoken.say(f"compose {verb} -p shop").status is Status.DONE
            asked = [names[each.split("/")[3]] for each in proxy.requests if f"/{verb}" in each]
            assert asked == [f"shop-{service}-1" for service in order]
        assert spoken.say("compose restart -t 0 -p shop db").status is Status.DONE
        spoken.close()
    assert running(client) >= {"shop-web-1", "shop-cache-1", "shop-db-1"}
    assert "shop-run-1" not in running(client)


def test_nothing_is_done_to_a_part_of_what_one_may_not_touch(spoken: Bench, client: APIClient, bench: Bench) -> None:
    """A rule about one container holds for the project's verbs, and so does the class."""
    said = spoken.say("compose stop -p blog")
    assert said.status is Status.DENIED
    assert "blog-web-1: A deny rule (policy.toml, line " in text.added(said.reply)
    assert running(client) >= {"blog-web-1", "blog-secret-1"}
    assert bench.say("compose stop -p blog", VIEWER).status is Status.DENIED
    assert bench.say("compose ls", ADMIN).status is Status.DONE


def test_the_record_names_what_was_stopped(spoken: Bench) -> None:
    """By the ids of the containers."""
    spoken.say("compose stop -t 0 -p shop db")
    (action,) = spoken.store.actions.listed({}, 1)
    assert [each["name"] for each in action["targets"]] == ["shop-db-1"]


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef"))))
def test_every_container_is_in_exactly_one_stage(needs: dict[str, set[str]]) -> None:
    """Whatever needs whatever, in circles as well; and none stands before what it needs, but for circles."""
    found = [
        Member(
            {"Id": name, "Names": [f"/{name}"], "Labels": {SERVICE: name, NEEDS: ",".join(f"{n}:x:y" for n in wanted)}}
        )
        for name, wanted in needs.items()
    ]
    ordered = stages(found)
    assert sorted(each.name for stage in ordered for each in stage) == sorted(needs)
    done: set[str] = set()
    for stage in ordered:
        names = {each.name for each in stage}
        if names != needs.keys() - done:
            assert all((needs[name] - {name}) & needs.keys() <= done for name in names)
        done |= names
