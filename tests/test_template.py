"""Templates on rows and headers, within limits, and under attack; test_template_answers.py holds docker's answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise, repeat
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.container.ls import TABLE
from commands.template import Header, Inspection, Row, Template, TemplateError, typed

WEB = Row(
    "*formatter.ContainerContext",
    {
        "Names": "web",
        "Image": "<none>:latest",
        "State": lambda: "running",
        "Label": lambda name: {"tier": "front"}.get(name, ""),
        "Platform": None,
        "Ports": 2,
    },
)
TEMPLATE = "template: "  # how each of Go's complaints begins
HEADER = Header({"Names": "NAMES", "Image": "IMAGE"})


def shown(source: str, value: object = WEB) -> str:
    """What a template shows for a value."""
    return Template(source).execute(value)


def complaint(source: str, value: object = WEB) -> str:
    """What a template complains about."""
    with pytest.raises(TemplateError) as caught:
        shown(source, value)
    return str(caught.value)


def test_a_row_shows_its_fields_and_computes_the_lazy_ones() -> None:
    """Values and functions without an argument read alike."""
    assert shown("{{.Names}} {{.State}} {{upper .Names}} {{.Ports}}") == "web running WEB 2"


def test_a_field_that_is_not_shown_is_not_computed() -> None:
    """A costly field costs only where it is asked for."""
    computed: list[str] = []
    row = Row("*formatter.ContainerContext", {"Names": "web", "Size": lambda: computed.append("size")})
    assert shown("{{.Names}}", row) == "web"
    assert computed == []


def test_a_method_takes_an_argument_from_behind_or_from_the_pipe() -> None:
    """A label is asked for by name, as in docker ps."""
    assert shown('{{.Label "tier"}} {{"tier" | .Label}} {{.Label "x"}}|') == "front front |"


def test_a_method_complains_about_its_arguments_as_docker_does() -> None:
    """Too few, too many and the wrong kind each have docker's sentence."""
    where = 'template: :1:2: executing "" at <.Label>: '
    assert complaint("{{.Label}}") == where + "wrong number of args for Label: want 1 got 0"
    assert complaint("{{.Label 1}}") == 'template: :1:9: executing "" at <1>: expected string; found 1'
    assert complaint('{{.Names "x"}}').endswith("wrong number of args for Names: want 0 got 1")


def test_an_unknown_field_names_docker_s_type() -> None:
    """The sentence is the one that docker ps prints."""
    expected = "can't evaluate field Foo in type *formatter.ContainerContext"
    assert complaint("{{.Foo}}") == f'template: :1:2: executing "" at <.Foo>: {expected}'


def test_json_of_a_row_has_its_fields_by_name_and_hides_html() -> None:
    """Docker ps --format json leaves methods with arguments out and escapes what HTML would read."""
    expected = '{"Image":"\\u003cnone\\u003e:latest","Names":"web","Platform":null,"Ports":2,"State":"running"}'
    assert shown("{{json .}}") == expected


def test_a_header_passes_docker_s_functions_unchanged() -> None:
    """A column keeps its name whatever its cells go through, and a label's column is named after it."""
    source = '{{upper .Names}} {{split .Names ","}} {{truncate .Image 2}} {{.Label "com.foo-bar_x"}} {{json .Names}}'
    assert shown(source, HEADER) == "NAMES NAMES IMAGE foo bar x NAMES"
    assert shown("{{len .Names}} {{.Nope}}", HEADER) == "5 <no value>"


def test_a_fault_says_whether_the_template_or_its_execution_is_wrong() -> None:
    """Docker puts another prefix before each."""
    with pytest.raises(TemplateError) as parsing:
        Template("{{.Foo")
    with pytest.raises(TemplateError) as executing:
        Template("{{.Foo}}").execute({})
    assert (parsing.value.parsing, executing.value.parsing) == (True, False)


