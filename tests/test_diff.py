"""What a container changed, as a tree."""

from __future__ import annotations

from docker.api.client import APIClient
from harness import Bench

from bot import text
from commands.container.diff import MANY, drawn


def test_a_tree_says_what_docker_says_and_counts_what_is_much(inhabited: Bench, api: APIClient) -> None:
    """Of a real container: folders before what is in them, each with its letter."""
    much = f"i=0; while [ $i -le {MANY} ]; do echo > /m/$i; i=$((i+1)); done"
    script = f"mkdir -p /a/b /m; echo 1 > /a/b/f; {much}; rm /bin/ar"
    api.exec_start(api.exec_create("worker", ["sh", "-c", script]))
    shown = text.docker(inhabited.say("diff --tree worker").reply).splitlines()
    assert shown == ["A a/", "A   b/", "A     f", "C bin/", "D   ar", f"A m/  ({MANY + 1} added)"]
    assert "A /a/b/f" in text.docker(inhabited.say("diff worker").reply).splitlines()


def test_a_folder_that_is_none_of_the_changes_has_no_letter() -> None:
    """Engines name those above what changed as changed; where one does not, nothing is made up."""
    assert list(drawn([{"Path": "/x/y", "Kind": 2}])) == ["  x/", "D   y"]


def test_a_name_is_one_row_whatever_it_has_in_it() -> None:
    """Whoever names a file so would have it look as if another one were gone."""
    tree = list(drawn([{"Path": "/x\nD etc/shadow", "Kind": 1}]))
    assert tree == ["  x\\u{a}D etc/", "A   shadow"]
