"""The `slashdock` command line: start, exec, console, manifest, policy, doctor, archive, backup, restore."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from bot import (
    doctor,
    imagined,
    keyboard,
    logs,
    own_engine,
    policy_init,
    policy_words,
    record_words,
    replies,
    subcommands,
)
from bot.conversation import Conversation
from bot.copies import Unusable
from bot.core import CannotStart, Core, opened
from bot.desk import remembered
from bot.loading import loading
from bot.locks import AlreadyRunning
from bot.policy import PolicyError
from bot.replies import Replies
from bot.request import Origin, Outcome
from bot.settings import Settings, SettingsError
from bot.settings_reading import load
from bot.store import Unwritable
from bot.terminal import Asked, Terminal, show
from commands import catalog
from commands.line import join

ENV_FILE = Path(".env")
FAULTY = 2  # exit code: what was given cannot be used
UNAVAILABLE = 75  # exit code: something else must be put right first; sysexits.h, EX_TEMPFAIL


def main(words: list[str]) -> int:
    """Run one subcommand; returns the exit code."""
    for name in ("stdout", "stderr"):  # closed by whoever started us
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for as long as we live
    asked = subcommands.read(words)
    try:
        code = _RUNS[asked.run](asked)
        sys.stdout.flush()
    except _Told as told:
        sys.stderr.write(f"{told}\n")
        return told.code
    except OSError as error:
        return _unshown(error)
    return code


def _unshown(error: OSError) -> int:
    """Tell that nothing can be written to where the answer goes; what was done stands in the record."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for what Python still has to write there
    if not isinstance(error, BrokenPipeError):
        sys.stderr.write(f"slashdock: {error}\n")
    return 1


class _Told(Exception):  # noqa: N818 - a sentence for the terminal
    """What stops the subcommand, with the exit code."""

    def __init__(self, text: str, code: int = FAULTY) -> None:
        super().__init__(text)
        self.code = code


def _settings() -> Settings:
    try:
        return _read_settings()
    except SettingsError as error:
        faults = "\n".join(f"- {fault}" for fault in error.faults)
        raise _Told(f"slashdock cannot start with these settings:\n{faults}") from None


def _read_settings() -> Settings:
    return load(os.environ, ENV_FILE, own_engine.address())


def _start(_: argparse.Namespace) -> int:
    with loading():
        from bot import wiring  # noqa: PLC0415 - Slack and HTTP are loaded by start alone

        catalog.load()
    with _faults():
        wiring.serve(_settings(), lambda text: print(text, flush=True))  # noqa: T201 - where it can be reached
    return 0


@contextmanager
def _opened() -> Iterator[Core]:
    """The core for what is typed here; what is traced is told on standard error."""
    settings = _settings()
    if settings.trace:
        logs.begin()
    with _faults(), opened(settings) as core:
        yield core


def _exec(asked: argparse.Namespace) -> int:
    words: list[str] = asked.line
    if not "".join(words).strip():
        raise _Told("slashdock exec: give a line, such as: slashdock exec ps -a")
    line = keyboard.mended(words[0]) if len(words) == 1 else join([keyboard.flag(word) for word in words])
    with _opened() as core:
        terminal = Terminal(core, asked.person, Origin.EXEC, asked.host)
        tell = partial(_print_messages, core) if asked.json else show
        person = _replies(asked_by_person=not asked.json)
        conversation = Conversation(terminal, person, tell, passes=sys.stderr.isatty(), watched=not asked.json)
        outcome = conversation.say(line, Asked(asked.channel, confirmed=asked.confirm))
    return int(outcome.exit_code)


def _replies(*, asked_by_person: bool) -> Replies:
    """Who answers what is asked back: whoever sits there, or what is piped in."""
    if not (asked_by_person and sys.stdin.isatty()):
        return replies.Piped()
    from bot import prompts  # noqa: PLC0415 - prompt_toolkit is loaded for a person alone

    return prompts.Typed()


