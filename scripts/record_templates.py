"""Record what docker 28 answers to the templates in tests/templates, with a server that hands it the stored objects.

Usage: python scripts/record_templates.py [DOCKER]
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

TEMPLATES = Path(__file__).parent.parent / "tests" / "templates"
API_VERSION = "1.50"
PATHS = {"container": "containers/x/json", "image": "images/x/json", "network": "networks/x", "volume": "volumes/x"}
ADDRESS, ANY_ADDRESS = re.compile("0xc000[0-9a-f]{6}"), "0xc000010000"  # where a pointer points differs each time
ASK, MORE, ANSWER, FAULT = ">>> ", "... ", "= ", "! "


class StoredObjects:
    """An engine of a few stored objects, on a socket of its own while the context lasts."""

    def __init__(self, objects: dict[str, object]) -> None:
        self.objects = {PATHS[kind]: value for kind, value in objects.items()}
        self._folder = tempfile.TemporaryDirectory()
        self.address = f"{self._folder.name}/docker.sock"

    def __enter__(self) -> Self:
        objects = self.objects

        class Handler(BaseHTTPRequestHandler):
            def address_string(self) -> str:
                return "socket"

            def log_message(self, *_args: object) -> None:
                pass

            def do_HEAD(self) -> None:
                self._answer(b"", with_body=False)

            def do_GET(self) -> None:
                if self.path == "/_ping":
                    self._answer(b"OK")
                    return
                path = self.path.split("?")[0].removeprefix(f"/v{API_VERSION}/")
                self._answer(json.dumps(objects.get(path, {})).encode())

            def _answer(self, body: bytes, *, with_body: bool = True) -> None:
                self.send_response(200)
                self.send_header("API-Version", API_VERSION)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if with_body:
                    self.wfile.write(body)

        self._server = ThreadingUnixStreamServer(self.address, Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()


def ask(docker: str, address: str, kind: str, template: str) -> tuple[str, str]:
    """What docker prints for a template, and what it complains about."""
    done = subprocess.run(
        [docker, "-H", f"unix://{address}", kind, "inspect", "-f", template, "x"],
        capture_output=True,
        check=False,
        env={"HOME": tempfile.gettempdir(), "PATH": os.environ["PATH"]},
    )
    printed, complaint = (each.decode("utf-8", "replace") for each in (done.stdout, done.stderr))
    return ADDRESS.sub(ANY_ADDRESS, printed), complaint


def templates(text: str) -> list[str]:
    """The templates of a record."""
    found: list[str] = []
    for line in text.split("\n"):
        if line.startswith(ASK):
            found.append(line.removeprefix(ASK))
        elif line.startswith(MORE):
            found[-1] += "\n" + line.removeprefix(MORE)
    return found


def entry(template: str, printed: str, complaint: str) -> str:
    """A template and its answer as a record holds them."""
    asked = ASK + template.replace("\n", "\n" + MORE)
    mark, text = (FAULT, complaint) if complaint else (ANSWER, printed)
    body = text.removesuffix("\n").split("\n")
    return "\n".join([asked, *(mark + line for line in body)]) + "\n"


def answers(docker: str) -> Iterator[tuple[Path, str]]:
    """Each record, and the text that it has when docker is asked about all of its templates."""
    objects = {each.stem: json.loads(each.read_text()) for each in (TEMPLATES / "objects").glob("*.json")}
    with StoredObjects(objects) as engine, ThreadPoolExecutor(2) as pool:
        for record in sorted(TEMPLATES.glob("*.txt")):
            asked = templates(record.read_text())
            given = pool.map(partial(ask, docker, engine.address, record.stem), asked)
            yield record, "\n".join(entry(each, *answer) for each, answer in zip(asked, given, strict=True))


def main() -> None:
    """Ask docker again about every template and write the records anew."""
    docker = sys.argv[1] if len(sys.argv) > 1 else "docker"
    for record, text in answers(docker):
        record.write_text(text)
        print(record.name)


if __name__ == "__main__":
    main()
