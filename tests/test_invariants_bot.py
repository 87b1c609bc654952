"""The invariants about Slack, and about a bot that is killed or whose engine hangs: the real process, real payloads."""

from __future__ import annotations

import html
import json
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bot_process import BotProcess, by_http, by_socket, started
from docker.api.client import APIClient
from engine import Engine
from eventually import eventually
from gate import Gate
from proxy import Proxy

from bot.blockrules import problems
from bot.workspace import Workspace
from bot.workspace.payloads import event, http_body, spoken
from bot.workspace.people import ADMIN, BOT_USER, GENERAL, OPERATOR, OPS, PRIVATE, STRANGER, TEAM, VIEWER
from bot.workspace.request_url import signature

OUTSIDERS: dict[str, dict[str, Any]] = {
    "U0GUEST001": {"is_restricted": True},
    "U0SINGLE01": {"is_ultra_restricted": True},
    "U0GONE0001": {"deleted": True},
    "U0ROBOT001": {"is_bot": True},
    "U0INVITED1": {"is_invited_user": True},
    "U0FOREIGN1": {"is_stranger": True},
}
POLICY = f"""version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["dev"] }}
otto = {{ slack = ["{OPERATOR}"], roles = ["sre"] }}
vera = {{ slack = ["{VIEWER}"], roles = ["look"] }}
outsiders = {{ slack = {json.dumps(list(OUTSIDERS))}, roles = ["dev"] }}
[channels]
allow = ["{OPS}", "{PRIVATE}"]
[limits]
reads = 1000
changes = 1000
burst = 1000
all_reads = 1000
all_changes = 1000
all_burst = 1000
[approvals.one]
from = ["sre"]
[break_glass]
roles = ["dev"]
review = ["sre"]
[[roles.dev.allow]]
verbs = ["see", "read", "act", "change", "enter"]
on = ["*"]
[[roles.sre.allow]]
verbs = ["see"]
on = ["*"]
[[roles.look.allow]]
verbs = ["see"]
on = ["*"]
"""
CONSENT = '[[require]]\nverbs = ["act", "change", "enter"]\napprove = "one"\n'


WATCH = ("/version", "/_ping")  # what the keeper asks an engine, whoever says what


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """A workspace with more people than usual."""
    served = Workspace()
    with served.serve():
        for user, flags in OUTSIDERS.items():
            served.add_user(user, user.lower(), **flags)
        members = (*served.channels[OPS].members, *OUTSIDERS)
        served.change_channel(OPS, members=frozenset(members))
        yield served


@dataclass(frozen=True)
class Record:
    """The record of a bot, as anybody can read it."""

    folder: Path

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What an SQL query finds."""
        db = sqlite3.connect(f"file:{self.folder / 'data' / 'slashdock.db'}?mode=ro", uri=True)
        rows = db.execute(query).fetchall()
        db.close()
        return rows

    def statuses(self) -> list[str]:
        """How each action stands, in order of number."""
        return [status for (status,) in self.ask("SELECT status FROM actions ORDER BY number")]

    def state(self) -> str:
        """How the only request for consent stands; empty where there is none."""
        return "".join(state for (state,) in self.ask("SELECT state FROM approvals"))

    def kept(self) -> bytes:
        """Every byte in every file of the data folder."""
        return b"".join(each.read_bytes() for each in (self.folder / "data").rglob("*") if each.is_file())


@contextmanager
def bot_on(
    engine: str,
    folder: Path,
    workspace: Workspace,
    rules: str = POLICY,
    way: Callable[[Workspace], dict[str, str]] = by_socket,
) -> Iterator[BotProcess]:
    """The real bot with these rules."""
    (folder / "policy.toml").write_text(rules)
    with started(BotProcess(folder, engine, way(workspace))) as running:
        yield running
    if workspace.request_url is not None:
        workspace.request_url.senders.shutdown()


def agree(workspace: Workspace, record: Record, number: int = 1) -> None:
    """The approver's word for a request, by its digest."""
    ((digest,),) = record.ask(f"SELECT digest FROM approvals WHERE number = {number}")
    workspace.slash(OPERATOR, OPS, f"approval approve {number} --digest {digest}").wait()


