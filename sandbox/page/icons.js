// Line icons, drawn for this page on a 20 by 20 grid.
import { html } from "/page/html.js";

const PATHS = {
  menu: "M3 5h14M3 10h14M3 15h14",
  close: "M5 5l10 10M15 5L5 15",
  send: "M3 10l14-6-5 13-2.5-5.5z",
  hash: "M8 3L6 17M14 3l-2 14M3.5 7.5h13M3 12.5h13",
  thread: "M4 4v7a3 3 0 003 3h9M12.5 10.5L16 14l-3.5 3.5",
  plus: "M10 4v12M4 10h12",
  lab: "M8 3v5l-4.2 7.2A1.2 1.2 0 004.8 17h10.4a1.2 1.2 0 001-1.8L12 8V3M6.5 3h7M6 13h8",
  eye: "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 12a2 2 0 100-4 2 2 0 000 4z",
  file: "M5 2.5h6l4 4v11H5zM11 2.5v4h4",
  download: "M10 3v9M6 8.5l4 4 4-4M4 16.5h12",
  previous: "M12.5 4l-6 6 6 6",
  next: "M7.5 4l6 6-6 6",
  down: "M4 7.5l6 6 6-6",
  outside: "M8 4H4v12h12v-4M11 4h5v5M16 4l-7 7",
  pictures: "M3 5h11v11H3zM6 5V3h11v11h-3M3 13l3.5-3.5L10 13l1.5-1.5L14 14",
  reply: "M4 14v-2a4 4 0 014-4h8M12.5 4.5L16 8l-3.5 3.5",
};

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}

/** A button that is only an icon; `look` is its class, `label` what it says. */
export function IconButton({ icon, look, label, ...rest }) {
  return html`<button type="button" class=${look} aria-label=${label} title=${label} ...${rest}><${Icon} name=${icon} /></button>`;
}
