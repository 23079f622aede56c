// A select of strings, in messages: one choice as the browser's own select, several as a list to tick.
import { html, useId, useRef, useState } from "/page/html.js";
import { useChat } from "/page/context.js";

export function Select({ component, disabled, onChoose }) {
  return (component.max_values ?? 1) > 1
    ? html`<${Several} component=${component} disabled=${disabled} onChoose=${onChoose} />`
    : html`<${One} component=${component} disabled=${disabled} onChoose=${onChoose} />`;
}

function One({ component, disabled, onChoose }) {
  const { words } = useChat();
  const chosen = component.options.find((option) => option.default)?.value ?? "";
  const placeholder = component.placeholder ?? words.choose;
  return html`<select
    class="select"
    data-custom-id=${component.custom_id}
    aria-label=${placeholder}
    disabled=${disabled}
    value=${chosen}
    onChange=${(event) => onChoose(event.target.value ? [event.target.value] : [])}
  >
    ${(!chosen || component.min_values === 0) && html`<option value="" disabled=${component.min_values !== 0}>${placeholder}</option>`}
    ${component.options.map((option) => html`<option value=${option.value}>${optionText(option)}</option>`)}
  </select>`;
}

function Several({ component, disabled, onChoose }) {
  const { words } = useChat();
  const box = useRef(null);
  const preset = component.options.filter((option) => option.default).map((option) => option.value);
  const [values, setValues] = useState(preset);
  const done = () => {
    box.current.open = false;
    onChoose(values);
  };
  return html`<details class="select-many" ref=${box} data-custom-id=${component.custom_id}>
    <summary class="select">${component.placeholder ?? words.choose}</summary>
    <${Ticks}
      options=${component.options}
      values=${values}
      max=${component.max_values}
      disabled=${disabled}
      onChange=${setValues}
    />
    <button
      type="button"
      class="button button-primary"
      disabled=${disabled || values.length < (component.min_values ?? 1)}
      onClick=${done}
    >
      ${words.apply}
    </button>
  </details>`;
}

/** Options to tick, at most `max` of them; one alone (`single`) is a row of radio buttons. */
export function Ticks({ options, values, max = options.length, single = false, disabled = false, onChange }) {
  const name = useId();
  const toggle = (value) => {
    if (single) onChange([value]);
    else onChange(values.includes(value) ? values.filter((other) => other !== value) : [...values, value]);
  };
  return html`<div class="ticks">
    ${options.map((option) => {
      const ticked = values.includes(option.value);
      const full = !single && !ticked && values.length >= max;
      return html`<label class="tick" key=${option.value}>
        <input
          type=${single ? "radio" : "checkbox"}
          name=${name}
          value=${option.value}
          checked=${ticked}
          disabled=${disabled || full}
          onChange=${() => toggle(option.value)}
        />
        <span>${option.emoji?.name} ${option.label}${option.description && html`<small>${option.description}</small>`}</span>
      </label>`;
    })}
  </div>`;
}

export const optionText = ({ label, description, emoji }) =>
  [emoji?.name, description ? `${label}, ${description}` : label].filter(Boolean).join(" ");
