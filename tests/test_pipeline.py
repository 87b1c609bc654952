"""The one way in: what is recorded when, what is refused, and what a person is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import harness
import pytest
from docker.api.client import APIClient
from harness import ADMIN, OPERATOR, STRANGER, VIEWER, Bench
from proxy import Proxy

from bot import text
from bot.request import Actor, ExitCode, Member, Origin, Request, Status


def _events(bench: Bench, number: int | None) -> list[str]:
    assert number is not None
    action = bench.store.action(number)
    assert action is not None
    return [event["kind"] for event in action["events"]]


@pytest.fixture
def api(engine: str) -> Iterator[APIClient]:
    """The engine itself, to look at what was done."""
    client = APIClient(base_url=engine, version="1.41")
    yield client
    client.close()


def test_a_line_that_is_run_leaves_four_events(inhabited: Bench) -> None:
    """Received, judged, intended and outcome, in that order."""
    outcome = inhabited.say("restart -t 1 web")
    assert outcome.status is Status.DONE
    assert _events(inhabited, outcome.number) == ["received", "judged", "intended", "outcome"]


def test_the_record_names_the_target_by_its_full_id(inhabited: Bench, api: APIClient) -> None:
    """A name may be given to another container tomorrow; the id may not."""
    outcome = inhabited.say("stop -t 1 web")
    assert outcome.number is not None
    action = inhabited.store.action(outcome.number)
    assert action is not None
    assert action["targets"][0]["id"] == api.inspect_container("web")["Id"]


@pytest.mark.parametrize(
    ("line", "person", "ends"),
    [
        ("pss", ADMIN, (Status.USAGE, ExitCode.USAGE)),
        ("stop web", VIEWER, (Status.DENIED, ExitCode.DENIED)),
        ("ps", STRANGER, (Status.DENIED, ExitCode.DENIED)),
        ("image prune", ADMIN, (Status.HELD, ExitCode.HELD)),
        ("stop nothere", ADMIN, (Status.FAILED, ExitCode.FAILED)),
        ("ps", VIEWER, (Status.DONE, ExitCode.DONE)),
    ],
)
def test_every_end_is_recorded_with_its_status(
    inhabited: Bench, line: str, person: str, ends: tuple[Status, ExitCode]
) -> None:
    """Denials and usage errors stand in the record like everything else."""
    outcome = inhabited.say(line, person)
    assert outcome.number is not None
    action = inhabited.store.action(outcome.number)
    assert action is not None
    assert (outcome.status, outcome.exit_code) == ends
    assert action["status"] == str(outcome.status)


def test_a_refusal_says_why_and_changes_nothing(inhabited: Bench, api: APIClient) -> None:
    """The reason is told, and the container still runs."""
    outcome = inhabited.say("stop web", VIEWER)
    assert "viewer" in text.added(outcome.reply)
    assert api.inspect_container("web")["State"]["Running"]


def test_the_same_delivery_is_run_once(inhabited: Bench, api: APIClient) -> None:
    """A second delivery finds the first one's number and does nothing."""
    first = inhabited.say("restart -t 1 web", delivery="trigger.1")
    started = api.inspect_container("web")["State"]["StartedAt"]
    second = inhabited.say("restart -t 1 web", delivery="trigger.1")
    assert (second.status, second.number) == (Status.DUPLICATE, first.number)
    assert api.inspect_container("web")["State"]["StartedAt"] == started


def test_a_line_that_waited_too_long_is_not_run(inhabited: Bench, api: APIClient) -> None:
    """Whoever typed it a minute ago has typed it again."""
    request = Request("stop -t 1 web", Actor(ADMIN), Origin.SLASH, received=inhabited.pipeline.clock.now() - 61)
    assert inhabited.pipeline.submit(request).status is Status.FAILED
    assert api.inspect_container("web")["State"]["Running"]


def test_a_name_cannot_lead_out_of_its_path(inhabited: Bench, api: APIClient) -> None:
    """docker-py would resolve "../images/app:2.0" to another object; nothing of the kind is sent."""
    for line in (
        "stop ../images/app:2.0",
        "kill ../volumes/pgdata",
        "inspect ../containers/web/json",
        "logs .",
        "stop ''",
    ):
        assert inhabited.say(line).status in {Status.FAILED, Status.USAGE}
    assert api.inspect_image("app:2.0")
    assert api.inspect_volume("pgdata")


