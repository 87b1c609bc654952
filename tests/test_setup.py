"""The two commands: what `make run` makes, what a second one leaves alone, and that nothing stays behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import run
from engine_api import request
from eventually import eventually, running
from samples import LABEL

ROOT = Path(__file__).parent.parent
FIXED = {"slack-bolt", "docker", "apscheduler", "sqlite-utils"}  # what the project was told to use
# A user in no group, for whom the folder that follows stands where /run is. They may read all (the folders of tests are
# closed to others) and write nothing, a socket neither.
_MAY_READ = "--inh-caps +dac_read_search --ambient-caps +dac_read_search"
_NOBODY = f"setpriv --reuid 65534 --regid 65534 --clear-groups {_MAY_READ}"
AS_NOBODY = ["unshare", "--mount", "--", "sh", "-c", f'mount --bind "$1" /run && shift && exec {_NOBODY} "$@"', "sh"]
IN_A_NETWORK_OF_ITS_OWN = ["unshare", "-n", "--", "sh", "-c", 'busybox ip link set lo up && exec "$@"', "sh"]


def _environment() -> dict[str, str]:
    """This process's, without what would lead to another engine or another set of settings."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("DOCKER", "SLA", "MAKE", "PYTHON"))
    }


def _tree(folder: Path) -> Path:
    """The project's set-up in a folder with a blank in its name, with locks that ask for nothing on this Python."""
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.lock").write_text("# nothing\n")
    (folder / "requirements-dev.lock").write_text(f"six==1.17.0 ; python_version < '3' --hash=sha256:{'0' * 64}\n")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a tree whose environment is made, after a first try broke off."""
    folder = _tree(tmp_path_factory.mktemp("made") / "a project")
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to("/nonexistent")
    assert "making .venv" in _set_up(folder)
    return folder


def _set_up(tree: Path, lock: str = "requirements.lock") -> str:
    command = [sys.executable, "scripts/environment.py", lock]
    return subprocess.run(command, cwd=tree, check=True, capture_output=True, text=True, env=_environment()).stdout


def _files(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in folder.rglob("*") if "__pycache__" not in str(path)}


def test_an_environment_is_made_once(made: Path) -> None:
    """The second time nothing is said, and no file is written."""
    before = _files(made / ".venv")
    assert _set_up(made) == ""
    assert _files(made / ".venv") == before


def test_the_command_works_from_any_folder(made: Path, tmp_path: Path) -> None:
    """.venv/bin/slashdock finds the program by its place, whatever the current folder holds."""
    for folder, code in ((made, 7), (tmp_path, 8)):
        (folder / "bot").mkdir(exist_ok=True)
        (folder / "bot/__main__.py").write_text(
            f"import sys\ndef main():\n    print(sys.argv[1:])\n    return {code}\n"
        )
    command = [made / ".venv/bin/slashdock", "a b"]
    told = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, env=_environment())
    assert (told.stderr, told.stdout, told.returncode) == ("", "['a b']\n", 7)


def test_another_lock_adds_to_the_environment_and_a_changed_one_makes_it_anew(made: Path) -> None:
    """`make test` after `make run` keeps what is there; what an old lock had installed is gone."""
    stray = made / ".venv/stray"
    stray.touch()
    assert _set_up(made, "requirements-dev.lock") == ""
    assert stray.exists()
    (made / "unvouched-1-py3-none-any.whl").touch()
    (made / "requirements.lock").write_text("./unvouched-1-py3-none-any.whl\n")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        _set_up(made)
    assert "hash" in refused.value.stderr
    assert "pip could not install requirements.lock" in refused.value.stderr
    assert not stray.exists()
    (made / "requirements.lock").write_text("# nothing\n")
    assert "making .venv" in _set_up(made)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The whole program in such a tree, set up; its packages are those that run this test."""
    tree = _tree(tmp_path / "a project")
    for part in ("bot", "commands"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    _set_up(tree)
    site = next((tree / ".venv").glob("lib/python3*/site-packages"))
    (site / "packages.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (tree / ".run/engine/data").mkdir(parents=True)  # as if its own engine had run before: then it is used again
    return tree


@contextlib.contextmanager
def _make_run(tree: Path) -> Iterator[list[str]]:
    """`make run`, with what it has said until it was ready; ended by SIGTERM, after which nothing of it may run."""
    command = [*IN_A_NETWORK_OF_ITS_OWN, "make", "--no-print-directory", "run", f"PYTHON={sys.executable}"]
    env = {**_environment(), "PYTHONDONTWRITEBYTECODE": "1"}  # as container images and CI set it
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if "http://" in line:
                break
        yield said
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stdout.close()
    assert running(str(tree)) == []
    assert str(tree) not in Path("/proc/mounts").read_text()


def _bytecode(tree: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for part in ("bot", "commands") for path in (tree / part).rglob("*.pyc")}


def _samples(tree: Path) -> int:
    host = f"unix://{(tree / '.run/engine/docker.sock').resolve()}"
    filters = json.dumps({"label": [LABEL]})
    with contextlib.suppress(OSError):
        return len(json.loads(request(host, "GET", "/containers/json", query={"all": "1", "filters": filters})))
    return 0


def test_make_run_starts_an_engine_with_samples_and_a_page_and_leaves_nothing(whole: Path) -> None:
    """The first run fills the engine, the second installs and compiles nothing, `make clean` removes it all."""
    with _make_run(whole):
        eventually(lambda: _samples(whole) == 3)
        told = subprocess.run(
            [whole / ".venv/bin/slashdock", "exec", "ps", "-a", "--format", "{{.Names}}"],
            cwd=whole,
            check=True,
            capture_output=True,
            text=True,
            env=_environment(),
        )
        assert sorted(told.stdout.split()) == ["chatty", "crasher", "web"]
    compiled = _bytecode(whole)
    assert len(compiled) > len(list((whole / "bot").glob("*.py")))
    with _make_run(whole) as said:
        assert not [line for line in said if line.startswith("slashdock:")]
        eventually(lambda: _samples(whole) == 3)
        assert _bytecode(whole) == compiled
    subprocess.run(["make", "clean", f"PYTHON={sys.executable}"], cwd=whole, check=True, capture_output=True)
    assert not (whole / ".run").exists()
    assert not (whole / ".venv").exists()
    assert (whole / "data/slashdock.db").exists()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\xef\xbb\xbfDOCKER_HOST=tcp://127.0.0.1:9\n", True),
        (b"export DOCKER_HOST='tcp://127.0.0.1:9'  # there\n", True),
        (b"DOCKER_HOST=  # none\n", False),
        (b"# DOCKER_HOST=tcp://127.0.0.1:9\n", False),
        (b"SLASHDOCK_MODE=workspace # caf\xe9\n", True),  # a fault, which slashdock tells
        (None, False),
    ],
)
def test_an_engine_is_named_in_the_env_file_as_slashdock_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, named: bool
) -> None:
    """Marks, comments and quotes as elsewhere; what cannot be read starts no engine."""
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    if content is not None:
        (tmp_path / ".env").write_bytes(content)
    assert run.names_an_engine() is named


