"""What can be typed after `slashdock`: its subcommands, their options, and what stands in their help."""

from __future__ import annotations

import argparse
from pathlib import Path

_VALUED = ("--as", "--channel", "--confirm", "--host")  # exec's options that have a value
_PERSON = "a person of the policy, or a Slack id"
_LINE = "one quoted line, or its words, from the first that is none of these options: exec -H NAME ps"
_EXIT_CODES = (
    "exit codes: 0 done; 1 the engine refused or it failed; 2 usage; 3 denied;"
    " 4 held or to be confirmed; 5 outcome unknown; 75 slashdock itself cannot work"
)


def read(words: list[str]) -> argparse.Namespace:
    """What was typed: `run` names the subcommand, such as "policy_check". Raises SystemExit, as argparse does."""
    own, line = _apart(words)
    return _parser().parse_args(own, argparse.Namespace(line=line))


def _apart(words: list[str]) -> tuple[list[str], list[str]]:
    """Our own words, and the line of exec: it begins with the first word that is none of exec's options."""
    if words[:1] != ["exec"]:
        return words, []
    at = 1
    while at < len(words) and _taken(words[at]):
        at += _taken(words[at])
    if words[at:] in (["-h"], ["--help"]):
        return words, []
    return words[:at], words[at + 1 :] if words[at : at + 1] == ["--"] else words[at:]


def _taken(word: str) -> int:
    """How many words this option of exec takes with its value; 0 where it is none."""
    name, equals, _ = word.partition("=")
    if name in _VALUED and not (name == "--host" and len(word.split()) > 1):  # docker has that one, too: a line
        return 1 if equals else 2
    return int(word == "--json")


def _person(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(f"nobody is named; expected {_PERSON}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="slashdock", description="Run Docker from Slack, safely.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    start = verbs.add_parser("start", help="join Slack, or start the local workspace, and serve until told to end")
    start.set_defaults(run="start")
    execute = verbs.add_parser("exec", help="one line through the whole pipeline", epilog=_EXIT_CODES)
    execute.add_argument("--as", dest="person", type=_person, metavar="PERSON", help=_PERSON)
    execute.add_argument("--channel", default="", metavar="ID", help="as if it were asked in this channel")
    execute.add_argument("--confirm", default="", metavar="DIGEST", help="yes to what was shown with this digest")
    execute.add_argument("--host", default="", metavar="NAME", help="the engine, where there are several")
    execute.add_argument("--json", action="store_true", help="print the Slack messages, one JSON object a line")
    execute.add_argument("line", nargs="*", default=argparse.SUPPRESS, metavar="LINE", help=_LINE)
    execute.set_defaults(run="exec")
    console = verbs.add_parser("console", help="a prompt with history and completion")
    console.add_argument("--as", dest="person", type=_person, metavar="PERSON", help=_PERSON)
    console.add_argument("--host", default="", metavar="NAME", help="the engine, where there are several")
    console.set_defaults(run="console")
    manifest = verbs.add_parser("manifest", help="print the Slack app manifest")
    manifest.add_argument("--url", default="", help="this bot's public address, for HTTP mode; Socket Mode without")
    manifest.set_defaults(run="manifest")
    _policy_parser(verbs.add_parser("policy", help="write, check, explain and test the policy file"))
    doctor = verbs.add_parser("doctor", help="check engine, Slack, database and policy; say what to do")
    doctor.set_defaults(run="doctor")
    _record_parsers(verbs)
    return parser


def _record_parsers(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    archive = verbs.add_parser("archive", help="move what is older than SLASHDOCK_RETENTION to files of its years")
    archive.set_defaults(run="archive")
    backup = verbs.add_parser("backup", help="copy the record to a file, also while a bot runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="a new one; archives are copied beside it")
    backup.set_defaults(run="backup")
    restore = verbs.add_parser("restore", help="put a backup in the place of the record; no bot runs")
    restore.add_argument("file", type=Path, metavar="FILE", help="what backup made, its archives beside it")
    restore.add_argument("--yes", action="store_true", help="replace the record; what was there is kept beside it")
    restore.set_defaults(run="restore")


def _policy_parser(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="ACT")
    init = acts.add_parser("init", help="write a first policy file with one administrator")
    init.add_argument("--admin", required=True, metavar="U...", help="the Slack member id of the administrator")
    init.set_defaults(run="policy_init")
    check = acts.add_parser("check", help="read the policy file; tell every fault with its line")
    check.add_argument("file", nargs="?", type=Path, metavar="FILE", help="another one than SLASHDOCK_POLICY names")
    check.set_defaults(run="policy_check")
    explain = acts.add_parser("explain", help="what would become of a line, and why", epilog=_EXIT_CODES)
    explain.add_argument("--as", dest="person", type=_person, required=True, metavar="PERSON", help=_PERSON)
    explain.add_argument("--channel", default="", metavar="ID", help="as if it were asked in this channel")
    explain.add_argument("--group", action="append", default=[], metavar="ID", help="a Slack user group of theirs")
    explain.add_argument("--host", default="", metavar="NAME", help="the engine; its name in the policy is enough")
    explain.add_argument("line", metavar="LINE", help="one quoted line: 'rm -f web'")
    explain.set_defaults(run="policy_explain")
    test = acts.add_parser("test", help="hold the policy against a file of cases: exit code 1 where one differs")
    test.add_argument("file", type=Path, metavar="FILE", help="[[case]] who, line, expect: docs/policy.md")
    test.set_defaults(run="policy_test")
