"""What stands before the verb, and docker by itself: none of it is a verb, some of it needs no engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from harness import ADMIN, VIEWER, Bench, bench

from bot import text
from bot.policy import Asker, Policy
from bot.request import Status
from commands import catalog
from commands.general.version import VERSION
from commands.line import UsageError
from commands.reply import Errors, Output


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("-c prod ps", "--context"),
        ("--config /tmp ps", "--config"),
        ("--config default ps", "--config"),
        ("--tls ps", "--tls"),
        ("--tlsverify --tlscacert ca.pem ps", "--tlscacert"),
        ("--tlscert=cert.pem ps", "--tlscert"),
        ("--tlskey key.pem ps", "--tlskey"),
        ("--tlsverify ps", "--tlsverify"),
    ],
)
def test_what_would_choose_another_engine_is_refused_with_the_way_to_do_it_here(line: str, flag: str) -> None:
    """An engine has a name here; no line says where one is or which keys open it."""
    with pytest.raises(UsageError) as refused:
        catalog.load().parse(line)
    assert refused.value.text.endswith(f" {flag}")
    assert "--host NAME" in refused.value.hint


@pytest.mark.parametrize("line", ["-v", "--version", "-Dv", "-v -l info"])
def test_the_version_of_the_client_needs_no_engine(line: str, tmp_path: Path) -> None:
    """`docker -v` answers where there is no engine, as at a terminal."""
    nowhere = bench(f"unix://{tmp_path}/no.sock", tmp_path / "data")
    outcome = nowhere.say(line)
    nowhere.close()
    assert (outcome.status, text.docker(outcome.reply)) == (Status.DONE, f"slashdock version {VERSION}\n")


@pytest.mark.parametrize("line", ["images --tree a b", "images --tree"])
def test_an_engine_that_does_not_answer_is_too_old_for_nothing(line: str, tmp_path: Path) -> None:
    """Then docker tells the other faults of the line, and where it has none that there is no engine."""
    nowhere = bench(f"unix://{tmp_path}/no.sock", tmp_path / "data")
    told = text.docker(nowhere.say(line).reply)
    nowhere.close()
    assert told.startswith(("docker: 'docker images' requires at most 1 argument", "Cannot connect to the Docker"))


def test_a_group_by_itself_writes_its_page_to_standard_error(bench: Bench) -> None:
    """So does docker by itself; asked for with --help or help the page is an answer."""
    for line, asked in {"container": "container --help", "docker": "docker --help", "-D": "help"}.items():
        bare, page = bench.say(line), bench.say(asked)
        assert [type(part) for part in bare.reply.parts] == [Errors], line
        assert (bare.status, text.docker(bare.reply)) == (Status.DONE, text.docker(page.reply))


@pytest.mark.parametrize(
    ("line", "kinds"), [("-h", [Errors, Output]), ("-Dh", [Errors, Output]), ("ps -h", [Output, Output])]
)
def test_the_short_flag_of_help_is_warned_of_where_docker_does(bench: Bench, line: str, kinds: list[type]) -> None:
    """Its verbs warn on standard output, docker itself on standard error."""
    parts = bench.say(line).reply.parts
    assert [type(part) for part in parts] == kinds
    assert parts[0] == kinds[0]("Flag shorthand -h has been deprecated, use --help\n")


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("--help ps", "ps --help"),
        ("container --help ls", "container ls --help"),
        ("nothere --help", "help"),
        ("container nothere --help", "help container"),
        ("--version --help", "help"),
        ("--help run", "run --help"),
        ("help container list", "container list --help"),
        ("container --help=false", "container"),
    ],
)
def test_help_is_asked_for_in_docker_s_ways(bench: Bench, line: str, same: str) -> None:
    """--help before the verb means the verb, and beside a word that is none it means what is around that."""
    assert text.docker(bench.say(line).reply) == text.docker(bench.say(same).reply)


def test_the_first_page_lists_no_command_twice(bench: Bench) -> None:
    """What is common is not listed again, nor by its longer name."""
    listed = re.findall(r"^  (\S+(?: \S+)?)  ", text.docker(bench.say("help").reply), re.MULTILINE)
    assert "inspect" in listed
    assert "container inspect" not in listed
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("line", ["ps -q", "docker ps -q", "/docker ps -q", "/docker -D ps -q"])
def test_a_line_may_begin_as_at_a_terminal_or_as_in_slack(line: str) -> None:
    """Whoever pastes a whole line after /docker is understood."""
    assert catalog.load().parse(line).command == catalog.load().parse("ps -q").command


def test_docker_s_own_name_is_left_out_once() -> None:
    """What comes after it is the line, whatever it says."""
    for line in ("/docker /docker ps", "docker /docker ps", "/docker docker ps"):
        with pytest.raises(UsageError, match="unknown command"):
            catalog.load().parse(line)


@pytest.mark.parametrize(
    ("line", "all_of_it", "viewer"),
    [
        ("bogus", "Did you mean logs?", ""),
        ("imags", "Did you mean images or image?", "Did you mean images or image?"),
        ("container lgos", "Did you mean container logs or container ls?", "Did you mean container ls?"),
        ("lgos --hots", "Did you mean logs or logout?", "Did you mean --host?"),
        ("ps --formt x", "Did you mean --format?", "Did you mean --format?"),
    ],
)
def test_a_wrong_verb_brings_the_nearest_of_those_that_one_may_use(line: str, all_of_it: str, viewer: str) -> None:
    """What help hides from somebody is not offered to them either; the next best takes its place."""
    specs = tuple(verb.spec for verb in catalog.load())
    with pytest.raises(UsageError) as refused:
        catalog.load().parse(line)
    usable = Policy.sample(specs).usable(Asker(VIEWER), specs)
    assert refused.value.among(catalog.names(specs)).hint == all_of_it
    assert refused.value.among(catalog.names(usable)).hint == viewer
    assert refused.value.among(catalog.names(usable)).text == refused.value.text


def test_help_leaves_out_what_the_engine_is_too_old_for(bench: Bench) -> None:
    """A flag that would be refused is not offered."""
    assert "--digests" in text.docker(bench.say("images --help").reply)
    assert "--tree" not in text.docker(bench.say("images --help").reply)


def test_a_verb_that_one_may_not_use_is_an_unknown_topic(bench: Bench) -> None:
    """In the words that docker has for one that is not there."""
    for line in ("help commit", "commit --help", "help nothere", "help container commit", "help container nothere"):
        word = line.removesuffix(" --help").split()[-1]
        assert text.docker(bench.say(line, VIEWER).reply) == f"unknown help topic: {word}\n"
    assert "REPOSITORY" in text.docker(bench.say("help commit", ADMIN).reply)
