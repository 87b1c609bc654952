"""Real registries on the loopback of a private engine: one that anybody may use, one that lets in one user."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from eventually import eventually

REGISTRY = shutil.which("docker-registry")
USER, PASSWORD = "ada", "s3cret-pw"
_ENTRY = "ada:$2b$04$q83MsUkEGn0mEdIwSICT1.vJr5eeX4ycZ0VlbCOYbAVpj37hzcpqC"  # bcrypt of it
_CONFIG = """version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/images}}}}
http: {{addr: "127.0.0.1:{port}"}}
log: {{level: error}}
"""
_LOCKED = "auth: {{htpasswd: {{realm: basic, path: {folder}/htpasswd}}}}\n"


@contextmanager
def serve(engine: int, folder: Path, port: int, *, locked: bool) -> Iterator[str]:
    """The registry's address beside the engine with this process id; locked: only for USER with PASSWORD."""
    if REGISTRY is None:
        pytest.skip("no registry here: apt-get install docker-registry")
    (folder / "htpasswd").write_text(f"{_ENTRY}\n")
    config = _CONFIG + _LOCKED if locked else _CONFIG
    (folder / "config.yml").write_text(config.format(folder=folder, port=port))
    beside = ["nsenter", f"--net=/proc/{engine}/ns/net"]
    serving = [*beside, REGISTRY, "serve", str(folder / "config.yml")]
    with subprocess.Popen(serving, stderr=subprocess.DEVNULL) as served:
        look = [*beside, "python3", "-c", f"import socket; socket.create_connection(('127.0.0.1', {port}))"]
        eventually(lambda: subprocess.run(look, capture_output=True, check=False).returncode == 0)
        try:
            yield f"127.0.0.1:{port}"
        finally:
            served.terminate()
