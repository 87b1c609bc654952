// Slack's mrkdwn and plain text as DOM nodes. Nothing here ever becomes HTML from a string.

const EMOJI = {
  white_check_mark: "✅", x: "❌", warning: "⚠️", no_entry: "⛔", no_entry_sign: "🚫", lock: "🔒",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", whale: "🐳", rocket: "🚀", broom: "🧹", eyes: "👀",
  information_source: "ℹ️", bulb: "💡", red_circle: "🔴", large_green_circle: "🟢", large_yellow_circle: "🟡",
  white_circle: "⚪", page_facing_up: "📄", bar_chart: "📊", mag: "🔍", wave: "👋", tada: "🎉",
  arrows_counterclockwise: "🔄", octagonal_sign: "🛑", rotating_light: "🚨", clock3: "🕒", package: "📦",
};

export function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

const ICONS = {
  eye: "M1 8s2.5-5 7-5 7 5 7 5-2.5 5-7 5-7-5-7-5Zm7-2a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  file: "M3 1h6l4 4v10H3ZM9 1v4h4",
  image: "M1 3h14v10H1Zm0 8 4-4 4 4 2-2 4 4",
  lock: "M3 7h10v8H3Zm2 0V4a3 3 0 0 1 6 0v3",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawn = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  drawn.setAttribute("viewBox", "0 0 16 16");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  drawn.append(path);
  return drawn;
}

export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

export function emoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
}

export function webLink(url, label) {
  if (!/^(https?|mailto):/i.test(url)) return node("span", {}, label);
  return node("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

// `look` knows people, channels and the reader's time zone: { person(id), channel(id), zone }.
export function mrkdwn(text, look, verbatim = false) {
  const made = [];
  const parts = text.split(/(```[\s\S]*?```)/);
  for (const part of parts) {
    const fenced = /^```\n?([\s\S]*?)\n?```$/.exec(part);
    if (fenced) made.push(node("pre", {}, plainMarks(fenced[1])));
    else made.push(...lines(part, look, verbatim));
  }
  return made;
}

function plainMarks(text) {
  return unescape(text.replace(/<([^>|]*)(?:\|([^>]*))?>/g, (_, target, label) => label ?? target));
}

function lines(text, look, verbatim) {
  const made = [];
  let quoted = null;
  text.split("\n").forEach((line, index, all) => {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote) {
      if (!quoted) made.push((quoted = node("blockquote")));
      else quoted.append(node("br"));
      quoted.append(...inline(quote[1], look, verbatim));
      return;
    }
    quoted = null;
    made.push(...inline(line, look, verbatim));
    if (index < all.length - 1) made.push(node("br"));
  });
  return made;
}

const MARKS = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?!\w)|(?<![\w_])_([^\s_](?:[^_\n]*[^\s_])?)_(?!\w)|(?<![\w~])~([^\s~](?:[^~\n]*[^\s~])?)~(?!\w)/g;

function inline(text, look, verbatim) {
  const made = [];
  let from = 0;
  for (const found of text.matchAll(MARKS)) {
    made.push(emoji(unescape(text.slice(from, found.index))));
    const [, code, marked, bold, italic, strike] = found;
    if (code !== undefined) made.push(node("code", {}, plainMarks(code)));
    else if (marked !== undefined) made.push(mark(marked, look));
    else if (bold !== undefined) made.push(node("b", {}, inline(bold, look, verbatim)));
    else if (italic !== undefined) made.push(node("i", {}, inline(italic, look, verbatim)));
    else made.push(node("s", {}, inline(strike, look, verbatim)));
    from = found.index + found[0].length;
  }
  made.push(emoji(unescape(text.slice(from))));
  return made.filter((part) => part !== "");
}

function mark(content, look) {
  const [target, label] = content.split(/\|(.*)/s);
  if (target.startsWith("@")) return mention(`@${look.person(target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${look.channel(target.slice(1)) ?? unescape(label ?? target)}`);
  if (target.startsWith("!date^")) {
    const [, stamp, format, link] = target.split("^");
    const shown = date(Number(stamp), unescape(format), look.zone);
    const made = node("time", { title: unescape(label ?? "") }, shown);
    return link ? webLink(unescape(link), shown) : made;
  }
  if (target.startsWith("!subteam^")) return mention(unescape(label ?? target));
  if (target.startsWith("!")) return mention(`@${target.slice(1)}`);
  return webLink(unescape(target), unescape(label ?? target));
}

export function mention(text) {
  return node("span", { class: "mention" }, text);
}

// Slack's date tokens, in the reader's zone.
export function date(seconds, format, zone) {
  const moment = new Date(seconds * 1000);
  const as = (options) => new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }).format(moment);
  const numbers = () => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(moment);
  const days = { year: "numeric", month: "long", day: "numeric" };
  const tokens = {
    date_num: numbers, date_slash: () => numbers().replaceAll("-", "/"),
    date: () => as(days), date_pretty: () => pretty(moment, zone) ?? as(days),
    date_short: () => as({ ...days, month: "short" }),
    date_short_pretty: () => pretty(moment, zone) ?? as({ ...days, month: "short" }),
    date_long: () => as({ ...days, weekday: "long" }),
    date_long_pretty: () => pretty(moment, zone) ?? as({ ...days, weekday: "long" }),
    time: () => as({ hour: "numeric", minute: "2-digit" }),
    time_secs: () => as({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
    day_divider_pretty: () => pretty(moment, zone) ?? as({ weekday: "long", month: "long", day: "numeric" }),
    ago: () => ago(moment),
  };
  return format.replace(/\{(\w+)\}/g, (whole, token) => (tokens[token] ? tokens[token]() : whole));
}

function pretty(moment, zone) {
  const day = (when) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(when);
  const now = Date.now();
  const near = { [day(now)]: "today", [day(now - 864e5)]: "yesterday", [day(now + 864e5)]: "tomorrow" };
  return near[day(moment)] ?? null;
}

function ago(moment) {
  const seconds = Math.round((moment - Date.now()) / 1000);
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = steps.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en").format(Math.round(seconds / size), unit);
}