def test_grep_keeps_the_header_of_a_table_and_the_lines_with_the_text(inhabited: Bench) -> None:
    """--grep works on any output; a table without its header would not be understood."""
    rows = text.docker(inhabited.say("ps -a --grep crash").reply).splitlines()
    assert rows[0].startswith("CONTAINER ID")
    assert [row.split()[-1] for row in rows[1:]] == ["crash"]
    assert text.docker(inhabited.say("logs worker --grep 'line 12'").reply) == "line 12\nline 120\n"


def test_help_shows_what_the_asker_may_use_alone(bench: Bench) -> None:
    """A viewer reads nothing of stop; an operator does; a stranger gets no help at all."""
    assert "\n  stop " in text.docker(bench.say("help", OPERATOR).reply)
    assert "\n  stop " not in text.docker(bench.say("help", VIEWER).reply)
    assert "unknown help topic: stop" in text.docker(bench.say("stop --help", VIEWER).reply)
    assert bench.say("help", STRANGER).status is Status.DENIED


class Guest:
    """A directory in which everybody is a guest."""

    def member(self, actor: Actor, *, fresh: bool) -> Member:  # noqa: ARG002 - what a Directory is asked
        """The refusal of a guest."""
        return Member(refused="Guests may do nothing here.")


def test_whoever_slack_does_not_vouch_for_is_refused(engine: str, tmp_path: Path) -> None:
    """Being in the policy is not enough."""
    guest = harness.bench(engine, tmp_path, directory=Guest())
    assert guest.say("ps", ADMIN).status is Status.DENIED
    guest.close()


def test_an_engine_that_is_down_is_told_and_nothing_is_intended(tmp_path: Path) -> None:
    """No socket, no intent."""
    bench = harness.bench(f"unix://{tmp_path}/nothing.sock", tmp_path / "data")
    outcome = bench.say("ps")
    assert outcome.status is Status.FAILED
    assert "Cannot connect to the Docker daemon" in text.docker(outcome.reply)
    outcome = bench.say("stop web")
    assert "intended" not in _events(bench, outcome.number)
    bench.close()


def test_denials_need_no_engine(tmp_path: Path) -> None:
    """With the engine gone a person without the right still hears so."""
    bench = harness.bench(f"unix://{tmp_path}/nothing.sock", tmp_path / "data")
    assert bench.say("stop web", VIEWER).status is Status.DENIED
    bench.close()


def test_nothing_is_done_where_nothing_can_be_written(inhabited: Bench, api: APIClient) -> None:
    """The record's file is gone: reads and changes alike are refused."""
    for path in (inhabited.folder).glob("slashdock.db*"):
        path.unlink()
    for line in ("ps", "stop -t 1 web"):
        outcome = inhabited.say(line)
        assert outcome.status is Status.FAILED
        assert "Nothing was done" in text.added(outcome.reply)
    assert api.inspect_container("web")["State"]["Running"]


def test_a_lost_answer_leaves_an_unknown_outcome_and_is_not_repeated(tmp_path: Path, fresh_world: str) -> None:
    """A stop that was sent and not answered may have happened: it is told as unknown, once."""
    proxy = Proxy(fresh_world, lose="/stop?")
    with proxy.serve(tmp_path) as host:
        bench = harness.bench(host, tmp_path / "data")
        outcome = bench.say("stop -t 1 worker")
        bench.close()
    assert (outcome.status, outcome.exit_code) == (Status.UNKNOWN, ExitCode.UNKNOWN)
    assert proxy.lost() == 1


@pytest.mark.parametrize(
    "line", ["ps -a", "ps -a -n 3", "images", "network ls", "volume ls", "ps -a --format '{{.Names}} {{.Mounts}}'"]
)
def test_a_list_is_one_request_however_many_objects_there_are(tmp_path: Path, fresh_world: str, line: str) -> None:
    """Once the version is known the engine is asked once."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as host:
        bench = harness.bench(host, tmp_path / "data")
        bench.say("ps")
        proxy.requests.clear()
        assert bench.say(line).status is Status.DONE
        bench.close()
    assert len(proxy.requests) == 1
