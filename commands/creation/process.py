"""What runs in a container and what becomes of it: its streams, its end, its restart, its log."""

from __future__ import annotations

import posixpath
from typing import Any

from commands.command import Command, flag
from commands.creation.numbers import decimal
from commands.creation.values import changed

STREAMS = ("stdin", "stdout", "stderr")
_LINKS = {"fd", *STREAMS}  # in /dev, which lead into /proc; OCI runtime specification, "Dev symbolic links"
IN_PROC = "No process begins under /proc: runtimes of 2024 and before let one out by such a folder. Leave -w {} away."


def _stream(text: str) -> str:
    if text.lower() not in STREAMS:
        raise ValueError("valid streams are STDIN, STDOUT and STDERR")
    return text.lower()


ATTACH = changed("list", _stream, *STREAMS)


class Process(Command):
    """The flags about the process."""

    attach: tuple[str, ...] = flag("-a", default=(), kind=ATTACH, help="A stream to be shown: stdout, stderr")
    domainname: str = flag(default="", help="Its NIS domain")
    entrypoint: str | None = flag(default=None, help="What to run in place of what the image runs")
    hostname: str = flag("-h", default="", help="Its name inside")
    init: bool | None = flag(default=None, help="Let a small init pass on signals and take up what ends")
    interactive: bool = flag("-i", default=False, help="Keep its input open; nothing is typed into it from a chat")
    log_driver: str = flag(default="", help="Where its log goes")
    log_opt: tuple[str, ...] = flag(default=(), help="An option of the log, such as max-size=10m")
    restart: str = flag(default="no", shown='"no"', help="Start it again when it ends: always, on-failure:3, ...")
    rm: bool = flag(default=False, help="Remove it and its anonymous volumes when it ends")
    stop_signal: str = flag(default="", help="The signal that asks it to end")
    stop_timeout: int | None = flag(default=None, help="Seconds of grace before it is killed")
    tty: bool = flag("-t", default=False, help="Give it a terminal, so that it prints as on one")
    workdir: str = flag("-w", default="", help="The folder that it begins in")

    def check_restart(self) -> None:
        """Raise ValueError where the policy is none."""
        restart_policy(self.restart)

    def check_log(self) -> None:
        """Raise ValueError where there is a log option and no log."""
        if self.log_driver == "none" and self.log_opt:
            raise ValueError("invalid logging opts for driver none")

    def check_removal(self) -> None:
        """Raise ValueError where it is to be removed and to be started again."""
        if self.rm and restart_policy(self.restart)["Name"] not in {"", "no"}:
            raise ValueError("conflicting options: cannot specify both --restart and --rm")

    def in_proc(self) -> str:
        """Why its working folder is refused, empty where it is not."""
        return IN_PROC.format(self.workdir) if leads_to_proc(self.workdir) else ""

    def streams(self) -> dict[str, bool]:
        """Which streams are attached, as the Config has them."""
        named = self.attach or ("stdout", "stderr")
        stdin = "stdin" in self.attach or self.interactive
        return {"AttachStdin": stdin, "AttachStdout": "stdout" in named, "AttachStderr": "stderr" in named}

    def process(self, streams: dict[str, bool]) -> dict[str, Any]:
        """The process as a part of the Config."""
        return {
            **streams,
            "Hostname": self.hostname,
            "Domainname": self.domainname,
            "Tty": self.tty,
            "OpenStdin": self.interactive,
            "StdinOnce": self.interactive and streams["AttachStdin"],
            "Entrypoint": None if self.entrypoint is None else [self.entrypoint],
            "WorkingDir": self.workdir,
            **({"StopSignal": self.stop_signal} if self.stop_signal else {}),
            **({} if self.stop_timeout is None else {"StopTimeout": self.stop_timeout}),
        }

    def fate(self) -> dict[str, Any]:
        """What becomes of it, as a part of the HostConfig."""
        options = (text.partition("=") for text in self.log_opt)
        return {
            "AutoRemove": self.rm,
            "RestartPolicy": restart_policy(self.restart),
            "LogConfig": {"Type": self.log_driver, "Config": {name: value for name, _, value in options}},
            **({} if self.init is None else {"Init": self.init}),
        }


def restart_policy(text: str) -> dict[str, Any]:
    """A policy such as on-failure:3 as the engine takes it; raises ValueError with docker's sentence."""
    name, colon, count = text.partition(":")
    if colon and not name:
        raise ValueError("invalid restart policy format: no policy provided before colon")
    try:
        retries = decimal(count) if count else 0
    except ValueError:
        raise ValueError("invalid restart policy format: maximum retry count must be an integer") from None
    return {"Name": name, "MaximumRetryCount": retries}


def leads_to_proc(folder: str) -> bool:
    """The same of one that the kernel reads as it is: links come first, so that what .. leads to cannot be told."""
    return ".." in folder.split("/") or is_in_proc(folder)


def is_in_proc(folder: str) -> bool:
    """Whether a working folder is /proc or below it, however it is written, or by a link that every container has.

    One that begins with no slash may be below any other: so below / or /dev.
    """
    first, *rest = posixpath.normpath(f"/{folder}").lstrip("/").split("/")
    in_dev = rest[:1] if first == "dev" else [] if folder.startswith("/") else [first]
    return first == "proc" or not _LINKS.isdisjoint(in_dev)
