"""The page in a real browser, with the real bot and a real engine behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import browser
import debian
import pytest
from bot_process import BotProcess, started
from browser import Troubles
from docker.api.client import APIClient
from eventually import eventually
from playwright.sync_api import BrowserContext, Locator, Page, expect
from world import World

from bot.workspace import Workspace
from bot.workspace.people import STRANGER

pytestmark = pytest.mark.skipif(
    debian.browser() is None, reason=f"no browser here: apt-get install {' '.join(debian.BROWSER)}"
)

HOSTILE = """<script>alert("script")</script>
<img src="http://127.0.0.1:1/x.png" onerror="alert('image')">
</pre><a href="javascript:alert('link')">link</a> <http://other.example/|here>
<!channel> <@U0ADMIN001> *bold* `code` :whale: ```pre```"""
LAID_OUT = """
- complementary:
  - heading "Local workspace" [level=1]
  - status: /slashdock is connected/
  - navigation "Channels":
    - list:
      - listitem:
        - button "# general"
      - listitem:
        - button "# ops"
  - group "You are":
    - radio /admin/ [checked]
    - radio /operator/
    - radio /viewer/
    - radio /stranger/
- main:
  - heading "#general" [level=2]
  - list "Messages"
  - textbox "Message"
  - button "Send"