def test_a_template_s_name_stands_in_its_faults() -> None:
    """Docker version names its template."""
    with pytest.raises(TemplateError) as caught:
        Template("{{.Foo}}", "version").execute(typed("version", {}))
    expected = "can't evaluate field Foo in type system.versionInfo"
    assert str(caught.value) == f'template: version:1:2: executing "version" at <.Foo>: {expected}'


def test_inspection_stays_strict_once_an_object_was_shown_as_it_came() -> None:
    """Docker keeps missing entries faults for all later objects, and so does this."""
    plain = {"Name": "/a", "Config": {"Labels": {}}}
    odd = {"Name": "/b", "Config": {"Labels": {"x": "1"}}, "Odd": "o"}
    template = Template('{{if eq .Name "/b"}}{{.Odd}}{{else}}{{.Config.Labels.x}}{{end}}')
    assert Inspection(template).text("container", plain) == "<no value>"
    inspection = Inspection(template)
    assert inspection.text("container", odd) == "o"
    with pytest.raises(TemplateError, match='map has no entry for key "x"'):
        inspection.text("container", plain)


def test_what_an_engine_sends_wrong_is_taken_as_missing() -> None:
    """A field of another kind than docker expects becomes its zero instead of a crash."""
    raw = {"Name": 3, "State": "up", "Config": [], "Mounts": {"a": 1}, "HostConfig": {"Memory": "x"}}
    source = "{{.Name}}|{{json .State}}|{{.Mounts}}|{{.HostConfig.Memory}}"
    assert Template(source).execute(typed("container", raw)).startswith("|{")


@pytest.mark.parametrize(
    "call", ["print", "len", "index", "slice", "html", "js", "eq 1", "lt 1", "not", "join", "call"]
)
def test_every_function_takes_or_refuses_a_whole_row(call: str) -> None:
    """A row where a function expects something else is docker's error at worst."""
    assert (complaint_if_any(f"{{{{{call} .}}}}{{{{.}}}}{{{{printf `%+v%#v%d%q` . . . .}}}}") or TEMPLATE).startswith(
        TEMPLATE
    )


@pytest.mark.parametrize(
    "source",
    [
        "{{range 1000000000}}{{end}}",
        "{{range 1000000000}}x{{end}}",
        '{{define "t"}}{{template "t"}}{{end}}{{template "t"}}',
        '{{define "t"}}{{template "t"}}{{template "t"}}{{end}}{{template "t"}}',
        '{{define "t"}}{{if true}}{{with 1}}{{range 2}}{{template "t"}}{{end}}{{end}}{{end}}{{end}}{{template "t"}}',
        "{{range 1000}}{{range 1000}}{{range 1000}}{{end}}{{end}}{{end}}",
        '{{pad "x" 2000000000 2000000000}}',
        '{{range 50}}{{printf "%1000000d" 1}}{{end}}',
        '{{printf "%1000000d%1000000d%1000000d%1000000d%1000000d" 1 2 3 4 5}}',
        '{{$x := "aaaaaaaaaaaaaaaa"}}{{range 99}}{{$x = printf "%s%s" $x $x}}{{end}}',
        '{{$x := "aaaaaaaaaaaaaaaa"}}{{range 99}}{{$x = print $x $x}}{{end}}',
        '{{$x := printf "%1000000d" 1}}{{range 100000}}{{len $x}}{{end}}',
        '{{$x := printf "%1000000d" 1}}{{split $x ""}}',
        '{{$x := printf "%1000000d" 1}}{{range 100000}}{{html $x | js | urlquery | len}}{{end}}',
        "{{range 100000}}{{json $}}{{end}}",
        "{{range 1000000}}{{and 1 1 1 1 1 1 1 1}}{{end}}",
        '{{$x := printf "%100000d" 1}}{{$y := split $x ""}}{{join $y $x}}',
        '{{$x := "%["}}{{range 20}}{{$x = print $x $x}}{{end}}{{printf $x 1}}',
        '{{define "a"}}{{end}}'
        + "".join(
            f'{{{{define "{new}"}}}}{f"""{{{{template "{old}"}}}}""" * 9}{{{{end}}}}'
            for old, new in pairwise(ascii_lowercase)
        )
        + '{{template "z"}}',
    ],
)
def test_a_hostile_template_ends_with_an_error(source: str) -> None:
    """No loop, recursion or growth goes on for long."""
    assert complaint(source).startswith("template: :1:")


