// Block Kit as DOM nodes.

import { chart, numbers } from "/charts.js";
import { date, emoji, icon, mention, mrkdwn, node, webLink } from "/mrkdwn.js";

// `at` is what blocks are drawn with: { look, act(element, given, button), given }.
export function blocks(list, at) {
  return list.map((block) => (DRAWN[block.type] ?? unknown)(block, at));
}

const DRAWN = {
  section: (block, at) =>
    node("div", { class: "block section" },
      node("div", {},
        block.text ? text(block.text, at) : null,
        block.fields ? node("div", { class: "fields" }, block.fields.map((each) => node("div", {}, text(each, at)))) : null),
      block.accessory ? element(block.accessory, at) : null),
  header: (block, at) => node("div", { class: "block" }, node("h3", {}, text(block.text, at))),
  divider: () => node("hr", { class: "divider" }),
  context: (block, at) =>
    node("div", { class: "block context" }, block.elements.map((each) => node("span", {}, each.type === "image" ? image(each) : text(each, at)))),
  actions: (block, at) => node("div", { class: "block actions" }, block.elements.map((each) => element(each, at))),
  rich_text: (block, at) => node("div", { class: "block" }, block.elements.map((each) => rich(each, at))),
  markdown: (block, at) => node("div", { class: "block" }, markdown(block.text, at)),
  table: (block, at) => table(block.rows, block.column_settings ?? [], null, at),
  data_table: (block, at) => table(block.rows, [], block.caption, at),
  data_visualization: figure,
  image: (block) => node("div", { class: "block" }, image(block)),
  alert: (block, at) => node("div", { class: `block alert ${block.level ?? ""}` }, text(block.text, at)),
  container: (block, at) =>
    node("div", { class: "block alert" }, block.title ? node("b", {}, text(block.title, at)) : null, blocks(block.child_blocks, at)),
  input: (block, at) =>
    node("div", { class: "block input" },
      node("label", {}, text(block.label, at), block.optional ? node("span", { class: "hint" }, " (optional)") : null,
        field(block.element, { ...at, labelled: true, required: !block.optional })),
      block.hint ? node("div", { class: "hint" }, text(block.hint, at)) : null,
      node("div", { class: "error", "data-error": block.block_id })),
};

function unknown(block) {
  return node("div", { class: "block note" }, `(a ${block.type} block, which this page does not draw)`);
}

function text(object, at) {
  return object.type === "mrkdwn" ? mrkdwn(object.text, at.look, object.verbatim) : lines(object.emoji === false ? object.text : emoji(object.text));
}

function lines(plain) {
  return plain.split("\n").flatMap((line, index) => (index ? [node("br"), line] : [line]));
}

function image(object) {
  return node("span", { class: "note" }, icon("image"), ` ${object.alt_text}`);
}

// --- rich text ---------------------------------------------------------------------------------------

function rich(part, at) {
  if (part.type === "rich_text_preformatted") {
    return node("pre", { tabindex: "0" }, part.elements.map((each) => each.text ?? each.url));
  }
  if (part.type === "rich_text_quote") return node("blockquote", {}, part.elements.map((each) => span(each, at)));
  if (part.type === "rich_text_list") {
    return node(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((each) => node("li", {}, rich(each, at))));
  }
  return node("div", {}, part.elements.map((each) => span(each, at)));
}

function span(each, at) {
  const { look } = at;
  const made = {
    text: () => node("span", {}, lines(each.text)),
    link: () => webLink(each.url, each.text ?? each.url),
    emoji: () => node("span", {}, emoji(`:${each.name}:`)),
    user: () => mention(`@${look.person(each.user_id)}`),
    usergroup: () => mention(`@${each.usergroup_id}`),
    channel: () => mention(`#${look.channel(each.channel_id) ?? each.channel_id}`),
    broadcast: () => mention(`@${each.range}`),
    date: () => node("time", { title: each.fallback }, date(each.timestamp, each.format, look.zone)),
    color: () => node("span", {}, each.value),
  }[each.type];
  const styles = each.style ?? {};
  let drawn = made ? made() : node("span", {}, `(${each.type})`);
  for (const [style, tag] of [["code", "code"], ["bold", "b"], ["italic", "i"], ["strike", "s"], ["underline", "u"]]) {
    if (styles[style]) drawn = node(tag, {}, drawn);
  }
  return drawn;
}

// --- tables and charts ---------------------------------------------------------------------------------

function table(rows, settings, caption, at) {
  const cell = (tag) => (each, column) => {
    const { align = "left", is_wrapped: wrapped = false } = settings[column] ?? {};
    const content = each.type === "rich_text" ? each.elements.map((part) => rich(part, at)) : each.text;
    return node(tag, { class: `${align}${wrapped ? " wrapped" : ""}` }, content);
  };
  const [head, ...body] = rows;
  return node("div", { class: "block scroll", tabindex: "0" },
    node("table", {},
      caption ? node("caption", {}, caption) : null,
      node("thead", {}, node("tr", {}, head.map(cell("th")))),
      node("tbody", {}, body.map((row) => node("tr", {}, row.map(cell("td")))))));
}