# 10 -------------------------------------------------------------------------------------------------------------------

RESTART = "restart -t 0 web"
NEVER, HELD, SHUT = 0, 1, 2  # seconds that a restart waits: its request passes, is not answered, or never arrives


@dataclass(frozen=True)
class Moment:
    """Where a restart stands when the bot is killed, what it is found to have ended as, whether it was done.

    look: at the look at what the name stands for; wait: at the request itself, see above; consent: others have to
    agree, and agreed: have done so.
    """

    ends: str
    done: bool
    look: bool = False
    wait: int = NEVER
    consent: bool = False
    agreed: bool = False


MOMENTS = {
    "received": Moment("failed", done=False, look=True),
    "intended": Moment("failed", done=False, wait=SHUT),
    "happened": Moment("done", done=True, wait=HELD),
    "ended": Moment("done", done=True),
    "asked": Moment("done", done=True, consent=True),
    "asked-agreed": Moment("done", done=True, look=True, consent=True, agreed=True),
    "asked-intended": Moment("failed", done=False, wait=SHUT, consent=True, agreed=True),
    "asked-happened": Moment("done", done=True, wait=HELD, consent=True, agreed=True),
}  # by the name of the container
ASKED = '[[require]]\nverbs = ["act"]\non = ["name:asked*"]\napprove = "one"\n'


def number(record: Record, name: str) -> int:
    """The number of the restart of this container."""
    ((found,),) = record.ask(f"SELECT number FROM actions WHERE line LIKE '%restart%' AND line LIKE '% {name}'")
    return int(found)


def status(record: Record, name: str) -> str:
    """How it stands."""
    return record.statuses()[number(record, name) - 1]


def state(record: Record, name: str) -> str:
    """How the request for consent stands; empty where there is none."""
    return "".join(each for (each,) in record.ask(f"SELECT state FROM approvals WHERE number = {number(record, name)}"))


def look(name: str) -> str:
    """The request by which it is known what the name stands for."""
    return f"/containers/{name}/json"


def reach(gate: Gate, workspace: Workspace, record: Record, since: Callable[[str], str]) -> None:
    """Ask for all of the restarts, and wait until each stands at its moment."""
    gate.shut = {look(name) for name, each in MOMENTS.items() if each.look and not each.consent} | {
        f"/restart?t={SHUT}"
    }
    before = {name: since(name) for name in MOMENTS}
    for name, each in MOMENTS.items():
        workspace.slash(ADMIN, OPS, f"restart -t {each.wait} {name}").wait()
    waiting = [name for name, each in MOMENTS.items() if each.consent]
    eventually(lambda: [state(record, name) for name in waiting] == ["pending"] * len(waiting))
    gate.shut |= {look(name) for name in waiting if MOMENTS[name].look}
    for name in waiting:
        if MOMENTS[name].agreed:
            agree(workspace, record, number(record, name))
    stopped = [each for each in MOMENTS.values() if each.look or each.wait == SHUT]
    eventually(lambda: len(gate.stopped) == len(stopped))
    held = [name for name, each in MOMENTS.items() if each.wait == HELD]
    eventually(lambda: all(since(name) != before[name] for name in (*held, "ended")))
    eventually(lambda: status(record, "ended") == "done")


