"""Files that people attach to a line or name in one, from the message to the container."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from canned import Joined
from docker.api.client import APIClient
from eventually import LIMIT
from harness import ROOT, Bench, bench
from offices import told
from test_archives import entry, packed

from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request, Status
from bot.slack import Connection
from bot.slack.uploads import SlackUploads
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPERATOR, OPS
from commands import catalog
from commands.live import ENDLESS

MB = 1024 * 1024


@pytest.fixture
def spoken(fresh_world: str, tmp_path: Path, connection: Connection) -> Iterator[Bench]:
    """A pipeline whose lines may name files of the workspace."""
    policy = Policy.parse(ROOT.replace("U0ADMIN001", ADMIN), "p", tuple(verb.spec for verb in catalog.load()))
    made = bench(fresh_world, tmp_path / "data", policy)
    uploads = replace(made.pipeline, uploads=lambda request: SlackUploads(connection, request))
    yield replace(made, pipeline=uploads)
    made.close()


@pytest.fixture
def chat(by_socket: Joined, spoken: Bench) -> Joined:
    """The same, spoken to in the workspace."""
    by_socket.desk.answers = spoken.pipeline.submit
    return by_socket


def _content(api: APIClient, container: str, path: str) -> bytes:
    chunks, _ = api.get_archive(container, path)
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        opened = archive.extractfile(archive.next() or "")
        return opened.read() if opened else b""


def _said(chat: Joined, words: str, channel: str = OPS) -> None:
    chat.workspace.wait_for(lambda: [each for each in chat.workspace.messages(channel) if words in each.plain()])


def _say(spoken: Bench, line: str, channel: str = OPS) -> Outcome:
    return spoken.pipeline.submit(Request(line, Actor(ADMIN), Origin.MENTION, channel=channel))


def test_an_attached_file_comes_into_a_container(chat: Joined, api: APIClient) -> None:
    """By a mention or in direct messages, several in their order, by its id where it is named later."""
    chat.workspace.mention(ADMIN, OPS, "cp attached web:/a.conf", files={"nginx.conf": b"listen 80;\n"})
    _said(chat, "Successfully copied")
    assert _content(api, "web", "/a.conf") == b"listen 80;\n"
    (message,) = [each for each in chat.workspace.messages(OPS) if each.files]
    assert chat.desk.taken[0].line == f"cp {message.files[0]['id']} web:/a.conf"
    chat.workspace.direct(ADMIN, "cp attached web:/etc/", files={"b": b"2", "c": b"3"})
    _said(chat, "Successfully copied 1B to web:/etc/", chat.workspace.state.direct(ADMIN).id)
    assert _content(api, "web", "/etc/b") == b"2"


def test_a_file_that_is_shared_here_is_named_by_its_id_or_link(
    spoken: Bench, workspace: Workspace, api: APIClient
) -> None:
    """Whoever gave it; one's own, wherever it is."""
    file = workspace.say(OPERATOR, OPS, "look", files={"x.txt": b"x"}).files[0]
    for named in (file["id"], f"https://team.slack.com/files/{OPERATOR}/{file['id']}/x.txt"):
        assert _say(spoken, f"cp {named} web:/x").status is Status.DONE
        assert _content(api, "web", "/x") == b"x"
    own = workspace.say(ADMIN, workspace.state.direct(ADMIN).id, "mine", files={"y": b"y"}).files[0]
    assert _say(spoken, f"cp {own['id']} web:/y").status is Status.DONE


@pytest.mark.attack("S32")
def test_what_the_asker_may_not_read_is_not_fetched(spoken: Bench, workspace: Workspace) -> None:
    """What others gave elsewhere, what lies outside of Slack, and what is not there are all the same."""
    elsewhere = workspace.say(OPERATOR, workspace.state.direct(OPERATOR).id, "mine", files={"x": b"x"}).files[0]
    for line in (f"cp {elsewhere['id']} web:/x", "cp F0NOTHERE00 web:/x"):
        done = _say(spoken, line)
        assert (done.status, "Slack has no file" in told(done)) == (Status.FAILED, True), told(done)
        done = _say(spoken, line, channel="")
        assert (done.status, "Slack has no file" in told(done)) == (Status.FAILED, True), told(done)
    done = spoken.say("cp attached web:/x")
    assert "Nothing is attached to this line" in told(done)
    assert "Could not find" in told(spoken.say("cp web:/x -"))


def test_nothing_is_asked_for_with_the_token_but_slack(connection: Connection) -> None:
    """Neither elsewhere nor without TLS, however like Slack it looks."""
    assert connection.keeps("https://files.slack.com/files-pri/T1-F1/x")
    assert connection.keeps(f"{connection.access.api_url.removesuffix('/api/')}/files-pri/F1/x")
    for url in (
        "http://files.slack.com/x",
        "https://files.slack.com.evil.example/x",
        "https://evil.example/files.slack.com",
        "https://files.slack.com@evil.example/x",
        "https://hooks.slack.com/x",
        "file:///etc/passwd",
        "",
        "https://[",
    ):
        assert not connection.keeps(url), url


def test_a_file_that_is_too_large_is_refused_before_it_comes(spoken: Bench, workspace: Workspace) -> None:
    """By what Slack says of it; nothing of it is left."""
    spoken.store.files.largest = MB
    file = workspace.say(ADMIN, OPS, "large", files={"x": b"x" * 2 * MB}).files[0]
    workspace.files.kept[file["id"]].content = b""
    done = _say(spoken, f"cp {file['id']} web:/x")
    assert (done.status, "a file may have 1.05MB here" in told(done)) == (Status.FAILED, True), told(done)
    assert not list((spoken.folder / "files").iterdir())