function figure(block, at) {
  const rows = numbers(block.chart).map((row) => row.map((value) => ({ type: "raw_text", text: value })));
  return chart(block, table(rows, [], null, at));
}

// --- elements --------------------------------------------------------------------------------------------

function element(each, at) {
  if (each.type === "image") return image(each);
  if (each.type === "button") {
    if (each.url) return node("span", { class: "button" }, webLink(each.url, emoji(each.text.text)));
    return node("button", {
      type: "button", class: `button ${each.style ?? ""}`, "aria-label": each.accessibility_label,
      onclick: (event) => at.act(each, null, event.currentTarget),
    }, emoji(each.text.text));
  }
  const drawn = field(each, at);
  drawn.addEventListener("change", () => at.act(each, at.given[each.action_id], drawn));
  return drawn;
}

function options(each) {
  return [...(each.options ?? []), ...(each.option_groups ?? []).flatMap((group) => group.options)];
}

function field(each, at) {
  const { given, look } = at;
  const keep = (value) => { given[each.action_id] = value; };
  const people = each.type.includes("users") ? look.people() : each.type.includes("c") && /channels|conversations/.test(each.type) ? look.channels() : null;
  if (people || options(each).length) return choice(each, people, keep, at);
  const initial = each.initial_value ?? each.initial_date ?? each.initial_time ?? "";
  const attributes = { placeholder: each.placeholder?.text, oninput: (event) => keep(event.target.value || null), ...named(each, at),
    maxlength: each.max_length, spellcheck: "false", autocomplete: "off", "data-required": at.required ? "" : null };
  if (each.multiline) {
    const area = node("textarea", { ...attributes, rows: 10 });
    area.value = initial;
    return area;
  }
  const kind = { datepicker: "date", timepicker: "time", number_input: "number" }[each.type] ?? "text";
  return node("input", { ...attributes, type: kind, value: initial });
}

// Inside of an input block the label says what it is.
function named(each, at) {
  return at.labelled ? {} : { "aria-label": each.placeholder?.text ?? each.action_id };
}

function choice(each, known, keep, at) {
  const listed = known ?? options(each).map((option) => [option.value, option.text.text]);
  const several = each.type.startsWith("multi_") || each.type === "checkboxes";
  const chosen = [each.initial_option, ...(each.initial_options ?? [])].filter(Boolean).map((option) => option.value)
    .concat(each.initial_user ?? [], each.initial_conversation ?? [], each.initial_users ?? []);
  const made = node("select", { multiple: several, ...named(each, at), "data-required": at.required ? "" : null });
  if (!several) made.append(node("option", { value: "" }, each.placeholder?.text ?? (each.type === "overflow" ? "⋯" : "Choose…")));
  for (const [value, label] of listed) made.append(node("option", { value, selected: chosen.includes(value) }, label));
  made.addEventListener("change", () => {
    const values = [...made.selectedOptions].map((option) => option.value).filter(Boolean);
    keep(several ? values : values[0] ?? null);
  });
  return made;
}

// --- markdown ----------------------------------------------------------------------------------------------

function markdown(source, at) {
  return source.split(/(```[^\n]*\n[\s\S]*?```)/).flatMap((part) => {
    const fenced = /^```[^\n]*\n([\s\S]*?)\n?```$/.exec(part);
    return fenced ? [node("pre", { tabindex: "0" }, fenced[1])] : part.split(/\n{2,}/).filter((each) => each.trim()).map((each) => paragraph(each, at));
  });
}

function paragraph(source, at) {
  const heading = /^#{1,6} (.*)$/.exec(source);
  if (heading) return node("h3", {}, marked(heading[1], at));
  if (/^[-*] /.test(source)) return node("ul", {}, source.split("\n").map((line) => node("li", {}, marked(line.replace(/^[-*] /, ""), at))));
  return node("p", {}, source.split("\n").flatMap((line, index) => (index ? [node("br"), ...marked(line, at)] : marked(line, at))));
}

function marked(source, at) {
  const made = [];
  let from = 0;
  for (const found of source.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g)) {
    made.push(emoji(source.slice(from, found.index)));
    const [, code, bold, italic, label, url] = found;
    if (code) made.push(node("code", {}, code));
    else if (bold) made.push(node("b", {}, bold));
    else if (italic) made.push(node("i", {}, italic));
    else made.push(webLink(url, label));
    from = found.index + found[0].length;
  }
  return [...made, emoji(source.slice(from))];
}
