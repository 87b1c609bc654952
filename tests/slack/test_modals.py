"""Forms become modals: a click opens one at once, what is filled in becomes a request, and a secret stays in it."""

from __future__ import annotations

import dataclasses
import logging
import threading
from typing import Any

import pytest
from canned import Joined, done, until
from hypothesis import given
from hypothesis import strategies as st

from bot import blockrules
from bot.request import Actor, Member, Origin, Outcome, Status
from bot.slack import views
from bot.slack.dialogs import GONE
from bot.slack.views import EMPTY, VISIBLE
from bot.workspace.message import Message
from bot.workspace.people import ADMIN, OPERATOR, OPS, TEAM, UNJOINED
from bot.workspace.views import View
from bot.workspace.web_api import Call
from commands.asking import Field, Form
from commands.reply import Asking, Note, Reply

LINE = "login registry.example"
WORD = Field("word", "Password or token", secret=True, hint="A token is better.")
LOGIN = Form("Log in", "Log in", (Field("who", "User name"), WORD))
NOTES = Form("What to build", "Build", (Field("text", "Dockerfile", multiline=True),))
SECRET = "kept\u2014 to \u201cthe\u201d letter "


def offer(joined: Joined, form: Form = LOGIN, *, public: bool = True) -> Message:
    """A message of the bot with a button behind which that is asked."""
    joined.desk.forms[LINE] = form
    held = Reply((Note("It needs to be told more."), Asking(f"{form.title}…", LINE, form)))
    joined.desk.answers = lambda _: Outcome(Status.HELD, held, 1, public, LINE)
    joined.workspace.mention(OPERATOR, OPS, "hello").wait()
    message = joined.workspace.wait_for_message(OPS, "told more", viewer=OPERATOR)
    joined.desk.answers = lambda request: done(f"did it for {request.given.get('who')}\n", LINE, public=public)
    return message


def press(joined: Joined, message: Message, who: str = OPERATOR) -> View:
    """Press its button; the modal that opens."""
    ((_, button),) = message.elements()
    joined.workspace.click(who, OPS, message.ts, button["action_id"]).wait()
    return joined.workspace.wait_for(lambda: joined.workspace.view(who))


def test_a_click_opens_the_form(joined: Joined) -> None:
    """Nothing is taken yet; the modal holds an opaque id, and warns that a secret can be read while it is typed."""
    view = press(joined, offer(joined))
    who, word = view.content["blocks"]
    assert len(joined.desk.taken) == 1
    assert (view.content["title"]["text"], view.content["private_metadata"]) == ("Log in", "dialog0")
    assert (who["label"]["text"], "hint" in who) == ("User name", False)
    assert word["hint"]["text"] == f"A token is better. {VISIBLE}"
    assert word["element"]["max_length"] == 3000


def test_a_click_is_acknowledged_before_slack_says_who_it_is(joined: Joined) -> None:
    """Slack waits three seconds for that, and may take longer to say it; the modal opens then."""
    message, gate = offer(joined), threading.Event()
    joined.desk.member = lambda *_words, **_named: Member(None if gate.wait(20) else "late")  # type: ignore[method-assign]
    ((_, button),) = message.elements()
    joined.workspace.click(OPERATOR, OPS, message.ts, button["action_id"]).wait(2)
    gate.set()
    assert joined.workspace.wait_for(lambda: joined.workspace.view(OPERATOR))


def test_what_is_filled_in_is_a_request_of_who_filled_it_in(joined: Joined) -> None:
    """It is acknowledged with an empty body, the modal closes, and the answer comes where the button was."""
    message = offer(joined)
    press(joined, message, ADMIN)
    sent = joined.workspace.submit(ADMIN, {"who": "ada", "word": SECRET}).wait()
    answer = joined.workspace.wait_for_message(OPS, "did it for ada")
    request = joined.desk.taken[-1]
    assert sent.ack_body is None
    assert joined.workspace.view(ADMIN) is None
    assert (request.line, request.actor, request.origin) == (LINE, Actor(ADMIN, TEAM), Origin.BUTTON)
    assert request.given == {"who": "ada", "word": SECRET}
    assert (request.channel, answer.thread_ts, answer.only_for) == (OPS, message.thread_ts, None)


