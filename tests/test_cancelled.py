"""A work that is cancelled: the engine stops it, too, and the answer says what is known."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from bot_process import POLICY, BotProcess, by_socket, started
from dam import Dam
from docker.api.client import APIClient
from engine import Engine
from eventually import eventually, running
from harness import ADMIN as SAMPLE_ADMIN
from harness import Bench
from painted import painted

from bot import text
from bot.request import Actor, Origin, Request, Status
from bot.streams import WORKS, Streams
from bot.workspace import Message, Workspace
from bot.workspace.people import ADMIN, OPS
from commands import prunes
from commands.live import View
from commands.prunes import Going

SLOW = "sleep 98765.25"
REGISTRY = "127.0.0.1:5009"
MOST = 1_000_000  # bytes that go through a dam


@pytest.fixture
def bot(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot, joined to the workspace."""
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))) as made:
        yield made


def _cancel(workspace: Workspace) -> Message:
    """Press it once it is there."""

    def cancellable() -> Message | None:
        found = [each for each in workspace.messages(OPS, ADMIN) if "Cancel" in each.plain()]
        return found[-1] if found else None

    shown = eventually(cancellable)
    workspace.click(ADMIN, OPS, shown.ts, "Cancel")
    return eventually(lambda: painted(workspace, OPS, "Cancelled: "))


def test_a_build_is_cancelled_and_its_step_ends(
    workspace: Workspace, fresh_world: str, tmp_path: Path, api: APIClient
) -> None:
    """No process of it is left, and no container."""
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM busybox:latest\nRUN {SLOW}\n")
    settings = by_socket(workspace) | {"SLASHDOCK_FILES": str(tmp_path)}
    with started(BotProcess(tmp_path, fresh_world, settings)):
        workspace.slash(ADMIN, OPS, f"build -t slow {folder}")
        eventually(lambda: running(SLOW))
        told = _cancel(workspace)
        eventually(lambda: not running(SLOW))
        workspace.slash(ADMIN, OPS, "audit ls --public --format '{{.Verb}} {{.Status}}'")
        assert eventually(lambda: painted(workspace, OPS, "image build cancelled"))
    assert "Nothing was tagged" in told.plain()
    assert not api.images("slow")


@pytest.fixture
def heard(own_engine: Engine) -> Iterator[Callable[[], str]]:
    """What the slow registry beside the engine tells next."""
    command = ["nsenter", f"--net=/proc/{own_engine.pid}/ns/net", sys.executable]
    script = str(Path(__file__).parent / "slow_registry.py")
    with subprocess.Popen([*command, script, "5009"], stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        assert served.stdout.readline() == "ready\n"
        yield served.stdout.readline
        served.terminate()


@pytest.mark.usefixtures("bot")
def test_a_pull_is_cancelled_and_the_registry_hears_no_more(
    workspace: Workspace, heard: Callable[[], str], api: APIClient
) -> None:
    """Of a registry that never sends the end of a layer: the engine hangs up there, and has no image.

    No pause holds it back.
    """
    workspace.slash(ADMIN, OPS, f"pull {REGISTRY}/slow:1")
    assert heard() == "begun\n"
    workspace.slash(ADMIN, OPS, "stream pause 1 --public")
    assert eventually(lambda: painted(workspace, OPS, "cannot be paused. `stream stop 1` cancels it."))
    told = _cancel(workspace)
    assert heard() == "gone\n"
    assert "slow:1 was not pulled" in told.plain()
    assert not api.images(f"{REGISTRY}/slow")


@pytest.mark.usefixtures("bot")
def test_a_pull_is_cancelled_before_its_registry_says_anything(workspace: Workspace, heard: Callable[[], str]) -> None:
    """The engine, which waits for that, has said nothing either, and may go on waiting."""
    workspace.slash(ADMIN, OPS, f"pull {REGISTRY}/silent/app:1")
    assert heard() == "begun\n"
    assert "silent/app:1 may come all the same" in _cancel(workspace).plain()


@pytest.mark.usefixtures("bot")
def test_a_push_is_cancelled(workspace: Workspace, heard: Callable[[], str], api: APIClient) -> None:
    """Of a layer that the registry never says it has."""
    name = f"{REGISTRY}/pushed"
    api.tag("busybox:latest", name, "1")
    workspace.slash(ADMIN, OPS, f"push {name}:1")
    assert heard() == "begun\n"
    assert f"{name}:1 was not pushed" in _cancel(workspace).plain()
    api.remove_image(f"{name}:1")


@pytest.mark.parametrize(
    "line",
    [
        "run -d --pull always --name made {}:here sleep 1000",
        "run -d --name made {}:gone sleep 1000",
        "create --pull always --name made {}:here",
        "build --pull -t made:1 CONTEXT",
        "run -it --public --name made {}:gone sh",
    ],
)
def test_what_was_to_be_made_of_an_image_whose_pull_is_cancelled_is_not_made(  # noqa: PLR0913, PLR0917 - fixtures
    workspace: Workspace, fresh_world: str, tmp_path: Path, heard: Callable[[], str], api: APIClient, line: str
) -> None:
    """Of none that was there before, either; the line is recorded as cancelled."""
    folder, image = tmp_path / "context", f"{REGISTRY}/slow"
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {image}:here\n")
    (tmp_path / "policy.toml").write_text(POLICY.replace('"act", "change"]', '"act", "change", "enter"]'))
    api.tag("busybox:latest", image, "here")
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace) | {"SLASHDOCK_FILES": str(tmp_path)})):
        workspace.slash(ADMIN, OPS, line.format(image).replace("CONTEXT", str(folder)))
        assert heard() == "begun\n"
        assert "was not pulled" in _cancel(workspace).plain()
        assert heard() == "gone\n"
        workspace.slash(ADMIN, OPS, "audit ls --public --format '{{.Verb}} {{.Status}}'")
        assert eventually(lambda: painted(workspace, OPS, " cancelled"))
    assert not api.containers(all=True, filters={"name": "made"})
    assert not api.images("made")
    api.remove_image(f"{image}:here")


