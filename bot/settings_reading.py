"""The settings as an environment and a .env file give them: read once, every fault reported at once."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot import cron, env_file
from bot.env_file import EnvFile
from bot.settings import MAY_BE_EMPTY, TLS_FILES, Mode, Settings, SettingsError

_NEAR = 0.85  # how much of a name's letters is as in a setting's, for it to be one that was misspelt


def load(environ: Mapping[str, str], file: Path, engine: str = "") -> Settings:
    """The settings of an environment and a .env file, the environment first; raises SettingsError with every fault.

    engine is the address of the one to use where neither names any; where it is empty that is the usual one.
    """
    env = env_file.read(file)
    faults = [*env.faults, *_unknown(environ, env)]
    given = {**env.values, **environ}
    if engine and not _text(given, "DOCKER_HOST"):
        given["DOCKER_HOST"] = engine
    values: dict[str, Any] = {}
    for each in dataclasses.fields(Settings):
        name = each.metadata["env"]
        text = _text(given, name)
        if text or (name in given and name in MAY_BE_EMPTY):
            try:
                values[each.name] = each.metadata["read"](text)
            except ValueError as error:
                faults.append(f"{_where(name, environ, env)} {error}")
    settings = Settings(**{"mode": _mode_of(given), **values})
    faults += _contradictions(settings, given, lambda name: _where(name, environ, env))
    if faults:
        raise SettingsError(tuple(faults))
    return settings


def _text(given: Mapping[str, str], name: str) -> str:
    """What a name is set to, without quotes: `docker run --env-file` hands them over where a shell would not."""
    text = given.get(name, "").strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _where(name: str, environ: Mapping[str, str], env: EnvFile) -> str:
    return f"{env.where(name)}: {name}" if name in env.values and name not in environ else name


def _unknown(environ: Mapping[str, str], env: EnvFile) -> Iterator[str]:
    known = [each.metadata["env"] for each in dataclasses.fields(Settings)]
    strange = [(name, name) for name in environ if name.startswith("SLASHDOCK_")]
    strange += [
        (name, f"{env.where(name)}: {name}") for name in env.values if name.startswith(("SLASHDOCK_", "SLACK_"))
    ]
    strange += [(name, f"{env.where(name)}: {name}") for name in env.values if _is_misspelt(name, known)]
    for name, where in dict(strange).items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            yield f"{where} is no setting" + (f"; did you mean {near[0]}?" if near else " (all stand in .env.example)")


def _is_misspelt(name: str, known: Iterable[str]) -> bool:
    """Whether it is nearly a setting; other names in the file are somebody else's."""
    return bool(difflib.get_close_matches(name, known, n=1, cutoff=_NEAR))


def _mode_of(given: Mapping[str, str]) -> Mode:
    """The mode that the tokens allow; with half of them it is the one that misses least."""
    if _text(given, "SLASHDOCK_MODE"):
        return Mode.WORKSPACE  # it could not be read: that fault is enough, and this mode misses nothing
    held = {name for name in (*_NEEDS[Mode.SOCKET], *_NEEDS[Mode.HTTP]) if _text(given, name)}
    if "SLACK_APP_TOKEN" in held:
        return Mode.SOCKET
    return Mode.HTTP if held else Mode.WORKSPACE


def _contradictions(settings: Settings, given: Mapping[str, str], where: Callable[[str], str]) -> Iterator[str]:
    """What is missing or does not go together; a token that is there but malformed has its own fault already."""
    yield from _missing(settings, given)
    if settings.docker_tls_verify:
        absent = [name for name in TLS_FILES if not (settings.docker_cert_path / name).is_file()]
        yield from (f"DOCKER_TLS_VERIFY is set, and {settings.docker_cert_path / name} is not there" for name in absent)
    if settings.key_file.resolve().is_relative_to(settings.data.resolve()):
        yield (
            f"{where('SLASHDOCK_KEY_FILE')} is {str(settings.key_file)!r}, inside the data folder"
            f" {str(settings.data)!r}: a copy of the data would hold the key as well; name another folder"
        )
    if settings.cleanup_cron:
        yield from _cron_faults(settings, where)


_NEEDS = {
    Mode.SOCKET: ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
    Mode.HTTP: ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"),
    Mode.WORKSPACE: (),
}
_INSTEAD = {
    "SLACK_APP_TOKEN": "; without it Socket Mode cannot connect (HTTP mode needs SLACK_SIGNING_SECRET)",
    "SLACK_SIGNING_SECRET": "; without it requests cannot be checked (Socket Mode needs SLACK_APP_TOKEN)",
}


def _missing(settings: Settings, given: Mapping[str, str]) -> Iterator[str]:
    for name in _NEEDS[settings.mode]:
        if not _text(given, name):
            yield f"{name} is not set, and mode {settings.mode} needs it{_INSTEAD.get(name, '')}"


def _cron_faults(settings: Settings, where: Callable[[str], str]) -> Iterator[str]:
    zone = settings.cleanup_zone
    try:
        cron.timezone(zone)
    except ValueError as error:
        yield f"{where('SLASHDOCK_CLEANUP_ZONE')} is {zone!r}, which {error}"
        zone = "UTC"
    try:
        cron.trigger(settings.cleanup_cron, zone)
    except ValueError as error:
        yield f"{where('SLASHDOCK_CLEANUP_CRON')} {settings.cleanup_cron!r}: {error}"
