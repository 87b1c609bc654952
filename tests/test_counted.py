"""What a line costs, counted: requests of the engine, statements and commits of the database, to the last one.

How long these take is for `make bench`; that there are not more of them than before is told here, on any machine. Each
commit is one fsync, as the database is synchronous=FULL in WAL mode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from harness import ROOT, Bench, bench
from offices import told
from proxy import Proxy

from bot.database import Sqlite
from bot.policy import Policy
from commands import catalog


@dataclass
class Counted:
    """What a bench asked and wrote."""

    bench: Bench
    proxy: Proxy
    statements: list[str] = field(default_factory=list)

    def cost(self, line: str) -> tuple[list[str], int, int]:
        """The requests, and the numbers of statements and of commits, of a line that was sent before."""
        done = self.bench.say(line)
        self.proxy.requests.clear()
        self.statements.clear()
        done = self.bench.say(line)
        assert done.reply.error is None, told(done)
        commits = sum(each == "COMMIT" for each in self.statements)
        asked = [re.sub(r"/v1\.\d+|\?.*|[0-9a-f]{64}", "", each) for each in self.proxy.requests]
        return asked, len(self.statements), commits


@pytest.fixture
def counted(fresh_world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    """A pipeline at a proxy, for an administrator who may enter; every statement is noted."""
    statements: list[str] = []
    connect = Sqlite._connect

    def traced(self: Sqlite) -> Any:
        made = connect(self)
        made.conn.set_trace_callback(statements.append)
        return made

    monkeypatch.setattr(Sqlite, "_connect", traced)
    policy = Policy.parse(ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as host:
        made = bench(host, tmp_path / "data", policy)
        yield Counted(made, proxy, statements)
        made.close()


OF = "GET /containers/web/json"
STATEMENTS, COMMITS = 59, 3  # those of triggers among them; receipt, verdict and intent, outcome
LINES = {
    "help": [],
    "whoami": [],
    "version": ["GET /version"],
    "ps": ["GET /containers/json"],
    "ps -a": ["GET /containers/json"],
    "images": ["GET /images/json"],
    "network ls": ["GET /networks"],
    "volume ls": ["GET /volumes"],
    "inspect web": [OF],
    "port web": [OF],
    "top web": [OF, "GET /containers//top"],
    "diff web": [OF, "GET /containers//changes"],
    "history busybox": ["GET /images/busybox/json", "GET /images/sha256:/history"],
    "logs --tail 50 web": [OF, "GET /containers//logs", "GET /_ping"],  # a log that ends, or an engine that does
    "stats --no-stream web": [OF],  # a look of a moment ago will do
    "restart -t 0 web": [OF, "GET /containers/json", "POST /containers//restart"],
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_asks_and_writes_as_much_as_it_has_to(counted: Counted, line: str) -> None:
    """Once its connections and its statements are there."""
    assert counted.cost(line) == (LINES[line], STATEMENTS, COMMITS)


def test_what_an_exec_started_is_written_down_before_it_is(counted: Counted) -> None:
    """One commit more: its id, by which it is found again after a kill."""
    look, end = [OF, "GET /containers/json"], ["POST /exec//start", "GET /exec//json"]
    assert counted.cost("exec web true") == ([*look, "POST /containers//exec", *end], 70, COMMITS + 1)


def test_the_record_that_is_read_costs_no_commit(counted: Counted) -> None:
    """Nor a request."""
    requests, statements, commits = counted.cost("audit ls")
    assert (requests, statements, commits) == ([], STATEMENTS + 4, COMMITS)
