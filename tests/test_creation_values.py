"""What the values of create's flags may be: any text is read or refused, at once and in words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import catalog
from commands.api import NEWEST
from commands.container.create import Create
from commands.container.run import Run
from commands.creation import machine, sizes
from commands.creation.addresses import ip
from commands.creation.durations import nanoseconds
from commands.creation.numbers import nano_cpus
from commands.line import UsageError, join
from commands.spec import Flag

ALPHABET = 'a1.:/=,-+"[]x% \t\né_*0bBkKmGeEpP@'
TEXTS = st.text(ALPHABET, max_size=30) | st.text(max_size=12)
FLAGS = [flag for flag in Run.spec.flags if flag.kind.bare is None]


@given(st.sampled_from(FLAGS), TEXTS)
def test_any_value_is_read_or_refused_in_words(flag: Flag, text: str) -> None:
    """No text brings anything but a command whose request can be built, or a UsageError."""
    line = join(["run", f"--{flag.long}={text}", "busybox"])
    try:
        command = catalog.load().parse(line).command
    except UsageError as error:
        command, said = None, error.text
    if isinstance(command, Create):
        said = f"{command.makes()['Image']} {command.targets()[0].ref}"
    assert said


@pytest.mark.parametrize(
    "line",
    [
        "--dns-search " + "a" * 5000 + "_",
        "--dns-search " + "a." * 2500 + "_",
        "--mac-address " + "00:" * 3000,
        "--cpus 1e999999999",
        "--cpus " + "9" * 5000,
        "--memory " + "1" * 5000 + "x",
        "--health-interval " + "1h" * 2500 + "x",
        "--mount " + '""' * 2500,
        "--network a=" + "a=" * 2500,
        "--ulimit nofile=" + "9" * 5000,
        "--platform " + "a/" * 2500,
        "--gpus " + "1," * 2500,
    ],
)
def test_a_value_of_thousands_of_characters_is_read_at_once(line: str) -> None:
    """No pattern takes more than linear time, and no number grows."""
    try:
        said = catalog.load().parse(f"create {line} busybox").command.spec.name
    except UsageError as error:
        said = error.text
    assert said


def test_every_flag_of_create_is_one_of_run() -> None:
    """`run` is `create` with three more flags."""
    create, run = ({flag.long for flag in verb.spec.flags} for verb in (Create, Run))
    assert run - create == {"detach", "detach-keys", "sig-proxy"}
    assert not create - run


@given(st.integers(0, 1 << 62))
def test_bytes_are_read_as_they_are_written(number: int) -> None:
    """A whole number of bytes, up to what a float holds exactly, is itself."""
    assert sizes.octets(str(number)) == int(float(number))


@pytest.mark.parametrize(
    ("text", "octets"), [("1k", 1024), ("1.5m", 1_572_864), ("2 GiB", 2 << 30), (".5kb", 512), ("1e3", 1000), ("1b", 1)]
)
def test_sizes_are_powers_of_1024(text: str, octets: int) -> None:
    """As docker reads memory."""
    assert sizes.octets(text) == octets


@pytest.mark.parametrize(("text", "nano"), [("1.5", 1_500_000_000), ("1/2", 500_000_000), ("0x1p-2", 250_000_000)])
def test_processors_are_fractions(text: str, nano: int) -> None:
    """As Go reads a rational number."""
    assert nano_cpus(text) == nano


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("5", 'time: missing unit in duration "5"'),
        ("5q", 'time: unknown unit "q" in duration "5q"'),
        ("", 'time: invalid duration ""'),
        (".s", 'time: invalid duration ".s"'),
        ("1h-5s", 'time: unknown unit "h-" in duration "1h-5s"'),
    ],
)
def test_durations_are_refused_as_go_refuses_them(text: str, wrong: str) -> None:
    """Its sentences, to the letter."""
    with pytest.raises(ValueError, match=re.escape(wrong)):
        nanoseconds(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("1.2.3.04", None),
        ("fe80::1%0", None),
    ],
)
def test_addresses_are_written_as_go_writes_them(text: str, address: str | None) -> None:
    """Short, in lower case, and an IPv4 address as such."""
    assert ip(text) == address


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", "linux/amd64"),
        ("Linux/AARCH64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64/v8"),
        ("linux/arm/7", "linux/arm/v7"),
        ("armhf", "linux/arm"),
        ("linux/armel", "linux/arm/v6"),
        ("linux(1.2)/amd64", "linux/amd64"),
    ],
)
def test_platforms_are_normalised_as_containerd_does_it(text: str, platform: str) -> None:
    """Other names of a machine are the usual one; the usual variant goes without saying."""
    assert machine.specified(text) == platform


def test_a_flag_that_the_engine_is_too_old_for_brings_docker_s_version_sentence() -> None:
    """The engines of API 1.41 know neither annotations nor an interval while starting."""
    for flag, since in (("annotation", "1.43"), ("health-start-interval", "1.44")):
        line = f"create --{flag} {'a=b' if flag == 'annotation' else '1s'} busybox"
        with pytest.raises(UsageError) as refused:
            catalog.load().parse(line, lambda _: "1.41")
        assert (
            refused.value.text == f'"--{flag}" requires API version {since}, but the Docker daemon API version is 1.41'
        )
        assert catalog.load().parse(line, lambda _: NEWEST).command.spec.name == "container create"
