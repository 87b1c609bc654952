"""A web server before git's own http-backend, for repositories below one folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

GIT = shutil.which("git")


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The address at which the repositories below the folder are found."""
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"folder": folder})) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def commit(place: Path, name: str, files: dict[str, str]) -> None:
    """Put files into the repository of that name below the place, and commit them on main."""
    work = place / "work" / name
    if not work.exists():
        _git(place, "init", "-q", "-b", "main", str(work))
    for path, content in files.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(content)
    _git(work, "add", "-A")
    _git(work, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-q", "-m", "Change")
    shutil.rmtree(place / f"{name}.git", ignore_errors=True)
    _git(place, "clone", "-q", "--bare", str(work), f"{name}.git")


def _git(folder: Path, *words: str) -> None:
    subprocess.run([GIT or "git", *words], cwd=folder, check=True, capture_output=True)


class _Handler(BaseHTTPRequestHandler):
    folder: Path

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        ran = subprocess.run(
            [GIT or "git", "http-backend"],
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(self.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
                "PATH_INFO": parts.path,
                "QUERY_STRING": parts.query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
            input=body,
            capture_output=True,
            check=False,
        )
        head, _, rest = ran.stdout.partition(b"\r\n\r\n")
        told = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        self.send_response(int(told.pop("Status", "200").split()[0]))
        for name, value in told.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)

    do_GET = do_POST = _answer  # noqa: N815 - the names that the library looks for

    def log_message(self, *_words: object) -> None:
        """Say nothing."""
