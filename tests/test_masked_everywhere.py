"""Secrets that no name tells of: a key typed without quotes, a random word, a variable's value; and what is none."""

from __future__ import annotations

import random
import re
import string
from base64 import b64encode
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import PROJECT, Bench
from offices import DEV, Office, told

from bot import console, text
from bot.request import Status
from commands import chance, secret_lines, secrets
from commands.chance import MASK
from commands.reply import Asking, Buttons


def fake(*parts: str) -> str:
    """A fake secret, put together here so that no scanner takes this file for a leak."""
    return "".join(parts)


WORD = fake("kJ8sd9fK2lsd0fKq93", "lsKD02ks9fkDls02x")
AWS = fake("wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY")
BEGIN, END = (fake(f"-----{edge} OPENSSH ", "PRIVATE KEY-----") for edge in ("BEGIN", "END"))
BODY = ("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW", "plantedplanted00AAAAJj12")
KEY = "\n".join((BEGIN, *BODY, END))
FLAT = KEY.replace("\n", " ")  # as a message of Slack's becomes one line
LINES = [f"exec web echo {KEY}", f"exec web echo -- {FLAT}", f"nonsense {KEY}", f"exec web echo {FLAT[:-40]}"]
PLAIN = "plainvalue77"
TOKEN = fake("gh", "p_0123456789abcdefghijABCDEFGHIJ012345")


def files(bench: Bench) -> bytes:
    """All that is written down."""
    return b"".join(each.read_bytes() for each in bench.folder.rglob("*") if each.is_file())


@pytest.mark.attack("S20")
def test_what_is_typed_in_the_clear_is_written_and_shown_nowhere(inhabited: Bench) -> None:
    """Not in the record, the answers that are kept, the first line of an answer, nor what is said of a mistake."""
    lines = [*LINES, f"exec web echo {WORD}", f"exec web echo {AWS}", f"nonsense -e FOO={PLAIN} x"]
    lines += [f"run --rm -e FOO={PLAIN} busybox true", f"exec --env=FOO={PLAIN} -ite'FOO={PLAIN}' web true"]
    lines += [
        f"can-i 'run -e FOO={PLAIN} busybox'",
        f"can-i run -e FOO={PLAIN} busybox",
        f"container 'run -e FOO={PLAIN} busybox'",
    ]
    for line in lines:
        said = inhabited.say(line)
        shown = said.line + text.docker(said.reply) + text.added(said.reply)
        assert not [each for each in (*BODY, WORD, AWS, PLAIN) if each in shown], line
    assert not [each for each in (*BODY, WORD, AWS, PLAIN) if each.encode() in files(inhabited)]


def test_a_key_in_a_containers_words_is_not_shown(inhabited: Bench, api: APIClient) -> None:
    """Whoever made it, its words stand apart in its inspect."""
    api.create_container("busybox", ["echo", *FLAT.split(), "done"], name="keyed")
    said = told(inhabited.say("inspect keyed"))
    assert not [each for each in BODY if each in said]
    assert '"done"' in said
    assert not [each for each in BODY if each in told(inhabited.say("ps -a --no-trunc"))]


def test_nobody_is_asked_to_agree_to_a_key(office: Office) -> None:
    """It would be hidden from them, word by word."""
    said = office('[[require]]\nverbs = ["exec"]\napprove = "second"\n').say(f"exec web echo {FLAT}", DEV)
    assert (said.status, "looks like a secret" in told(said)) == (Status.FAILED, True)