def test_a_prune_is_cancelled_between_two_objects() -> None:
    """What is gone by then is told, and how much was not tried."""
    gone: list[str] = []
    with Streams().open(1, "U1", "ada", "local", "volume prune -f", terms=WORKS) as stream:

        def going(name: str) -> Going:
            def remove() -> None:
                gone.append(name)
                stream.end("ada stopped it.")

            return Going(prunes.found("volume", name, name, {}), (name,), name, 0, lambda: "", remove)

        ctx = SimpleNamespace(work=lambda: nullcontext(stream), progress=lambda _text: None)
        ended = prunes.remove(ctx, [going("a"), going("b"), going("c")], "docker volume ls")  # type: ignore[arg-type]
    reply = ended.reply("Deleted Volumes:", reclaimed=True)
    assert gone == ["a"]
    assert reply.cancelled
    assert reply.error == "Cancelled: ada stopped it. 2 objects of 3 not tried."
    assert reply.ids == ("a",)


@pytest.mark.parametrize("line", ["image prune -f --filter label=old", "system prune -f --filter label=old"])
def test_a_prune_of_images_is_cancelled_between_two_of_them(inhabited: Bench, api: APIClient, line: str) -> None:
    """It is shown how far it is; the others stay, and the answer says what went until then."""
    box = api.create_container("busybox", ["true"])["Id"]
    made = {api.commit(box, changes=f"LABEL old={number}")["Id"] for number in range(3)}
    api.remove_container(box)
    shown: list[str] = []

    def watch(view: View) -> None:
        shown.append(view.text)
        if view.text == "1 of 3 looked at, 1 removed":
            (cancel,) = view.buttons
            inhabited.say(cancel.line)

    done = inhabited.pipeline.submit(Request(line, Actor(SAMPLE_ADMIN), Origin.SLASH), watch)
    left = made & {each["Id"] for each in api.images(all=True)}
    assert shown == ["0 of 3 looked at, 0 removed", "1 of 3 looked at, 1 removed"]
    assert (done.status, len(left)) == (Status.CANCELLED, 2), text.docker(done.reply)
    assert f"deleted: {(made - left).pop()}" in text.docker(done.reply)
    assert re.fullmatch(r"Cancelled: \S+ stopped it\. 2 images of 3 not tried\.", done.reply.error or "")
    assert set(done.reply.ids) == made - left
    for each in left:
        api.remove_image(each)


@pytest.fixture
def dam(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[Dam]:
    """The bot behind one, for whom all may be done and that has this folder."""
    dam = Dam(fresh_world, MOST)
    (tmp_path / "policy.toml").write_text(POLICY.replace('"act", "change"]', '"act", "change", "enter"]'))
    settings = by_socket(workspace) | {"SLASHDOCK_FILES": str(tmp_path)}
    with dam.serve(tmp_path) as address, started(BotProcess(tmp_path, address, settings)):
        yield dam


@pytest.mark.parametrize("line", ["export web", "save busybox", "cp web:/bin -"])
def test_what_is_taken_from_an_engine_is_cancelled_and_nothing_of_it_is_kept(
    workspace: Workspace, dam: Dam, tmp_path: Path, line: str
) -> None:
    """How far it was is shown meanwhile, and the engine need not say anything any more."""
    workspace.slash(ADMIN, OPS, line)
    assert "Nothing of it was kept" in _cancel(workspace).plain()
    dam.open()
    workspace.slash(ADMIN, OPS, "audit ls --public --format '{{.Verb}} {{.Status}}'")
    assert eventually(lambda: painted(workspace, OPS, " cancelled"))
    assert not list((tmp_path / "data" / "files").iterdir())


@pytest.mark.parametrize("line", ["load -i {}", "import {} brought", "cp {} idle:/brought"])
def test_what_is_sent_to_an_engine_is_cancelled(
    workspace: Workspace, dam: Dam, tmp_path: Path, api: APIClient, line: str
) -> None:
    """The engine is sent no more than what was on its way, and makes no image of it."""
    archive = tmp_path / "large.tar"
    archive.write_bytes(b"".join(api.get_image("busybox") if line.startswith("load") else api.export("web")))
    before = {each["Id"] for each in api.images(all=True)}
    workspace.slash(ADMIN, OPS, line.format(archive))
    shown = eventually(lambda: painted(workspace, OPS, "Cancel"))
    workspace.click(ADMIN, OPS, shown.ts, "Cancel")
    eventually(lambda: painted(workspace, OPS, " ends."))
    dam.open()
    told = eventually(lambda: painted(workspace, OPS, "Cancelled: ")).plain()
    known = {"load": "Nothing was loaded.", "import": "No image was made.", "cp": "What came before that is in idle"}
    assert known[line.split(maxsplit=1)[0]] in told
    assert {each["Id"] for each in api.images(all=True)} == before
