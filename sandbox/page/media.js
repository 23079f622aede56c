// Pictures and files of messages: galleries, the large view, download cards.
import { html, useEffect, useRef, useState } from "/page/html.js";
import { useChat } from "/page/context.js";
import { Icon, IconButton } from "/page/icons.js";

/** A media gallery; `items` are those of Discord: {media: {url, width, height}, description, spoiler}. */
export function Gallery({ items }) {
  const { words } = useChat();
  const [open, setOpen] = useState(null);
  const label = (item, index) => item.description ?? `${words.enlarge} ${items.length > 1 ? index + 1 : ""}`;
  return html`<div class=${`gallery gallery-${Math.min(items.length, 10)}`}>
    ${items.map((item, index) => html`<${Picture}
      key=${index}
      item=${item}
      label=${label(item, index)}
      onOpen=${() => setOpen(index)}
    />`)}
    ${open !== null && html`<${LargeView} items=${items} first=${open} onClose=${() => setOpen(null)} />`}
  </div>`;
}

function Picture({ item, label, onOpen }) {
  const { words } = useChat();
  const [hidden, hide] = useState(Boolean(item.spoiler));
  const { width, height } = item.media;
  const url = useSteadyUrl(item.media.url);
  return html`<button
    type="button"
    class=${hidden ? "picture picture-hidden" : "picture"}
    aria-label=${hidden ? words.spoiler : label}
    title=${item.description}
    onClick=${() => (hidden ? hide(false) : onOpen())}
  >
    <img src=${url} width=${width} height=${height} alt=${item.description ?? ""} loading="lazy" />
  </button>`;
}

/** The address first seen for a file: the same file comes with a new signature each time its message is edited. */
function useSteadyUrl(url) {
  const kept = useRef(url);
  if (kept.current.split("?")[0] !== url.split("?")[0]) kept.current = url;
  return kept.current;
}

/** A Section's picture. */
export function Thumbnail({ item }) {
  return html`<div class="thumbnail"><${Gallery} items=${[item]} /></div>`;
}

function LargeView({ items, first, onClose }) {
  const { words } = useChat();
  const [index, setIndex] = useState(first);
  const dialog = useModalDialog();
  const close = () => dialog.current.close(); // gives the focus back to where it was
  const move = (by) => setIndex((index + by + items.length) % items.length);
  const onKeyDown = (event) => {
    if (event.key === "ArrowLeft") move(-1);
    if (event.key === "ArrowRight") move(1);
  };
  const { media, description } = items[Math.min(index, items.length - 1)]; // an edit may take pictures away
  return html`<dialog
    ref=${dialog}
    class="large-view"
    aria-label=${description ?? words.enlarge}
    onClose=${onClose}
    onKeyDown=${onKeyDown}
    onClick=${(event) => event.target === event.currentTarget && close()}
  >
    <img src=${media.url} alt=${description ?? ""} />
    <p>${description} <a href=${media.url} target="_blank" rel="noreferrer">${words.download} <${Icon} name="outside" /></a></p>
    <${IconButton} icon="close" look="round large-close" label=${words.close} onClick=${close} />
    ${items.length > 1 &&
    html`<${IconButton} icon="previous" look="round large-previous" label=${words.previous} onClick=${() => move(-1)} />
      <${IconButton} icon="next" look="round large-next" label=${words.next} onClick=${() => move(1)} />`}
  </dialog>`;
}

/** A ref for a `dialog` that opens as modal as soon as it is there, with the focus on `first`; Escape closes. */
export function useModalDialog(first = "button") {
  const dialog = useRef(null);
  useEffect(() => {
    dialog.current.showModal();
    dialog.current.querySelector(first)?.focus();
  }, []);
  return dialog;
}

/** A file to download. */
export function FileCard({ name, size, url }) {
  const { words, locale } = useChat();
  return html`<a class="file-card" href=${url} download=${name} aria-label=${`${words.download} ${name}`}>
    <${Icon} name="file" />
    <span class="file-name">${name}<small>${size === undefined ? "" : bytes(size, locale)}</small></span>
    <${Icon} name="download" />
  </a>`;
}

/** A size in people's units, 1,024 bytes to the KB as Discord counts. */
export function bytes(size, locale) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const power = Math.min(Math.floor(Math.log2(Math.max(size, 1)) / 10), units.length - 1);
  const format = { style: "unit", unit: units[power], unitDisplay: "short", maximumFractionDigits: power ? 1 : 0 };
  return new Intl.NumberFormat(locale, format).format(size / 1024 ** power);
}

/** Attachments outside of components: pictures as a gallery, everything else as cards. */
export function Attachments({ attachments }) {
  const isPicture = ({ content_type: type, filename }) => type?.startsWith("image/") || /\.(png|jpe?g|webp|gif)$/i.test(filename);
  const asItem = (media) => ({ media, description: media.description ?? media.filename });
  const pictures = attachments.filter(isPicture);
  const files = attachments.filter((attachment) => !isPicture(attachment));
  return html`
    ${pictures.length > 0 && html`<${Gallery} items=${pictures.map(asItem)} />`}
    ${files.map((file) => html`<${FileCard} key=${file.id} name=${file.filename} size=${file.size} url=${file.url} />`)}
  `;
}