def test_a_private_answer_stays_private(joined: Joined) -> None:
    """What only the asker was told is answered to them alone, in the same place."""
    press(joined, offer(joined, public=False))
    joined.workspace.submit(OPERATOR, {"who": "ada", "word": SECRET}).wait()
    assert joined.workspace.wait_for_message(OPS, "did it for ada", viewer=OPERATOR).only_for == OPERATOR


def test_a_text_of_several_lines_is_mended_as_a_line_is(joined: Joined) -> None:
    """Long dashes and curly quotes come from the keyboard; the lines stay lines."""
    view = press(joined, offer(joined, NOTES))
    joined.workspace.submit(OPERATOR, {"text": "FROM busybox\nRUN apk add \u2014no-cache \u201cx\u201d\n"}).wait()
    joined.workspace.wait_for_message(OPS, "did it")
    assert view.content["blocks"][0]["element"]["multiline"]
    assert joined.desk.taken[-1].given == {"text": 'FROM busybox\nRUN apk add --no-cache "x"\n'}


def test_what_is_empty_is_told_in_its_field(joined: Joined) -> None:
    """Blanks alone are nothing: the modal stays, nothing is taken, and the same modal can be sent again."""
    press(joined, offer(joined))
    sent = joined.workspace.submit(OPERATOR, {"who": " ", "word": "x"}).wait()
    assert sent.ack_body == {"response_action": "errors", "errors": {"who": EMPTY}}
    assert joined.workspace.view(OPERATOR)
    assert len(joined.desk.taken) == 1
    joined.workspace.submit(OPERATOR, {"who": "ada", "word": "x"}).wait()
    joined.workspace.wait_for_message(OPS, "did it for ada")


def test_what_may_stay_empty_may(joined: Joined) -> None:
    """A field that is not required is asked for and may be left alone."""
    press(joined, offer(joined, Form("Log in", "Log in", (dataclasses.replace(WORD, optional=True),))))
    joined.workspace.submit(OPERATOR).wait()
    joined.workspace.wait_for_message(OPS, "did it")
    assert joined.desk.taken[-1].given == {"word": ""}


def test_a_second_delivery_of_a_modal_says_nothing(joined: Joined) -> None:
    """Sent twice, by Slack or by a person whose Slack had trouble, it is one request."""
    press(joined, offer(joined))
    sent = joined.workspace.submit(OPERATOR, {"who": "ada", "word": "x"}).wait()
    joined.workspace.wait_for_message(OPS, "did it for ada")
    joined.workspace.deliver("interactive", {**sent.payload, "trigger_id": "another"}).wait()
    joined.workspace.slash(OPERATOR, OPS, "ps").wait()
    until(lambda: len(joined.desk.taken) == 3)
    assert [each.delivery for each in joined.desk.taken[1:2]] == [sent.payload["view"]["id"]]


def test_a_dialog_that_nobody_remembers_keeps_what_was_typed(joined: Joined) -> None:
    """The modal stays open and says so; nothing is taken."""
    press(joined, offer(joined))
    joined.desk.dialogs.clear()
    sent = joined.workspace.submit(OPERATOR, {"who": "ada", "word": "x"}).wait()
    assert sent.ack_body == {"response_action": "errors", "errors": {"who": GONE}}
    assert len(joined.desk.taken) == 1


def test_a_foreign_modal_is_not_heard(joined: Joined) -> None:
    """Another workspace's, another app's and an outsider's submission are acknowledged and otherwise ignored."""
    press(joined, offer(joined))
    sent = joined.workspace.submit(OPERATOR, {"who": "ada", "word": "x"}).wait().payload
    joined.workspace.wait_for_message(OPS, "did it")
    foreign = [
        {"team": {"id": "T0FOREIGN1"}},
        {"api_app_id": "A0FOREIGN1"},
        {"user": {**sent["user"], "team_id": "T0FOREIGN1"}},
        {"enterprise": {"id": "E0FOREIGN1"}},
    ]
    for at, change in enumerate(foreign):
        view = {**sent["view"], "id": f"V0FOREIGN{at}"}
        joined.workspace.deliver("interactive", {**sent, "view": view, **change}).wait()
    assert len(joined.desk.taken) == 2


