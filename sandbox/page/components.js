// Components of messages: text, sections, galleries, files, containers, buttons and selects.
import { html } from "/page/html.js";
import { useChat } from "/page/context.js";
import { Markdown } from "/page/markdown.js";
import { FileCard, Gallery, Thumbnail } from "/page/media.js";
import { Icon } from "/page/icons.js";
import { Select } from "/page/select.js";

const RENDERERS = {
  1: ActionRow,
  2: Button,
  3: MessageSelect,
  9: Section,
  10: ({ component }) => html`<${Markdown} text=${component.content} />`,
  11: ({ component, message }) => html`<${Thumbnail} item=${withUrl(component, message)} />`,
  12: ({ component, message }) => html`<${Gallery} items=${component.items.map((item) => withUrl(item, message))} />`,
  13: FilePart,
  14: ({ component }) => html`<hr
    class=${`separator space-${component.spacing ?? 1}`}
    data-line=${component.divider !== false}
  />`,
  17: Container,
};

export function Components({ components, message }) {
  return components.map((component, index) => {
    const Renderer = RENDERERS[component.type] ?? Unknown;
    return html`<${Renderer} key=${component.id ?? index} component=${component} message=${message} />`;
  });
}

function Unknown({ component }) {
  const { words } = useChat();
  return html`<p class="small">${words.unknownPart(component.type)}</p>`;
}

function ActionRow({ component, message }) {
  return html`<div class="action-row"><${Components} components=${component.components} message=${message} /></div>`;
}

function Section({ component, message }) {
  return html`<div class="section">
    <div class="section-text"><${Components} components=${component.components} message=${message} /></div>
    <div class="section-accessory"><${Components} components=${[component.accessory]} message=${message} /></div>
  </div>`;
}

function Container({ component, message }) {
  const accent = component.accent_color ?? null;
  const colour = accent === null ? {} : { "--bar": `#${accent.toString(16).padStart(6, "0")}` };
  return html`<div class=${accent === null ? "container" : "container container-accent"} style=${colour}>
    <${Components} components=${component.components} message=${message} />
  </div>`;
}

function FilePart({ component, message }) {
  const attachment = attachmentOf(component.file, message);
  const name = component.name ?? attachment?.filename ?? component.file.url.split("/").at(-1).split("?")[0];
  return html`<${FileCard}
    name=${name}
    size=${component.size ?? attachment?.size}
    url=${attachment?.url ?? component.file.url}
  />`;
}

/** A gallery item or thumbnail whose media has an address, a width and a height. */
function withUrl(item, message) {
  const media = { ...item.media, ...attachmentOf(item.media, message) };
  return { media, description: item.description, spoiler: item.spoiler };
}

/** The attachment of the message that a media reference means, by its name or by its address. */
function attachmentOf(media, message) {
  const name = media.url.startsWith("attachment://") ? media.url.slice("attachment://".length) : null;
  return message.attachments.find(({ filename, url }) => (name ? filename === name : url === media.url));
}

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const LINK = 5;

function Button({ component, message }) {
  const { press, pending } = useChat();
  const { label, emoji, url, style, disabled, custom_id } = component;
  const text = html`${emoji?.name && html`<span aria-hidden=${Boolean(label)}>${emoji.name}</span>`} ${label}`;
  const look = `button button-${STYLES[style] ?? "secondary"}`;
  if (style === LINK) return html`<a
    class=${look}
    href=${url}
    target="_blank"
    rel="noreferrer noopener"
  >${text} <${Icon} name="outside" /></a>`;
  const sent = pending(message.id);
  const busy = sent?.customId === custom_id;
  return html`<button
    type="button"
    class=${busy ? `${look} busy` : look}
    data-custom-id=${custom_id}
    disabled=${disabled}
    aria-disabled=${Boolean(sent)}
    aria-busy=${busy}
    onClick=${() => sent || press(message, custom_id)}
  >
    ${text}
  </button>`;
}

function MessageSelect({ component, message }) {
  const { press, pending } = useChat();
  return html`<${Select}
    component=${component}
    disabled=${component.disabled || Boolean(pending(message.id))}
    onChoose=${(values) => press(message, component.custom_id, values)}
  />`;
}
