// The chat itself: who you are, where you are, what stands there.

import { blocks } from "/blocks.js";
import { date, icon, mrkdwn, node } from "/mrkdwn.js";

const KEY = "slashdock-key";
const JOIN_SECONDS = 300;
const LINES_KEPT = 200;
const COLOURS = ["#1264a3", "#0f7a5c", "#8a4b08", "#7c3a8c", "#a3254a", "#44546a"];
const at = (id) => document.getElementById(id);

if (location.hash.length > 1) {
  localStorage.setItem(KEY, location.hash.slice(1));
  history.replaceState(null, "", "/");
}

const here = {
  me: sessionStorage.getItem("me") ?? "U0ADMIN001",
  channel: sessionStorage.getItem("channel") ?? "C0GENERAL1",
  thread: null,
  state: null,
  drawn: {},
  entries: {},
  said: JSON.parse(sessionStorage.getItem("said") ?? "[]"),
  read: JSON.parse(sessionStorage.getItem("read") ?? "{}"),
};

// --- talking to the server ----------------------------------------------------------------------------

async function call(path, body) {
  const answer = await fetch(path, {
    method: body ? "POST" : "GET",
    headers: { "X-Slashdock-Key": localStorage.getItem(KEY) ?? "", "Content-Type": "application/json" },
    body: body ? JSON.stringify({ as: here.me, ...body }) : undefined,
  });
  if (answer.status === 403) lock();
  return answer;
}

async function refresh() {
  const asked = `${here.me} ${here.channel}`;
  const answer = await call(`/page/state?as=${encodeURIComponent(here.me)}&channel=${encodeURIComponent(here.channel)}`);
  if (!answer.ok || asked !== `${here.me} ${here.channel}`) return;
  here.state = await answer.json();
  draw();
}

async function listen() {
  for (;;) {
    try {
      const answer = await call("/page/changes");
      if (!answer.ok) return;
      const reader = answer.body.getReader();
      while (!(await reader.read()).done) await refresh();
    } catch {
      at("link").className = "";
      at("link").textContent = "slashdock has stopped";
    }
    await new Promise((done) => setTimeout(done, 1000));
  }
}

function lock() {
  document.body.replaceChildren(node("div", { class: "locked" },
    node("h1", {}, "This page needs its key"),
    node("p", {}, "Open the address that slashdock printed when it started: the key stands behind the #. It changes with every start.")));
}

// --- drawing -------------------------------------------------------------------------------------------

const look = {
  person: (id) => here.state.people.find((each) => each.id === id)?.name ?? (id === "USLACKBOT" ? "Slackbot" : id),
  channel: (id) => here.state.channels.find((each) => each.id === id)?.name,
  people: () => here.state.people.map((each) => [each.id, each.name]),
  channels: () => here.state.channels.map((each) => [each.id, `#${each.name}`]),
  get zone() { return here.state.people.find((each) => each.id === here.me).tz; },
};

function draw() {
  const { state } = here;
  if (here.channel !== "home" && !state.channels.some((each) => each.id === here.channel)) return go(state.channels[0].id);
  at("link").className = state.connected ? "on" : "";
  at("link").textContent = state.connected ? `${state.bot_name} is connected` : `${state.bot_name} is not connected`;
  drawChannels();
  drawPeople();
  drawTitle();
  const top = state.messages.filter((each) => !each.thread_ts || each.thread_ts === each.ts);
  if (here.channel === "home") drawHome();
  else list(at("messages"), top, true);
  drawThread();
  drawModal();
}

function drawChannels() {
  const { channels, home, bot_name: bot } = here.state;
  const mine = channels.find((each) => each.id === here.channel);
  if (mine) here.read[`${here.me}${mine.id}`] = mine.last;
  sessionStorage.setItem("read", JSON.stringify(here.read));
  const sign = (each) => (each.kind === "private" ? icon("lock") : "#");
  const directs = channels.filter((each) => each.kind === "im").map((each) => drawEntry(each, `@ ${each.name}`));
  if (home) directs.push(drawEntry({ id: "home", last: "0" }, `⌂ ${bot} home`));
  arrange(at("channels"), channels.filter((each) => each.kind !== "im").map((each) => drawEntry(each, [sign(each), ` ${each.name}`])));
  arrange(at("directs"), directs);
}

// Changed in its place: a button drawn anew would lose the focus, and the click that is just being made.
function drawEntry(each, label) {
  const drawn = (here.entries[each.id] ??= node("li", {}, node("button", { type: "button", onclick: () => go(each.id) }, label)));
  const button = drawn.firstChild;
  const unread = each.last > (here.read[`${here.me}${each.id}`] ?? "0");
  button.className = unread ? "unread" : "";
  button.ariaLabel = unread ? `${button.textContent.trim()}, unread` : null;
  button.ariaCurrent = each.id === here.channel ? "page" : null;
  return drawn;
}

