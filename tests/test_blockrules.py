"""Messages and views that Slack takes or refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import blockrules
from bot.blockrules import problems, view_problems

WORDS = st.sampled_from(
    [
        "type",
        "text",
        "blocks",
        "elements",
        "section",
        "actions",
        "button",
        "table",
        "rows",
        "rich_text",
        "modal",
        "fields",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
)
REFUSED = sorted((Path(__file__).parent / "blockrules").glob("*.json"))


def words(text: str = "words") -> dict[str, Any]:
    """A section."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def plain(text: str) -> dict[str, Any]:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> dict[str, Any]:
    """A button."""
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    """An actions block."""
    return {"type": "actions", "elements": list(elements)}


def code(text: str) -> dict[str, Any]:
    """A rich text block of preformatted text."""
    spans = [{"type": "text", "text": text}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": spans}]}


def table(*rows: tuple[str, ...]) -> dict[str, Any]:
    """A table of raw text."""
    return {"type": "table", "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal."""
    return {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": list(blocks), **more}


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_what_slack_is_known_to_have_refused_is_refused(path: Path) -> None:
    """Each fixture names the public report in which Slack refused it, and what Slack said."""
    fixture = json.loads(path.read_text())
    found = problems(fixture["message"]) if "message" in fixture else view_problems(fixture["view"])
    assert any(fixture["words"] in each for each in found), found


@pytest.mark.parametrize(
    "block",
    [
        words("x" * 3_000),
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Host*\nprod"}] * 10},
        words() | {"accessory": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}},
        {"type": "header", "text": plain("x" * 150)},
        {"type": "divider", "block_id": "d"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "a", "verbatim": True}] * 10},
        actions(button(value="v" * 2000, style="danger"), {**button(), "action_id": "stay"}),
        actions(
            button(
                confirm={
                    "title": plain("Restart web?"),
                    "text": {"type": "mrkdwn", "text": "`docker restart web`"},
                    "confirm": plain("Restart"),
                    "deny": plain("Keep"),
                    "style": "danger",
                }
            )
        ),
        actions(
            {
                "type": "static_select",
                "action_id": "host",
                "placeholder": plain("Host"),
                "options": [{"text": plain("prod"), "value": "prod"}],
            }
        ),
        code("CONTAINER ID   IMAGE\n<none>"),
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "user", "user_id": "U1"},
                        {"type": "text", "text": " ran ", "style": {"bold": True, "code": True}},
                        {"type": "link", "url": "https://example.com", "text": "this"},
                        {"type": "date", "timestamp": 1720710212, "format": "{time}", "fallback": "then"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
                },
            ],
        },
        table(("NAME", "STATUS"), ("web", "Up")) | {"column_settings": [{"align": "right", "is_wrapped": True}]},
        table(*[("x" * 100,)] * 100),
        {
            "type": "data_table",
            "caption": "Containers",
            "rows": [
                [{"type": "raw_text", "text": "NAME"}, {"type": "raw_text", "text": "CPU"}],
                [{"type": "raw_text", "text": "web"}, {"type": "raw_number", "value": 1.5, "text": "1.5%"}],
            ],
        },
        {
            "type": "data_visualization",
            "title": "Memory",
            "chart": {"type": "pie", "segments": [{"label": "web", "value": 3}]},
        },
        {"type": "markdown", "text": "## Plan"},
        {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"},
    ],
    ids=lambda block: block["type"],
)
def test_what_slack_documents_is_taken(block: dict[str, Any]) -> None:
    """Every block within its limits passes."""
    assert problems({"text": "fallback", "blocks": [block]}) == ()


def test_a_message_needs_text_or_blocks() -> None:
    """Nothing and blanks alone are refused; either part is enough."""
    assert problems({}) == problems({"text": " \n", "blocks": []}) == (blockrules.NO_TEXT,)
    assert problems({"text": "words"}) == problems({"blocks": [words()]}) == ()


def test_the_text_has_a_limit_that_is_lower_for_updates() -> None:
    """40,000 characters when posting, 4,000 when updating."""
    assert problems({"text": "x" * 40_000}) == ()
    assert problems({"text": "x" * 40_001}) == (blockrules.TEXT_TOO_LONG,)
    limit = blockrules.UPDATE_TEXT_LIMIT
    assert problems({"text": "x" * (limit + 1)}, text_limit=limit) == (blockrules.TEXT_TOO_LONG,)


