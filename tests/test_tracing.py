"""Where a line's time goes is told step by step, of every line to its end, and only while somebody listens."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from eventually import eventually
from harness import ADMIN, PEER, PROJECT, ROOT, STRANGER, VIEWER, Bench
from harness import bench as bench_of

from bench.profile import read
from bot import trace_sinks, tracing
from bot.clock import Clock
from bot.desk import Desk
from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request
from bot.settings import Mode
from bot.slack import Access, Connection, SlackSide
from bot.slack.letter import MessageLetter
from bot.slack.message import Message
from bot.slack.outbox import Outbox
from bot.slack.post import Way
from bot.slack.said import Refused
from bot.steps import Trace
from bot.workers import Pool
from bot.workspace import Workspace
from bot.workspace.people import OPS
from commands import catalog

WAY = ["receipt", "wait", "judge", "plan", "intent", "run", "mask", "outcome"]
TOLD = ["render", "queue", "send"]
SECRET = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


@pytest.fixture
def traces() -> Iterator[list[Trace]]:
    """Every trace that ends during the test."""
    heard: list[Trace] = []
    undo = tracing.listen(heard.append)
    yield heard
    undo()


@pytest.fixture
def desk(inhabited: Bench) -> Iterator[Desk]:
    """The desk of a pipeline on an engine with the world on it."""
    made = Desk(inhabited.pipeline, inhabited.store)
    yield made
    made.close()


@pytest.fixture
def joined(workspace: Workspace, desk: Desk) -> Iterator[Workspace]:
    """The workspace, with Slack's side of the bot in it."""
    access = Access(Mode.SOCKET, workspace.bot_token, workspace.app_token, api_url=workspace.api_url)
    side = SlackSide(Connection(access), desk, Clock())
    side.start()
    yield workspace
    side.stop()


def names(trace: Trace, inside: str | None = None) -> list[str]:
    """The steps of which the whole, or this step, consists."""
    step = next((each for each in trace.steps if each.name == inside), None)
    assert inside is None or step is not None, trace
    return [each.name for each in trace.within(step)]


def take(desk: Desk, line: str, person: str = ADMIN) -> None:
    """One line as from Slack; nobody is told what comes of it."""
    answered = threading.Event()

    def answer(_outcome: Outcome) -> None:
        answered.set()

    if desk.take(Request(line, Actor(person), Origin.SLASH), answer) is None:
        assert answered.wait(30)


def only(traces: list[Trace]) -> Trace:
    """The one that there is, once there is one."""
    eventually(lambda: traces)
    (trace,) = traces
    return trace


def assert_whole(trace: Trace) -> None:
    """Its steps lie within it and each in its own; those that follow one another are together not longer than it."""
    for each in trace.steps:
        around = each.inside or trace
        assert around.start <= each.start <= each.end <= around.end
    steps = trace.within(None)
    assert all(first.end <= second.start for first, second in pairwise(steps))
    assert sum(each.end - each.start for each in steps) <= trace.end - trace.start


def test_a_line_is_told_step_by_step(desk: Desk, traces: list[Trace]) -> None:
    """In the order of the pipeline, with the requests to the engine inside of the steps that make them."""
    take(desk, "ps -a")
    trace = only(traces)
    assert_whole(trace)
    assert names(trace) == WAY
    assert names(trace, "run")[-1] == "GET /containers/json"
    assert (trace.line, dict(trace.facts)) == (
        "ps -a",
        {"number": "1", "verb": "container ls", "host": "local", "status": "done"},
    )


def test_from_slack_it_goes_on_until_slack_has_the_answer(joined: Workspace, traces: list[Trace]) -> None:
    """Rendered, queued and sent, with the call of the Web API inside."""
    joined.slash(ADMIN, OPS, "ps -a").wait()
    trace = only(traces)
    assert_whole(trace)
    assert names(trace) == [*WAY, *TOLD]
    assert names(trace, "send") == ["response_url"]


def test_of_a_request_to_the_engine_there_is_method_and_path_alone(desk: Desk, traces: list[Trace]) -> None:
    """Its ids are short; neither its query nor its body is told."""
    take(desk, "stop -t 1 worker")
    (asked,) = [each for each in names(only(traces), "run") if each.startswith("POST")]
    assert re.fullmatch(r"POST /containers/[0-9a-f]{12}/stop", asked)


def test_what_is_asked_beside_belongs_to_it(desk: Desk, traces: list[Trace]) -> None:
    """The figures of two containers are asked for in two threads of another pool."""
    take(desk, "stats --no-stream web worker")
    asked = [each for each in names(only(traces), "run") if each.endswith("/stats")]
    assert len(set(asked)) == 2


