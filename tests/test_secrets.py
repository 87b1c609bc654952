"""Secrets: what is hidden, what is left alone, and that finding them takes time in proportion to the text."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from growth import grows_evenly
from hypothesis import given
from hypothesis import strategies as st

from bot import answers
from commands import secret_lines, secrets
from commands.catalog import LONGEST
from commands.reply import Reply, Table
from commands.secrets import MASK


def fake(*parts: str) -> str:
    """A fake secret, put together here so that no scanner takes this file for a leak."""
    return "".join(parts)


WORD = fake("hunter", "2")
LETTERS = "AbCdEf0123456789GhIjKlMnOpQrStUvWxYz"
JWT = ".".join([fake("ey", "JhbGciOiJIUzI1NiJ9"), fake("ey", "JzdWIiOiIxMjM0In0"), "c2lnbmF0dXJlLXNpZw"])
FORMS = {
    "an AWS key id": fake("AK", "IA", "IOSFODNN7EXAMPLE"),
    "a Slack bot token": fake("xo", "xb-", "123456789012-", LETTERS),
    "a Slack refresh token": fake("xo", "xe.xo", "xp-", "1-", LETTERS),
    "a Slack app token": fake("xa", "pp-", "1-A012-345-", LETTERS),
    "a GitHub token": fake("gh", "p_", LETTERS),
    "a GitHub fine-grained token": fake("github", "_pat_", LETTERS),
    "a GitLab token": fake("gl", "pat-", LETTERS[:20]),
    "a Docker Hub token": fake("dckr", "_pat_", LETTERS[:27]),
    "an npm token": fake("np", "m_", LETTERS),
    "a Stripe key": fake("sk", "_live_", LETTERS[:24]),
    "a key of an API": fake("s", "k-", LETTERS),
    "a Google key": fake("AI", "za", LETTERS[:35]),
    "a JWT": JWT,
    "a bcrypt hash": fake("$2", "y$10$", LETTERS, "AbCdEf0123456789."),
}
PEM = "\n".join(
    [fake("-----BEGIN RSA ", "PRIVATE KEY-----"), LETTERS, LETTERS, fake("-----END RSA ", "PRIVATE KEY-----")]
)
BEGIN, END = PEM.splitlines()[0], PEM.splitlines()[-1]
TIME = "2024-01-02T03:04:05.678901234Z "

SPLIT = {"Path": "mysqldump", "Args": ["-uroot", f"-p{WORD}"]}
COMMAND = {"Entrypoint": ["/usr/bin/curl"], "Cmd": ["-fs", "-u", f"ada:{WORD}"]}

# Text, and what of it must not be seen.
TEXTS = {
    "an assignment": (f"DB_PASSWORD={WORD}", WORD),
    "a quoted assignment": (f'export API_KEY="{WORD} and more"', f"{WORD} and more"),
    "a single-quoted assignment": (f"SECRET='{WORD} and more'", f"{WORD} and more"),
    "an assignment in the middle": (f"user=bob password={WORD} host=db", WORD),
    "a connection string": (f"Server=db;User=sa;Pwd={WORD};Timeout=3", WORD),
    "a query": (f"GET /login?user=bob&access_token={WORD}&page=2", WORD),
    "JSON": (json.dumps({"user": "bob", "clientSecret": WORD}), WORD),
    "JSON with an escaped quote": (json.dumps({"password": f'{WORD}"tail'}), "tail"),
    "JSON within JSON": (json.dumps({"log": json.dumps({"n": 1, "token": f"{WORD} x", "m": 2})}), f"{WORD} x"),
    "a flag of Redis": (f"redis-server --requirepass {WORD}", WORD),
    "a setting of Redis": (f'requirepass "{WORD} and more"\nmasterauth {WORD}', WORD),
    "SQL": (f"ALTER USER bob WITH PASSWORD '{WORD}'", WORD),
    "SQL of others": (f'CREATE USER bob IDENTIFIED WITH sha256 BY "{WORD} x"', f"{WORD} x"),
    "netrc": (f"machine example.com login bob password {WORD}", WORD),
    "XML": (f"<db.password>{WORD}</db.password>", WORD),
    "XML's attributes": (f'<add key="Password" value="{WORD}"/>', WORD),
    "YAML": (f"password: {WORD}", WORD),
    "a header": (f"Authorization: Bearer {LETTERS}", LETTERS),
    "a basic header": (f"authorization: Basic {LETTERS}", LETTERS),
    "a bearer": (f"sent bearer {LETTERS} to it", LETTERS),
    "a list of arguments": (json.dumps(["x", "--password", WORD]), WORD),
    "a list of arguments in a line": (f"commit -c 'CMD {json.dumps(['x', '--password', WORD])}' web", WORD),
    "curl's flag": (f"HEALTHCHECK CMD curl -fs -u ada:{WORD} http://x", WORD),
    "curl's flag in a list": (json.dumps(["CMD", "curl", "-fs", "-u", f"ada:{WORD}", "http://x"]), WORD),
    "curl's flags in one": (f"curl -sSu ada:{WORD} http://x", WORD),
    "curl's flag without a blank": (f"curl -uada:{WORD} http://x", WORD),
    "curl's flag for a proxy": (f"curl -U ada:{WORD} http://x", WORD),
    "curl's long flag for a proxy": (f"curl --proxy-user ada:{WORD} http://x", WORD),
    "curl's second password": (f"curl -u ada:{'x' * 3} --proxy-user=ada:{WORD} http://x", WORD),
    "curl's quoted password": (f'curl -u "ada:{WORD} and more" http://x', "and more"),
    "mysql's flag in a list": (json.dumps(["mysqladmin", "ping", f"-p{WORD}"]), WORD),
    "mysql's flag": (f"CMD mysql -u root -p{WORD} shop", WORD),
    "a flag": (f"mysqldump --password {WORD} shop", WORD),
    "a flag with equals": (f"redis-cli --pass={WORD}", WORD),
    "a quoted flag": (f"tool --api-token '{WORD} x'", f"{WORD} x"),
    "an address": (f"postgres://shop:{WORD}@db:5432/shop", WORD),
    "an address without a user": (f"redis://:{WORD}@cache:6379/0", WORD),
    "an address with an at in it": (f"amqp://a:{WORD}@home@mq:5672", f"{WORD}@home"),
    "a Slack hook": (fake("https://hooks.", "slack.com/services/T00/B00/", LETTERS), LETTERS),
    "a PEM block": (f"key follows\n{PEM}\nkey ends", LETTERS),
    "a PEM block in JSON": (json.dumps({"cert": PEM}), LETTERS),
    "a PEM block cut short": (f"{PEM[:80]}", LETTERS[:20]),
    "a PEM block with times": (PEM.replace("\n", "\n" + TIME), LETTERS),
    "a PEM block with times and details": (PEM.replace("\n", f"\n{TIME}tier=front,a=b "), LETTERS),
    "a PEM block with a terminal's line ends": (PEM.replace("\n", "\r\n"), LETTERS),
    "a PEM block in a program": (PEM.replace("\n", '\\n" +\n    "'), LETTERS),
    "an encrypted PEM block": (PEM.replace(LETTERS, f"Proc-Type: 4,ENCRYPTED\n\n{LETTERS}", 1), LETTERS),
    "the end of a PEM block": (f"{LETTERS}\nAb3=\n{END}\ndone", "Ab3="),
    "the end of a PEM block with times": (f"{TIME}{LETTERS}\n{TIME}Ab3=\n{TIME}{END}", LETTERS),
    "the end of a PEM block in JSON": (json.dumps({"a": f"{LETTERS}\nAb3=\n{END}"}), LETTERS),
    "the beginning of a PEM block with times": (f"{TIME}{BEGIN}\n{TIME}{LETTERS}\n{TIME}{LETTERS}", LETTERS),
    "a message": (f"the password is: {WORD}", WORD),
    "a message without a colon": (f"for now the db password is {WORD}, do not tell", WORD),
    "a hash of Ruby": (f'{{"password" => "{WORD}"}}', WORD),
    "an assignment of Go": (f"password := {WORD}", WORD),
    "a comparison": (f"if token == '{WORD}'", WORD),
    "camel case": (f"accessToken={WORD}", WORD),
    "one word": (f"PGPASSWORD={WORD}", WORD),
    "a storage key": (f"AccountName=x;AccountKey={WORD}==;", WORD),
    **{f"{what} in a sentence": (f"using {text} now", text) for what, text in FORMS.items()},
    **{f"{what} alone": (text, text) for what, text in FORMS.items()},
}

ORDINARY = [
    'the password "must be changed" at first login',
    "requirepass is not set",
    "this host is identified by 'web-1' in the list",
    "List<Token> tokens = scan(text);",
    "docker login -p <password>  Password for the registry",
    '["--password", "--verbose"]',
    '["x", "--port", "80"]',
    "curl -u ada http://x:80/y",
    "mysql -u root -p shop",
    "docker run -p80:80 web",
    "docker run --name mysql -p3306:3306 -p127.0.0.1:80:80/tcp mysql:8",
    "sha256:29b1983bc9f761351ae7750d4142b28d27c0b9ab9726fc7572b3f8444b998708",
    "29b1983bc9f7   registry.example:5000/team/app:edge   3 weeks ago   1.98MB",
    "busybox@sha256:29b1983bc9f761351ae7750d4142b28d27c0b9ab9726fc7572b3f8444b998708",
    "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS   PORTS   NAMES",
    "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp",
    "Up 2 minutes (healthy)",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "PWD=/root OLDPWD=/",
    "POSTGRES_PASSWORD_FILE=/run/secrets/db",
    "TOKEN_URL=https://sso.example/token",
    "SECRET_NAME=db AUTH_ENABLED=true",
    "PUBLIC_KEY=abc CACHE_KEY=user PRIMARY_KEY=id",
    "ALLOW_EMPTY_PASSWORD=yes",
    "DB_PASSWORD=",
    "https://example.com:8443/path@v2?x=1",
    "git@github.com:team/app.git ssh://git@host:22/app",
    "the token: expired, the secret: not found, key: value",
    "max_tokens=100 tokens: 12 password_min_length=8",
    '"SandboxKey": "/var/run/docker/netns/8d3a4a9206de",',
    '"EndpointID": "8d3a4a9206debe51ce15a1e21a5bc1bad8529624ca94be6e28ac07b99cee5bb9",',
    "basic authentication failed for user bob; bearer authentication is off",
    "Error response from daemon: No such container: nothere",
    "monkey=1 turkey: 2 keyboard=us compass=north bypass=1 author=Ada",
    "2024-01-01T00:00:00.123456789Z GET /index.html HTTP/1.1 200 key=value",
    "$ docker logs --tail 2 worker",
    "echo $2 $1 costs $100",
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
    "the password is wrong, the token was revoked, the secret is not there, the password is 8 letters",
    "no begin, then\n" + fake("-----END RSA ", "PRIVATE KEY-----") + "\nsomething else",
    "ENV TOKEN_URL https://sso.example/token",
]


@pytest.mark.parametrize("what", TEXTS)
def test_a_secret_is_hidden_and_the_rest_of_the_text_is_not(what: str) -> None:
    """No piece of the secret is left, the mask stands in its place, and hiding again changes nothing."""
    text, secret = TEXTS[what]
    shown = secrets.mask_text(text)
    assert secret not in shown
    assert MASK in shown
    assert shown.split(MASK)[0] in text
    assert secrets.mask_text(shown) == shown


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    """Ids, images, ages, ports, paths and prose are shown to the character, wherever they stand."""
    assert secrets.mask_text(text) == text
    assert secrets.mask_object({"Note": [text], "Text": text}) == {"Note": [text], "Text": text}


@pytest.mark.parametrize("before", ["", TIME, TIME + "tier=front "])
def test_of_a_key_only_the_lines_of_its_body_go(before: str) -> None:
    """The lines around it, its marks and what the log puts before them stay, whole or cut short."""
    start, end = f"{before}first line\n{before}{BEGIN}", f"{before}{END}\n{before}all done\n"
    body = f"{before}{LETTERS}\n{before}Ab3=\n"
    assert secrets.mask_text(f"{start}\n{body}{end}") == f"{start}{MASK}\n{end}"
    assert secrets.mask_text(f"{start}\n{body}{before}no key.\n") == f"{start}{MASK}\n{before}no key.\n"
    assert secrets.mask_text(f"no key.\n{body}{end}") == f"no key.\n{MASK}\n{end}"


def test_a_long_line_before_a_key_s_end_is_searched_once() -> None:
    """Base64 without line ends, many times its end, and no end at all cost no more than their length."""
    text = LETTERS * 1000 + END + " " + END * 1000
    assert secrets.mask_text(text) == MASK + END + " " + END * 1000


def test_what_surrounds_a_secret_stays() -> None:
    """Only the value goes: names, quotes, users, hosts and line ends are still there."""
    text = f'a=1 password="{WORD}"\npostgres://bob:{WORD}@db/x\n{{"token": "{LETTERS}", "n": 2}}\n'
    assert secrets.mask_text(text) == (
        f'a=1 password="{MASK}"\npostgres://bob:{MASK}@db/x\n{{"token": "{MASK}", "n": 2}}\n'
    )


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"run -e PW={WORD} busybox", f"run -e PW={MASK} busybox"),
        (f"run -e 'PW={WORD} and more' busybox", f"run -e 'PW={MASK}' busybox"),
        (f'run -e "DB_PASSWORD={WORD} and more', f'run -e "DB_PASSWORD={MASK}'),
        (f"run -e DB_PASSWORD='{WORD} and more' busybox", f"run -e DB_PASSWORD='{MASK}' busybox"),
        (f"run --env=API_KEY={WORD} busybox", f"run --env=API_KEY={MASK} busybox"),
        (f"run -eAPI_KEY={WORD} busybox", f"run -eAPI_KEY={MASK} busybox"),
        (f"login -u bob -p {WORD} reg.example", f"login -u bob -p {MASK} reg.example"),
        (f"login -p{WORD} -u bob", f"login -p{MASK} -u bob"),
        (f"login --password {WORD}", f"login --password {MASK}"),
        (f"exec web tool --token '{WORD} x' go", f"exec web tool --token {MASK} go"),
        (f"exec web curl http://bob:{WORD}@host/", f"exec web curl http://bob:{MASK}@host/"),
        (f'exec web sh -c "mysql --password {WORD} shop"', f'exec web sh -c "mysql --password {MASK} shop"'),
        (f"logs {FORMS['a GitHub token']}", f"logs {MASK}"),
        (f"run   -e  'PW={WORD}", f"run   -e  'PW={MASK}"),
        (f'commit -c "ENV DB_PASSWORD {WORD} and more" web', f'commit -c "ENV DB_PASSWORD {MASK}" web'),
        (f"commit --change='env DB_PASSWORD {WORD}' web", f"commit --change='env DB_PASSWORD {MASK}' web"),
        (f'commit -c "ENV DB_PASSWORD={WORD}\\ more" web', f'commit -c "ENV DB_PASSWORD={MASK}" web'),
        (f'commit -c "ENV A=1 DB_PASSWORD={WORD}" web', f'commit -c "ENV A=1 DB_PASSWORD={MASK}" web'),
        (f"commit -c ENV\\ DB_PASSWORD\\ {WORD} web", f"commit -c ENV\\ DB_PASSWORD\\ {MASK} web"),
        (f"commit -c ENV DB_PASSWORD {WORD} web", f"commit -c ENV DB_PASSWORD {MASK} web"),
        (f'commit -c "ARG API_KEY={WORD}" web', f'commit -c "ARG API_KEY={MASK}" web'),
        (f'commit -c "LABEL token {WORD}', f'commit -c "LABEL token {MASK}'),
        (f'commit -m "the password is: {WORD}" web', f'commit -m "the password is: {MASK}" web'),
        (f"commit -m 'password is {WORD}' web", f"commit -m 'password is {MASK}' web"),
    ],
)
def test_a_line_is_masked_even_where_it_does_not_parse(line: str, shown: str) -> None:
    """Values with spaces and open quotes go whole; spaces and the other words stay."""
    assert secret_lines.mask_line(line) == shown
    assert secret_lines.mask_line(shown) == shown


@pytest.mark.parametrize(
    "line",
    [
        "ps -a --format '{{.Names}}  {{.Status}}'",
        'commit -c "ENV PATH /bin" -c "LABEL tier front" web',
        'commit -m "the password is wrong" web',
        "commit -c 'ENV ALLOW_EMPTY_PASSWORD yes' -c 'ARG TOKEN_URL' web",
        "logs web --tail 50 -p",
        'run -e A=1 "open',
        "stop web \\",
        "",
        "  ",
    ],
)
def test_an_ordinary_line_is_left_as_it_is(line: str) -> None:
    """Quotes, spaces, open ends and flags that mean something else elsewhere stay to the character."""
    assert secret_lines.mask_line(line) == line


def test_an_object_keeps_its_shape_and_loses_its_secrets() -> None:
    """Environments, labels and arguments are masked value by value; numbers, nulls and order stay."""
    thing = {
        "Id": "29b1983bc9f761351ae7750d4142b28d27c0b9ab9726fc7572b3f8444b998708",
        "Args": ["--port", "80", "--db-password", WORD, "--verbose", f"--token={WORD}"],
        "Config": {
            "Env": ["A=1", f"DB_PASSWORD={WORD} two\nlines", "EMPTY_SECRET=", "DEBUG=true", f"URL=redis://:{WORD}@c"],
            "Cmd": ["sh", "-c", f"psql postgres://u:{WORD}@db"],
            "Labels": {"tier": "front", "com.example.api-token": WORD, "note": f"password={WORD}"},
        },
        "SandboxKey": "/var/run/docker/netns/8d3a4a9206de",
        "Secrets": None,
        "Numbers": [1, 2.5, True, None],
    }
    shown = secrets.mask_object(thing)
    assert WORD not in json.dumps(shown)
    assert shown["Args"] == ["--port", "80", "--db-password", MASK, "--verbose", f"--token={MASK}"]
    assert shown["Config"]["Env"] == [
        "A=1", f"DB_PASSWORD={MASK}", "EMPTY_SECRET=", "DEBUG=true", f"URL=redis://:{MASK}@c",
    ]  # fmt: skip
    assert shown["Config"]["Labels"] == {
        "tier": "front", "com.example.api-token": MASK, "note": f"password={MASK}",
    }  # fmt: skip
    assert list(shown) == list(thing)
    assert [shown[key] for key in ("Id", "SandboxKey", "Secrets", "Numbers")] == [
        thing[key] for key in ("Id", "SandboxKey", "Secrets", "Numbers")
    ]
    assert secrets.mask_object(shown) == shown


def test_a_secret_at_the_end_of_a_long_text_is_found() -> None:
    """The text is searched in blocks, and no block's end hides anything."""
    line = f"nothing to see here\npassword={WORD}\n"
    shown = secrets.mask_text(line * 20_000)
    assert WORD not in shown
    assert shown.count(MASK) == 20_000


