"""Every outcome becomes a message that Slack takes, that a screen reader reads, and that nobody's text can bend."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blockrules import problems
from bot.buttons import Spent
from bot.request import Outcome, Status
from bot.slack import room
from bot.slack.afterwards import without_buttons
from bot.slack.blocks import TEXT_LIMIT, render
from bot.slack.message import Message
from commands.chart import Chart, Series, Shape
from commands.reply import Button, Buttons, Document, Errors, Moment, Note, Output, Part, Printed, Reply, Table

HOSTILE = "<!channel> <@U0ADMIN001> <https://evil.example|click> *bold* `code` ```fence``` :tada: @here &lt;!here&gt;"


def shown(*parts: Part, public: bool = False, line: str = "ps", number: int | None = 7) -> Message:
    """The message of an outcome with these parts."""
    outcome = Outcome(Status.DONE, Reply(parts), number, public, line)
    return render(outcome, lambda button: f"id of {button.line}", "U0ASKER001")


def elements(message: Message) -> list[dict[str, Any]]:
    """All that stands in its rich text."""
    return [each for block in message.blocks if block["type"] == "rich_text" for each in block["elements"]]


def fixed_width(message: Message) -> list[str]:
    """The texts that are shown as docker printed them."""
    found = [each for each in elements(message) if each["type"] == "rich_text_preformatted"]
    return [span["text"] for each in found for span in each["elements"]]


def spans(message: Message) -> list[dict[str, Any]]:
    """Every span of the message."""
    return [span for each in elements(message) for span in each["elements"]]


def test_docker_s_output_is_shown_to_the_character() -> None:
    """Columns, tabs and leading spaces stay; only the last newline, which would show as an empty line, goes."""
    text = "CONTAINER ID   IMAGE\n  abc\tweb  \n"
    assert fixed_width(shown(Output(text))) == [text[:-1]]


def test_errors_stand_after_the_output_in_words() -> None:
    """Standard error is shown as docker words it, in its place."""
    message = shown(Output("web\n"), Errors("Error response from daemon: No such container: x\n"))
    assert fixed_width(message) == ["web", "Error response from daemon: No such container: x"]


def test_a_table_is_aligned_as_docker_aligns_it() -> None:
    """Rows become columns of at least ten characters, three spaces apart."""
    rows = (("NAME", "DRIVER"), ("a-long-name", "local"))
    assert fixed_width(shown(Table(rows))) == ["NAME          DRIVER\na-long-name   local"]


def test_a_public_message_says_first_who_asked_and_what() -> None:
    """The first line names the person by id, the line as it was understood, and its number."""
    first = elements(shown(Output("web\n"), public=True, line="restart web"))[0]["elements"]
    assert first[0] == {"type": "user", "user_id": "U0ASKER001"}
    assert "".join(span.get("text", "") for span in first) == " ran docker restart web · number 7"


def test_what_only_the_asker_sees_does_not_name_them() -> None:
    """The first line of a private answer is the line alone: nobody is mentioned."""
    message = shown(Output("web\n"))
    assert message.text.startswith("docker ps · number 7\n")
    assert not [span for span in spans(message) if span["type"] == "user"]


def test_a_schedule_is_named_as_text() -> None:
    """Whoever is no Slack user is no mention either."""
    outcome = Outcome(Status.DONE, Reply((Output("x\n"),)), 1, public=True, line="image prune")
    message = render(outcome, lambda _: "", "schedule:cleanup")
    assert message.text.startswith("schedule:cleanup ran docker image prune")
    assert not [span for span in spans(message) if span["type"] == "user"]


@pytest.mark.attack("S15")
@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize(
    "part", [Output(HOSTILE), Errors(HOSTILE), Note(HOSTILE), Table(((HOSTILE,),)), Moment(HOSTILE, 1)]
)
def test_text_from_outside_means_nothing_to_slack(part: Part, public: bool) -> None:
    """Mentions, links, formatting and emoji in a log line, a name or the line itself are only text."""
    message = shown(part, public=public, line=HOSTILE)
    assert "<!channel>" not in message.text
    assert "<https:" not in message.text
    allowed = {"text", "date"} | ({"user"} if public else set())
    assert {span["type"] for span in spans(message)} <= allowed
    assert "mrkdwn" not in json.dumps(message.payload())
    assert any(HOSTILE in span.get("text", "") for span in spans(message))
    assert message.payload()["unfurl_links"] is False
    assert "link_names" not in message.payload()


@pytest.mark.attack("S16")
def test_invisible_characters_are_pointed_out() -> None:
    """A right-to-left override in a log line is written out, and the reader is told."""
    message = shown(Output("safe\u202eelif\n"))
    assert fixed_width(message) == ["safe\\u{202e}elif"]
    assert "Characters that cannot be seen are shown as \\u{...}: 1." in message.text


def test_a_moment_is_shown_in_the_reader_s_zone() -> None:
    """Slack is given the epoch seconds; who cannot have it written by Slack reads UTC."""
    date = next(span for span in spans(shown(Moment("next run", 1_700_000_000.5))) if span["type"] == "date")
    assert (date["timestamp"], date["fallback"]) == (1_700_000_000, "2023-11-14 22:13:20 UTC")


def test_a_table_with_a_caption_is_drawn_by_slack_where_it_stands() -> None:
    """Whole numbers are numbers, so that they sort; what reads the text reads the same cells."""
    message = shown(
        Note("before"), Table((("NAME", "RUNS"), ("web", "12"), ("", "x")), caption="Containers"), Note("after")
    )
    assert [block["type"] for block in message.blocks] == ["rich_text", "data_table", "rich_text"]
    drawn = message.blocks[1]
    assert drawn["caption"] == "Containers"
    assert [[cell["text"] for cell in row] for row in drawn["rows"]] == [["NAME", "RUNS"], ["web", "12"], ["-", "x"]]
    assert (drawn["rows"][1][1]["type"], drawn["rows"][1][1]["value"]) == ("raw_number", 12)
    assert "web       12" in message.text


@pytest.mark.parametrize("rows", [1, 202, 150])
def test_a_table_that_slack_does_not_take_is_shown_as_docker_prints_it(rows: int) -> None:
    """With no row, with too many, or with too long a text: the rest is in a file."""
    table = (("NAME",), *((f"{at} " + "x" * (200 if rows == 150 else 1),) for at in range(rows - 1)))
    message = shown(Table(table, caption="Containers"))
    assert "data_table" not in {block["type"] for block in message.blocks}
    assert fixed_width(message)[0].startswith("NAME")


def test_a_button_carries_only_an_opaque_id() -> None:
    """The line stays with us; one that destroys asks first, with the whole line before the eyes."""
    message = shown(Buttons((Button("Logs", "logs web"), Button("Remove web", "rm -f web", danger=True))))
    logs, remove = message.blocks[-1]["elements"]
    assert (logs["value"], "confirm" in logs, "style" in logs) == ("id of logs web", False, False)
    assert remove["style"] == "danger"
    assert remove["confirm"]["text"]["text"] == "This runs: docker rm -f web"
    assert "Button: Remove web (docker rm -f web)" in message.text


def test_an_answer_without_words_says_so() -> None:
    """Docker is often silent; a chat should not be."""
    assert "There is no output." in shown().text


def test_a_long_answer_shows_its_head_and_has_the_whole_as_a_file() -> None:
    """The message holds whole first lines and last ones, says how many of how many, and names the file."""
    text = "".join(f"line {i}\n" for i in range(1, 20_001))
    message = shown(Output(text, "web.log"), Note("a hint after it"))
    begin, end = fixed_width(message)
    (file,) = message.files
    assert text.startswith(begin + "\n")
    assert text.endswith("\n" + end + "\n")
    assert (file.name, file.content) == ("web.log", text)
    first, last = len(begin.splitlines()), len(end.splitlines())
    assert min(first, last) > 100
    assert f"the first {first:,} and the last {last:,} of 20,000 lines" in json.dumps(message.blocks)
    assert "web.log" in json.dumps(message.blocks)
    assert "a hint after it" in json.dumps(message.blocks)
    assert problems(message.payload()) == ()


def test_what_is_not_shown_whole_can_be_filtered() -> None:
    """As it is kept: by its number, which what was not run has not."""
    long = Output("web\n" * 9_000)
    assert "Button: Filter… (docker output 7 --grep TEXT)" in shown(long).text
    assert "Filter" not in shown(Output("web\n")).text
    assert "Filter" not in shown(long, number=None).text


def test_what_slashdock_adds_is_said_however_long_the_list_is() -> None:
    """A screen reader is told what to do, what is in the file, and which buttons there are."""
    text = "".join(f"line {i}\n" for i in range(1, 2_001))
    offered = Buttons((Button("Go on", "image prune --force"),))
    message = shown(Output(text, "a.txt"), Output(text, "b.txt"), Note("To go on: docker image prune --force"), offered)
    said = message.text.splitlines()
    assert len(message.text) <= TEXT_LIMIT
    assert said[1] == "line 1"
    assert any(each.endswith("the whole is in your direct messages with this app, as the file a.txt.") for each in said)
    assert said[-3:] == [
        "To go on: docker image prune --force",
        "Button: Go on (docker image prune --force)",
        "Button: Filter… (docker output 7 --grep TEXT)",
    ]


def test_two_long_parts_have_two_files_with_names_of_their_own() -> None:
    """No file replaces another one, and a name cannot leave its folder."""
    message = shown(Output("x\n" * 9_000, "../../web log"), Errors("y\n" * 9_000), Output("z\n" * 9_000, "errors.txt"))
    assert [file.name for file in message.files] == ["web_log", "errors.txt", "3-errors.txt"]
    assert problems(message.payload()) == ()


def test_the_text_is_cut_where_a_screen_reader_would_not_follow() -> None:
    """At most 4,000 characters, marked where it was cut."""
    message = shown(Output("&" * 9_000))
    assert len(message.text) <= TEXT_LIMIT
    assert message.text.endswith("(cut)")


labels = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=90)
parts = st.one_of(
    st.builds(Output, st.text(max_size=20_000), st.text(max_size=20)),
    st.builds(Errors, st.text(max_size=300)),
    st.builds(Printed, st.lists(st.tuples(st.text(max_size=300), st.booleans()), max_size=9).map(tuple)),
    st.integers(1, 4).flatmap(
        lambda width: st.builds(
            Table,
            st.lists(st.tuples(*[st.text(max_size=9)] * width), min_size=1).map(tuple),
            caption=st.sampled_from(["", "Containers"]),
        )
    ),
    st.builds(Note, st.text(max_size=4_000)),
    st.builds(Moment, st.text(max_size=20), st.floats(0, 4e9)),
    st.builds(Buttons, st.lists(st.builds(Button, labels, st.text(max_size=400), st.booleans())).map(tuple)),
)


@given(st.lists(parts, max_size=6), st.booleans(), st.text(max_size=700))
def test_every_outcome_is_a_message_that_slack_takes(reply: list[Part], public: bool, line: str) -> None:
    """Whatever a command answers, no rule of Block Kit is broken and there is something to read."""
    message = shown(*reply, public=public, line=line)
    assert problems(message.payload()) == ()
    assert problems(message.plain()) == ()
    assert 0 < len(message.text) <= TEXT_LIMIT


def test_many_notes_are_said_in_a_file_rather_than_refused() -> None:
    """What slashdock adds counts as well: what has no room is in a file, which a note names, and nothing is lost."""
    notes = [Note(f"note {i} " + "n" * 1_400) for i in range(30)]
    message = shown(Output("x\n" * 9_000), *notes)
    assert problems(message.payload()) == ()
    (notes_file,) = (file for file in message.files if file.name == "notes.txt")
    assert "the file notes.txt" in message.text or "the file notes.txt" in json.dumps(message.blocks)
    told = json.dumps(message.blocks) + notes_file.content
    assert all(f"note {i} nnn" in told for i in range(30))


def test_a_button_without_room_is_told_in_words() -> None:
    """At most 25 are shown, fewer where their questions are long; of the others the line can be typed."""
    message = shown(Buttons(tuple(Button(f"Remove {i}", f"rm {i} " + "x" * 400, danger=True) for i in range(40))))
    assert problems(message.payload()) == ()
    offered = [each["text"]["text"] for each in message.blocks[-1]["elements"]]
    (file,) = message.files
    assert all(f"Remove {i}" in offered or f"Remove {i} (docker rm {i} " in file.content for i in range(40))


long_words = st.integers(0, 5_000).map(lambda length: ('"word" ' * 1_000)[:length])
long_parts = st.one_of(
    st.builds(Output, long_words),
    st.builds(Errors, long_words),
    st.builds(Printed, st.lists(st.tuples(long_words, st.booleans()), max_size=9).map(tuple)),
    st.builds(Note, long_words),
    st.builds(Table, st.lists(st.tuples(long_words, long_words), max_size=9).map(tuple), caption=st.just("Long")),
    st.builds(Moment, long_words, st.floats(0, 4e9)),
    st.builds(
        lambda line, number: Buttons((Button("Go", line[:1_900], danger=True),) * number),
        long_words,
        st.integers(1, 30),
    ),
)


@given(st.lists(long_parts, min_size=5, max_size=60), st.booleans(), long_words)
def test_however_much_there_is_to_say_slack_takes_it(reply: list[Part], public: bool, line: str) -> None:
    """No number of parts, and no length of any of them, is more than a message holds."""
    assert problems(shown(*reply, public=public, line=line).payload()) == ()


@given(st.lists(long_parts, min_size=1, max_size=60), st.booleans(), long_words)
def test_a_message_whose_button_was_pressed_is_one_that_slack_takes(reply: list[Part], public: bool, line: str) -> None:
    """Who pressed it and for which line is told in the room that the buttons leave."""
    message = shown(Buttons((Button("Go", "ps"),)), *reply, public=public, line=line)
    after = without_buttons(message.text, message.blocks, Spent(7, "U0ADMIN001", line or "ps"))
    assert problems(after.payload()) == ()
    assert sum(room.size(block) for block in after.blocks if block["type"] != "data_table") <= room.BLOCKS


def chart(name: str, points: int = 3, title: str = "Memory") -> Chart:
    """One with a single line."""
    return Chart(title, Shape.LINE, "MB", tuple(map(str, range(points))), (Series(name, (1.0,) * points),))


def test_charts_are_drawn_below_the_words_and_told_in_them() -> None:
    """A screen reader reads what the eye sees; all is within Slack's limits."""
    message = shown(Output("web\n" * 3000), chart("web"), Note("Look."), chart("db", title="Disk"))
    drawn = [block["title"] for block in message.blocks if block["type"] == "data_visualization"]
    assert drawn == ["Memory (MB)", "Disk (MB)"]
    assert "Memory (MB): web 1 throughout." in message.text
    assert problems(message.payload()) == ()


def test_a_chart_that_is_not_drawn_is_told_to_the_eye_as_well() -> None:
    """The third of a message, one with too many points, and whatever has no room."""
    message = shown(
        chart("a", title="1"), chart("b", title="2"), chart("c", title="3"), chart("d", points=21, title="4")
    )
    told = "".join(span.get("text", "") for span in spans(message))
    assert ("1 (MB)" in told, "3 (MB): c" in told, "4 (MB): d" in told) == (False, True, True)
    assert problems(message.payload()) == ()


@pytest.mark.parametrize("public", [True, False])
def test_a_document_is_a_file_alone(*, public: bool) -> None:
    """Nothing of it is shown; where it is, is told."""
    message = shown(Note("Weekly."), Document("<!doctype html>", "report/local.html", "Weekly report"), public=public)
    (file,) = message.files
    assert (file.name, file.title, file.content) == ("report_local.html", "Weekly report", "<!doctype html>")
    assert ("It follows as the file report_local.html." in message.text) is public
    assert "doctype" not in message.text
    assert problems(message.payload()) == ()
