"""What exactly would be done, shown whole to whoever has to agree, and the digest that binds their word to it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.held import ALONE
from bot.judging import Judged
from bot.request import Request
from bot.seal import Seal
from bot.telling import NEW
from commands import grammar, legible, secrets, units
from commands.attempts import Cancelled, Refusal
from commands.command import Command
from commands.intent import Intent
from commands.seen import is_id_of, lasting
from commands.target import Found, Missing

MOST = 500  # objects that one request may touch and still be shown to people
DIGEST = 32  # hexadecimal digits: 128 bits
FINGERPRINT = 12  # digits of the fingerprint of what is hidden
SHORT = 12  # digits of an id that are shown
_BINDING = ("Config", "HostConfig")  # parts of a container's inspect that are its configuration
_ARRIVES = "{} is not here yet: nobody can agree to an image that has not been seen. Pull it first."

_SHOWN = {"build_arg"}  # what an image's history shows to everybody is no place for a secret
_HIDDEN = (
    "Something in this looks like a secret. It would be hidden from those who have to agree, and they agree to nothing"
    " that they cannot read. Hand secrets over as the value of a variable (-e NAME=VALUE)."
)
_UNKNOWN = "This reaches a container that you may not see, and nobody agrees to what cannot be shown to whoever asks."
_CLOSED = "whose name not everybody may see"
_ANEW = "{} would be fetched anew: nobody can agree to an image that has not been seen. Pull it first, without --pull."


class Unseen(Exception):  # noqa: N818 - an answer, not a fault
    """What would be done cannot be shown to people as it is; str() says why and what to do."""


class Unread(Exception):  # noqa: N818 - an answer, not a fault
    """What would be read cannot be, so that the line would fail: str() is what docker says of that."""


@dataclass(frozen=True)
class Plan:
    """text is all that people are shown and agree to; bound is what the digest is over, by name."""

    text: str
    bound: Mapping[str, str]
    digest: str


def made(judged: Judged, intent: Intent, request: Request, reason: str, seal: Seal) -> Plan:
    """The plan of a line; raises Unseen, Unread, Cancelled, and APIError where a name stands for several objects."""
    meant = sorted(intent.objects, key=lambda each: (each.kind, each.name, each.id))  # engines list in any order
    objects = [*(each for each in judged.found.values() if isinstance(each, Found)), *meant]
    concerned = [*objects, *(each.found for each in judged.effects)]
    count = len({(each.kind, each.id) for each in concerned})
    if count > MOST:
        raise Unseen(f"This would touch {count} objects; {MOST} is the most that people can be asked about.")
    if not all(each.is_known for each in judged.effects):
        raise Unseen(_UNKNOWN)
    for each in _absent(judged):
        each.word()
    _check_image(judged)
    text = "".join(f"{told}\n" for told in (*_told(judged, objects, request, reason, seal), *intent.told))
    if _hides(text, {name for each in concerned for name in (each.name, each.target.ref, *each.tags)}):
        raise Unseen(_HIDDEN)
    try:
        read = {each: seal.fingerprint(content) for each, content in intent.bound().items()}
    except ValueError as error:
        raise Unread(str(error)) from error
    except Cancelled:
        raise
    except Refusal as error:
        raise Unseen(str(error)) from error
    text += "".join(f"Holds:   {legible.shown(each)}: fingerprint {read[each][:FINGERPRINT]}\n" for each in read)
    given = json.dumps(dict(request.given), sort_keys=True)
    bound = {
        "the host": judged.host.name,
        "the line": seal.fingerprint(grammar.canonical(judged.command)),
        "what was filled in": seal.fingerprint(given),
        "what is shown": _shown_mark(text),
        "what gives root": "; ".join(sorted(judged.root)),
        **({ALONE: judged.agreed} if judged.agreed else {}),
        **read,
        **dict(pair for each in concerned for pair in _bound(each, judged)),
        **{f"{each.target.kind} {each.target.ref}": "absent" for each in _absent(judged)},
    }
    return Plan(text, bound, digest(bound))


def digest(bound: Mapping[str, str]) -> str:
    """What tells this plan from any other."""
    return hashlib.sha256(json.dumps(dict(bound), sort_keys=True).encode()).hexdigest()[:DIGEST]


def is_whole(text: str, bound: Mapping[str, str], digest_: str) -> bool:
    """Whether a plan that was written down is still the one that has this digest, to the last character."""
    return digest(bound) == digest_ and bound.get("what is shown") == _shown_mark(text)


def _shown_mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """What is not as it was, in words."""
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    telling = [name for name in names if name != "what is shown"] or names
    return [_difference(name, old.get(name), new.get(name)) for name in telling]


def _difference(name: str, old: str | None, new: str | None) -> str:
    if old is None:
        return f"{name} {NEW}"
    if new is None:
        return f"{name} is not concerned any more"
    if "absent" in {old, new}:
        return f"{name} is {'there now' if old == 'absent' else 'gone'}"
    return f"{name} has changed"


def _absent(judged: Judged) -> Iterator[Missing]:
    return (each for each in judged.found.values() if isinstance(each, Missing))


def _check_image(judged: Judged) -> None:
    """What a container is made of has to be here, so that its id can be agreed to."""
    if judged.command.makes() is None:
        return
    if fetched := judged.command.fetches():
        raise Unseen(_ANEW.format(fetched))
    for each in _absent(judged):
        if each.target.kind == "image":
            raise Unseen(_ARRIVES.format(each.target.ref))


def _hides(text: str, names: Iterable[str]) -> bool:
    """Whether something in it looks like a secret, beside the names of what is there."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", "object", text)
    return secrets.mask_text(text) != text


