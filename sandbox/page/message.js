// One message: who, when, what, and what can be done with it.
import { html } from "/page/html.js";
import { useChat } from "/page/context.js";
import { Avatar } from "/page/avatar.js";
import { Components } from "/page/components.js";
import { Icon } from "/page/icons.js";
import { Markdown } from "/page/markdown.js";
import { Attachments } from "/page/media.js";
import { FLAG_COMPONENTS_V2, FLAG_EPHEMERAL, FLAG_LOADING } from "/page/state.js";
import { MessageTime } from "/page/time.js";

const COMMAND = 2; // kind of interaction
const THREAD_CREATED = 18;
const THREAD_STARTER = 21;

/** `continued`: the message before is by the same author and recent, so that the head can be left out. */
export function Message({ message, continued }) {
  if (message.type === THREAD_CREATED) return html`<${ThreadCreated} message=${message} />`;
  const shown = message.type === THREAD_STARTER ? (message.referenced_message ?? message) : message;
  const ephemeral = Boolean(message.flags & FLAG_EPHEMERAL);
  return html`<li
    class=${["message", continued && "message-continued", ephemeral && "message-ephemeral"].filter(Boolean).join(" ")}
    data-message-id=${message.id}
    data-testid="message"
    data-ephemeral=${ephemeral}
  >
    <${Origin} message=${shown} />
    ${continued || html`<${Head} message=${shown} />`}
    <div class="body"><${Body} message=${shown} /><${Failure} message=${message} /></div>
    ${ephemeral && html`<${OnlyYou} message=${message} />`}
  </li>`;
}

/** What the message answers: a command somebody used, or another message. */
function Origin({ message }) {
  const { state, words, nameOf } = useChat();
  const { interaction_metadata: metadata, interaction, referenced_message: replied } = message;
  const origin = metadata?.triggering_interaction_metadata ?? metadata; // of a modal: what opened it
  if (origin?.type === COMMAND) {
    const command = interaction?.name_localized ?? interaction?.name ?? state.commandNames[origin.id];
    const name = command ? html`<b>/${command}</b>` : words.aCommand;
    return html`<p class="origin"><${Icon} name="reply" /> ${words.used(nameOf(origin.user))} ${name}</p>`;
  }
  if (!message.message_reference || message.type === THREAD_STARTER) return null;
  const text = replied ? `${nameOf(replied.author)}: ${plainText(replied).slice(0, 90)}` : words.goneMessage;
  return html`<p class="origin"><${Icon} name="reply" /> ${words.repliedTo} <span>${text}</span></p>`;
}

function Head({ message }) {
  const { words, nameOf } = useChat();
  const { author } = message;
  const name = nameOf(author);
  return html`<${Avatar} id=${author.id} name=${name} />
    <p class="head">
      <b>${name}</b> ${author.bot && html`<span class="badge">${words.app}</span>`} <${MessageTime} timestamp=${message.timestamp} />
    </p>`;
}

function Body({ message }) {
  const { words, nameOf } = useChat();
  if (message.flags & FLAG_LOADING) return html`<p class="thinking">${words.thinking(nameOf(message.author))}<i /><i /><i /></p>`;
  const modern = message.flags & FLAG_COMPONENTS_V2;
  return html`
    ${message.content && html`<${Markdown} text=${message.content} />`}
    ${!modern && html`<${Attachments} attachments=${message.attachments} />`}
    <div class="components"><${Components} components=${message.components ?? []} message=${message} /></div>
    ${message.edited_timestamp && !message.author.bot && html`<small class="faint">(${words.edited})</small>`}
    ${message.thread && html`<${ThreadLink} thread=${message.thread} />`}
  `;
}

function Failure({ message }) {
  const { words, failureOf } = useChat();
  const failure = failureOf(message.id);
  return failure === null ? null : html`<p class="failure" role="alert" data-testid="failure">${words.failed} <small>${failure}</small></p>`;
}

function OnlyYou({ message }) {
  const { words, dismiss } = useChat();
  return html`<p class="only-you">
    <${Icon} name="eye" /> ${words.onlyYou} · <button
      type="button"
      class="text-button"
      onClick=${() => dismiss(message.id)}
    >${words.dismiss}</button>
  </p>`;
}

function ThreadLink({ thread }) {
  const { state, actions, words } = useChat();
  return html`<button type="button" class="thread-link" onClick=${() => actions.go(state.personId, thread.id)}>
    <${Icon} name="thread" /> <b>${thread.name}</b> <span>${words.openThread}</span>
  </button>`;
}

function ThreadCreated({ message }) {
  const { words, nameOf } = useChat();
  return html`<li class="notice" data-message-id=${message.id}>${words.startedThread(nameOf(message.author))}: ${message.content}</li>`;
}

/** The words of a message, for screen readers and one-line quotes. */
export function plainText(message) {
  const texts = [message.content, ...textsOf(message.components ?? [])].filter(Boolean);
  const names = message.attachments.map(({ filename }) => filename);
  return (texts.length ? texts : names).join(" ").replace(/[*_`~#>█░]+/g, "").replace(/\s+/g, " ").trim();
}

function textsOf(components) {
  return components.flatMap((component) => [component.content, ...textsOf(component.components ?? [])]);
}