def test_invariant_10_a_death_at_any_moment_leaves_truthful_ends(
    api: APIClient, fresh_world: str, workspace: Workspace, tmp_path: Path
) -> None:
    """Done, failed or unknown, told so; asked of the engine once at most: what may have been done is not repeated.

    One bot is killed while eight restarts stand at eight moments, from the receipt to the answer that Slack has not
    got, alone and with others' consent. What was agreed to and never begun is begun then, once.
    """
    for name in MOMENTS:
        api.start(api.create_container("busybox", ["sleep", "1000"], name=name)["Id"])
    ids = {name: api.inspect_container(name)["Id"] for name in MOMENTS}
    gate, record = Gate(fresh_world, f"/restart?t={HELD}"), Record(tmp_path)

    def since(name: str) -> str:
        return str(api.inspect_container(name)["State"]["StartedAt"])

    before = {name: since(name) for name in MOMENTS}
    with gate.serve(tmp_path) as address, bot_on(address, tmp_path, workspace, POLICY + ASKED) as bot:
        with workspace.hang("chat.postMessage"):
            reach(gate, workspace, record, since)
            bot.kill()
        gate.leave()
        bot.start()
        agree(workspace, record, number(record, "asked"))
        eventually(lambda: {name: status(record, name) for name in MOMENTS} == {n: e.ends for n, e in MOMENTS.items()})
        workspace.slash(ADMIN, OPS, "audit ls --format '{{.Number}}:{{.Status}}.'").wait()
        shown = workspace.wait_for_message(OPS, f"{number(record, 'received')}:failed.", viewer=ADMIN).plain()
    for name, each in MOMENTS.items():
        assert f"{number(record, name)}:{each.ends}." in shown
        asked = [request for request in gate.requests if f"/{ids[name]}/restart" in request]
        assert len(asked) == (each.done or each.wait == SHUT), name
        assert (since(name) != before[name]) == each.done, name
        assert state(record, name) == (each.ends if each.consent else ""), name
    assert record.ask("SELECT count(*) FROM unsettled") == [(0,)]


# 11 -------------------------------------------------------------------------------------------------------------------


def stamped(workspace: Workspace, seconds: float) -> int:
    """The status that a request gets which Slack signed so many seconds from now."""
    assert workspace.request_url is not None
    payload = {**workspace.slash(ADMIN, OPS, RESTART, team_id="T0FOREIGN1").wait().payload, "team_id": TEAM}
    body, kind = http_body("slash_commands", payload)
    stamp = str(int(workspace.state.clock() + seconds))
    signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(workspace.signing_secret, stamp, body)}
    return workspace.request_url.post(body, kind, **signed)[0]


def belated(workspace: Workspace) -> None:
    """A mention that Slack delivers five minutes late."""
    message = workspace.say(ADMIN, OPS, f"<@{BOT_USER}> {RESTART}")
    person = workspace.people[ADMIN]
    inner = spoken(message, person, "app_mention", "channel")
    workspace.deliver("events_api", event(inner, person, workspace.state.clock() - 300)).wait()


@pytest.mark.attack("S2")
def test_invariant_11_what_is_not_ours_and_what_is_not_fresh_is_not_read(
    fresh_world: str, workspace: Workspace, tmp_path: Path
) -> None:
    """Of another workspace, organisation or app, of long ago, of the future, unsigned: not even a receipt.

    Guests, bots, deactivated, foreign and unlisted people, in a shared channel and in one that is not listed: a receipt
    and a refusal, the same whatever they typed. An event that comes late: a receipt. What comes twice: one. None of it
    asks the engine for anything.
    """
    proxy, record = Proxy(fresh_world), Record(tmp_path)
    workspace.change_channel(PRIVATE, is_ext_shared=True)
    with proxy.serve(tmp_path) as address, bot_on(address, tmp_path, workspace, way=by_http):
        proxy.requests.clear()
        for foreign in ({"team_id": "T0FOREIGN1"}, {"enterprise_id": "E0FOREIGN1"}, {"api_app_id": "A0FOREIGN1"}):
            workspace.slash(ADMIN, OPS, RESTART, **foreign).wait()
        assert [stamped(workspace, seconds) for seconds in (-310, 70)] == [401, 401]
        assert record.statuses() == []
        asked = [*((user, OPS) for user in (*OUTSIDERS, STRANGER)), (ADMIN, GENERAL), (ADMIN, PRIVATE)]
        for user, channel in asked:
            for line in (RESTART, "no such --line"):
                given = workspace.slash(user, channel, line).wait()
                workspace.redeliver(given)
        eventually(lambda: record.statuses() == ["denied"] * 2 * len(asked))
        belated(workspace)
        eventually(lambda: record.statuses()[2 * len(asked) :] == ["failed"])
        errors = [error for (error,) in record.ask("SELECT error FROM actions ORDER BY number")]
    assert errors[0:-1:2] == errors[1:-1:2]
    asked_of_it = [each for each in proxy.requests if not each.endswith(WATCH)]
    assert asked_of_it == []


# 12 -------------------------------------------------------------------------------------------------------------------

