// Discord's subset of Markdown, built as nodes and never as HTML, since strangers write it.
import { html, useState } from "/page/html.js";
import { useChat } from "/page/context.js";
import { Moment } from "/page/time.js";

export function Markdown({ text }) {
  return html`<div class="markdown">${blocks(text)}</div>`;
}

const FENCE = /^```(?:[\w+-]*\n)?([^]*?)\n?```/;
const HEADING = /^(#{1,3}) +(.+)/;
const SMALL = /^-# +(.+)/;
const QUOTE = /^> ?(.*)/;
const ITEM = /^( *)([-*]|\d+\.) +(.+)/;

/** The nodes of a text: code blocks cut out first, everything else line by line. */
function blocks(text) {
  const nodes = [];
  let rest = text;
  while (rest) {
    const fence = rest.indexOf("```");
    const match = fence >= 0 && FENCE.exec(rest.slice(fence));
    if (!match) return [...nodes, ...lines(rest)];
    nodes.push(...lines(rest.slice(0, fence).replace(/\n$/, "")), html`<pre tabindex="0"><code>${match[1]}</code></pre>`);
    rest = rest.slice(fence + match[0].length).replace(/^\n/, "");
  }
  return nodes;
}

function lines(text) {
  const nodes = [];
  const rows = text === "" ? [] : text.split("\n");
  while (rows.length) nodes.push(takeHeading(rows) ?? takeQuote(rows) ?? takeList(rows) ?? takeParagraph(rows));
  return nodes;
}

function takeHeading(rows) {
  const [, marks, title] = HEADING.exec(rows[0]) ?? [];
  const [, small] = SMALL.exec(rows[0]) ?? [];
  if (!title && !small) return null;
  rows.shift();
  if (small) return html`<p class="small">${inline(small)}</p>`;
  return html`<p class=${`heading heading-${marks.length}`} role="heading" aria-level=${marks.length + 2}>${inline(title)}</p>`;
}

function takeQuote(rows) {
  if (rows[0].startsWith(">>> ")) return html`<blockquote>${lines(rows.splice(0).join("\n").slice(4))}</blockquote>`;
  const quoted = takeWhile(rows, (row) => QUOTE.exec(row)?.[1]);
  return quoted.length ? html`<blockquote>${lines(quoted.join("\n"))}</blockquote>` : null;
}

function takeList(rows) {
  if (!ITEM.test(rows[0])) return null;
  const isNumbered = ([, , mark]) => /\d/.test(mark);
  const numbered = isNumbered(ITEM.exec(rows[0]));
  const items = takeWhile(rows, (row) => [ITEM.exec(row)].find((item) => item && (item[1] || isNumbered(item) === numbered)));
  const nodes = items.map(([, indent, mark, text]) => html`<li
    class=${indent.length > 1 ? "deeper" : ""}
    value=${parseInt(mark, 10) || undefined}
  >
    ${inline(text)}
  </li>`);
  return numbered ? html`<ol>${nodes}</ol>` : html`<ul>${nodes}</ul>`;
}

function takeParagraph(rows) {
  const isBlock = (row) => [HEADING, SMALL, ITEM].some((pattern) => pattern.test(row)) || /^(> |>>> )/.test(row);
  const taken = [rows.shift(), ...takeWhile(rows, (row) => (isBlock(row) ? undefined : row))];
  return html`<p>${taken.flatMap((row, index) => (index ? [html`<br />`, ...inline(row)] : inline(row)))}</p>`;
}

/** Removes rows from the front for as long as `read` makes something of them, and returns what it made. */
function takeWhile(rows, read) {
  const taken = [];
  while (rows.length && read(rows[0]) !== undefined) taken.push(read(rows.shift()));
  return taken;
}

// In the order in which they are tried at a place; each pattern is sticky.
const RULES = [
  [/\\([^A-Za-z0-9\s])/y, ([, character]) => character],
  [/(`+)([^`](?:[^]*?[^`])?)\1(?!`)/y, ([, , code]) => html`<code>${code}</code>`],
  [/\*\*\*(?=\S)([^]+?\S)\*\*\*/y, ([, text]) => html`<strong><em>${inline(text)}</em></strong>`],
  [/\*\*(?=\S)([^]+?)\*\*(?!\*)/y, ([, text]) => html`<strong>${inline(text)}</strong>`],
  [/__(?=\S)([^]+?)__(?!_)/y, ([, text]) => html`<u>${inline(text)}</u>`],
  [/\*(?=[^\s*])([^*]+?)\*(?!\*)/y, ([, text]) => html`<em>${inline(text)}</em>`],
  [/(?<!\w)_(?=[^\s_])([^_]+?)_(?!\w)/y, ([, text]) => html`<em>${inline(text)}</em>`],
  [/~~(?=\S)([^]+?)~~/y, ([, text]) => html`<s>${inline(text)}</s>`],
  [/\|\|(?=\S)([^]+?)\|\|/y, ([, text]) => html`<${Spoiler}>${inline(text)}<//>`],
  [/\[([^\]]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/y, ([, text, url]) => link(url, inline(text))],
  [/<(https?:\/\/[^\s>]+)>/y, ([, url]) => link(url, url)],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;"'\])]/y, ([url]) => link(url, url)],
  [/<@!?(\d+)>/y, ([, id]) => html`<${Mention} id=${id} />`],
  [/<#(\d+)>/y, ([, id]) => html`<${ChannelMention} id=${id} />`],
  [/<t:(-?\d+)(?::([tTdDfFR]))?>/y, ([, seconds, style]) => html`<${Moment} seconds=${Number(seconds)} style=${style} />`],
  [/<\/([^:>]+):\d+>/y, ([, command]) => html`<${CommandMention} command=${command} />`],
];
const SPECIAL = /[\\`*_~|[<h]/;

function inline(text) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const [length, node] = (SPECIAL.test(text[at]) && nodeAt(text, at)) || [0];
    if (length) {
      nodes.push(plain, node);
      plain = "";
    } else plain += text[at];
    at += length || 1;
  }
  return [...nodes, plain];
}

function nodeAt(text, at) {
  for (const [pattern, build] of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    // `build` may come back here for the inner text, and moves lastIndex: the length is taken from the match.
    if (match) return [match[0].length, build(match)];
  }
  return null;
}

const link = (url, children) => html`<a href=${url} target="_blank" rel="noreferrer noopener">${children}</a>`;

function Mention({ id }) {
  const { state } = useChat();
  const { people, bot } = state.world;
  const name = [...people, bot].find((someone) => someone.id === id)?.name ?? id;
  return html`<span class=${id === state.personId ? "mention mention-me" : "mention"}>@${name}</span>`;
}

function ChannelMention({ id }) {
  const { state, actions } = useChat();
  const channel = state.world.channels.find((other) => other.id === id);
  if (!channel) return html`<span class="mention">#${id}</span>`;
  return html`<button type="button" class="mention" onClick=${() => actions.go(state.personId, id)}>#${channel.name}</button>`;
}

function CommandMention({ command }) {
  const { startCommand } = useChat();
  return html`<button type="button" class="mention" onClick=${() => startCommand(command)}>/${command}</button>`;
}

function Spoiler({ children }) {
  const { words } = useChat();
  const [shown, show] = useState(false);
  if (shown) return html`<span class="spoiler-shown">${children}</span>`;
  return html`<button
    type="button"
    class="spoiler"
    aria-label=${words.spoiler}
    onClick=${() => show(true)}
  >${children}</button>`;
}
