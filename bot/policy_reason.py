"""Why the policy says no, or yes, as a sentence for the person who asked: what is missing and who can change it.

No sentence here tells of an object that the asker may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.consent import Approval
from bot.policy_file import USER
from bot.rule import Asker, Object, Rule
from commands.spec import Permission, Spec

What = Spec | Permission
Names = Sequence[str]
_LINES = 4  # of a file that one sentence names
_NAMED = "needs the class root, which no class includes and a role has only by that name"


def no_file(path: Path) -> str:
    """There is no policy file."""
    return f"There is no policy file {path} yet, so nobody may do anything."


def init(asker: Asker, source: str) -> str:
    """How a first policy file is made, with the asker's id."""
    who = asker.id if USER.fullmatch(asker.id) else "U..."
    return f"Your id is {asker.id}; on the bot's machine `slashdock policy init --admin {who}` writes {source}."


def stranger(asker: Asker, source: str) -> str:
    """The file does not name the asker."""
    return f"You are not listed in {source}. Ask whoever keeps it to add you: your id is {asker.id}."


def elsewhere(asker: Asker, source: str, line: int) -> str:
    """The file does not name the channel."""
    ask = f"Ask in another, or ask whoever keeps {source} to add it to [channels]{_line(line)}."
    return f"slashdock does not listen in this channel ({asker.channel}). {ask}"


def no_rule(spec: Spec, roles: Iterable[str], source: str, able: Names) -> str:
    """No role allows the verb at all."""
    return f"None of your roles ({_listed(roles)}) allows {_called(spec)}. {_ask(source, able)}"


def not_here(spec: Spec, rules: Sequence[Rule], source: str, able: Names) -> str:
    """The rules that allow the verb hold on other hosts or in other channels."""
    only = f"{_called(spec)} only {places(rules)} ({_at(rules, source)})"
    return f"Your {_roles(rules)} allows {only}. {_ask(source, able)}"


def too_wide(spec: Spec, rules: Sequence[Rule], source: str, able: Names) -> str:
    """The verb is about the whole host, and no rule is."""
    only = f"your {_roles(rules)} allows it only on {_selectors(rules)} ({_at(rules, source)})"
    return f'{_called(spec)} is about everything on the host, so it needs on = ["*"]; {only}. {_ask(source, able)}'


def out_of_reach(what: What, rules: Sequence[Rule], source: str, able: Names, *, further: bool = False) -> str:
    """No rule reaches the object, whether it is there or not; further: by another name than the line's alone."""
    only = f"{_called(what)} only on {_selectors(rules)} ({_at(rules, source)})"
    also = ", and this image has a name besides that is none of these" if further else ""
    return f"Your {_roles(rules)} allows {only}{also}. {_ask(source, able)}"


def denied(what: What, rule: Rule, source: str) -> str:
    """A deny rule forbids it."""
    forbids = f"forbids {_called(what)} on {_selectors([rule])} to everyone"
    return f"A deny rule ({_at([rule], source)}) {forbids}. {_ask(source)}"


def taken(name: str, source: str) -> str:
    """The line would give something a name that an object has which a deny rule hides."""
    hides = f"a deny rule ({source}) hides what has it from you"
    return f"The name {name} is taken, and {hides}. Take another one. {_ask(source)}"


def protected(obj: Object, why: str) -> str:
    """The object is protected."""
    return f"{obj.name} is protected ({why}): it can be seen, and nobody can do more from here."


def root(what: What, obj: Object, source: str, able: Names) -> str:
    """The object gives root on its host."""
    return f"{obj.name} gives root on its host ({obj.root}): {_called(what)} on it {_NAMED}. {_ask(source, able)}"


def gives_root(spec: Spec, why: str, source: str, able: Names) -> str:
    """What the line asks for gives root on the host."""
    return f"This gives root on the host ({why}): {_called(spec)} so {_NAMED}. {_ask(source, able)}"


def no_root(why: str, rule: Rule, source: str) -> str:
    """What the line asks for gives root on the host, which a deny rule about some of it forbids for all of it."""
    return f"This gives root on the host ({why}). {denied(Permission.ROOT, rule, source)}"


def named(glob: str, source: str, line: int) -> str:
    """What [protect] names it by."""
    return f"[protect] in {source}{_line(line)} names {glob}, which whoever keeps it can change"


def listed(spec: Spec, source: str) -> str:
    """Everyone whom the file names may."""
    return f"Everyone in {source} may use {_called(spec)}."


def held(
    spec: Spec, rules: Sequence[Rule], bars: Sequence[Rule], needs: Sequence[Sequence[Approval]], source: str
) -> str:
    """These rules allow it, once others agree; bars are the rules that ask for more."""
    where = _at((*rules, *bars), source)
    return f"The {_roles(rules)} allows {_called(spec)} on {_selectors(rules)} ({where}), once {asked(needs)}."


def unagreed(spec: Spec, why: str, source: str) -> str:
    """Nobody does it alone, and no rule asks anybody else."""
    return (
        f"{_called(spec).capitalize()} is never done without somebody else's consent {why}, and {source} asks nobody"
        f' for it. Whoever keeps it can: [[require]] verbs = ["{spec.name}"], on = ["*"], approve = "..."'
    )


def kept(obj: Object, bars: Sequence[Rule], needs: Sequence[Sequence[Approval]], source: str) -> str:
    """The name may be given to something new, once others agree."""
    return f"What is new as {obj.name} may be made ({_at(bars, source)}), once {asked(needs)}."