VICTIM = "U0VICTIM01"
SHOUT = f"evil <!channel> <@{VICTIM}> <https://evil.example|x> *evil* _evil_ ~evil~ :evil:"
EVIL = f"{SHOUT} `evil` \u202egnp\u200b\u2066 \x1b[31mred\x1b]0;t"
TYPED = f"{html.escape(SHOUT, quote=False)} \u202egnp\u200b"  # as Slack sends what somebody types to the letter
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def strings(node: Any) -> Iterator[str]:
    """Every text in a payload."""
    if isinstance(node, str):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ():
        yield from strings(each)


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in a payload."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ():
        yield from nodes(each)


def harmless(payload: dict[str, Any]) -> None:
    """See that nothing in it means anything to Slack but what slashdock itself has put there."""
    for each in nodes(payload):
        kind = each.get("type")
        assert kind not in {"broadcast", "usergroup", "channel", "link", "emoji", "image"}, each
        assert kind != "user" or each["user_id"] in {ADMIN, OPERATOR}, each
        assert kind != "mrkdwn" or "evil" not in each["text"], each
        assert "evil" not in str(each.get("text")) or each.get("style") in (None, {"code": True}), each
    for text in strings(payload):
        assert not [char for char in text if unicodedata.category(char) in UNSEEN and char not in "\n\t"], text
    fallback = str(payload.get("text", ""))
    assert not re.search(rf"<(!(?!date\^)|http|#|@{VICTIM})", fallback), fallback
    assert problems(payload) == ()


def posted(workspace: Workspace) -> list[dict[str, Any]]:
    """Every message as it was sent and as it stands, and every dialog."""
    calls = [dict(call.args) for call in workspace.calls if call.args.get("blocks") or call.args.get("text")]
    stand = [
        message
        for channel in workspace.channels
        for message in workspace.messages(channel)
        if message.by_bot and message.blocks
    ]
    return [*calls, *({"text": each.text, "blocks": list(each.blocks)} for each in stand)]


@pytest.fixture
def evil(api: APIClient) -> APIClient:
    """An engine full of texts that would like to be more."""
    api.create_network(EVIL, labels={"tier": EVIL})
    config = {"environment": {"A": EVIL}, "labels": {"tier": EVIL, EVIL: "1"}}
    made = api.create_container("busybox", ["echo", "-e", EVIL], name="loud", **config)
    api.start(made["Id"])
    api.wait(made["Id"])
    api.create_volume("loud", labels={"tier": EVIL})
    return api


LOUD = [
    "logs loud", "logs loud --public", "inspect loud", "ps -a --no-trunc", "ps -a --format '{{.Labels}} {{.Command}}'",
    "network ls", "network ls --no-trunc --public", "volume ls --format json", "volume inspect loud",
    "events --until 1s", f"inspect '{TYPED}'", f"ps '--{TYPED}'", f"'{TYPED}'", f"logs '{TYPED}' loud",
    f"ps --filter 'name={TYPED}'",
    f"ps --format '{TYPED}'", "audit ls", "audit show 11",
]  # fmt: skip


@pytest.mark.attack("S15")
@pytest.mark.usefixtures("evil")
def test_invariant_12_no_text_from_outside_means_anything_to_slack(
    fresh_world: str, workspace: Workspace, tmp_path: Path
) -> None:
    """Names, labels, environments, logs, errors, lines and reasons; in answers, in requests for consent, in dialogs."""
    record = Record(tmp_path)
    with bot_on(fresh_world, tmp_path, workspace, POLICY + CONSENT):
        for line in LOUD:
            workspace.slash(ADMIN, OPS, line).wait()
        eventually(lambda: len(record.statuses()) == len(LOUD) and "received" not in record.statuses())
        for end in ("denied", "agreed", "broken"):
            workspace.slash(ADMIN, OPS, f"exec --reason '{TYPED}' web echo '{TYPED}' {end}").wait()
        eventually(lambda: len(record.statuses()) == len(LOUD) + 3 and "received" not in record.statuses())
        assert record.ask("SELECT count(*) FROM approvals WHERE state = 'pending'") == [(3,)]
        shown = [workspace.wait_for_message(OPS, f"number {each}", viewer=OPERATOR) for each in numbers(record)]
        workspace.click(OPERATOR, OPS, shown[0].ts, "Reject").wait()
        workspace.wait_for(lambda: workspace.view(OPERATOR))
        workspace.submit(OPERATOR, {"reason": EVIL}).wait()
        agree(workspace, record, numbers(record)[1])
        workspace.slash(ADMIN, OPS, f"approval break-glass {numbers(record)[2]} --reason '{TYPED}'").wait()
        eventually(lambda: {state for (state,) in record.ask("SELECT state FROM approvals")} == {"denied", "done"})
        for each in numbers(record):
            workspace.slash(OPERATOR, OPS, f"approval show {each}").wait()
        workspace.slash(OPERATOR, OPS, "approval ls -a --no-trunc").wait()
        eventually(lambda: not {"received", "running"} & set(record.statuses()))
        workspace.wait_for_message(OPS, "NEEDS", viewer=OPERATOR)
    messages = posted(workspace)
    assert len([each for each in messages if "evil" in json.dumps(each)]) > len(LOUD)
    for each in messages:
        harmless(each)