def line(command: Command) -> str:
    """The line as people are shown it: whole, but for values of variables that look secret, and for its reason."""
    veiled = {
        flag.field: _veiled(getattr(command, flag.field))
        for flag in command.spec.flags
        if flag.secret and flag.field not in _SHOWN
    }
    return grammar.canonical(replace(command, reason="", **veiled))


def _veiled(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_veil, value))
    return secrets.MASK if value else value


def _veil(variable: str) -> str:
    name, equals, _ = variable.partition("=")
    return f"{name}={secrets.MASK}" if equals and secrets.mask_text(variable) != variable else variable


def _runs(command: Command) -> Iterator[str]:
    """The program that it runs, word for word."""
    if words := command.argv():
        yield "Runs:"
        yield from (f"  {json.dumps(word)}" for word in words)


def _filled(command: Command, request: Request) -> Iterator[tuple[str, str]]:
    """What was filled into the line's dialog and is no secret, each with its label."""
    form = command.form()
    for each in () if form is None else form.fields:
        if not each.secret and request.given.get(each.name):
            yield each.label, request.given[each.name]


def _bound(found: Found, judged: Judged) -> Iterator[tuple[str, str]]:
    """What has to stay as it is for the agreement to hold, by name."""
    name, details = f"{found.kind} {found.name}", found.details
    match found.kind:
        case "container":
            yield name, found.id
            yield f"the image of {name}", str(details.get("Image") or "")
            yield f"the configuration of {name}", _configuration(details)
        case "volume":
            yield name, _mark(lasting(details, str(judged.host.quick().api_version)))
        case _:
            yield name, found.id
            if names := _names(found, judged.command):
                yield f"the names of {name}", ", ".join(names)


def _names(found: Found, command: Command) -> tuple[str, ...]:
    """All that an image is called: with the last of its names it goes, and what is done by its id is done to each.

    A container is made of what its line names, whatever else that is called.
    """
    by_id = is_id_of(found.target.ref, found.id)
    return found.tags if by_id or command.makes() is None else ()


def _configuration(details: Mapping[str, Any]) -> str:
    mounts = sorted(details.get("Mounts") or (), key=lambda each: str(each.get("Destination")))
    joined = ((details.get("NetworkSettings") or {}).get("Networks") or {}).values()
    networks = sorted(str(each.get("NetworkID") or "") for each in joined)
    return _mark([details.get("Created"), *(details.get(each) for each in _BINDING), mounts, networks])


def _mark(facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _told(judged: Judged, objects: Sequence[Found], request: Request, reason: str, seal: Seal) -> Iterator[str]:
    command = judged.command
    shown, whole = line(command), grammar.canonical(replace(command, reason=""))
    yield f"Line:    docker {legible.shown(shown)}"
    if shown != whole:
        yield f"Secrets: its values have the fingerprint {seal.fingerprint(whole)[:FINGERPRINT]}"
    yield f"Host:    {judged.host.name}"
    yield f"Class:   {command.spec.permission}{' and root' if judged.root else ''}"
    if reason:
        yield f"Reason:  {legible.shown(reason)}"
    yield from (f"Root:    {each} - this gives root on {judged.host.name}" for each in sorted(judged.root))
    if elevation := command.elevates():
        yield f"Gives:   the role {elevation[0]} for {units.exactly(elevation[1])}"
    if unforeseen := command.unforeseen():
        yield f"Unseen:  {legible.shown(unforeseen)}"
    yield from _runs(command)
    for label, text in _filled(command, request):
        yield legible.shown(label)
        yield from (f"  | {legible.shown(each)}" for each in text.split("\n"))
    if objects:
        yield "Concerns:"
        yield from (_row(each, command) for each in objects)
    for each in _absent(judged):
        end = "is not there, and will be made" if each.target.made else "is not there"
        yield f"  {each.target.kind} {legible.shown(each.target.ref)} {end}"
    yield from _besides(judged)


def _besides(judged: Judged) -> Iterator[str]:
    """What is affected without being named, or in another way than the line says, and how."""
    if judged.effects:
        yield "Besides:"
    for each in sorted(judged.effects, key=lambda each: (each.found.kind, each.found.name, each.told)):
        row = (
            _row(each.found, judged.command)
            if each.is_open
            else f"  {each.found.kind} {_short(each.found.id)}  {_CLOSED}"
        )
        yield f"{row}  {legible.shown(each.told)}"


def _row(found: Found, command: Command) -> str:
    more = f"  of {_image(found)}" if found.kind == "container" and found.details else ""
    if (names := _names(found, command)) not in {(), (found.name,)}:
        more = f"  called {', '.join(map(legible.shown, names))}"
    return f"  {found.kind} {legible.shown(found.name)}  {_short(found.id)}{more}"


def _image(found: Found) -> str:
    name = str((found.details.get("Config") or {}).get("Image") or "")
    return f"{legible.shown(name)} ({_short(str(found.details.get('Image') or ''))})"


def _short(identity: str) -> str:
    return identity.removeprefix("sha256:")[:SHORT] if len(identity) > SHORT else identity
