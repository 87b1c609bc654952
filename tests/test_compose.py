"""compose.yaml: the proxy's rules let every command through, and nothing else."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import harness
import pytest
from engine_api import UnixConnection
from harness import Bench
from world import World

from bot import text

COMPOSE = (Path(__file__).parent.parent / "compose.yaml").read_text()
FORBIDDEN = http.client.FORBIDDEN
ID = "0123456789abcdef" * 4


def _rules(mark: str) -> dict[str, re.Pattern[str]]:
    """Rules by method, of the lines that begin so; the proxy matches a rule against the whole path."""
    lines = re.findall(rf"^ +{mark}['\"]-allow([A-Z]+)=(.+)['\"]$", COMPOSE, re.MULTILINE)
    return {method: re.compile(rule) for method, rule in lines}


WIDE = _rules("- ")
NARROW = WIDE | _rules("# - ")


def _allowed(method: str, path: str, rules: dict[str, re.Pattern[str]] = WIDE) -> bool:
    rule = rules.get(method)
    return rule is not None and rule.fullmatch(path) is not None


class Proxy(ThreadingHTTPServer):
    """Stands in for the socket proxy: the same rules, before a real engine."""

    daemon_threads = True

    def __init__(self, engine: str) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarding)
        self.engine = engine
        self.refused: list[str] = []


class _Forwarding(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def handle(self) -> None:
        """Forward each request of the connection that the rules allow; refuse the others as the proxy does."""
        self.do_GET = self.do_POST = self.do_DELETE = self.do_HEAD = self._forward
        super().handle()

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not _allowed(self.command, self.path.partition("?")[0]):
            self.server.refused.append(f"{self.command} {self.path}")
            self._answer(FORBIDDEN, "text/plain", b"Forbidden")
            return
        connection = UnixConnection(self.server.engine.removeprefix("unix://"), 60)
        connection.request(self.command, self.path, body, {"Content-Type": self.headers.get("Content-Type", "")})
        response = connection.getresponse()
        self._answer(response.status, response.headers.get("Content-Type", ""), response.read())
        connection.close()

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def proxy(engine: str, lasting_world: World) -> Iterator[Proxy]:
    """The proxy before an engine with the world on it."""
    lasting_world.mend()
    with Proxy(engine) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def speaking(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A pipeline that reaches its engine through the proxy alone."""
    made = harness.bench(f"tcp://127.0.0.1:{proxy.server_port}", tmp_path_factory.mktemp("data"))
    yield made
    made.close()


LINES = (
    "ps -a",
    "ps --size",
    "logs worker --tail 5",
    "inspect worker",
    "inspect --size worker",
    "image inspect registry.example:5000/team/app:edge",
    "network inspect bridge",
    "images -a --digests",
    "network ls",
    "volume ls",
    "version",
    "info",
    "stop -t 1 worker",
    "start worker",
    "restart -t 1 worker",
    "kill worker",
    "commit worker worker:snap",
    "cleanup plan",
    "cleanup run",
    "image prune -f",
    "image prune -a -f",
    "create --name proxied -v proxied-data:/data busybox true",
    "run -d --name running --network bridge busybox sleep 1000",
    "update --cpu-shares 512 running",
    "exec -d running true",
    "pause running",
    "unpause running",
    "rename running renamed",
    "stats --no-stream renamed",
    "top renamed",
    "diff renamed",
    "port renamed",
    "kill renamed",
    "wait renamed",
    "rm -f renamed proxied",
    "network create proxied-net",
    "network connect proxied-net worker",
    "network disconnect proxied-net worker",
    "network rm proxied-net",
    "volume create proxied-volume",
    "volume rm proxied-volume proxied-data",
    "history busybox",
    "tag busybox registry.example:5000/team/proxied",
    "rmi registry.example:5000/team/proxied",
    "tag busybox proxied",
    "rmi proxied",
    "events --since 1m",
    "search --help",
    "system df -v",
    "compose ls -a",
    "container prune -f",
    "volume prune -f",
    "network prune -f",
    "builder prune -f",
    "system prune -a -f",
)


