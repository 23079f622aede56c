// The messages of the open channel; follows the newest one unless the person has scrolled up.
import { html, useEffect, useLayoutEffect, useRef, useState } from "/page/html.js";
import { useChat } from "/page/context.js";
import { Icon } from "/page/icons.js";
import { Message, plainText } from "/page/message.js";
import { Welcome } from "/page/welcome.js";

const NEAR_PX = 80; // from the end, that still count as being there
const TOGETHER_MS = 7 * 60_000; // messages of one author within this share a head

export function Messages({ dismissed }) {
  const { state, words, channelName } = useChat();
  const messages = state.messages.filter(({ id }) => !dismissed.has(id));
  const { scroller, content, atEnd, onScroll, toEnd } = useFollowing(state.channelId);
  const empty = state.loaded && messages.length === 0;
  return html`<div
    class="scroller"
    ref=${scroller}
    onScroll=${onScroll}
    tabindex="0"
    role="region"
    aria-label=${words.messagesIn(channelName)}
  >
      <div class="content" ref=${content}>
        ${empty && html`<${Welcome} />`}
        <ol class="messages" data-testid="messages">
          ${messages.map((message, index) => html`<${Message}
            key=${message.id}
            message=${message}
            continued=${continues(message, messages[index - 1])}
          />`)}
        </ol>
        <${Sent} />
      </div>
    </div>
    ${atEnd || html`<button type="button" class="to-end" onClick=${toEnd}><${Icon} name="down" /> ${words.newest}</button>`}
    <${Announcer} messages=${messages} />`;
}

function continues(message, before) {
  if (!before || before.author.id !== message.author.id || before.type === 18) return false;
  if (message.interaction_metadata || message.message_reference || before.flags !== message.flags) return false;
  return Date.parse(message.timestamp) - Date.parse(before.timestamp) < TOGETHER_MS;
}

/** Keeps the end in view while content grows, as long as the person was there. */
function useFollowing(channelId) {
  const scroller = useRef(null);
  const content = useRef(null);
  const following = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = () => {
    scroller.current.scrollTop = scroller.current.scrollHeight;
  };
  const lastTop = useRef(0);
  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = scroller.current;
    // Only a move upwards leaves the end: content that grows meanwhile also makes the distance larger.
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) following.current = true;
    else if (scrollTop < lastTop.current) following.current = false;
    lastTop.current = scrollTop;
    setAtEnd(following.current);
  };
  useLayoutEffect(() => {
    following.current = true;
    setAtEnd(true);
    toEnd();
  }, [channelId]);
  useEffect(() => {
    const observer = new ResizeObserver(() => following.current && toEnd());
    observer.observe(content.current);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  return { scroller, content, atEnd, onScroll, toEnd };
}

/** Commands and messages that are on their way, or have failed. */
function Sent() {
  const { state, actions, words } = useChat();
  return state.sent
    .filter(({ channelId }) => channelId === state.channelId)
    .map(({ key, label, failure }) =>
      failure === null
        ? html`<p class="sent" key=${key}>${words.sending} <b>${label}</b></p>`
        : html`<p class="sent failure" key=${key} role="alert" data-testid="failure">
            <b>${label}</b> ${words.failed} <small>${failure}</small>
            <button type="button" class="text-button" onClick=${() => actions.forget(key)}>${words.dismiss}</button>
          </p>`,
    );
}

/** Reads new messages out; edits of cards, which come every few seconds, stay silent. */
function Announcer({ messages }) {
  const { nameOf } = useChat();
  const newest = messages.at(-1);
  const [text, setText] = useState("");
  useEffect(() => {
    if (newest) setText(`${nameOf(newest.author)}: ${plainText(newest).slice(0, 200)}`);
  }, [newest?.id]);
  return html`<p class="out-of-sight" aria-live="polite">${text}</p>`;
}
