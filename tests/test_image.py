"""The Dockerfile: builds with the classic builder, without registry and network, on a base image that is given."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import samples
from docker.api.client import APIClient
from eventually import eventually

ROOT = Path(__file__).parent.parent
SECOND = 1_000_000_000  # nanoseconds, the engine's unit of time
START_LIMIT = 90  # seconds until a container on a busy machine must be healthy
UNUSED = {"__pycache__", "site-packages", "dist-packages", "test", "idlelib", "tkinter", "turtledemo"}
LIBRARY = re.compile(r"(/\S+) \(0x")


@pytest.fixture(scope="module")
def api(engine: str) -> Iterator[APIClient]:
    """A client of the private engine on which a base image lies: busybox and the Python that runs this test."""
    client = APIClient(base_url=engine, version="1.41", timeout=120)
    client.import_image_from_data(_base(), repository="base", tag="latest")
    yield client
    client.close()


def _base() -> bytes:
    """A tar of busybox, of this Python with its standard library, and of the shared libraries that they load."""
    library = Path(sysconfig.get_path("stdlib"))
    modules = [path for path in library.rglob("*.*") if path.is_file() and not UNUSED & set(path.parts)]
    program = Path(sys._base_executable).resolve()  # type: ignore[attr-defined] # of the Python below a virtual environment
    wheels = list(Path("/usr/share/python-wheels").glob("*.whl"))  # Debian keeps pip for new environments there
    files = {program, *modules, *wheels, *_libraries([program, *library.rglob("lib-dynload/*.so"), *_compiled()])}
    buffer = io.BytesIO(samples._archive({"etc/passwd": "root:x:0:0::/:/bin/sh\n"}))
    with tarfile.open(fileobj=buffer, mode="a") as archive:
        for path in sorted(files):
            archive.add(path.resolve(), str(path))
        link = tarfile.TarInfo("bin/python3")
        link.type, link.linkname = tarfile.SYMTYPE, str(program)
        archive.addfile(link)
    return buffer.getvalue()


def _compiled() -> Iterator[Path]:
    """What of the packages is machine code: it needs libraries too."""
    yield from Path(sysconfig.get_path("platlib")).rglob("_rust*.so")


def _libraries(programs: list[Path]) -> set[Path]:
    told = subprocess.run(["ldd", *programs], check=True, capture_output=True, text=True).stdout
    return {Path(name) for name in LIBRARY.findall(told)}


@pytest.fixture(scope="module")
def image(api: APIClient, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image, built from the files of the project and the packages that `make wheels` fetches."""
    context = tmp_path_factory.mktemp("context")
    for name in ("bot", "commands", "scripts"):
        shutil.copytree(ROOT / name, context / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Dockerfile", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, context)
    fetch = ["-q", "--require-hashes", "--no-deps", "--only-binary=:all:"]
    wheels = ["-r", ROOT / "requirements.lock", "-d", context / ".run/wheels"]
    subprocess.run([sys.executable, "-m", "pip", "download", *fetch, *wheels], check=True, capture_output=True)
    told = list(api.build(path=str(context), tag="slashdock", buildargs={"BASE": "base"}, decode=True, rm=True))
    assert "errorDetail" not in told[-1], told
    assert "Successfully tagged" in told[-1]["stream"]
    return "slashdock:latest"


def test_the_container_is_healthy_and_runs_as_nobody_in_particular(api: APIClient, image: str) -> None:
    """It serves, answers its own health check, owns its folders and nothing else, and ends in good order on SIGTERM."""
    made = api.create_container(image, healthcheck={"interval": SECOND, "timeout": 10 * SECOND, "retries": 20})
    api.start(made)
    state = eventually(lambda: _settled(api, made), START_LIMIT)
    assert state["Health"]["Status"] == "healthy", f"{api.logs(made).decode()}{state}"
    assert _run(api, made, ["id", "-u"]) == "10001\n"
    assert "slashdock.db" in _run(api, made, ["ls", "/data"])
    assert "ermission denied" in _run(api, made, ["touch", "/app/x"])
    assert json.loads(_run(api, made, ["slashdock", "manifest"]))["display_information"]["name"]
    api.stop(made, timeout=20)
    assert api.inspect_container(made)["State"]["ExitCode"] == 0
    api.remove_container(made, v=True)


def _settled(api: APIClient, container: str) -> dict[str, Any] | None:
    """The container's state once it has ended or its health is known, else None."""
    state: dict[str, Any] = api.inspect_container(container)["State"]
    return state if state["Status"] != "running" or state["Health"]["Status"] != "starting" else None


def _run(api: APIClient, container: str, command: list[str]) -> str:
    started = api.exec_create(container, command)
    text: str = api.exec_start(started).decode()
    return text