def test_a_file_that_does_not_come_whole_is_not_taken(spoken: Bench, workspace: Workspace) -> None:
    """What Slack said of its size holds."""
    for content in (b"x", b"x" * 9):
        file = workspace.say(ADMIN, OPS, "x", files={"x": b"x" * 5}).files[0]
        workspace.files.kept[file["id"]].content = content
        assert "did not give the whole file" in told(_say(spoken, f"cp {file['id']} web:/x"))


def test_an_archive_is_unpacked_where_nothing_leads_out(spoken: Bench, workspace: Workspace, api: APIClient) -> None:
    """As it is, or packed; else nothing of it is sent."""
    good = packed((entry("site/a"), b"a"), (entry("site/b"), b"b"))
    for content in (good, gzip.compress(good)):
        file = workspace.say(ADMIN, OPS, "x", files={"x.tar": content}).files[0]
        assert _say(spoken, f"cp --unpack {file['id']} web:/etc").status is Status.DONE
        assert _content(api, "web", "/etc/site/b") == b"b"
    for bad, words in (
        (packed((entry("ok"), b"a"), entry("../out")), "leads above"),
        (packed((entry("ok"), b"a"), entry("l", tarfile.SYMTYPE, "/etc")), "leads out"),
        (b"no archive", "no tar archive"),
    ):
        file = workspace.say(ADMIN, OPS, "x", files={"x.tar": bad}).files[0]
        done = _say(spoken, f"cp --unpack {file['id']} web:/etc")
        assert (done.status, words in told(done)) == (Status.FAILED, True), told(done)
    assert "Could not find" in told(spoken.say("cp web:/etc/ok -"))
    assert "must be a directory" in told(_say(spoken, f"cp --unpack {file['id']} web:/nothere"))


@pytest.mark.parametrize("line", ["cp FILE web:/x", "load -i FILE", "import FILE new:1", "build -t new:1 FILE"])
def test_a_file_that_comes_slowly_is_cancelled(spoken: Bench, workspace: Workspace, api: APIClient, line: str) -> None:
    """Slack is hung up on, whatever it sends, and nothing of it is left."""
    file = workspace.say(ADMIN, OPS, "large", files={"x": b"x" * MB}).files[0]["id"]
    images = {each["Id"] for each in api.images(all=True)}
    with ThreadPoolExecutor(1) as pool, workspace.hang("download") as begun:
        saying = pool.submit(_say, spoken, line.replace("FILE", file))
        assert begun.wait(LIMIT)
        (work,) = spoken.pipeline.streams.listed()
        _say(spoken, f"stream stop {work.number}")
        done = saying.result(LIMIT)
    assert (done.status, done.number) == (Status.CANCELLED, work.number), told(done)
    assert re.fullmatch(r"Cancelled: \S+ stopped it\. Nothing of it was kept\.", done.reply.error or "")
    assert not list((spoken.folder / "files").iterdir())
    assert {each["Id"] for each in api.images(all=True)} == images
    assert "Could not find" in told(spoken.say("cp web:/x -"))


def test_what_others_have_to_agree_to_is_cancelled_while_it_is_looked_at(spoken: Bench, workspace: Workspace) -> None:
    """Nobody is asked about it."""
    rules = ROOT.replace("U0ADMIN001", ADMIN) + '[[require]]\nverbs = ["enter"]\napprove = "second"\n'
    policy = Policy.parse(rules, "p", tuple(verb.spec for verb in catalog.load()))
    held = replace(spoken, pipeline=replace(spoken.pipeline, policy=policy))
    file = workspace.say(ADMIN, OPS, "large", files={"x": b"x" * MB}).files[0]["id"]
    with ThreadPoolExecutor(1) as pool, workspace.hang("download") as begun:
        saying = pool.submit(_say, held, f"cp {file} web:/x")
        assert begun.wait(LIMIT)
        _say(held, f"stream stop {held.pipeline.streams.listed()[0].number}")
        done = saying.result(LIMIT)
    assert (done.status, held.store.approvals.get(done.number or 0)) == (Status.CANCELLED, None), told(done)
    (action,) = held.store.actions.listed({"verb": ("container cp",)}, 1)
    assert action["status"] == "cancelled"


def test_a_file_that_comes_is_one_work_and_what_is_made_of_it_the_next(
    spoken: Bench, workspace: Workspace, api: APIClient
) -> None:
    """Under one number, each with its button while it lasts."""
    file = workspace.say(ADMIN, OPS, "look", files={"x": b"x"}).files[0]["id"]
    asked = Request(f"cp {file} web:/x", Actor(ADMIN), Origin.MENTION, channel=OPS)
    shown: list[tuple[str, list[str]]] = []
    done = spoken.pipeline.submit(asked, lambda view: shown.append((view.text, [each.line for each in view.buttons])))
    stop = [f"stream stop {done.number}"]
    assert shown[:2] == [(f"{file} from Slack: begins.", stop), (f"{file}: begins.", stop)]
    assert (done.status, spoken.pipeline.streams.listed()) == (Status.DONE, [])
    assert _content(api, "web", "/x") == b"x"


def test_it_is_told_how_much_has_come(connection: Connection, spoken: Bench, workspace: Workspace) -> None:
    """Piece by piece, of how much that is."""
    file = workspace.say(ADMIN, OPS, "large", files={"x": b"x" * MB}).files[0]
    asked = Request("cp x y:/", Actor(ADMIN), Origin.MENTION, channel=OPS)
    heard: list[tuple[int, int]] = []
    with spoken.store.files.draft() as draft:
        SlackUploads(connection, asked).fetch(
            file["id"], draft, lambda done, whole: heard.append((done, whole)), ENDLESS
        )
    assert heard[-1] == (MB, MB)
    assert len(heard) > 2