def test_whoever_is_asked_for_a_reason_is_shown_no_value(office: Office) -> None:
    """Nor is it kept with that answer, whose button runs the line as it is; one that holds nothing is kept."""
    rules = '[approvals.told]\nfrom = ["sre"]\nreason = true\n[[require]]\nverbs = ["exec"]\napprove = "told"\n'
    made = office(rules)
    said = made.say(f"exec -e FOO={PLAIN} web true", DEV)
    assert f"exec --env=FOO={MASK} --reason=WHY web true" in told(said).replace("'", "")
    assert PLAIN not in told(said)
    assert any(isinstance(part, Asking) for part in said.reply.parts)
    plain = made.say("exec web true", DEV)
    for number in range(40):
        made.say(f"nonsense {number}", DEV)
    offered = made.say(f"audit ls text=nonsense -f text={TOKEN}", DEV)
    assert any(isinstance(part, Buttons) for part in offered.reply.parts)
    assert not [each for each in (PLAIN, TOKEN) if each.encode() in files(made)]
    kept = made.store.record.kept(made.store.actions.get(plain.number or 0) or {})
    assert kept is not None
    assert any(isinstance(part, Asking) for part in kept.parts)


def test_the_console_keeps_no_secret(tmp_path: Path) -> None:
    """What was typed there is found again by the arrow keys, but for that."""
    console.History(str(tmp_path / "history")).store_string(f"run -e FOO={PLAIN} busybox echo {WORD}")
    assert f"+run -e FOO={MASK} busybox echo {MASK}\n" in (tmp_path / "history").read_text()


TOKENS = [
    WORD, AWS, fake("hf", "_abcdefghijklmnopqrstuvwx"), fake("gl", "sa_abcdefghijklmnopqrst_12345678"),
    fake("py", "pi-AgEIcHlwaS5vcmcCJDabcdef"), fake("ya", "29.a0AfH6SMBabcdefghijklmnop"),
    fake("S", "G.abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz"), fake("AGE-SECRET", "-KEY-1", "Q" * 50),
    fake("SWMTKN", "-1-", "0123456789abcdefghijklmnop"),
]  # fmt: skip


@pytest.mark.parametrize("before", ["", "x=", '{"k": "', "http://x/api/", "user:"])
def test_a_token_is_hidden_wherever_it_stands(before: str) -> None:
    """Alone, as a value, in JSON, in an address; hiding it again changes nothing."""
    for token in TOKENS:
        for mask in (secrets.mask_text, secret_lines.mask_line):
            shown = mask(f"{before}{token}")
            assert token[-16:] not in shown, token
            assert mask(shown) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("redis-cli -h db -a hunter2 get x", f"redis-cli -h db -a {MASK} get x"),
        ("sshpass -phunter2 ssh -p 22 x", f"sshpass -p{MASK} ssh -p 22 x"),
        ("ldapsearch -w hunter2 -b dc=x", f"ldapsearch -w {MASK} -b dc=x"),
        ("https://hunter2@github.com/x", f"https://{MASK}@github.com/x"),
        ("GET /a?X-Amz-Signature=ab12&b=1", f"GET /a?X-Amz-Signature={MASK}&b=1"),
        ("Set-Cookie: sid=ab12; Path=/; Secure", f"Set-Cookie: sid={MASK}; Path=/; Secure"),
        ("Cookie: a=1; sid=ab12", f"Cookie: a={MASK}; sid={MASK}"),
        (f"web   {WORD}  up\n", f"web   {MASK}{' ' * 31}  up\n"),
    ],
)
def test_what_surrounds_it_stays(said: str, shown: str) -> None:
    """Flags, names, hosts and the columns of a table."""
    assert secrets.mask_text(said) == shown
    assert secrets.mask_text(shown) == shown


@pytest.mark.parametrize(
    "line",
    ["run -e FOO=x1 busybox", "run -e 'FOO=x1' busybox", "run -deFOO=x1 busybox", 'run --env="FOO=x1" busybox',
     "rnu -it -e FOO='x1' y", "run --env FOO=x1", "run -e 2FA=x1 y", "run -e 'A'=x1 y", 'run -e "A"=x1 y',
     "run -e A\\=x1 y", "run -'e' A=x1 y", "run \\-e A=x1 y", "run -e é=x1 y", "run -e app.name/x=x1 y",
     "run --env 'A B=x1' y", "run '--env'='A'=x1 y", 'run -"e"A=x1 y', 'run -e "A=x1" y'],
)  # fmt: skip
def test_no_variables_value_is_written(line: str) -> None:
    """However it is typed; the name stays, and so do its quotes."""
    assert secret_lines.mask_typed(line) == line.replace("x1", MASK)


