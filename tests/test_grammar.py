"""Every verb's grammar: what it writes it reads again, and it refuses in docker's words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from commands import catalog, grammar, kinds
from commands.api import EXPERIMENT, WINDOWS
from commands.command import Command
from commands.line import UsageError, join, split
from commands.spec import Argument, Flag

VERBS = sorted(catalog.load(), key=lambda verb: verb.spec.name)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
FILTERS = st.builds("{}={}".format, st.sampled_from(["name", "label", "status"]), st.sampled_from(["a", "b=c", "d e"]))


def _values(flag: Flag) -> st.SearchStrategy[Any]:
    known: dict[str, st.SearchStrategy[Any]] = {
        kinds.BOOL.label: st.booleans(),
        kinds.INT.label: st.integers(-(1 << 63), (1 << 63) - 1),
        kinds.STRINGS.label: st.lists(WORDS, max_size=3).map(tuple),
        kinds.FILTER.label: st.lists(FILTERS, max_size=3).map(tuple),
    }
    if flag.kind.samples:
        sampled = st.sampled_from([flag.kind.parse(text) for text in flag.kind.samples])
        return st.lists(sampled, max_size=3).map(tuple) if flag.kind.repeats else sampled
    return known.get(flag.kind.label, st.lists(WORDS, max_size=3).map(tuple) if flag.kind.repeats else WORDS)


def _argument(argument: Argument) -> st.SearchStrategy[Any]:
    words = (
        WORDS
        | st.integers(1, 99).map(str)
        | st.sampled_from(["cleanup", "daily", "web", "app:1.0", "front", "0 3 * * sun"])
    )
    if argument.repeats:
        return st.lists(words, min_size=int(argument.required), max_size=3).map(tuple)
    return words if argument.required else words.filter(bool)


@st.composite
def _commands(draw: st.DrawFn, verb: type[Command]) -> Command:
    possible = [flag for flag in verb.spec.flags if flag.since not in {EXPERIMENT, WINDOWS}]
    given_flags = draw(st.lists(st.sampled_from(possible), max_size=6, unique_by=lambda flag: flag.field))
    values = {flag.field: draw(_values(flag)) for flag in given_flags}
    arguments = {each.field: draw(_argument(each)) for each in verb.spec.arguments}
    command = verb(**values, **arguments)
    if command.problem() is None:
        return command
    bare = verb(**arguments)
    assume(bare.problem() is None)
    return bare


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.spec.name)
@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.data())
def test_a_command_s_canonical_line_reads_back_as_an_equal_command(verb: type[Command], data: st.DataObject) -> None:
    """parse(line(c)) == c for every verb, every flag and any value."""
    command = data.draw(_commands(verb))
    assert catalog.load().parse(grammar.canonical(command)).command == command.means()


@given(st.lists(WORDS, max_size=5))
def test_joined_words_split_into_the_same_words(words: list[str]) -> None:
    """Quoting loses and adds nothing."""
    assert split(join(words)) == words


@pytest.mark.attack("S23")
@given(WORDS)
def test_any_line_is_read_or_refused_in_words(text: str) -> None:
    """No text brings anything but a command or a UsageError."""
    try:
        said = catalog.load().parse(text).command.spec.name
    except UsageError as error:
        said = error.text
    assert said


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("ps | grep web", "|"),
        ("logs web > file", ">"),
        ("logs web < file", "<"),
        ("ps; ps", ";"),
        ("ps && ps", "&"),
        ("logs `web`", "`"),
        ("logs $(web)", "$("),
        ('logs a"b"$(web)', "$("),
    ],
)
def test_what_only_a_shell_could_do_is_refused_with_the_way_to_do_it_here(line: str, token: str) -> None:
    """An unquoted pipe, redirect, second command or expansion runs nothing."""
    with pytest.raises(UsageError) as refused:
        catalog.load().parse(line)
    assert refused.value.text == f"This line was not run: it has an unquoted {token}"
    assert refused.value.hint


@pytest.mark.parametrize(
    ("line", "token"), [('logs "$(web)"', "$("), ('logs "`web`"', "`"), ("""exec web 'a' "'$(id)'\"""", "$(")]
)
def test_what_a_shell_would_run_in_double_quotes_is_refused_in_words_that_are_true(line: str, token: str) -> None:
    """It is quoted, and would be run all the same: single quotes are what keeps it as text."""
    with pytest.raises(UsageError) as refused:
        catalog.load().parse(line)
    assert refused.value.text == f"This line was not run: it has {token} in double quotes"
    assert refused.value.hint.startswith(f"{token} is not run here, also not in double quotes; single quotes keep it")


