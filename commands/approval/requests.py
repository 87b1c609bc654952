"""A request that waits for consent, as it is told in text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from commands import units
from commands.asking import Field, Form
from commands.audit.actions import flat, time
from commands.reply import Button, Buttons, Moment, Note, Output, Part

DIGITS = 18  # of a number that SQLite can hold
_WHY_NOT = Form("Reject", "Reject", (Field("reason", "Why not?", multiline=True, optional=True),))
OPEN = ("pending", "approved", "running")
STATES = (*OPEN, "done", "failed", "unknown", "denied", "cancelled", "expired", "superseded")


def number_problem(number: str) -> str | None:
    """A number that is none."""
    if number.isascii() and number.isdigit() and len(number) <= DIGITS:
        return None
    return f"invalid number '{number}': expected one that 'docker approval ls' lists"


def told(held: Mapping[str, Any], now: float) -> Iterator[Part]:
    """All of a request: who asks for what, what exactly would be done, who said what of it, and what can be pressed."""
    yield Note(f"{held['person']} asks for number {held['number']}: {state(held)}. It takes that {held['needs']}.")
    yield Output(held["plan"], "plan.txt", whole=True)
    if held["around"]:
        yield Note("\n".join(held["around"]))
    for vote in held["votes"]:
        said = "agreed" if vote["verdict"] == "approve" else "refused"
        why = f": {flat(vote['reason'])}" if vote["reason"] else ""
        yield Moment(f"{vote['person']} {said} (number {vote['action']}){why},", vote["at"])
    if held["state"] == "pending":
        yield Moment(f"Asked {units.ago(max(0.0, now - held['asked']))}; it expires", held["expires"])
        yield Note(f"Its digest is {held['digest']}.")
    buttons = tuple(_buttons(held))
    if buttons:
        yield Buttons(buttons)


def state(held: Mapping[str, Any]) -> str:
    """Where it stands, with who decided and why."""
    text = str(held["state"])
    if held["by"]:
        text += f" by {held['by']}"
    if held["why"]:
        text += f" ({flat(held['why'])})"
    if held["glass"]:
        seen = f"reviewed by {held['reviewed']}" if held["reviewed"] else "NOT YET REVIEWED"
        text += f", the glass was broken: {flat(held['glass'])}; {seen}"
    return text


def approve_button(number: int, verb: str, digest: str) -> Button:
    """The button that agrees to what has this digest; several people press it."""
    return Button(f"Approve {verb}", f"approval approve {number} --digest {digest}", primary=True)


def reject_button(number: int) -> Button:
    """The button that refuses; whoever presses it may say why."""
    return Button("Reject", f"approval reject {number}", form=_WHY_NOT)


def _buttons(held: Mapping[str, Any]) -> Iterator[Button]:
    if held["state"] == "pending" and held["may_decide"]:
        yield approve_button(held["number"], held["verb"], held["digest"])
        yield reject_button(held["number"])
    if held["state"] in {"pending", "approved"} and held["own"]:
        yield Button("Withdraw", f"approval cancel {held['number']}")


def row(held: Mapping[str, Any], now: float, *, trunc: bool) -> dict[str, str]:
    """A row of the list."""
    line = flat(str(held["line"]))
    return {
        "Number": str(held["number"]),
        "State": str(held["state"]),
        "Person": str(held["person"]),
        "Host": str(held["host"]),
        "Line": line if not trunc or len(line) <= _WIDE else f"{line[: _WIDE - 1]}…",
        "Needs": str(held["needs"]),
        "Asked": units.ago(max(0.0, now - held["asked"])),
        "Expires": time(held["expires"]) if held["state"] == "pending" else "",
        "Reason": flat(str(held["reason"])),
        "Digest": str(held["digest"]),
    }


_WIDE = 60  # characters of a line that a list shows