def test_nothing_is_kept_while_nobody_listens(desk: Desk) -> None:
    """All steps are one and the same block then, and a job stays as it is."""
    assert tracing.trace() is tracing.step("a") is tracing.asked("GET", "http://engine/a")
    with pytest.raises(ZeroDivisionError), tracing.trace(), tracing.step("a"):
        raise ZeroDivisionError
    with tracing.trace(), tracing.step("a"):
        tracing.facts("ps")
        assert tracing.carried(desk.close) == desk.close
    take(desk, "ps")
    heard: list[Trace] = []
    tracing.listen(heard.append)()
    take(desk, "ps")
    assert heard == []


@pytest.mark.parametrize("line", [f"run -e TOKEN={SECRET} busybox true", f"inspect {SECRET}", f"rm --token {SECRET}"])
def test_no_secret_is_in_it(desk: Desk, traces: list[Trace], line: str) -> None:
    """Neither in its line nor in the path of a request."""
    take(desk, line)
    trace = only(traces)
    assert trace.line
    assert SECRET not in repr(trace)
    assert SECRET not in trace_sinks.told(trace)


@pytest.mark.parametrize(
    ("line", "person", "status"),
    [
        ("rm web", VIEWER, "denied"),
        ("ps", STRANGER, "denied"),
        ("ps --no", ADMIN, "usage"),
        ("container prune", ADMIN, "held"),
    ],
)
def test_what_is_not_done_ends_it_too(desk: Desk, traces: list[Trace], line: str, person: str, status: str) -> None:
    """A refusal, a mistake and a question are an outcome."""
    take(desk, line, person)
    trace = only(traces)
    assert_whole(trace)
    assert (names(trace)[-1], trace.facts["status"]) == ("outcome", status)
    assert names(trace, "outcome") == ["mask"]