@pytest.mark.parametrize("line", ["logs 'a|b'", "logs a\\;b", "logs '$(x)'", "logs '`x`'", 'logs "a>b"', "logs $HOME"])
def test_quoted_shell_characters_are_plain_text(line: str) -> None:
    """Quotes and backslashes take a character's meaning away, and a lone dollar has none."""
    assert catalog.load().parse(line).command.spec.name == "container logs"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("pss", "Did you mean ps?"),
        ("lgos web", "Did you mean logs or logout?"),
        ("container lgos web", "Did you mean container logs or container ls?"),
        ("container lgs web --tail 5", "Did you mean container logs or container ls?"),
        ("container stpo -t 1 web", "Did you mean container stop?"),
        ("image prun -f", "Did you mean image prune?"),
        ("stpo -t 1 web", "Did you mean stop?"),
        ("container --tail 5 lgs web", ""),
        ("ps --formt x", "Did you mean --format?"),
        ("logs --tial 5 web", "Did you mean --tail?"),
        ("swarm init", "Docker has it, and slashdock has not: swarms are for a later version."),
        ("service --foo", "Docker has it, and slashdock has not: swarms are for a later version."),
        (
            "plugin ls",
            "Docker has it, and slashdock has not: a plugin is root on its host; `inspect --type plugin` shows one.",
        ),
        (
            "secret ls",
            "Docker has it, and slashdock has not: swarms are for a later version; `inspect --type secret` shows one.",
        ),
    ],
)
def test_a_wrong_verb_or_flag_brings_the_nearest_right_one(line: str, hint: str) -> None:
    """The hint stands beside docker's own error; of docker's own verbs that are not here it says why."""
    with pytest.raises(UsageError) as refused:
        catalog.load().parse(line)
    assert refused.value.hint == hint


def test_the_path_of_every_verb_is_its_name() -> None:
    """`docker network ls` is commands/network/ls.py; verbs of no object live in general/."""
    for verb in VERBS:
        words = verb.spec.name.replace("-", "_").split()
        folder, name = ("general", *words) if len(words) == 1 else words
        module = verb.__module__.split(".")
        assert module[:2] == ["commands", folder]
        assert module[2] in {name, f"{name}_"}
        assert verb.__name__.lower() == name.replace("_", "")


def test_every_verb_and_flag_has_a_help_text() -> None:
    """A summary in the docstring, a sentence for each flag, and none of them is empty."""
    for verb in VERBS:
        assert verb.spec.summary, verb
        for flag in verb.spec.flags:
            assert flag.help.strip(), (verb, flag.long)


def test_no_two_verbs_share_a_name() -> None:
    """Every name and alias leads to one verb."""
    names = [name for verb in VERBS for name in verb.spec.names]
    assert len(names) == len(set(names))


def test_a_leading_docker_and_the_host_are_read_before_the_verb() -> None:
    """-H NAME stands before the verb as in docker; `docker` itself may be typed or not."""
    for line in ("docker -H prod ps", "-H prod ps", "docker --host=prod ps", "-Hprod ps", "-H=prod ps"):
        parsed = catalog.load().parse(line)
        assert (parsed.host, parsed.command.spec.name) == ("prod", "container ls")


def test_names_of_a_flag_that_no_help_tells_mean_the_same_in_their_order() -> None:
    """As the line has them, whichever way each is spelt."""
    line = "run --dns-option a --dns-opt b --net-alias c --network-alias d --net e --network f busybox"
    command = catalog.load().parse(line).command
    values = [getattr(command, name) for name in ("dns_option", "network_alias", "network")]
    assert values == [("a", "b"), ("c", "d"), ("e", "f")]
    with pytest.raises(UsageError, match='"--net" flag'):
        catalog.load().parse("run --net name=x,y busybox")


def test_the_kin_of_every_verb_are_verbs() -> None:
    """A rule on one of them means the others too, so each must be there."""
    for verb in VERBS:
        assert all(catalog.load().find(tuple(name.split())) for name in verb.spec.kin), verb


@pytest.mark.parametrize("line", ['"ps -a"', "container 'ls -a'", "'foo bar' x", "''", "container ''"])
def test_a_blank_inside_a_word_is_no_command(line: str) -> None:
    """Quotes around a whole line are a common mistake: it is told in docker's words."""
    with pytest.raises(UsageError, match="unknown command"):
        catalog.load().parse(line)
