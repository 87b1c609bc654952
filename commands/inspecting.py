"""What the inspect verbs share: each object as docker shows it, secrets masked before any template sees them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import requests
from docker.errors import APIError, NotFound

from commands import secrets
from commands.context import Context
from commands.engine_errors import daemon
from commands.reply import Errors, Output, Part, Reply, failure
from commands.target import Found, Target
from commands.template import Inspection, Template, TemplateError, typed

Details = Callable[[Found], Any]
_LINE_ENDS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029"})  # escaped by Go, not by Python
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


@dataclass
class _Shown:
    """What there is to show, and what went wrong on the way."""

    objects: list[Any] = field(default_factory=list)
    text: str = ""
    wrong: list[str] = field(default_factory=list)


def inspect(
    ctx: Context, targets: Iterable[Target], shape: str, details: Details | None = None, *, raw: bool = True
) -> Reply:
    """The objects in the shape of --format: none is indented JSON, else json or a template.

    details gives an object's inspect where it is not the one of the lookup. raw shows what the engine sent, to
    templates too where docker's own types have no such field; docker does so everywhere but in volume inspect.
    """
    try:
        template = None if shape in {"", "json"} else Inspection(Template(shape))
    except TemplateError as error:
        return failure(f"template parsing error: {error}")
    shown = _Shown()
    for target in targets:
        try:
            found = ctx.look(target)
            told = secrets.mask_object(details(found) if details else found.details)
        except APIError as error:
            shown.wrong.append(_missing(target, error))
            continue
        if template is None:
            shown.objects.append(told if raw else _typed(found.kind, told))
            continue
        try:
            shown.text += template.text(found.kind, told, as_it_came=raw) + "\n"
        except TemplateError as error:
            shown.wrong.append(f"template parsing error: {error}")
    return _reply(shown, shape, raw=raw)


def unanswered(targets: Iterable[Target], shape: str, sentence: str) -> Reply:
    """The same where the engine does not answer: nothing is there to show, and each name has that sentence."""
    try:
        Template("" if shape == "json" else shape)
    except TemplateError as error:
        return failure(f"template parsing error: {error}")
    wrong = [sentence if target.ref.strip() else _nameless(target) for target in targets]
    return _reply(_Shown(wrong=wrong), shape, raw=True)


def encoded(thing: Any, *, indented: bool, raw: bool) -> str:
    """JSON in the order of its keys, as the engine writes it (raw) or as Go does, which escapes HTML."""
    form: dict[str, Any] = {"indent": 4} if indented else {"separators": (",", ":")}
    return json.dumps(thing, ensure_ascii=False, **form).translate(_LINE_ENDS if raw else _LINE_ENDS | _HTML)


def _typed(kind: str, told: Any) -> Any:
    """The object as docker's own types hold it."""
    return json.loads(Template("{{json .}}").execute(typed(kind, told)))


def _missing(target: Target, error: APIError) -> str:
    if not target.ref.strip():
        return _nameless(target)
    absent = isinstance(error, NotFound) or error.status_code == requests.codes.bad_request  # as no image can be called
    anything = target.kind == "any" and absent
    return f"Error: No such object: {target.ref}" if anything else daemon(error)


def _nameless(target: Target) -> str:
    kind = "container" if target.kind == "any" else target.kind
    return "Error: No such image: " if kind == "image" else f"invalid {kind} name or ID: value is empty"


def _reply(shown: _Shown, shape: str, *, raw: bool) -> Reply:
    as_json = shape in {"", "json"}
    text = f"{encoded(shown.objects, indented=not shape, raw=raw)}\n" if as_json else shown.text or "\n"
    parts: tuple[Part, ...] = (Output(text, "inspect.json"),)
    if not shown.wrong:
        return Reply(parts)
    told = "".join(f"{line}\n" for line in shown.wrong)
    return Reply((*parts, Errors(told)), failed=True, error=shown.wrong[0])