def test_all_executions_of_a_template_have_one_budget() -> None:
    """Object after object, a costly template comes to its end, at once for those that follow; a new one does not."""
    source = "{{range 250000}}{{if $.Stop}}{{break}}{{end}}x{{end}}"
    template = Template("{{range 1000}}" * 3 + "{{end}}" * 3)
    ends = []
    for _ in range(5):
        with pytest.raises(TemplateError) as caught:
            template.execute({})
        ends.append(str(caught.value).rpartition(": ")[2])
    assert ends == ["gave up after 300000 steps"] * 3 + ["gave up after 1000000 steps"] * 2
    assert shown(source, {"Stop": True}) == ""


def test_all_executions_of_a_template_together_have_bounded_output() -> None:
    """What the rows of a list give together is bounded, too."""
    template = Template('{{printf "%4000000d" 1}}')
    assert sum(len(template.execute({})) for _ in range(4)) == 16_000_000
    with pytest.raises(TemplateError, match="the output has more than 16777216 characters"):
        template.execute({})


@pytest.mark.parametrize("source", [TABLE.replace(r"\t", "\t"), "{{json .}}"])
def test_ten_thousand_rows_fit_into_the_budget(source: str) -> None:
    """An honest list of a large engine is shown whole."""
    ports = ", ".join(f"0.0.0.0:{port}->{port}/tcp" for port in (8080, 8443))
    names = "Command CreatedAt ID Image Labels LocalVolumes Mounts Names Networks Platform RunningFor Size State Status"
    row = Row("*formatter.ContainerContext", dict.fromkeys(names.split(), "x" * 40) | {"Ports": ports})
    template = Template(source)
    assert all(template.execute(row) for _ in range(10_000))


@pytest.mark.parametrize(
    "literal", ["9" * 5000, "-" + "9" * 5000, "0x" + "a" * 5000, "0b" + "1" * 5000, "0o" + "7" * 5000, "9" * 5000 + "i"]
)
def test_a_number_of_any_length_is_refused_in_go_s_words(literal: str) -> None:
    """No number is too long to be told that it is no number."""
    assert complaint(f"{{{{{literal}}}}}") == f'template: :1: illegal number syntax: "{literal}"'


def test_zeros_before_a_number_do_not_count() -> None:
    """A literal may be long and its number small."""
    assert shown("{{0x" + "0" * 5000 + "1}} {{" + "0" * 5000 + "}}") == "1 0"


@pytest.mark.parametrize(
    "source",
    [
        "{{" + "(" * 10_000 + "1" + ")" * 10_000 + "}}",
        "{{if 1}}" * 3000 + "{{end}}" * 3000,
        "{{if 0}}" + "{{else if 0}}" * 3000 + "{{end}}",
        '{{block "a" .}}' * 3000 + "{{end}}" * 3000,
        '{{define "t"}}' + "{{if 1}}" * 50 + '{{template "t"}}' + "{{end}}" * 51 + '{{template "t"}}',
        "{{if (((1)))}}" * 300 + "{{end}}" * 300,
    ],
)
def test_no_depth_is_more_than_an_error(source: str) -> None:
    """Whether it is read or executed, what lies too deep is told as such."""
    assert complaint(source).endswith("nested too deeply")


def test_what_is_nested_as_deeply_as_allowed_is_executed() -> None:
    """The limit of the reading leaves room for the execution."""
    assert shown("{{" + "(" * 60 + "1" + ")" * 60 + "}}" + "{{if 1}}" * 60 + "x" + "{{end}}" * 60) == "1x"


