"""One line of every verb on the world, in an order in which each finds what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from docker.api.client import APIClient
from world import BUSYBOX


@dataclass(frozen=True)
class Line:
    """A line, and what is filled into its form."""

    text: str
    given: Mapping[str, str] = field(default_factory=dict)


NOWHERE = "127.0.0.1:1"  # a registry that is not there
EVERY: Mapping[str, Line] = {
    "help": Line("help"),
    "whoami": Line("whoami"),
    "can-i": Line("can-i restart web"),
    "why": Line("why"),
    "role ls": Line("role ls"),
    "version": Line("version"),
    "login": Line(f"login -u ada {NOWHERE}", {"password": "open-sesame-7"}),
    "logout": Line(f"logout {NOWHERE}"),
    "search": Line("search busybox"),
    "audit ls": Line("audit ls"),
    "audit show": Line("audit show 1"),
    "audit export": Line("audit export"),
    "audit stats": Line("audit stats"),
    "audit verify": Line("audit verify"),
    "output": Line("output 1"),
    "approval ls": Line("approval ls -a"),
    "approval show": Line("approval show 1"),
    "approval approve": Line("approval approve 1 --digest 0"),
    "approval reject": Line("approval reject 1"),
    "approval cancel": Line("approval cancel 1"),
    "approval send": Line("approval send 1 C0OPS00001"),
    "approval break-glass": Line("approval break-glass 1 --reason fire"),
    "approval review": Line("approval review 1"),
    "role request": Line("role request oncall --for 1h"),
    "role revoke": Line("role revoke 1"),
    "schedule ls": Line("schedule ls"),
    "schedule add": Line("schedule add --yes --name nightly '0 3 * * *' restart web"),
    "schedule show": Line("schedule show nightly"),
    "schedule history": Line("schedule history nightly"),
    "schedule pause": Line("schedule pause nightly moving house"),
    "schedule revoke": Line("schedule revoke nightly"),
    "schedule resume": Line("schedule resume nightly"),
    "schedule rm": Line("schedule rm nightly"),
    "maintenance ls": Line("maintenance ls"),
    "maintenance start": Line("maintenance start local 1h new disk"),
    "maintenance end": Line("maintenance end local"),
    "stream ls": Line("stream ls"),
    "stream stop": Line("stream stop 1"),
    "stream pause": Line("stream pause 1"),
    "stream resume": Line("stream resume 1"),
    "stream file": Line("stream file 1"),
    "stream key": Line("stream key 1 ^C"),
    "stream detach": Line("stream detach 1"),
    "stream let": Line("stream let 1 bob"),
    "cleanup set": Line("cleanup set weekly --what images,networks"),
    "cleanup ls": Line("cleanup ls"),
    "cleanup show": Line("cleanup show weekly"),
    "cleanup on": Line("cleanup on weekly"),
    "cleanup plan": Line("cleanup plan weekly"),
    "cleanup history": Line("cleanup history"),
    "report ls": Line("report ls"),
    "report now": Line("report now"),
    "report set": Line("report set weekly --yes --name mondays '0 8 * * mon'"),
    "report rm": Line("report rm mondays"),
    "compose ls": Line("compose ls"),
    "compose ps": Line("compose -p shop ps"),
    "compose logs": Line("compose -p shop logs"),
    "compose up": Line("compose up"),
    "inspect": Line("inspect web"),
    "container ls": Line("ps -a"),
    "container inspect": Line("container inspect web"),
    "container logs": Line("logs worker"),
    "container top": Line("top web"),
    "container port": Line("port web"),
    "container diff": Line("diff web"),
    "container stats": Line("stats --no-stream web"),
    "image ls": Line("images"),
    "image inspect": Line("image inspect app:2.0"),
    "image history": Line("history app:2.0"),
    "network ls": Line("network ls"),
    "network inspect": Line("network inspect front"),
    "volume ls": Line("volume ls"),
    "volume inspect": Line("volume inspect pgdata"),
    "system df": Line("system df"),
    "system events": Line("events --until 2000-01-01"),
    "system info": Line("info"),
    "image tag": Line("tag app:1.0 mine:1"),
    "image pull": Line(f"pull {NOWHERE}/nothing:1"),
    "image push": Line("push registry.example:5000/team/app:edge"),
    "image build": Line("build -t mine:2 -", {"dockerfile": "FROM busybox\nLABEL a=b"}),
    "image save": Line("save mine:1"),
    "image load": Line("load -i attached"),
    "image import": Line("import attached mine:4"),
    "image rm": Line("rmi mine:1"),
    "network create": Line("network create mine-net"),
    "volume create": Line("volume create mine-data"),
    "container create": Line(f"create --name mine -v mine-data:/d {BUSYBOX} sleep 1000"),
    "container start": Line("start mine"),
    "network connect": Line("network connect mine-net mine"),
    "network disconnect": Line("network disconnect mine-net mine"),
    "container exec": Line("exec mine true"),
    "container export": Line("export mine"),
    "container cp": Line("cp mine:/etc mine:/tmp"),
    "container attach": Line("attach mine"),
    "container pause": Line("pause mine"),
    "container unpause": Line("unpause mine"),
    "container rename": Line("rename mine mine-now"),
    "container update": Line("update --cpu-shares 512 mine-now"),
    "container commit": Line("commit mine-now mine:3"),
    "container restart": Line("restart -t 0 mine-now"),
    "container kill": Line("kill mine-now"),
    "container wait": Line("wait mine-now"),
    "container rm": Line("rm -f mine-now"),
    "container run": Line(f"run --rm {BUSYBOX} true"),
    "compose restart": Line("compose -p shop restart -t 0"),
    "compose stop": Line("compose -p shop stop -t 0"),
    "compose start": Line("compose -p shop start"),
    "network rm": Line("network rm mine-net"),
    "volume rm": Line("volume rm mine-data"),
    "container prune": Line("container prune -f"),
    "container stop": Line("stop -t 0 web"),
    "image prune": Line("image prune -f"),
    "network prune": Line("network prune -f"),
    "volume prune": Line("volume prune -f"),
    "builder prune": Line("builder prune -f"),
    "system prune": Line("system prune -f"),
    "cleanup run": Line("cleanup run"),
    "cleanup sweep": Line("cleanup sweep"),
    "cleanup rm": Line("cleanup rm weekly"),
    "cleanup undo": Line("cleanup undo 1"),
    "schedule run": Line("schedule run cleanup"),
}
# What asks nothing of an engine beyond looks, though its class may: a terminal attaches nothing, nothing was built with
# BuildKit, no image is old enough for a cleanup, which `schedule run cleanup` is another way to write, and what a
# cleanup takes is slashdock's own, as maintenance is; what is only given out stays as it is,
# and nothing is attached.
IDLE = frozenset(
    {
        "container attach", "container export", "image save", "image load", "image import",
        "builder prune", "cleanup set", "cleanup on",
        "cleanup rm", "cleanup run", "cleanup sweep", "cleanup undo",
        "schedule run", "maintenance start", "maintenance end",
    }
)  # fmt: skip


def furnish(api: APIClient) -> None:
    """Make what the lines need beside the world: a project of compose, and a network that nobody uses."""
    project = {"project": "shop", "service": "web", "container-number": "1", "oneoff": "False"}
    labels = {f"com.docker.compose.{key}": value for key, value in project.items()}
    api.start(api.create_container(BUSYBOX, ["sleep", "1000"], name="shop-web-1", labels=labels)["Id"])
    api.create_network("spare")
