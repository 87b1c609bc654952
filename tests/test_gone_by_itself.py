"""What the engine removes by itself once a container ends is judged as `rm -v` of it would be."""

from __future__ import annotations

from docker.api.client import APIClient
from eventually import eventually
from offices import DEV, Office

from bot.request import Status

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
