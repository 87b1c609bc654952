"""What the list verbs print, held against docker 28's own answers, and what they must never show."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
import tomllib
from collections.abc import Iterator

import docker
import pytest
from docker.api.client import APIClient
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle import DOCKER, needs_docker28
from stored_engine import FOLDER, StoredEngine

from bot import text
from bot.hosts import Host
from commands import catalog
from commands.context import Context
from commands.general.version import PRODUCT, VERSION
from commands.listing import filters, listed
from commands.outside import Outside
from commands.reply import Output, Reply, Table
from commands.seen import Seen, Visible
from commands.template import Row

HEAD = "$ docker "
PAGES = {"info", "version"}  # they have a part on the client


def _recorded() -> dict[str, str]:
    """The lines of the record and docker's answers."""
    turns = re.split(rf"^{re.escape(HEAD)}", (FOLDER / "session.txt").read_text(), flags=re.MULTILINE)[1:]
    return {line: answer.rstrip("\n") for line, _, answer in (turn.partition("\n") for turn in turns)}


RECORD = _recorded()


@pytest.fixture(scope="module")
def stored() -> Iterator[StoredEngine]:
    """The engine of fixed answers."""
    with StoredEngine() as engine:
        yield engine


@pytest.fixture(scope="module")
def host(stored: StoredEngine) -> Iterator[Host]:
    """The engine of fixed answers, as the bot sees it."""
    made = Host("local", stored.address)
    made.quick()
    yield made
    made.close()


@pytest.fixture
def secretive(engine: str) -> Iterator[Host]:
    """A real engine with a container, a network and a volume that hold a secret."""
    api = APIClient(base_url=engine, version="1.41")
    marks = {"db_password": "hunter2", "tier": "front"}
    made = api.create_container("busybox", ["mysql", "--password", "hunter2"], name="secretive", labels=marks)["Id"]
    network, volume = api.create_network("secretive", labels=marks)["Id"], api.create_volume("secretive", labels=marks)
    host = Host("local", engine)
    yield host
    host.close()
    api.remove_container(made)
    api.remove_network(network)
    api.remove_volume(volume["Name"])
    api.close()


def everything(_seen: Seen) -> bool:
    """The eyes of someone who may see all."""
    return True


def ask(host: Host, line: str, visible: Visible = everything) -> Reply:
    """What a line answers on that engine to someone with these eyes."""
    command = catalog.load().parse(line).command
    return command.run(
        Context(
            quick=host.quick,
            slow=host.quick,
            found=host.resolve(command.targets()),
            visible=visible,
            reaches=visible,
            why=lambda _seen: "",
            may=lambda _found: True,
            sees=visible,
            sees_all=lambda: visible is everything,
            now=time.time(),
            host="local",
            person="alice",
            outside=Outside(),
            bot=None,  # type: ignore[arg-type] # the list verbs ask nothing of the bot
        )
    )


def out(reply: Reply) -> list[str]:
    """The lines on standard output."""
    return "".join(each.text for each in text.pieces(reply) if not each.error).splitlines()