"""


@pytest.fixture(scope="module")
def inhabited_engine(engine: str, lasting_world: World) -> str:
    """The address of the private engine with the world on it; what is done here changes it."""
    lasting_world.mend()
    return engine


@pytest.fixture(scope="module")
def address(inhabited_engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page of a bot without tokens is, with its key."""
    bot = BotProcess(
        tmp_path_factory.mktemp("bot"), inhabited_engine, {"SLASHDOCK_PORT": "0", "SLASHDOCK_METRICS": "on"}
    )
    with started(bot):
        yield next(word for line in bot.said for word in line.split() if word.startswith("http://"))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One browser for all of these tests."""
    with browser.opened(tmp_path_factory.mktemp("browser")) as context:
        yield context


@pytest.fixture
def visit(chromium: BrowserContext, address: str) -> Iterator[Callable[[], Page]]:
    """Opens the page in a tab of its own; in none of them may anything have gone wrong."""
    troubles = Troubles(address.partition("/#")[0])

    def go() -> Page:
        page = chromium.new_page()
        troubles.watch(page)
        page.goto(address)
        expect(page.get_by_role("status")).to_contain_text("is connected")
        return page

    yield go
    for page in chromium.pages[1:]:
        page.close()
    assert troubles.told == []


@pytest.fixture
def page(visit: Callable[[], Page]) -> Page:
    """The page, as it is first seen."""
    return visit()


def be(page: Page, person: str) -> None:
    """Become another person."""
    page.get_by_role("radio", name=person).check()


def say(page: Page, line: str, box: str = "Message") -> None:
    """Type a line and send it."""
    page.get_by_role("textbox", name=box).fill(line)
    page.get_by_role("textbox", name=box).press("Enter")


def answers(page: Page, text: str) -> Locator:
    """The messages in which that stands."""
    return page.get_by_label("Messages").get_by_role("listitem").filter(has_text=text)


def test_a_line_is_answered_with_what_the_engine_has(page: Page, inhabited_engine: str) -> None:
    """The operator types `ps -a`; the table shows the id and the name of every container there is."""
    api = APIClient(base_url=inhabited_engine, version="1.41")
    containers = api.containers(all=True)
    api.close()
    be(page, "operator")
    say(page, "/docker ps -a")
    answer = answers(page, "CONTAINER ID").last
    for container in containers:
        expect(answer).to_contain_text(container["Id"][:12])
        expect(answer).to_contain_text(container["Names"][0].removeprefix("/"))
    expect(answer).to_contain_text("Only visible to you")
    assert len(containers) == 5


def test_who_one_is_decides_what_is_answered(page: Page) -> None:
    """The stranger is refused with their id, the viewer may only look, and nobody sees what others were told."""
    be(page, "stranger")
    say(page, "/docker ps --format {{.Names}}")
    expect(answers(page, STRANGER)).to_be_visible()
    be(page, "viewer")
    say(page, "/docker ps --format {{.Names}}")
    expect(answers(page, "worker")).to_be_visible()
    expect(answers(page, STRANGER)).to_have_count(0)
    say(page, "/docker stop web")
    expect(answers(page, "docker stop web")).to_contain_text("(class act)")
    be(page, "stranger")
    expect(answers(page, STRANGER)).to_be_visible()
    expect(answers(page, "worker")).to_have_count(0)


@pytest.mark.parametrize("how", ["", " --public"])
def test_hostile_text_of_a_container_is_shown_and_does_nothing(page: Page, inhabited_engine: str, how: str) -> None:
    """Marks and markup of a log line are its characters; none of them becomes an element of the page."""
    api = APIClient(base_url=inhabited_engine, version="1.41")
    made = api.create_container("busybox:latest", ["printf", "%s", HOSTILE])
    api.start(made["Id"])
    api.wait(made["Id"])
    say(page, f"/docker logs {made['Id'][:12]}{how}")
    answer = answers(page, made["Id"][:12])
    shown = answer.locator("pre")
    expect(shown).to_have_text(HOSTILE, use_inner_text=True)
    assert shown.inner_text() == HOSTILE
    expect(answer.locator("script, img, pre a, pre .mention, pre b, pre code")).to_have_count(0)
    api.remove_container(made["Id"])
    api.close()


def test_hostile_text_of_a_person_is_shown_and_does_nothing(page: Page) -> None:
    """Said in the channel, and as part of a command that the answer repeats."""
    for line in ('<img src=x onerror=alert(1)> & "it"', "/docker ps --grep '<script>alert(1)</script>'"):
        say(page, line)
        expect(answers(page, line.removeprefix("/"))).to_be_visible()
    expect(page.locator(".messages :is(script, img)")).to_have_count(0)


def test_a_button_asks_and_then_does(page: Page, inhabited_engine: str) -> None:
    """Nothing is pruned as long as the dialog was only dismissed."""
    api = APIClient(base_url=inhabited_engine, version="1.41")
    say(page, "/docker image prune")
    button = page.get_by_role("button", name="image prune")
    button.click()
    sure = page.get_by_role("dialog", name="Are you sure?")
    expect(sure).to_contain_text("docker image prune")
    sure.get_by_role("button", name="Cancel").click()
    expect(sure).to_be_hidden()
    assert len(api.images(filters={"dangling": True})) == 1
    button.click()
    sure.get_by_role("button", name="image prune").click()
    expect(answers(page, "Total reclaimed space")).to_contain_text("admin")
    assert api.images(filters={"dangling": True}) == []
    api.close()


def test_a_line_that_needs_more_asks_in_a_modal(page: Page) -> None:
    """It opens by itself; what is left empty is named in its place, what is filled in is used, and it closes."""
    be(page, "operator")
    say(page, "/docker login 127.0.0.1:1")
    modal = page.get_by_role("dialog", name="Log in")
    expect(modal.get_by_label("Username")).to_be_focused()
    expect(modal).to_contain_text("whoever looks at your screen")
    modal.get_by_label("Username").fill("ada")
    modal.get_by_role("button", name="Log in").click()
    expect(modal).to_contain_text("Please complete this required field.")
    expect(modal.get_by_label("Password")).to_be_focused()
    modal.get_by_label("Password").fill("hunter2-hunter2")
    modal.get_by_label("Username").fill(" ")
    modal.get_by_role("button", name="Log in").click()
    expect(modal).to_contain_text("Fill this in.")
    modal.get_by_label("Username").fill("ada")
    modal.get_by_role("button", name="Log in").click()
    expect(modal).to_be_hidden()
    expect(answers(page, "Error response from daemon")).to_contain_text("connection refused")
    expect(page.get_by_text("hunter2")).to_have_count(0)


def test_a_modal_that_was_left_is_opened_again_by_its_button(page: Page) -> None:
    """Nothing was done; Escape leaves it, and another person is not shown it."""
    be(page, "operator")
    say(page, "/docker login 127.0.0.1:2")
    modal = page.get_by_role("dialog", name="Log in")
    modal.get_by_label("Username").fill("ada")
    page.keyboard.press("Escape")
    expect(modal).to_be_hidden()
    be(page, "viewer")
    expect(modal).to_be_hidden()
    be(page, "operator")
    answers(page, "127.0.0.1:2").get_by_role("button", name="Log in…").click()
    expect(modal.get_by_label("Username")).to_have_value("")
    modal.get_by_role("button", name="Cancel").click()
    expect(modal).to_be_hidden()


def test_a_long_answer_is_fetched_whole(page: Page) -> None:
    """What does not fit comes as a file in the direct messages, which are one click away."""
    names = ["web", "worker", "crash", "idle", "done"]
    say(page, f"/docker inspect {' '.join(names)}")
    expect(answers(page, "in your direct messages")).to_be_visible()
    page.get_by_role("button", name="@ slashdock").click()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="download").click()
    content = Path(fetched.value.path()).read_text()
    assert [each["Name"].removeprefix("/") for each in json.loads(content)] == names
    assert fetched.value.suggested_filename == "inspect.json"


def test_a_mention_is_answered_in_its_thread(page: Page) -> None:
    """The thread opens beside the channel, has its own input, and gives the way back to the keyboard."""
    say(page, "what runs?")
    answers(page, "what runs?").get_by_role("button", name="Reply in thread").press("Enter")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    say(page, "@slashdock ps --format {{.Names}}", "Reply")
    replies = page.get_by_label("Replies").get_by_role("listitem")
    expect(replies.nth(2)).to_contain_text("worker")
    expect(answers(page, "what runs?").get_by_role("button", name="2 replies")).to_be_visible()
    page.get_by_role("button", name="Close the thread").click()
    expect(page.get_by_role("region", name="Thread")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()


def test_earlier_lines_come_back(page: Page) -> None:
    """Up and Down move through what was sent, and what was being written is still there at the end."""
    box = page.get_by_role("textbox", name="Message")
    for line in ("first", "second"):
        say(page, line)
    box.press_sequentially("draft")
    seen = []
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown", "ArrowDown"):
        box.press(key)
        seen.append(box.input_value())
    assert seen == ["second", "first", "first", "second", "draft", "draft"]
    box.press("Shift+Enter")
    assert box.input_value() == "draft\n"


def test_a_new_message_leaves_the_others_alone(visit: Callable[[], Page]) -> None:
    """What has the focus in them keeps it: they are not taken out and put in again."""
    mine, theirs = visit(), visit()
    say(mine, "an older message")
    older = answers(mine, "an older message").get_by_role("button", name="Reply in thread")
    older.focus()
    expect(older).to_be_focused()
    be(theirs, "viewer")
    say(theirs, "a newer one")
    expect(answers(mine, "a newer one")).to_be_visible()
    expect(older).to_be_focused()


def test_a_channel_that_gets_a_message_stays_where_it_is(visit: Callable[[], Page]) -> None:
    """Its button says that there is something unread, keeps the focus, and opens it."""
    mine, theirs = visit(), visit()
    channel = mine.get_by_role("button", name="# alerts")
    channel.focus()
    theirs.get_by_role("button", name="# alerts").click()
    say(theirs, "look here")
    expect(mine.get_by_role("button", name="# alerts, unread")).to_be_focused()
    mine.keyboard.press("Enter")
    expect(answers(mine, "look here")).to_be_visible()
    expect(mine.get_by_role("button", name="# alerts", exact=True)).to_have_attribute("aria-current", "page")


def test_it_can_be_read_aloud(page: Page) -> None:
    """Every input and switch has a name and the page its landmarks, as a screen reader is given them."""
    expect(page.locator("body")).to_match_aria_snapshot(LAID_OUT)
    names = [each.aria_snapshot() for each in page.locator("button:visible, input:visible, textarea:visible").all()]
    assert len(names) > 10
    assert [name for name in names if '"' not in name] == []


def test_a_wrong_key_shows_nothing(chromium: BrowserContext, address: str) -> None:
    """The page says where the right one is."""
    page = chromium.new_page()
    page.goto(f"{address.partition('#')[0]}#guessed")
    expect(page.get_by_role("heading", name="This page needs its key")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
    page.close()


def test_what_could_not_be_sent_is_not_lost(chromium: BrowserContext) -> None:
    """When slashdock has stopped the page says so, and the line stands in the input again."""
    page = chromium.new_page()
    workspace = Workspace()
    with workspace.serve():
        page.goto(workspace.page_url)
        expect(page.get_by_role("heading", name="#general")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("slashdock has stopped")
    say(page, "/docker ps")
    expect(page.get_by_role("textbox", name="Message")).to_have_value("/docker ps")
    page.close()


def test_a_report_is_drawn_with_charts(page: Page) -> None:
    """Once the bot has looked at its engine: a drawing with a name, a legend, and the numbers for who wants them."""
    be(page, "operator")

    def drawn() -> Locator | None:
        say(page, "/docker report now")
        report = answers(page, "report of local").last
        expect(report).to_contain_text("What could not be done")
        return report if report.get_by_role("img", name="Memory (MiB), a line chart").count() else None

    report = eventually(drawn)
    assert report is not None
    figure = report.get_by_role("figure").filter(has_text="Memory (MiB)")
    expect(figure.locator("svg polyline")).to_have_count(2)
    expect(figure.get_by_role("listitem")).to_have_text(["web", "worker"])
    figure.get_by_text("Numbers").click()
    expect(figure.get_by_role("table")).to_contain_text("worker")