def numbers(record: Record) -> list[int]:
    """The numbers of the requests for consent."""
    return [number for (number,) in record.ask("SELECT number FROM approvals ORDER BY number")]


# 13 -------------------------------------------------------------------------------------------------------------------


def planted(where: str) -> str:
    """A secret that is found nowhere else."""
    return f"Zx9{where.title()}Qw7"


SECRETS = ("env", "argv", "log", "given", "held", "word", "why", "said", "no", "built")


def plant(api: APIClient) -> None:
    """A container that has secrets in its environment, its arguments and its log."""
    script = f"echo password={planted('log')}; exec sleep 1000"
    words = ["sh", "-c", script, "--password", planted("argv")]
    made = api.create_container("busybox", words, name="keeper", environment={"DB_PASSWORD": planted("env")})
    api.start(made["Id"])


TELLING = [
    "inspect keeper", "container inspect keeper", "ps -a --no-trunc", "top keeper", "logs keeper",
    "logs keeper --public", f"logs keeper --grep password={planted('log')}", "events --until 1s",
    f"inspect password={planted('said')}", f"exec keeper tool --password {planted('word')}",
    f"exec keeper sh -c 'mysql --password {planted('argv')} shop'",
]  # fmt: skip
WAITING = [
    f"run -d --name later -e API_TOKEN={planted('held')} busybox true",
    f"exec --reason 'the password is: {planted('why')}' keeper echo",
    f"exec -e TOOL_PASSWORD={planted('word')} keeper tool",
    f"exec -e MYSQL_PWD={planted('argv')} keeper mysql shop",
]


@pytest.mark.attack("S19")
@pytest.mark.attack("S25")
@pytest.mark.attack("S26")
def test_invariant_13_no_secret_is_shown_kept_or_logged(
    api: APIClient, fresh_world: str, workspace: Workspace, tmp_path: Path
) -> None:
    """While lines wait for consent and after they were done or refused: in no message, file of the record, or log."""
    record, count = Record(tmp_path), len(TELLING) + len(WAITING)
    plant(api)
    with bot_on(fresh_world, tmp_path, workspace, POLICY + CONSENT) as bot:
        given = [workspace.slash(ADMIN, OPS, line).wait() for line in (*TELLING, *WAITING)]
        eventually(lambda: len(record.statuses()) == count and not {"received", "running"} & set(record.statuses()))
        assert record.ask("SELECT count(*) FROM approvals WHERE state = 'pending'") == [(len(WAITING),)]
        kept = record.kept()
        shown = [workspace.wait_for_message(OPS, f"number {each}", viewer=OPERATOR) for each in numbers(record)]
        for number in numbers(record)[:2]:
            agree(workspace, record, number)
        workspace.click(OPERATOR, OPS, shown[2].ts, "Reject").wait()
        workspace.wait_for(lambda: workspace.view(OPERATOR))
        workspace.submit(OPERATOR, {"reason": f"the password is: {planted('no')}"}).wait()
        why = f"the token is: {planted('given')}"
        workspace.slash(ADMIN, OPS, f"approval break-glass {numbers(record)[3]} --reason '{why}'").wait()
        open_ones = "SELECT 1 FROM approvals WHERE state IN ('pending', 'approved', 'running')"
        eventually(lambda: not record.ask(open_ones))
        for number in numbers(record):
            workspace.slash(OPERATOR, OPS, f"approval show {number}").wait()
            workspace.slash(OPERATOR, OPS, f"audit show {number}").wait()
        eventually(lambda: not {"received", "running"} & set(record.statuses()))
        kept += record.kept()
    hidden = [planted(each) for each in SECRETS]
    hidden += [workspace.bot_token, workspace.app_token, *(str(each.response_url) for each in given)]
    told = json.dumps(posted(workspace), ensure_ascii=False) + "".join(
        str(each.content) for each in workspace.files.kept.values()
    )
    assert "DB_PASSWORD=••••" in told
    for each in hidden:
        assert each not in told, each
        assert each.encode() not in kept + record.kept(), each
        assert each not in "".join(bot.said), each