def test_what_waits_for_others_ends_it_and_begins_another_when_it_is_done(
    fresh_world: str, tmp_path: Path, traces: list[Trace]
) -> None:
    """Both under its number."""
    policy = Policy.parse(ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    bench = bench_of(fresh_world, tmp_path / "data", policy)
    desk = Desk(bench.pipeline, bench.store)
    take(desk, "create --privileged busybox true")
    trace = only(traces)
    assert (names(trace)[-1], trace.facts["status"]) == ("hold", "held")
    held = bench.store.approvals.get(1) or pytest.fail("it does not wait")
    take(desk, f"approval approve 1 --digest {held.digest}", PEER)
    eventually(lambda: len(traces) == 2)
    assert desk.resume(bench.store.approvals.get(1) or held, lambda _outcome: None)
    eventually(lambda: len(traces) == 3)
    assert names(traces[2]) == ["wait", *WAY[2:]]
    assert (traces[2].facts["number"], traces[2].facts["status"]) == ("1", "done")
    assert_whole(traces[2])
    desk.close()
    bench.close()


def test_an_answer_that_slack_does_not_take_at_once_is_sent_more_than_once(
    joined: Workspace, traces: list[Trace]
) -> None:
    """Each time is a step, and so is the time between them."""
    joined.rate_limit("chat.postEphemeral")
    joined.mention(ADMIN, OPS, "ps -a").wait()
    trace = only(traces)
    assert_whole(trace)
    assert names(trace) == [*WAY, *TOLD, *TOLD[1:]]
    assert names(trace, "send") == ["chat.postEphemeral"]


def _refuse(_payload: object) -> None:
    raise Refused("channel_not_found")


def _break(_payload: object) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(("ways", "sent"), [([], 1), ([_refuse], 2), ([_refuse, _refuse], 3), ([_break], 1)])
def test_an_answer_that_reaches_nobody_ends_it(traces: list[Trace], ways: list[Way], sent: int) -> None:
    """Slack refuses each way, or something is wrong inside slashdock."""
    outbox = Outbox()
    outbox.start()
    with tracing.trace("a line"):
        assert outbox.put("lane", MessageLetter(Message("an answer"), iter(ways)))
    trace = only(traces)
    outbox.close()
    assert names(trace) == TOLD[1:] * sent
    assert_whole(trace)


def test_an_answer_that_finds_no_room_ends_it(traces: list[Trace]) -> None:
    """It is not even queued."""
    outbox = Outbox()
    outbox.close()
    with tracing.trace("a line"):
        assert not outbox.put("lane", MessageLetter(Message("an answer"), iter(())))
    assert names(only(traces)) == []


def test_a_job_that_raises_ends_it(traces: list[Trace]) -> None:
    """Whatever becomes of what was carried elsewhere."""

    def job() -> None:
        with tracing.step("broken"):
            raise ZeroDivisionError

    with tracing.trace("a line"):
        carried = tracing.carried(job, "wait")
        part = tracing.Part()
    pool = Pool("a pool")
    assert pool.put(carried)
    pool.close(time.monotonic() + 30)
    assert traces == []
    with suppress(ZeroDivisionError):
        part.run(job)
    part.end()
    (trace,) = traces
    assert names(trace) == ["wait", "broken", "broken"]
    assert_whole(trace)


def test_who_listens_and_fails_breaks_nothing(traces: list[Trace], caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and the others hear of the trace."""
    undo = tracing.listen(lambda trace: [][len(trace.line)])
    with tracing.trace("a line"):
        pass
    undo()
    assert len(traces) == 1
    assert "a trace could not be told" in caplog.text


def test_a_line_that_lives_on_keeps_so_many_steps_and_no_more(traces: list[Trace]) -> None:
    """How many there were besides is told."""
    with tracing.trace("a line"):
        for _ in range(tracing.MOST + 3):
            with tracing.step("a"):
                pass
    (trace,) = traces
    assert (len(trace.steps), trace.more) == (tracing.MOST, 3)
    assert trace_sinks.told(trace).endswith(", 3 more steps")


def test_a_line_of_several_lines_is_one_of_the_log(traces: list[Trace]) -> None:
    """Nobody writes a line of their own into the log."""
    with tracing.trace("ps\ntrace 1 rm\x1b[2K"):
        pass
    assert re.fullmatch(r"trace - ps trace 1 rm \[2K: [0-9.]+ ms: ", trace_sinks.told(traces[0]))


def test_a_bot_that_is_told_so_logs_where_the_time_goes(workspace: Workspace, fresh_world: str, tmp_path: Path) -> None:
    """A line each, from Slack and at a terminal; without the setting there is none."""
    settings = by_socket(workspace)
    with started(BotProcess(tmp_path, fresh_world, settings | {"SLASHDOCK_TRACE": "1"})) as bot:
        workspace.slash(ADMIN, OPS, "ps -a").wait()
        said = eventually(lambda: [each for each in bot.said if each.startswith("trace ")])
        assert re.fullmatch(rf"trace 1 ps -a: [0-9.]+ ms: {_steps(*WAY, *TOLD)}", said[0]), said
        typed = bot.run("exec", "--as", "ada", "ps -a")
        assert re.search(rf"^trace 2 ps -a: [0-9.]+ ms: {_steps(*WAY[:1], *WAY[2:])}$", typed.stderr, re.MULTILINE)
    quiet = BotProcess(tmp_path, fresh_world, settings)
    assert "trace" not in quiet.run("exec", "--as", "ada", "ps -a").stderr


def test_what_the_log_says_is_what_the_profile_reads(desk: Desk, traces: list[Trace]) -> None:
    """Every step with those that it is inside of; ids are all alike there."""
    take(desk, "stats --no-stream web worker")
    trace = only(traces)
    told = list(read(trace_sinks.told(trace).partition(" ms: ")[2]))
    assert [way for way, _ in told if len(way) == 1] == [(name,) for name in WAY]
    assert [way for way, _ in told].count(("run", "GET /containers/ID/stats")) == 2
    assert len(told) == len(trace.steps)


def test_the_page_names_every_step() -> None:
    """Whatever part of the bot tells of it."""
    source = "".join(path.read_text() for path in (PROJECT / "bot").rglob("*.py"))
    steps = re.findall(r"""(?:timed|step|Part)\("(\w+)"\)|waits="(\w+)""" + '"', source)
    named = {one or other for one, other in steps}
    assert named == {*WAY, *TOLD, "hold"}
    page = (PROJECT / "docs" / "tracing.md").read_text()
    assert all(f"\n| `{name}` |" in page for name in named)


def _steps(*told: str) -> str:
    """What the log says of these steps, whatever they consist of and however long they take."""
    return ", ".join(rf"{each} [0-9.]+(?: \(.+?\))?" for each in told)


def test_opentelemetry_has_them_as_spans_with_their_times(desk: Desk, traces: list[Trace]) -> None:
    """One for the line, and inside of it one for each step, where its SDK is installed."""
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter").InMemorySpanExporter()
    provider = sdk.TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(export.SimpleSpanProcessor(memory))
    undo = tracing.listen(trace_sinks.spans_of(provider.get_tracer("test")))
    take(desk, "ps -a")
    trace = only(traces)
    spans = eventually(lambda: memory.get_finished_spans()[len(trace.steps) :] and memory.get_finished_spans())
    undo()
    (root,) = [each for each in spans if each.parent is None]
    assert (root.name, root.start_time, root.end_time) == ("container ls", trace.start, trace.end)
    assert root.attributes["slashdock.status"] == "done"
    by_id = {each.context.span_id: each for each in spans}
    told = {
        (each.name, by_id[each.parent.span_id].name, each.start_time, each.end_time) for each in spans if each.parent
    }
    around = {each: each.inside.name if each.inside else "container ls" for each in trace.steps}
    assert told == {(each.name, around[each], each.start, each.end) for each in trace.steps}