@pytest.mark.parametrize("line", LINES)
def test_every_command_passes_the_proxy(speaking: Bench, proxy: Proxy, line: str) -> None:
    """What a line asks of the engine is on the proxy's list, and the line is done."""
    outcome = speaking.say(line)
    assert proxy.refused == []
    assert outcome.exit_code == 0, outcome


@pytest.mark.parametrize("name", ["sshfs", "vieux/sshfs:latest"])
def test_a_plugin_may_be_looked_for_through_the_proxy(speaking: Bench, proxy: Proxy, name: str) -> None:
    """It is the engine that says that there is none, whatever a plugin may be called."""
    told = text.docker(speaking.say(f"inspect --type plugin {name}").reply)
    assert proxy.refused == []
    assert "not found" in told


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1.41/containers/web/stop"),
        ("POST", "/v1.41/containers/web/exec"),
        ("POST", "/v1.41/networks/front/connect"),
        ("POST", "/v1.41/plugins/pull"),
        ("POST", "/v1.41/swarm/init"),
        ("POST", "/v1.41/services/create"),
        ("POST", "/v1.41/session"),
        ("POST", "/v1.41/images/load"),
        ("POST", "/v1.22/containers/create/../x/start"),
        ("POST", f"/v1.41/containers/{ID}/../create"),
        ("POST", "/v1.41/images/prune"),
        ("POST", "/v1.41/containers/prune"),
        ("DELETE", "/v1.41/containers/web"),
        ("DELETE", "/v1.41/volumes/../containers/web"),
        ("DELETE", "/v1.41/networks/bridge"),
        ("POST", "/v1.41/volumes/prune"),
        ("POST", "/v1.41/networks/prune"),
        ("DELETE", "/v1.41/images/busybox"),
        ("DELETE", f"/v1.41/images/{ID}"),
        ("DELETE", f"/v1.41/images/../containers/{ID}"),
        ("DELETE", f"/v1.41/images/x:1/../../containers/{ID}"),
        ("DELETE", f"/v1.41/images/x/../../containers/{ID}:1"),
        ("GET", f"/v1.41/containers/{ID}/export"),
        ("GET", f"/v1.41/containers/{ID}/archive"),
        ("GET", "/v1.41/images/../containers/web/export"),
        ("GET", "/v1.41/images/x/../../secrets/json"),
        ("GET", "/v1.41/images/busybox/get"),
        ("GET", "/v1.41/secrets"),
        ("GET", "/v1.41/plugins/privileges"),
        ("GET", "/v1.41/plugins/x/../../secrets/json"),
        ("PUT", f"/v1.41/containers/{ID}/archive"),
    ],
)
def test_the_proxy_refuses_what_no_command_needs(method: str, path: str) -> None:
    """No names but of volumes and images, no engine's own prune, no files in or out, no swarm, no making of plugins."""
    assert not _allowed(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1.41/containers/create"),
        ("POST", f"/v1.41/containers/{ID}/exec"),
        ("POST", f"/v1.41/containers/{ID}/update"),
        ("POST", "/v1.41/images/create"),
        ("POST", "/v1.41/build"),
        ("POST", "/v1.41/volumes/create"),
        ("DELETE", f"/v1.41/containers/{ID}"),
        ("DELETE", "/v1.41/volumes/data"),
    ],
)
def test_the_narrow_rules_are_those_of_a_bot_that_makes_nothing(method: str, path: str) -> None:
    """With them a stolen bot cannot create, enter, or remove anything but an image by its id or a whole name."""
    assert _allowed(method, path)
    assert not _allowed(method, path, NARROW)
    assert _allowed("POST", f"/v1.41/containers/{ID}/restart", NARROW)


def test_bot_and_proxy_run_with_as_little_as_possible() -> None:
    """Both are read-only, without capabilities, and the socket is the proxy's alone, on a network without a way out."""
    bot, proxy = COMPOSE.split("\n  proxy:\n")
    for service in (bot, proxy.split("\nnetworks:")[0]):
        assert {"read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'} <= set(
            map(str.strip, service.splitlines())
        )
    assert "/var/run/docker.sock:" in proxy
    assert "- /var/run/docker.sock" not in bot
    assert "internal: true" in proxy