def test_all_blocks_together_have_a_limit_but_for_tables() -> None:
    """Five sections are too long, a table of the same length is not."""
    sections = [words("x" * 2_900)] * 5
    assert problems({"text": "a", "blocks": sections}) == (blockrules.BLOCKS_TOO_LONG,)
    assert problems({"text": "a", "blocks": [*sections[:4], table(("x" * 9_000,))]}) == ()


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"type": "poll"}, "unsupported type: poll"),
        ({"text": "x"}, "missing required field: type"),
        ("words", "must provide an object"),
        ({"type": "section"}, "missing required field: text"),
        (actions(button(value="v" * 2001)), "must be less than 2001 characters"),
        (actions(button(text=plain("x" * 76))), "must be less than 76 characters"),
        (actions(button(url="javascript:alert(1)")), "must be a valid URL"),
        (actions({"type": "multi_users_select", "action_id": "m"}), "unsupported type: multi_users_select"),
        (actions(), "no less than 1 items allowed"),
        ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters"),
        ({"type": "context", "elements": [plain("a")] * 11}, "no more than 10 items allowed"),
        (table(*[("a",)] * 101), "no more than 100 items allowed"),
        (table(("a",) * 21), "no more than 20 items allowed"),
        ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters"),
        ({"type": "divider", "block_id": "x" * 256}, "must be less than 256 characters"),
        ({"type": "alert", "text": plain("modal only")}, "unsupported type: alert"),
    ],
)
def test_each_limit_is_told_with_its_place(block: Any, said: str) -> None:
    """The sentence is Slack's and points into the payload."""
    found = problems({"text": "a", "blocks": [block]})
    assert any(each.startswith(said) and "[json-pointer:/blocks/0" in each for each in found), found


def test_block_ids_are_unique_in_a_message() -> None:
    """The same block_id twice is refused, none at all is fine."""
    twice = [words() | {"block_id": "b"}, words() | {"block_id": "b"}]
    assert problems({"text": "a", "blocks": twice}) == (
        '"b" is a duplicate block_id [json-pointer:/blocks/1/block_id]',
    )
    assert problems({"text": "a", "blocks": [words(), words()]}) == ()


def test_the_same_action_id_in_two_blocks_is_taken() -> None:
    """Slack wants action_ids unique inside of one block only."""
    assert problems({"text": "a", "blocks": [actions(button()), actions(button())]}) == ()


@pytest.mark.parametrize("block", [table(("a",)), {"type": "markdown", "text": "a"}, {"type": "data_visualization"}])
def test_modals_refuse_what_only_messages_show(block: dict[str, Any]) -> None:
    """Tables, markdown and charts are not for modals."""
    (found,) = view_problems(modal(block))
    assert found == f"unsupported type: {block['type']} [json-pointer:/view/blocks/0/type]"


def test_a_modal_with_an_input_needs_a_submit_button() -> None:
    """Without inputs it does not."""
    element = {"type": "plain_text_input", "action_id": "a", "multiline": True}
    field = {"type": "input", "label": plain("Reason"), "element": element}
    assert view_problems(modal(field)) == view_problems(modal(words(), submit=None)) == ()
    assert view_problems(modal(field, submit=None)) == ("missing required field: submit [json-pointer:/view]",)


def test_views_are_modals_or_homes() -> None:
    """A home takes tables but no title; anything else is no view."""
    assert view_problems({"type": "home", "blocks": [table(("a",))]}) == ()
    assert view_problems({"type": "home", "blocks": [], "title": plain("a")})
    assert view_problems({"type": "page", "blocks": []})
    assert view_problems({"type": "modal", "title": plain("a")})


def test_private_metadata_has_a_limit() -> None:
    """3,000 characters."""
    assert view_problems(modal(words(), private_metadata="x" * 3_000)) == ()
    assert view_problems(modal(words(), private_metadata="x" * 3_001))


@given(JSON, JSON)
def test_nonsense_is_refused_and_never_raises(first: Any, second: Any) -> None:
    """Whatever JSON stands where a message or a view should."""
    assert isinstance(problems({"text": first, "blocks": second}), tuple)
    assert isinstance(view_problems({"type": first, "blocks": second}), tuple)
    assert isinstance(view_problems(modal() | {"blocks": second, "title": first}), tuple)


def _plotted(categories: list[str], *labels: list[str]) -> dict[str, Any]:
    series = [
        {"name": f"s{at}", "data": [{"label": each, "value": 1} for each in given]} for at, given in enumerate(labels)
    ]
    drawn = {"type": "line", "series": series, "axis_config": {"categories": categories}}
    return {"type": "data_visualization", "title": "Memory", "chart": drawn}


@pytest.mark.parametrize(
    ("block", "place"),
    [
        (_plotted(["a", "b"], ["a", "b"], ["b", "a"]), "/chart/series/1/data"),
        (_plotted(["a", "b"], ["a"]), "/chart/series/0/data"),
        (_plotted(["a", "a"], ["a", "a"]), "/chart/axis_config/categories"),
        (_plotted(["a"], *[["a"]] * 7), "/chart/series"),
        (
            {
                "type": "data_visualization",
                "title": "a",
                "chart": {"type": "pie", "segments": [{"label": "b", "value": 0}]},
            },
            "/chart/segments/0/value",
        ),
    ],
    ids=["order", "missing", "twice", "many", "nothing"],
)
def test_the_points_of_a_chart_are_those_of_its_axis(block: dict[str, Any], place: str) -> None:
    """One for each category in order, no more than six series, and no slice of nothing; from Slack's own reference."""
    (problem,) = problems({"text": "fallback", "blocks": [block]})
    assert problem.endswith(f"[json-pointer:/blocks/0{place}]")