READ = [
    "29b1983bc9f7", "8d3a4a9206de" * 5, "sha256:" + "0a1b2c3d" * 8, "178936da-50ad-4d58-8871-22d9979e8658",
    "registry.example:5000/team/app2/web3:v1.2.3-alpha.20240101-g0a1b2c3d4e", "w0ko8zl2m2j0hbhqzbq8vz9j7",
    "/var/lib/docker/overlay2/w0ko8zl2m2j0hbhqzbq8vz9j7/diff", "/usr/lib/python3.11/site-packages/urllib3/util/ssl_.py",
    "2024-01-02T03:04:05.678901234Z", "0x000102030405060708090a0b0c0d0e0f", "12345678901234567890123456789012",
    "k8s_coredns_coredns-558bd4d5db-4p5mk_kube-system_178936da-50ad-4d58-8871-22d9979e8658_0", "LinkLocalIPv6PrefixLen",
    "ip-10-0-12-34.eu-west-1.compute.internal", "xn--ihqwcrb4cv8a8dqg056pqjye.example",
    "Linux-6.1.0-18-amd64-x86_64-with-glibc2.36",
    "org/springframework/boot/SpringApplication2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "Donaudampfschifffahrtsgesellschaftskapitän", "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDV1hhe0sQ4Kq2cN8k",
    "sha512-9NET910DNaIPngYnLLPegOgzqsi9uM4mSboU5y6p8S5DzMTVEsJZrawi",
]  # fmt: skip


def test_what_people_have_to_read_is_no_secret() -> None:
    """Ids, digests, images, paths, times, numbers, hosts, names and words."""
    for each in READ:
        assert secrets.mask_text(f"a {each} b") == f"a {each} b"


def test_what_everybody_may_read_is_shown_in_base64_too() -> None:
    """A certificate and words; another thing beside them is not."""
    body = "\n".join([f"MIIB{WORD}{WORD}"] * 2)
    said = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    assert secrets.mask_text(f"{said}{WORD}\n{said}") == f"{said}{MASK}\n{said}"
    prose = b64encode(b"what a config of a swarm says, 1 line\n").decode()
    assert secrets.mask_text(f'"Data": "{prose}"') == f'"Data": "{prose}"'
    assert MASK in secrets.mask_text(b64encode(f"ada:{WORD}".encode()).decode())


def test_nothing_that_docker_prints_looks_drawn_at_random() -> None:
    """Of all recorded dialogs, lines and pages of docs."""
    pages = [each for place in ("tests/dialogs", "tests/lines", "docs") for each in (PROJECT / place).rglob("*")]
    pages = [each for each in pages if each.suffix in {".txt", ".jsonl", ".json", ".md", ".tsv"}]
    assert len(pages) > 100
    for each in pages:
        said = each.read_text(encoding="utf-8")
        assert chance.hide(said) == said, each


@pytest.mark.parametrize(
    ("letters", "length", "share"),
    [(string.ascii_letters + string.digits, 24, 0.95), (string.ascii_letters + string.digits + "-_", 32, 0.97),
     (string.ascii_letters + string.digits + "+/", 40, 0.98), (string.ascii_lowercase + string.digits, 32, 0.9)],
)  # fmt: skip
def test_nearly_all_random_words_are_known(letters: str, length: int, share: float) -> None:
    """In the shapes that tokens have."""
    drawn = random.Random(1)
    words = ["".join(drawn.choices(letters, k=length)) for _ in range(1000)]
    assert sum(not re.search("[a-z0-9]{8}", chance.hide(f" {word} ")) for word in words) > share * 1000