# Texts that make a careless pattern try every start with every end.
TEDIOUS = {
    "letters": "a",
    "dots": "a.",
    "names": "password",
    "equals": "password=",
    "open quotes": 'password="',
    "backslashes": 'password="\\',
    "flags": "--password ",
    "spaces": "password    ",
    "tokens": fake("ey", "J-"),
    "addresses": "://a:",
    "at signs": "://a:b@",
    "PEM beginnings": fake("-----BEGIN ", "PRIVATE KEY-----"),
    "PEM beginnings on lines": fake("-----BEGIN ", "PRIVATE KEY-----\n"),
    "PEM ends": fake("-----END ", "PRIVATE KEY-----"),
    "PEM ends on lines": fake("a\n-----END ", "PRIVATE KEY-----\n"),
    "PEM ends after a line": fake("-----END ", "PRIVATE KEY-----\na b\n"),
    "said": "password is ",
    "said with spaces": "password        is        ",
    "instructions": "ENV PASSWORD ",
    "arrows": "password :==> ",
    "dashes": "-",
    "capitals": "A",
    "dollars": "$2a$",
    "headers": "authorization: ",
    "quotes": "'\"",
}


@pytest.mark.parametrize("mask", [secrets.mask_text, secret_lines.mask_line], ids=["text", "line"])
@pytest.mark.parametrize("what", TEDIOUS)
def test_the_work_grows_with_the_text_and_no_faster(what: str, mask: Callable[[str], str]) -> None:
    """Eight times the text takes about eight times the work; were it quadratic it would be sixty-four."""
    sizes = (8_000, 64_000) if mask is secrets.mask_text else (LONGEST // 8, LONGEST)  # no line is longer
    small, large = ((TEDIOUS[what] * size)[:size] for size in sizes)
    assert grows_evenly(mask, small, large)


@pytest.mark.parametrize("inspected", [SPLIT, COMMAND, {"Config": COMMAND}, {"Test": ["CMD", "mysql", f"-p{WORD}"]}])
def test_a_programs_password_is_hidden_wherever_an_inspect_has_the_program(inspected: dict[str, object]) -> None:
    """The program and its arguments stand in two places of a container's inspect."""
    assert WORD not in json.dumps(secrets.mask_object(inspected))


@pytest.mark.parametrize(
    "line",
    [
        "docker run --name curl-test -u 1000:1000 busybox",
        "docker run --name curl -u 1000:1000 busybox",
        "docker exec mysql ps -paux",
        "docker top mysql -p 1",
        "docker exec web curl -u ada http://x:80/y",
    ],
)
def test_a_program_that_is_only_a_name_hides_nothing(line: str) -> None:
    """Containers and images are called after the programs that run in them."""
    assert secret_lines.mask_line(line) == line
    assert secrets.mask_text(line) == line


@pytest.mark.parametrize("line", [f"exec db mysql -uroot -p{WORD}", f"exec web curl -sSu ada:{WORD} http://x"])
def test_a_line_hides_the_passwords_of_programs(line: str) -> None:
    """What stands unquoted on a line of docker's."""
    assert WORD not in secret_lines.mask_line(line)


CELLS = st.sampled_from([*(text for text, _ in TEXTS.values()), *FORMS.values(), PEM, BEGIN, END, "curl -u", "web", ""])


@given(st.lists(st.lists(CELLS | st.text(max_size=20), min_size=1, max_size=4), max_size=5))
def test_a_table_is_masked_as_each_of_its_cells_is(rows: list[list[str]]) -> None:
    """Although all of them are looked at together first."""
    shown = answers.masked(Reply((Table(tuple(map(tuple, rows))),)))
    assert shown.parts == (Table(tuple(tuple(map(secrets.mask_text, row)) for row in rows)),)


PUBLIC = "-----BEGIN CERTIFICATE-----"


@pytest.mark.parametrize("before", [PUBLIC, "sha256:", "curl -u", BEGIN, "mysql"])
@pytest.mark.parametrize("secret", [*FORMS.values(), f"password={WORD}"])
def test_no_cell_makes_the_next_one_open(before: str, secret: str) -> None:
    """Whatever would, on one line or in one block."""
    (part,) = answers.masked(Reply((Table(((before, secret),)),))).parts
    assert isinstance(part, Table)
    assert part.rows[0][1] == secrets.mask_text(secret) != secret
