// Files that a person is about to send: choosing, dropping, showing, removing.
import { html, useEffect, useRef, useState } from "/page/html.js";
import { useChat } from "/page/context.js";
import { Icon, IconButton } from "/page/icons.js";
import { bytes } from "/page/media.js";

/** Makes an element a place to drop files on: spread `events`, show `over`. The innermost such place takes them. */
export function useDrop(onFiles) {
  const [over, setOver] = useState(false);
  const hasFiles = (event) => event.dataTransfer.types.includes("Files");
  const onDragOver = (event) => {
    if (!hasFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    setOver(true);
  };
  const onDragLeave = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOver(false);
  };
  const onDrop = (event) => {
    setOver(false);
    if (event.defaultPrevented) return;
    event.preventDefault();
    onFiles([...event.dataTransfer.files]);
  };
  return { over, events: { onDragOver, onDragLeave, onDrop } };
}

/** The files with `more` put into the empty ones of so many places, from `first` on; what finds no place is left out. */
export function filledFrom(places, files, first, more) {
  const filled = Array.from({ length: places }, (_, index) => files[index]);
  const waiting = [...more];
  for (let index = first; index < places; index++) filled[index] ??= waiting.shift();
  return filled;
}

/** A place for files: drop them, or press to choose. */
export function DropTile({ name, label, problem, accept, onFiles }) {
  const { words } = useChat();
  const drop = useDrop(onFiles);
  const choose = (event) => {
    onFiles([...event.target.files]);
    event.target.value = "";
  };
  const look = ["tile", "tile-drop", drop.over && "drop-over", problem && "field-wrong"].filter(Boolean).join(" ");
  return html`<label class=${look} data-option=${name} ...${drop.events}>
    <input
      type="file"
      multiple
      accept=${accept}
      class="out-of-sight"
      aria-label=${`${label}: ${words.addPictures}`}
      onChange=${choose}
    />
    <${Icon} name="plus" />
    ${name && html`<b>${label}</b>`}
    <small>${problem ?? (drop.over ? words.dropHere : words.addPictures)}</small>
  </label>`;
}

export function FileTile({ name, label, file, onRemove }) {
  const { words, locale } = useChat();
  const tile = useRef(null);
  const remove = () => {
    const place = tile.current.closest(".tiles");
    onRemove();
    requestAnimationFrame(() => place.querySelector("button, input")?.focus()); // not to lose the focus with the tile
  };
  return html`<div class="tile" ref=${tile} data-option=${name} title=${file.name}>
    <${Preview} file=${file} />
    <small class="tile-name">${label ?? file.name}</small>
    <small class="faint">${bytes(file.size, locale)}</small>
    <${IconButton} icon="close" look="tile-remove" label=${words.remove(file.name)} onClick=${remove} />
  </div>`;
}

export function FileTiles({ files, onRemove, children }) {
  return html`<div class="tiles">
    ${files.map((file, index) => html`<${FileTile} key=${index} file=${file} onRemove=${() => onRemove(index)} />`)} ${children}
  </div>`;
}

const PREVIEW_PX = 144;

/** A file's picture on a canvas: the page's policy allows no blob addresses. What is no picture shows its ending. */
function Preview({ file }) {
  const canvas = useRef(null);
  const [isPicture, setIsPicture] = useState(true);
  useEffect(() => {
    let gone = false;
    createImageBitmap(file).then(
      (bitmap) => gone || drawCover(canvas.current, bitmap),
      () => gone || setIsPicture(false),
    );
    return () => {
      gone = true;
    };
  }, [file]);
  if (isPicture) return html`<canvas ref=${canvas} width=${PREVIEW_PX} height=${PREVIEW_PX} aria-hidden="true" />`;
  return html`<span class="tile-ending"><${Icon} name="file" />${file.name.split(".").at(-1)}</span>`;
}

function drawCover(canvas, bitmap) {
  const side = Math.min(bitmap.width, bitmap.height);
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  canvas.getContext("2d").drawImage(bitmap, left, top, side, side, 0, 0, PREVIEW_PX, PREVIEW_PX);
  bitmap.close();
}