def shown(line: str, answer: str) -> str:
    """An answer without what is slashdock's own: the client's part of a page, and no colours in a tree."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", answer).rstrip("\n")
    return plain.partition("\nServer:")[2] if line in PAGES else plain


@pytest.mark.parametrize("line", RECORD)
def test_every_answer_is_docker_s_to_the_character(line: str, host: Host) -> None:
    """What slashdock prints is what docker 28 printed on the same answers of the engine."""
    assert shown(line, text.docker(ask(host, line))) == shown(line, RECORD[line])


@needs_docker28
@pytest.mark.parametrize("line", RECORD)
def test_docker_itself_answers_as_the_record_says(line: str, stored: StoredEngine) -> None:
    """The record is docker 28's own: where that binary is found it says the same again."""
    environment = {"DOCKER_HOST": stored.address, "HOME": "/nonexistent", "TZ": "UTC"}
    command = [DOCKER, *shlex.split(line)]
    ran = subprocess.run(
        command, check=False, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert shown(line, ran.stdout + ran.stderr) == shown(line, RECORD[line])


def test_a_page_names_slashdock_and_docker_py_as_the_client(host: Host) -> None:
    """The client's part of info and version is slashdock's, in docker's layout."""
    info, version = out(ask(host, "info")), out(ask(host, "version"))
    assert info[0] == version[0] == "Client: slashdock"
    assert f" docker-py:  {docker.__version__}" in info
    assert f" docker-py:         {docker.__version__}" in version
    assert " Context:           local" in version


def test_the_version_is_the_project_s() -> None:
    """The version that is told is the one that pyproject.toml declares."""
    declared = tomllib.loads((FOLDER.parent.parent / "pyproject.toml").read_text())["project"]
    assert (declared["name"], declared["version"]) == (PRODUCT, VERSION)


@pytest.mark.parametrize(
    "line", ["ps -a", "images", "network ls", "volume ls", "ps -n 3 --format '{{.Names}} {{.Ports}}'", "images --tree"]
)
def test_a_list_is_one_request(line: str, stored: StoredEngine, host: Host) -> None:
    """A list asks the engine once, however many objects there are."""
    stored.asked.clear()
    ask(host, line)
    assert len(stored.asked) == 1


def test_hidden_containers_are_gone_before_any_count(host: Host) -> None:
    """What the asker may not see is no row, and -n and -l count only what is left."""

    def some(seen: Seen) -> bool:
        return seen.name in {"linked", "hub", "arm"}

    names = "--format '{{.Names}}'"
    assert out(ask(host, f"ps {names}", some)) == ["linked", "hub", "arm"]
    assert out(ask(host, f"ps -n 2 {names}", some)) == ["linked", "hub"]
    assert out(ask(host, f"ps -l {names}", some)) == ["linked"]
    assert out(ask(host, f"ps -l -n 3 {names}", some)) == ["linked", "hub", "arm"]


def test_visibility_is_asked_with_the_object_s_labels(host: Host) -> None:
    """A rule about labels is applied to the labels that the engine tells."""

    def labelled(seen: Seen) -> bool:
        return seen.labels.get("a") == "1"

    assert out(ask(host, "ps --format '{{.Names}}'", labelled)) == ["labelled"]


@pytest.mark.parametrize(
    ("kind", "line", "left"),
    [
        ("image", "images --format '{{.Repository}}:{{.Tag}}'", ["tags:2", "shared:1"]),
        ("network", "network ls --format '{{.Name}}'", ["n2"]),
        ("volume", "volume ls --format '{{.Name}}'", ["_c", "z9"]),
    ],
)
def test_hidden_objects_are_no_row(host: Host, kind: str, line: str, left: list[str]) -> None:
    """What the asker may not see is not listed; of an image of two names perhaps only one."""
    assert out(ask(host, line, lambda seen: seen.kind == kind and seen.name in left)) == left


def test_hidden_names_are_not_in_a_tree(host: Host) -> None:
    """A tree shows an image under the names that may be seen, and none of another image."""
    page = out(ask(host, "images --tree", lambda seen: seen.name == "app:1"))
    assert [line.split()[0] for line in page[4:] if line] == ["app:1", "├─", "└─"]


def test_info_counts_only_what_may_be_seen(host: Host) -> None:
    """The counts of info are the engine's less what is hidden from the asker."""
    form = "info --format '{{.Containers}} {{.ContainersRunning}} {{.ContainersStopped}} {{.Images}}'"
    whole = [int(each) for each in out(ask(host, form))[0].split()]
    less = [int(each) for each in out(ask(host, form, lambda seen: seen.name != "tags:1"))[0].split()]
    fewer = [int(each) for each in out(ask(host, form, lambda seen: seen.name != "hub"))[0].split()]
    assert less == whole  # the image can still be seen under its other name
    assert fewer == [whole[0] - 1, whole[1] - 1, whole[2], whole[3]]


@pytest.mark.parametrize("line", ["ps --no-trunc -a", "network ls", "volume ls"])
def test_secrets_in_labels_and_commands_are_hidden(line: str, secretive: Host) -> None:
    """A value whose name tells that it is a secret is masked in every field of a row, and nothing else is."""
    told = text.docker(ask(secretive, f"{line} --format json"))
    assert "hunter2" not in told
    assert "db_password=••••" in told
    assert "tier=front" in told
    assert "hunter2" not in text.docker(ask(secretive, f"{line} --format '{{{{.Label \"db_password\"}}}}'"))


def test_a_simple_table_is_handed_on_as_one(host: Host) -> None:
    """Whoever renders the reply gets cells, the header first."""
    reply = ask(host, "volume ls --format 'table {{.Name}}\\t{{.Driver}}'")
    assert isinstance(reply.parts[0], Table)
    assert reply.parts[0].rows[:2] == (("VOLUME NAME", "DRIVER"), ("Z1", "csi"))


def test_a_table_of_uneven_lines_is_aligned_text(host: Host) -> None:
    """A template with line breaks in it makes no cells; it is printed as docker's tabwriter would."""
    reply = ask(host, "volume ls --format 'table {{.Name}}\\n{{.Driver}}\\t{{.Scope}}'")
    assert isinstance(reply.parts[0], Output)


@pytest.mark.parametrize("line", ["ps", "images", "network ls", "volume ls", "info", "version"])
@pytest.mark.parametrize("form", ["{{.Colour}}", "{{.", "{{shout .}}"])
def test_a_template_that_fails_is_a_failure(line: str, form: str, host: Host) -> None:
    """The error is on standard error, it is the record's one line, and docker would exit non-zero."""
    reply = ask(host, f"{line} --format '{form}'")
    assert reply.failed
    assert reply.error in text.docker(reply)
    assert not "".join(out(reply))


@pytest.mark.parametrize("line", ["ps", "images", "network ls", "volume ls"])
def test_an_empty_list_keeps_its_header_in_a_table_alone(line: str, host: Host) -> None:
    """Where nothing may be seen a table is its header and a template is nothing at all."""

    def nothing(*_asked: object) -> bool:
        return False

    assert len(out(ask(host, line, nothing))) == 1
    assert ask(host, f"{line} --format '{{{{.Name}}}}'" if line != "ps" else f"{line} -q", nothing) == Reply()


@given(st.lists(st.tuples(st.sampled_from(["name", "label"]), st.text(max_size=5))))
def test_filters_keep_every_value_by_its_name(pairs: list[tuple[str, str]]) -> None:
    """Each value of --filter reaches the engine under its name, in order; an empty filter is none."""
    found = filters(["", *(f"{name}={value}" for name, value in pairs)])
    assert found == {name: [v for n, v in pairs if n == name] for name in {name for name, _ in pairs}}


@given(st.text(st.characters(codec="ascii", exclude_characters="\t\n{"), min_size=1))
def test_plain_text_in_a_template_is_printed_once_a_row(words: str) -> None:
    """A template without actions gives its own text for every row, without the spaces at its ends."""
    assume(not words.startswith("table") and words not in {"json", "raw"} and "\\" not in words)
    reply = listed([Row("*x.row", {})] * 3, words, {})
    assert text.docker(reply) == f"{words.strip(' ')}\n" * 3