function drawPeople() {
  const people = here.state.people.filter((each) => each.id !== here.state.bot);
  const shown = people.map((each) => `${each.id}${each.name}`).join() + here.me;
  if (at("people").dataset.shown === shown) return;
  at("people").dataset.shown = shown;
  const entries = people.map((each) => node("label", {},
    node("input", { type: "radio", name: "me", value: each.id, checked: each.id === here.me, onchange: () => become(each.id) }),
    each.name, node("span", { class: "zone" }, each.tz.split("/").pop().replace("_", " "))));
  at("people").replaceChildren(node("legend", {}, "You are"), ...entries);
}

function drawTitle() {
  const channel = here.state.channels.find((each) => each.id === here.channel);
  const sign = channel?.kind === "im" ? "@" : "#";
  at("title").textContent = channel ? `${sign}${channel.name}` : "Home";
  at("topic").textContent = channel?.topic ?? "";
  at("line").placeholder = channel?.kind === "im"
    ? `Type a line, as ps -a, or ${here.state.command} ps -a`
    : `Type ${here.state.command} ps -a, or @${here.state.bot_name} ps -a`;
  at("composer").hidden = here.channel === "home";
}

function drawHome() {
  const { home } = here.state;
  at("messages").replaceChildren(node("li", { class: "message" }, node("div", { class: "content" }, home ? blocks(home.blocks, inView()) : [])));
}

// Only messages that have changed are drawn anew: what a person selects, chooses or scrolls in the others stays.
function list(place, messages, inChannel) {
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 60;
  const before = here.drawn[place.id] ?? new Map();
  const now = (here.drawn[place.id] = new Map());
  const nodes = messages.map((message, index) => {
    const joined = joins(messages[index - 1], message);
    const replies = inChannel ? here.state.messages.filter((each) => each.thread_ts === message.ts && each.ts !== message.ts) : [];
    const signature = JSON.stringify([message, joined, replies.length, here.me, here.channel]);
    const drawn = before.get(signature) ?? drawMessage(message, joined, replies, inChannel);
    now.set(signature, drawn);
    return drawn;
  });
  if (!nodes.length) nodes.push(node("li", { class: "empty" }, "Nothing here yet."));
  arrange(place, nodes);
  if (atEnd) place.scrollTop = place.scrollHeight;
}

// What stays is not taken out and put in again: that would end a selection and have everything read aloud once more.
function arrange(place, nodes) {
  const staying = new Set(nodes);
  for (const each of [...place.children]) if (!staying.has(each)) each.remove();
  nodes.forEach((each, index) => { if (place.children[index] !== each) place.insertBefore(each, place.children[index] ?? null); });
}

function joins(before, message) {
  return Boolean(before) && before.user === message.user && message.ts - before.ts < JOIN_SECONDS && before.only_for === message.only_for;
}

function drawMessage(message, joined, replies, inChannel) {
  const name = look.person(message.user);
  const avatar = node("div", { class: "avatar", "aria-hidden": "true" }, name[0].toUpperCase());
  avatar.style.background = COLOURS[[...message.user].reduce((sum, char) => sum + char.charCodeAt(0), 0) % COLOURS.length];
  const app = message.bot_id || message.user === "USLACKBOT";
  const open = () => openThread(message.thread_ts ?? message.ts);
  return node("li", { class: `message${joined ? " joined" : ""}${message.only_for ? " private" : ""}`, "data-ts": message.ts },
    avatar,
    node("div", { class: "who" }, node("b", {}, name), " ", app ? node("span", { class: "app" }, "APP") : null, " ",
      node("time", {}, date(Number(message.ts), "{time}", look.zone))),
    node("div", { class: "content" },
      inChannel && !message.only_for ? node("button", { type: "button", class: "reply", onclick: open }, "Reply in thread") : null,
      message.only_for ? node("span", { class: "note" }, icon("eye"), " Only visible to you") : null,
      message.blocks?.length ? blocks(message.blocks, inMessage(message)) : mrkdwn(message.text, look),
      (message.files ?? []).map(drawFile),
      message.edited ? node("span", { class: "note" }, "(edited)") : null,
      replies.length ? node("button", { type: "button", class: "replies", onclick: open }, replies.length === 1 ? "1 reply" : `${replies.length} replies`) : null));
}

function drawFile(file) {
  const size = file.size < 1024 ? `${file.size} B` : `${(file.size / 1024).toFixed(1)} KB`;
  return node("button", { type: "button", class: "file", onclick: () => download(file) }, icon("file"),
    node("span", {}, file.title, node("small", {}, `${size} · download`)));
}

async function download(file) {
  const answer = await call(`/page/file/${encodeURIComponent(file.id)}?as=${encodeURIComponent(here.me)}`);
  if (!answer.ok) return;
  const address = URL.createObjectURL(await answer.blob());
  node("a", { href: address, download: file.name }).click();
  URL.revokeObjectURL(address);
}

function drawThread() {
  at("thread").hidden = here.thread === null;
  if (here.thread === null) return;
  list(at("replies"), here.state.messages.filter((each) => each.ts === here.thread || each.thread_ts === here.thread), false);
  at("thread-line").placeholder = `Reply, or @${here.state.bot_name} ps`;
}