def _print_messages(core: Core, outcome: Outcome) -> None:
    from bot.slack.blocks import render  # noqa: PLC0415 - Slack's shape is asked for by --json alone

    message = render(outcome, lambda button: remembered(core.store, button, outcome.host))
    facts = {"status": outcome.status, "number": outcome.number, "exit_code": outcome.reply.exit_code}
    metadata = {"event_type": "slashdock_outcome", "event_payload": facts}
    for told in ({**message.payload(), "metadata": metadata}, *(file.told() for file in message.files)):
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


def _console(asked: argparse.Namespace) -> int:
    from bot import console, prompts  # noqa: PLC0415 - see _replies

    with _opened() as core:
        terminal = Terminal(core, asked.person, Origin.CONSOLE, asked.host)
        completer = console.Words(core.catalog, terminal.names)
        person = prompts.Typed() if sys.stdin.isatty() else replies.Nobody()
        say = Conversation(terminal, person, show, passes=True).say
        return console.run(say, completer, core.settings.data / "console_history")


def _manifest(asked: argparse.Namespace) -> int:
    from bot.slack.manifest import manifest  # noqa: PLC0415 - see above

    settings = _settings()
    if asked.url and not _is_public(asked.url):
        raise _Told(f"slashdock manifest: {asked.url!r} is no public address; expected https://HOST")
    told = manifest(settings.command, asked.url)
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 0


def _is_public(url: str) -> bool:
    """Whether Slack could reach a bot there."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError where it is none
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not (parts.query or parts.fragment)


def _policy_init(asked: argparse.Namespace) -> int:
    with _faults():
        sys.stdout.write(f"{policy_init.write(_settings().policy, asked.admin)}\n")
    return 0


def _policy_check(asked: argparse.Namespace) -> int:
    with _faults():
        sys.stdout.write(f"{policy_words.check(_settings(), asked.file)}\n")
    return 0


def _policy_explain(asked: argparse.Namespace) -> int:
    with _opened() as core:
        line = imagined.Asked(asked.line, "", asked.channel, asked.host, frozenset(asked.group))
        told, code = policy_words.explain(core, asked.person, line)
    sys.stdout.write(told)
    return code


def _policy_test(asked: argparse.Namespace) -> int:
    with _faults():
        told, code = policy_words.test(_settings(), asked.file)
    sys.stdout.write(told)
    return code


def _archive(_: argparse.Namespace) -> int:
    with _faults():
        sys.stdout.write(record_words.archive(_settings()))
    return 0


def _backup(asked: argparse.Namespace) -> int:
    with _faults():
        told, code = record_words.backup(_settings(), asked.file)
    sys.stdout.write(told)
    return code


def _restore(asked: argparse.Namespace) -> int:
    with _faults():
        told, code = record_words.restored(_settings(), asked.file, sure=asked.yes)
    sys.stdout.write(told)
    return code


def _doctor(_: argparse.Namespace) -> int:
    try:
        settings = _read_settings()
    except SettingsError as error:
        for fault in error.faults:
            sys.stdout.write(f"FAIL  settings: {fault}\n")
        return FAULTY
    good = True
    for check in doctor.checks(settings):
        good &= check.ok
        sys.stdout.write(f"{'OK  ' if check.ok else 'FAIL'}  {check.name}: {check.text}\n")
    return 0 if good else 1


@contextmanager
def _faults() -> Iterator[None]:
    """Whatever stops the bot from starting, told as a sentence."""
    try:
        yield
    except PolicyError as error:
        raise _Told("\n".join(error.faults)) from None
    except Unusable as error:
        raise _Told(str(error)) from None
    except (Unwritable, AlreadyRunning, CannotStart) as error:
        raise _Told(str(error), UNAVAILABLE) from None


_RUNS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "start": _start,
    "exec": _exec,
    "console": _console,
    "manifest": _manifest,
    "doctor": _doctor,
    "archive": _archive,
    "backup": _backup,
    "restore": _restore,
    "policy_init": _policy_init,
    "policy_check": _policy_check,
    "policy_explain": _policy_explain,
    "policy_test": _policy_test,
}