@pytest.mark.parametrize(
    "source",
    ["{{" + "(" * 5000, "{{" + "(" * 5000 + "1" + ")" * 5000 + "}}", "{{if 1}}" * 5000 + "{{end}}" * 5000],
)
def test_a_template_nested_too_deeply_is_refused(source: str) -> None:
    """A pile of parentheses or blocks is an error of the template, not of the program."""
    assert complaint(source).startswith("template: :1:")


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    """Half a character, cut off by docker's byte-wise truncate, becomes U+FFFD."""
    assert shown('{{truncate "é" 1}}{{printf "%x" (truncate "é" 1)}}') == "\ufffdc3"


PIECES = st.sampled_from(
    ["{{", "}}", "{{- ", " -}}", ".", ".Names", "$", "$x", ":=", "|", "(", ")", '"', "'", "`", " ", "\n", "if ", "end",
     "range ", "else ", "with ", "define ", "template ", "block ", "break", "printf ", "index ", '"%d"', "1", "-", "i",
     "0x", "e", "/*", "*/", ",", "nil", "true", "len ", "eq ", "json ", "é", "\\"]
)  # fmt: skip


def complaint_if_any(source: str) -> str | None:
    """What a template complains about, None if it is shown."""
    try:
        shown(source)
    except TemplateError as error:
        return str(error)
    return None


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=14).map("".join)))
def test_any_source_is_shown_or_refused(source: str) -> None:
    """Whatever is typed, the only exception is TemplateError, in Go's form."""
    assert (complaint_if_any(source) or TEMPLATE).startswith(TEMPLATE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=3), JSON, max_size=3))
def test_json_of_decoded_json_means_the_same(raw: dict[str, object]) -> None:
    """What json writes reads back as what came."""
    assert json.loads(shown("{{json .}}", raw)) == raw


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["container", "image", "network", "volume", "info", "version"]), st.data())
def test_any_answer_of_an_engine_can_be_typed(kind: str, data: st.DataObject) -> None:
    """An engine that sends odd things in known places makes no template crash."""
    keys = st.sampled_from(["Name", "State", "Config", "HostConfig", "Mounts", "Labels", "IPAM", "Ports", "Health"])
    raw = data.draw(st.dictionaries(keys, st.one_of(JSON, st.dictionaries(keys, JSON, max_size=3)), max_size=4))
    assert shown("{{json .}}{{.}}", typed(kind, raw))


CELLS = st.text(max_size=30) | st.sampled_from(["a\tb", "", "ü", "\udc80", "<&>"])
FIELDS = [
    "{{if .Names}}{{.State}}{{else}}N/A{{end}}",
    "{{if .None}}x{{end}}",
    "{{.Names}}",
    "{{.State}}",
    "{{ .Ports }}",
    "{{.Platform}}",
    "{{.None}}",
    "{{.Label}}",
]
PLAIN = st.lists(st.sampled_from([*FIELDS, "\t", "ü x"]))


@given(PLAIN, CELLS, CELLS)
def test_text_and_fields_alone_are_shown_as_by_walking_the_tree(parts: list[str], names: str, state: str) -> None:
    """Which finds out what is wrong with those that are not."""
    row = Row("*formatter.ContainerContext", {**WEB.methods, "Names": names, "State": lambda: state})
    source = "".join(parts)

    def told(execute: Callable[[Template], str]) -> str:
        try:
            return execute(Template(source))
        except TemplateError as error:
            return str(error)

    walked = told(lambda template: template._walked(row, strict=False))
    assert told(lambda template: template.execute(row)) == walked.encode("utf-8", "surrogateescape").decode(
        "utf-8", "replace"
    )


def test_what_is_shown_the_short_way_is_paid_as_well() -> None:
    """So that no number of rows is beyond the budget."""
    template = Template("{{.Names}}" * 100)
    row = Row("", {"Names": "x" * 1000})
    rows = map(template.execute, repeat(row, 1000))
    with pytest.raises(TemplateError, match=r"gave up after|more than"):
        list(rows)