// --- elements in messages and views ------------------------------------------------------------------------

function inMessage(message) {
  const given = {};
  return { look, given, act: (element, _value, drawn) => confirmed(element, async () => {
    drawn.disabled = true;
    await call("/page/click", { channel: here.channel, ts: message.ts, target: element.action_id, given });
    drawn.disabled = false;
  }) };
}

function inView(given = {}) {
  return { look, given, act: (element) => confirmed(element, () => call("/page/view", { do: "click", target: element.action_id, given })) };
}

function confirmed(element, then) {
  const { confirm: asked } = element;
  if (!asked) return then();
  at("confirm-title").textContent = asked.title.text;
  at("confirm-text").replaceChildren(...(asked.text.type === "mrkdwn" ? mrkdwn(asked.text.text, look) : [asked.text.text]));
  at("deny").textContent = asked.deny.text;
  at("agree").textContent = asked.confirm.text;
  at("agree").className = asked.style ?? "primary";
  at("deny").onclick = () => at("confirm").close();
  at("agree").onclick = () => { at("confirm").close(); then(); };
  return at("confirm").showModal();
}

function tellErrors(errors) {
  at("modal-trouble").textContent = "";
  for (const place of document.querySelectorAll("[data-error]")) place.textContent = errors[place.dataset.error] ?? "";
}

let modal = { id: null, given: {} };

function drawModal() {
  const { modal: view } = here.state;
  const shown = view ? `${view.id}${view.hash}` : null;
  if (modal.id === shown) return;
  modal = { id: shown, given: {} };
  at("modal-trouble").textContent = "";
  if (!view) return at("modal").close();
  at("modal-title").textContent = view.title.text;
  at("modal-body").replaceChildren(...blocks(view.blocks, inView(modal.given)));
  at("modal-close").textContent = view.close?.text ?? "Close";
  at("modal-submit").textContent = view.submit?.text ?? "";
  at("modal-submit").hidden = !view.submit;
  if (!at("modal").open) at("modal").showModal();
}

at("modal-close").onclick = () => call("/page/view", { do: "close" });
at("modal").addEventListener("cancel", (event) => { event.preventDefault(); call("/page/view", { do: "close" }); });
at("modal-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const empty = [...at("modal-body").querySelectorAll("[data-required]")].filter((each) => !each.value);
  if (empty.length) {
    const blocks = empty.map((each) => each.closest(".input").querySelector("[data-error]").dataset.error);
    tellErrors(Object.fromEntries(blocks.map((block) => [block, "Please complete this required field."])));
    return empty[0].focus();
  }
  at("modal-submit").disabled = true;
  const answer = await call("/page/view", { do: "submit", given: modal.given });
  at("modal-submit").disabled = false;
  if (answer.ok) tellErrors((await answer.json()).errors);
  else at("modal-trouble").textContent = "We had some trouble connecting. Try again?";
});

// --- moving about --------------------------------------------------------------------------------------------

function go(channel) {
  here.channel = channel;
  here.thread = null;
  sessionStorage.setItem("channel", channel);
  at("messages").replaceChildren();
  at("messages").scrollTop = 0;
  at("line").focus();
  return refresh();
}

function become(person) {
  here.me = person;
  sessionStorage.setItem("me", person);
  if (here.channel.startsWith("D")) here.channel = `D${person.slice(1)}`;
  go(here.channel);
}

function openThread(ts) {
  here.thread = ts;
  drawThread();
  at("thread-line").focus();
}

at("close-thread").onclick = () => { here.thread = null; drawThread(); at("line").focus(); };

// --- writing ---------------------------------------------------------------------------------------------------

function composer(form, line, thread) {
  let back = 0; // how many lines before the one being written
  let draft = "";
  const fit = () => { line.style.height = "auto"; line.style.height = `${Math.min(line.scrollHeight + 2, 160)}px`; };
  const write = (text) => { line.value = text; fit(); };
  const recall = (step) => {
    if (back === 0) draft = line.value;
    back = Math.max(0, Math.min(here.said.length, back + step));
    write(back === 0 ? draft : here.said.at(-back));
  };
  const remember = (text) => {
    here.said.push(text);
    sessionStorage.setItem("said", JSON.stringify(here.said.slice(-LINES_KEPT)));
    back = 0;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = line.value.trim();
    if (!text) return;
    remember(text);
    write("");
    const answer = await call("/page/send", { channel: here.channel, text, thread_ts: thread() }).catch(() => null);
    if (!answer?.ok && !line.value) write(text);
  });
  line.addEventListener("input", fit);
  line.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
    const single = !line.value.includes("\n");
    if (event.key === "ArrowUp" && single) { event.preventDefault(); recall(1); }
    if (event.key === "ArrowDown" && single) { event.preventDefault(); recall(-1); }
  });
}

composer(at("composer"), at("line"), () => null);
composer(at("thread-composer"), at("thread-line"), () => here.thread);
listen();