def part(spec: Spec, obj: Object, bars: Sequence[Rule], needs: Sequence[Sequence[Approval]], source: str) -> str:
    """The line does this verb to the object as a part of its own, once others agree."""
    return f"This does to {obj.name} what `{' '.join(spec.names[-1])}` does ({_at(bars, source)}), once {asked(needs)}."


def leaves(obj: Object, rule: Rule, source: str) -> str:
    """A deny rule goes by the name that the object would lose."""
    why = f"A deny rule ({_at([rule], source)}) is about {_selectors([rule])}"
    return f"{why}: {obj.name} cannot be taken out from under it by another name. {_ask(source)}"


def left(obj: Object, bars: Sequence[Rule], needs: Sequence[Sequence[Approval]], source: str) -> str:
    """Rules that raise the bar go by the name that the object would lose."""
    return f"{obj.name} may get another name, under which fewer rules hold ({_at(bars, source)}), once {asked(needs)}."


def enters(obj: Object, rule: Rule, source: str) -> str:
    """A rule of the asker's allows more by the name that the object would get than they may do to it."""
    more = f"Your {_roles([rule])} allows more on {_selectors([rule])} ({_at([rule], source)}) than you may do to"
    return f"{more} {obj.name}: it cannot be brought under that by another name. {_ask(source)}"


def entered(obj: Object, rules: Sequence[Rule], needs: Sequence[Sequence[Approval]], source: str) -> str:
    """The same, where what they may do to it takes consent."""
    more = f"by which your {_roles(rules)} allows more ({_at(rules, source)})"
    return f"{obj.name} may get another name, {more}, once {asked(needs)}."


def nobodys(source: str) -> str:
    """Whoever asks for a role is known by a user group alone, and it would be given to a person."""
    return f"A role for a time is given to those who stand under [people] in {source}. {_ask(source)}"


def no_elevation(role: str, known: Iterable[str], source: str, line: int) -> str:
    """The role cannot be asked for; the line is that of the role, 0 where there is none."""
    where = f"[roles.{role}] in {source}{_line(line)} has no elevate" if line else f"{source} has no such role"
    return f"The role {role} cannot be asked for, as {where}; {_listed(known)} can. {_ask(source)}"


def too_long(role: str, longest: float, source: str, line: int) -> str:
    """The role cannot be had for so long."""
    where = f"[roles.{role}] longest in {source}{_line(line)}"
    return f"The role {role} can be had for {longest / 60:.0f} minutes at most ({where}). {_ask(source)}"


def elevated(role: str, needs: Sequence[Sequence[Approval]], source: str, line: int) -> str:
    """The role can be had, once others agree."""
    return f"The role {role} can be had for a time ([roles.{role}] in {source}{_line(line)}), once {asked(needs)}."


def no_glass(roles: Iterable[str], source: str, line: int) -> str:
    """The asker has none of the roles that may break the glass."""
    return f"Only {_listed(roles)} may break the glass ([break_glass] in {source}{_line(line)}). {_ask(source)}"


def asked(needs: Iterable[Iterable[Approval]], waited: float = -1.0) -> str:
    """All that it takes, in words; waited is as in Approval.among."""
    return " and ".join(" or ".join(agreeing(each, waited) for each in clause) for clause in needs)


def agreeing(approval: Approval, waited: float = -1.0) -> str:
    """What an approval takes, in words."""
    names = {name for each in approval.among(waited) for name in (*each.roles, *each.groups)}
    who = " or ".join(sorted(names))
    people = "1 other person" if approval.need == 1 else f"{approval.need} other people"
    return f"{people} of {who} {'agrees' if approval.need == 1 else 'agree'} (approval {approval.name})"


def allowed(spec: Spec, rules: Sequence[Rule], source: str) -> str:
    """These rules allow it."""
    return f"The {_roles(rules)} allows {_called(spec)} on {_selectors(rules)} ({_at(rules, source)})."


def _called(what: What) -> str:
    if isinstance(what, Permission):
        return f"the class {what.value}"
    return (
        f"`{what.name}`" if what.permission is Permission.LISTED else f"`{what.name}` (class {what.permission.value})"
    )


def _ask(source: str, able: Names = ()) -> str:
    """Whom to ask: those who may do it themselves, and whoever keeps the file."""
    if not able:
        return f"Whoever keeps {source} can change that."
    return f"Ask {_either(able)}, who may, or whoever keeps {source}."


def _either(names: Names) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _at(rules: Iterable[Rule], source: str) -> str:
    """Where the rules stand: the file, and the lines where they are known."""
    found = [str(line) for line in sorted({rule.line for rule in rules}) if line]
    if len(found) > _LINES:
        found[_LINES - 1 :] = [f"{len(found) - _LINES + 1} more"]
    *first, last = found or [""]
    if not last:
        return source
    return f"{source}, lines {', '.join(first)} and {last}" if first else f"{source}, line {last}"


def _line(line: int) -> str:
    return f" (line {line})" if line else ""


def _roles(rules: Iterable[Rule]) -> str:
    return f"role {_listed({rule.role for rule in rules})}"


def _selectors(rules: Iterable[Rule]) -> str:
    return _listed({selector.text for rule in rules for selector in rule.on})


def places(rules: Iterable[Rule]) -> str:
    """Where rules hold, empty for everywhere."""
    hosts = _listed({host for rule in rules for host in rule.hosts})
    channels = _listed({channel for rule in rules for channel in rule.channels})
    parts = [f"on host {hosts}"] if hosts != _NONE else []
    parts += [f"in channel {channels}"] if channels != _NONE else []
    return " and ".join(parts)


_NONE = "none"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or _NONE
