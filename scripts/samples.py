"""A small image from busybox-static, and three labelled sample containers, made on an engine without a registry."""

from __future__ import annotations

import io
import json
import shutil
import socket
import subprocess
import tarfile
from pathlib import Path

from engine_api import EngineRefusedError, request

LABEL = "slashdock.sample"
IMAGE = "slashdock/samples:latest"
WEB_PORTS = range(8088, 8098)  # on loopback; the first free one is published
PAGE = """<!doctype html>
<title>A sample of slashdock</title>
<h1>It works</h1>
<p>This page comes from the container <code>web</code>.
Try <code>/docker logs web</code> or <code>/docker restart web</code>.</p>
"""
WEB = """#!/bin/sh
trap 'exit 0' TERM
httpd -f -v -p 80 -h /www &
wait
"""
CHATTER = """#!/bin/sh
trap 'echo "chatty: stopping"; exit 0' TERM
n=0
while :; do
  n=$((n + 1))
  echo "chatty: order $n packed and sent"
  [ $((n % 5)) -ne 0 ] || echo "chatty: WARN the label printer is low on paper" >&2
  sleep 5 & wait $!
done
"""
CRASH = """#!/bin/sh
echo "crasher: reading /etc/crasher.conf"
echo "crasher: FATAL: cannot open /etc/crasher.conf: No such file or directory" >&2
exit 3
"""
INTERPRETER = b"/ld-"  # what a dynamically linked program names near its beginning
PROGRAM_HEADERS = 4096  # bytes
FILES = {"www/index.html": PAGE, "bin/serve": WEB, "bin/chat": CHATTER, "bin/crash": CRASH}
SECOND = 1_000_000_000  # nanoseconds, the engine's unit of time


def busybox_image(host: str, name: str = "busybox:latest", files: dict[str, str] | None = None) -> None:
    """Make an image of busybox and those files (path to text) on the engine at `host`; its layer never changes."""
    repository, _, tag = name.rpartition(":")
    query = {"fromSrc": "-", "repo": repository, "tag": tag}
    request(host, "POST", "/images/create", query=query, body=_archive(files or {}))


def samples(host: str) -> None:
    """Make those of the samples web, chatty and crasher that the engine at `host` does not have, and start them."""
    present = _present(host)
    missing = {name: body for name, body in _bodies().items() if name not in present}
    if missing:
        busybox_image(host, IMAGE, FILES)
    for name, body in missing.items():
        request(host, "POST", "/containers/create", query={"name": name}, body=body)
        request(host, "POST", f"/containers/{name}/start")


def busybox() -> Path | None:
    """Return the statically linked busybox, or None where there is none (Debian's plain busybox needs libraries)."""
    path = shutil.which("busybox", path="/bin:/usr/bin")
    return None if path is None or INTERPRETER in Path(path).read_bytes()[:PROGRAM_HEADERS] else Path(path)


def _present(host: str) -> set[str]:
    listed = json.loads(request(host, "GET", "/containers/json", query={"all": "1"}))
    return {name.removeprefix("/") for container in listed for name in container["Names"]}


def _bodies() -> dict[str, dict[str, object]]:
    return {
        "web": _body("serve", "unless-stopped", port=_free_port()) | {"Healthcheck": _healthcheck()},
        "chatty": _body("chat", "unless-stopped"),
        "crasher": _body("crash", "no"),
    }


def _body(program: str, restart: str, *, port: int | None = None) -> dict[str, object]:
    """Return what the engine is asked to create; `port` on loopback leads to the container's port 80."""
    bindings = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]} if port else {}
    return {
        "Image": IMAGE,
        "Cmd": [program],
        "Labels": {LABEL: "true"},
        "ExposedPorts": {"80/tcp": {}} if port else {},
        "HostConfig": {"RestartPolicy": {"Name": restart}, "PortBindings": bindings},
    }


def _healthcheck() -> dict[str, object]:
    return {
        "Test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1/"],
        "Interval": 10 * SECOND,
        "Timeout": 3 * SECOND,
    }


def _free_port() -> int | None:
    return next((port for port in WEB_PORTS if _is_free(port)), None)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _archive(files: dict[str, str]) -> bytes:
    """Return a tar of busybox, a link for each of its applets, and the files."""
    program = busybox()
    if program is None:
        raise EngineRefusedError("no busybox-static on this machine to make an image from")
    applets = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _add(archive, "bin/busybox", program.read_bytes(), 0o755)
        for applet in applets:
            if applet != "busybox":
                archive.addfile(_link(f"bin/{applet}"))
        for name, text in files.items():
            _add(archive, name, text.encode(), 0o755 if name.startswith("bin/") else 0o644)
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), mode
    archive.addfile(member, io.BytesIO(content))


def _link(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, "busybox"
    return member