def test_where_no_engine_may_be_installed_two_lines_say_what_to_do() -> None:
    """Without apt there is nothing to install with."""
    told = subprocess.run(
        [sys.executable, "-c", "import debian; debian.need(debian.ENGINE)"],
        cwd=ROOT / "scripts",
        env={"PATH": "/nonexistent"},
        check=False,
        capture_output=True,
        text=True,
    )
    lines = told.stderr.partition("PackagesMissingError: ")[2].splitlines()
    assert len(lines) == 2
    assert "No Docker engine answers here" in lines[0]
    assert "Start Docker" in lines[1]
    assert "DOCKER_HOST" in lines[1]


def _run_by_nobody(tree: Path, run: Path) -> list[str]:
    """What `make run` says on its standard error to an ordinary user for whom that folder is /run."""
    run.chmod(0o755)
    command = [*AS_NOBODY, str(run), sys.executable, "-S", "scripts/run.py"]
    told = subprocess.run(command, cwd=tree, check=False, capture_output=True, text=True, env=_environment())
    assert (told.returncode, told.stdout) == (1, "")
    return told.stderr.splitlines()


def test_who_may_not_start_an_engine_is_told_what_to_do(made: Path, tmp_path: Path) -> None:
    """Where dockerd is installed and the user is not root, the kernel's own refusal would say nothing."""
    what, then = _run_by_nobody(made, tmp_path)
    assert what == "slashdock: No Docker engine answers here, and only root may start one."
    assert [words in then for words in ("group docker", "be root", "DOCKER_HOST")] == [True] * 3


