// The list of slash commands above the message box.
import { html, useEffect, useRef } from "/page/html.js";
import { useChat } from "/page/context.js";

export const pickerItemId = (index) => `picker-${index}`;

export function Picker({ leaves, active, onPoint, onChoose }) {
  const { words } = useChat();
  return html`<div class="picker" data-testid="picker">
    <ul id="picker" role="listbox" aria-label=${words.commands}>
      ${leaves.map(
        (leaf, index) => html`<${Item}
          key=${leaf.path}
          leaf=${leaf}
          id=${pickerItemId(index)}
          active=${index === active}
          onPoint=${() => onPoint(index)}
          onChoose=${() => onChoose(leaf)}
        />`,
      )}
    </ul>
    ${leaves.length === 0 && html`<p class="small">${words.noCommand}</p>`}
  </div>`;
}

function Item({ leaf, id, active, onPoint, onChoose }) {
  const item = useRef(null);
  useEffect(() => {
    if (active) item.current.scrollIntoView({ block: "nearest" });
  }, [active]);
  return html`<li
    ref=${item}
    id=${id}
    role="option"
    aria-selected=${active}
    data-command=${leaf.path}
    onMouseMove=${onPoint}
    onMouseDown=${(event) => event.preventDefault()}
    onClick=${onChoose}
  >
    <b>/${leaf.name}</b> <span>${leaf.description}</span>
  </li>`;
}