# 14 -------------------------------------------------------------------------------------------------------------------

LOG = 12_000_000  # bytes that a container prints
GROWTH = 160_000  # kB by which a bot may grow to answer with the end of it; ten times as long a log takes no more
ANSWER = 40_000  # characters of a message with all that is around its text; Slack refuses about 13,200 of blocks
FILE = 9 * 1024 * 1024  # bytes of the file that goes with it


@contextmanager
def stopped(engine: Engine) -> Iterator[None]:
    """The engine, frozen for as long as the block lasts."""
    engine.pause()
    try:
        yield
    finally:
        engine.resume()


def test_invariant_14_a_hung_engine_holds_up_no_word_that_needs_none(
    fresh_world: str, own_engine: Engine, workspace: Workspace, tmp_path: Path
) -> None:
    """While many lines wait for it each is acknowledged, a refusal is told and a vote is counted."""
    record = Record(tmp_path)
    with bot_on(fresh_world, tmp_path, workspace, POLICY + CONSENT.replace('"act"', '"stop"')):
        workspace.slash(ADMIN, OPS, "stop -t 0 web").wait()
        message = workspace.wait_for_message(OPS, "asks on local for docker container stop")
        with stopped(own_engine):
            for line in ("ps", "logs web", "inspect web") * 10:
                workspace.slash(ADMIN, OPS, line).wait()
            workspace.slash(VIEWER, OPS, "stop web").wait()
            workspace.wait_for_message(OPS, "None of your roles (look) allows", viewer=VIEWER)
            workspace.click(OPERATOR, OPS, message.ts, "Approve container stop web").wait()
            workspace.wait_for_message(OPS, "That is enough", viewer=OPERATOR)
            assert record.state() == "approved"
        eventually(lambda: record.state() in {"done", "failed", "unknown"})


def peak(bot: BotProcess) -> int:
    """The most memory that the process ever had, in kB."""
    assert bot.process is not None
    told = Path(f"/proc/{bot.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in told.splitlines() if line.startswith("VmHWM")))


@pytest.mark.attack("S17")
def test_invariant_14_an_answer_is_bounded_however_much_there_is(
    api: APIClient, fresh_world: str, workspace: Workspace, tmp_path: Path
) -> None:
    """One message that Slack takes, one file, and little memory for them, of a log and of a program's output."""
    flood = f"yes 'evil 0123456789 0123456789' | head -c {LOG}"
    made = api.create_container("busybox", ["sh", "-c", flood], name="flood")
    api.start(made["Id"])
    api.wait(made["Id"])
    with bot_on(fresh_world, tmp_path, workspace) as bot:
        workspace.slash(ADMIN, OPS, "ps").wait()
        workspace.wait_for_message(OPS, "CONTAINER ID", viewer=ADMIN)
        before = peak(bot)
        for line in ("logs flood --public", f'exec web sh -c "{flood.replace(chr(39), "")}"'):
            workspace.slash(ADMIN, OPS, line).wait()
        record = Record(tmp_path)
        eventually(lambda: record.statuses() == ["done"] * 3)
        eventually(lambda: len([each for each in workspace.files.kept.values() if each.channels]) == 2)
        assert peak(bot) - before < GROWTH
    assert all(len(each.content or b"") < FILE for each in workspace.files.kept.values())
    assert all(len(json.dumps(each)) < ANSWER for each in posted(workspace))