@pytest.mark.attack("S28")
def test_only_what_a_form_asks_for_is_taken_from_a_modal(joined: Joined) -> None:
    """S28: fields that it does not have, and whatever else stands in the view, change neither line nor place."""
    press(joined, offer(joined))
    sent = joined.workspace.submit(OPERATOR, {"who": "ada", "word": "x"}).wait().payload
    joined.workspace.wait_for_message(OPS, "did it for ada")
    values = sent["view"]["state"]["values"]
    more = {**values, **{name: {name: {"value": "evil"}} for name in ("line", "host", "confirmed", "channel")}}
    view = {
        **sent["view"],
        "id": "V0TAMPERED",
        "state": {"values": more},
        "hash": "stale",
        "callback_id": "form",
        "external_id": "evil",
    }
    joined.workspace.deliver("interactive", {**sent, "view": view}).wait()
    until(lambda: len(joined.desk.taken) == 3)
    honest, tampered = joined.desk.taken[1:]
    assert dataclasses.replace(tampered, delivery=honest.delivery, received=honest.received) == honest


@pytest.mark.attack("S28")
@pytest.mark.parametrize("metadata", ["dialog9", '{"button": "id0", "channel": "C0OTHER001"}', "id0", LINE])
def test_a_modal_stands_for_what_its_own_id_does(joined: Joined, metadata: str) -> None:
    """S28: another text in its place, a line or a button's id among them, stands for nothing."""
    press(joined, offer(joined))
    sent = joined.workspace.submit(OPERATOR, {"who": "ada", "word": "x"}).wait().payload
    joined.workspace.wait_for_message(OPS, "did it for ada")
    view = {**sent["view"], "id": "V0TAMPERED", "private_metadata": metadata}
    again = joined.workspace.deliver("interactive", {**sent, "view": view}).wait()
    assert again.ack_body == {"response_action": "errors", "errors": {"who": GONE}}
    assert len(joined.desk.taken) == 2


MALFORMED = [
    {"private_metadata": ""},
    {"private_metadata": None},
    {"id": ""},
    {"state": {"values": {"who": {"who": {"value": ["ada"]}}}}},
    {"state": {"values": {"who": {}}}},
    {"state": None},
]


@pytest.mark.parametrize("change", MALFORMED, ids=str)
def test_a_modal_of_another_shape_is_refused(by_http: Joined, change: dict[str, Any]) -> None:
    """What Slack never sends is no request, and no fault of ours."""
    press(by_http, offer(by_http))
    sent = by_http.workspace.submit(OPERATOR, {"who": "ada", "word": "x"}).wait().payload
    by_http.workspace.wait_for_message(OPS, "did it")
    again = {**sent, "view": {**sent["view"], "id": "V0ANOTHER1", **change}}
    delivery = by_http.workspace.deliver("interactive", again)
    by_http.workspace.wait_for(lambda: delivery.failed)
    assert delivery.status == 400
    assert len(by_http.desk.taken) == 2


def test_a_slash_command_that_needs_a_form_opens_it_itself(joined: Joined) -> None:
    """Its own trigger is good for that; who closes the modal still has the button."""
    joined.desk.forms[LINE] = LOGIN
    held = Reply((Note("It needs to be told more."), Asking("Log in…", LINE, LOGIN)))
    joined.desk.answers = lambda _: Outcome(Status.HELD, held, 1, line=LINE)
    joined.workspace.slash(OPERATOR, UNJOINED, LINE).wait()
    joined.workspace.wait_for(lambda: joined.workspace.view(OPERATOR))
    message = joined.workspace.wait_for_message(UNJOINED, "told more", viewer=OPERATOR)
    joined.desk.answers = lambda _: done("did it\n", LINE)
    joined.workspace.submit(OPERATOR, {"who": "ada", "word": "x"}).wait()
    assert joined.workspace.wait_for_message(UNJOINED, "did it", viewer=OPERATOR).only_for == OPERATOR
    assert [element["text"]["text"] for _, element in message.elements()] == ["Log in…"]


def test_a_modal_that_slack_does_not_open_in_time_is_told(joined: Joined) -> None:
    """The one who pressed hears that they may press again."""
    message = offer(joined)
    joined.workspace.fail("views.open", status=429)
    ((_, button),) = message.elements()
    joined.workspace.click(ADMIN, OPS, message.ts, button["action_id"]).wait()
    assert joined.workspace.wait_for_message(OPS, "press the button again", viewer=ADMIN).only_for == ADMIN