def test_a_socket_that_may_not_be_opened_is_not_taken_for_a_missing_one(made: Path, tmp_path: Path) -> None:
    """Who is not in the group docker is told that there is an engine."""
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        path.chmod(0o660)
        what, then = _run_by_nobody(made, tmp_path)
    assert "/var/run/docker.sock of a Docker engine is there, but this user may not open it." in what
    assert [words in then for words in ("group docker", "be root", "DOCKER_HOST")] == [True] * 3


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_a_hash_for_everything_and_no_address(lock: str) -> None:
    """Whatever index somebody uses, they get the same bytes."""
    text = (ROOT / lock).read_text()
    entries = re.findall(r"^(\S+)==\S+(.*\n(?:    --hash=sha256:[0-9a-f]{64}.*\n)*)", text, re.MULTILINE)
    assert len(entries) > 20
    assert [name for name, rest in entries if "--hash" not in rest] == []
    assert "://" not in text


def test_the_development_lock_holds_the_other_in_the_same_versions() -> None:
    """What is tested is what is installed."""
    run, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert run < dev


def test_every_dependency_is_locked_and_its_reason_written_down() -> None:
    """docs/decisions/ names each package that the project was not told to use."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = told["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"], *told["dependency-groups"]["fuzz"]]
    names = {re.split(r"[<>=\[ ]", each)[0].lower() for each in wanted}
    locks = "\n".join((ROOT / f"requirements-{each}.lock").read_text() for each in ("dev", "fuzz"))
    locked = set(re.findall(r"^([\w.-]+)==", locks, re.MULTILINE))
    notes = "\n".join(path.read_text() for path in (ROOT / "docs/decisions").glob("*.md"))
    assert {name.replace("_", "-") for name in names} <= locked
    assert {name for name in names - FIXED if name not in notes} == set()


@pytest.fixture
def ci(tmp_path: Path) -> Path:
    """The CI's script beside a Makefile that passes."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "Makefile").write_text("lint:\n\t@:\ntest:\n\t@:\n")
    return tmp_path


def _ci(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([folder / ".ci/run"], check=False, capture_output=True, text=True)


def test_the_ci_passes_quietly(ci: Path) -> None:
    """A good run prints nothing of its own."""
    passed = _ci(ci)
    assert (passed.returncode, passed.stdout, passed.stderr) == (0, "", "")


def test_the_ci_fails_where_a_target_fails(ci: Path) -> None:
    """Its exit code is make's, and the second target is not begun."""
    (ci / "Makefile").write_text("lint:\n\t@false\ntest:\n\t@touch begun\n")
    assert _ci(ci).returncode == 2
    assert not (ci / "begun").exists()


def test_the_ci_fails_where_a_process_is_left_behind(ci: Path) -> None:
    """It names the process and ends it, even one in a session of its own."""
    (ci / "Makefile").write_text("lint:\n\t@setsid sleep 7654322 >/dev/null 2>&1 &\ntest:\n\t@:\n")
    failed = _ci(ci)
    assert failed.returncode == 1
    assert "sleep 7654322" in failed.stderr
    eventually(lambda: not running("sleep 7654322"))