def test_a_click_that_comes_twice_opens_one_modal_and_complains_of_nothing(joined: Joined) -> None:
    """The second finds its trigger used."""
    message = offer(joined)
    ((_, button),) = message.elements()
    click = joined.workspace.click(OPERATOR, OPS, message.ts, button["action_id"]).wait()
    joined.workspace.wait_for(lambda: joined.workspace.view(OPERATOR))
    joined.workspace.deliver("interactive", click.payload).wait()
    joined.workspace.wait_for(lambda: len(_opened(joined)) == 2)
    joined.workspace.slash(OPERATOR, OPS, "ps").wait()
    joined.workspace.wait_for_message(OPS, "did it", viewer=OPERATOR)
    assert not [each for each in joined.workspace.messages(OPS) if "press the button again" in each.plain()]


def _opened(joined: Joined) -> list[Call]:
    return [call for call in joined.workspace.calls if call.method == "views.open"]


def test_a_secret_is_in_no_log_and_no_message(joined: Joined, caplog: pytest.LogCaptureFixture) -> None:
    """Neither when all is well nor when the payload is malformed or nobody knows the dialog."""
    caplog.set_level(logging.DEBUG)
    press(joined, offer(joined))
    sent = joined.workspace.submit(OPERATOR, {"who": "ada", "word": "hunter2-hunter2"}).wait().payload
    joined.workspace.wait_for_message(OPS, "did it")
    joined.desk.dialogs.clear()
    joined.workspace.deliver("interactive", {**sent, "view": {**sent["view"], "id": "V0ANOTHER1"}}).wait()
    ours = "".join(each.getMessage() + repr(each.args) for each in caplog.records if _is_ours(each))
    assert "hunter2" not in ours
    assert not [each for each in joined.workspace.messages(OPS) if "hunter2" in each.plain()]
    assert "hunter2" not in repr(joined.desk.taken)


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether the bot would log it: what is below a logger's level was never made, and the double logs for itself."""
    return not record.name.startswith(("bot.workspace", "uvicorn", "starlette", "asyncio"))


FIELDS = st.builds(
    Field,
    name=st.text(st.characters(categories=["Ll"]), min_size=1, max_size=200),
    label=st.text(min_size=1).filter(str.strip),
    secret=st.booleans(),
    multiline=st.booleans(),
    hint=st.text(max_size=3000),
    optional=st.booleans(),
)
FORMS = st.builds(
    Form,
    title=st.text(min_size=1).filter(str.strip),
    submit=st.text(min_size=1).filter(str.strip),
    fields=st.lists(FIELDS, min_size=1, max_size=20, unique_by=lambda field: field.name).map(tuple),
)


@given(FORMS)
def test_every_form_is_a_modal_that_slack_takes(form: Form) -> None:
    """However long its words are, and whatever stands in them."""
    assert blockrules.view_problems(views.modal(form, "f" * 32)) == ()


def test_a_click_is_acknowledged_before_slack_is_asked_who_pressed(joined: Joined) -> None:
    """However long Slack takes to say so: it waits three seconds for us, and for nobody whom we ask."""
    said = threading.Event()

    def member(_actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        assert (fresh, channel) == (False, OPS)
        said.wait(10)
        return Member()

    message = offer(joined)
    joined.desk.member = member  # type: ignore[method-assign]
    ((_, button),) = message.elements()
    clicked = joined.workspace.click(OPERATOR, OPS, message.ts, button["action_id"])
    until(lambda: clicked.acked, 2)
    said.set()
    joined.workspace.wait_for(lambda: joined.workspace.view(OPERATOR))


def test_who_may_do_nothing_is_told_so_and_asked_nothing(joined: Joined) -> None:
    """Their click is a line like any other, which is refused."""
    message = offer(joined)
    joined.desk.member = lambda *_, **_named: Member(refused="no")  # type: ignore[method-assign]
    ((_, button),) = message.elements()
    joined.workspace.click(OPERATOR, OPS, message.ts, button["action_id"]).wait()
    until(lambda: len(joined.desk.taken) == 2)
    assert joined.workspace.view(OPERATOR) is None
