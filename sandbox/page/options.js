// One option of a slash command as a field.
import { html, useId, useState } from "/page/html.js";
import { OPTION, valueOf } from "/page/commands.js";
import { useChat } from "/page/context.js";
import { IconButton } from "/page/icons.js";
import { useSuggestions } from "/page/suggestions.js";
import { localized } from "/page/words.js";

export function OptionField({ option, leaf, values, problem, onChange, onRemove }) {
  const { words, locale } = useChat();
  const id = useId();
  const label = localized(option, "name", locale);
  const onKeyDown = (event) => {
    if (event.key === "Backspace" && onRemove && !event.target.value) onRemove();
  };
  const field = {
    id,
    required: Boolean(option.required),
    "data-option": option.name,
    "aria-describedby": `${id}-about`,
    "aria-invalid": Boolean(problem),
  };
  const look = ["field", isLong(option) && "field-wide", problem && "field-wrong"].filter(Boolean).join(" ");
  return html`<div class=${look} onKeyDown=${onKeyDown}>
    <label for=${id}>${label}${option.required ? null : html`<small class="faint"> ${words.optional}</small>`}</label>
    <${Control} option=${option} leaf=${leaf} values=${values} field=${field} onChange=${onChange} />
    ${onRemove && html`<${IconButton} icon="close" look="field-remove" label=${words.remove(label)} onClick=${onRemove} />`}
    <small id=${`${id}-about`} class="about">${problem ?? localized(option, "description", locale)}</small>
  </div>`;
}

const LONG = 100; // characters; a text that may be longer, such as a prompt, gets a line of its own

const isLong = ({ type, choices, max_length: most }) => type === OPTION.STRING && !choices?.length && (most ?? LONG + 1) > LONG;

function Control({ option, leaf, values, field, onChange }) {
  const items = useItems(option);
  const value = values[option.name] ?? "";
  if (items) return html`<${Choice} items=${items} field=${field} value=${value} onChange=${onChange} />`;
  if (option.autocomplete) return html`<${Autocomplete}
    option=${option}
    leaf=${leaf}
    values=${values}
    field=${field}
    onChange=${onChange}
  />`;
  const numeric = { [OPTION.INTEGER]: "numeric", [OPTION.NUMBER]: "decimal" }[option.type];
  return html`<input
    ...${field}
    autocomplete="off"
    inputmode=${numeric ?? "text"}
    maxlength=${option.max_length}
    value=${value}
    onInput=${(event) => onChange(event.target.value)}
  />`;
}

/** What can be chosen for an option, as {name, value}; null where one types. */
function useItems(option) {
  const { words, locale, state } = useChat();
  const { people, bot, channels } = state.world;
  const asItem = (choice) => ({ name: localized(choice, "name", locale), value: String(choice.value) });
  if (option.choices?.length) return option.choices.map(asItem);
  if (option.type === OPTION.BOOLEAN) return [{ name: words.yes, value: "true" }, { name: words.no, value: "false" }];
  if (option.type === OPTION.USER) return [...people, bot].map(({ id, name }) => ({ name, value: id }));
  if (option.type === OPTION.CHANNEL) return channels.map(({ id, name }) => ({ name: `#${name}`, value: id }));
  return null;
}

function Choice({ items, field, value, onChange }) {
  const { words } = useChat();
  return html`<select ...${field} value=${value} onChange=${(event) => onChange(event.target.value)}>
    <option value="">${words.choose}</option>
    ${items.map((item) => html`<option value=${item.value}>${item.name}</option>`)}
  </select>`;
}

/** A text field with the bot's suggestions; the text shown is a suggestion's name, the value sent is its value. */
function Autocomplete({ option, leaf, values, field, onChange }) {
  const { state, api, words } = useChat();
  const [shown, setShown] = useState(values[option.name] ?? "");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const ask = () => api.autocomplete(autocompletePayload(state, leaf, option, values));
  const choices = useSuggestions(open, shown, ask);

  const type = (text) => {
    setShown(text);
    onChange(text);
    setActive(0);
    setOpen(true);
  };
  const take = (choice) => {
    setShown(choice.name);
    onChange(String(choice.value));
    setOpen(false);
  };
  const move = (by) => setActive((active + by + choices.length) % choices.length);
  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => take(choices[active]),
    Escape: () => setOpen(false),
  };
  const onKeyDown = (event) => {
    if (event.isComposing || !open || !choices?.length || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  };

  return html`<input
      ...${field}
      role="combobox"
      autocomplete="off"
      aria-autocomplete="list"
      aria-expanded=${open}
      aria-controls=${`${field.id}-list`}
      aria-activedescendant=${open && choices?.length ? `${field.id}-${active}` : null}
      value=${shown}
      onInput=${(event) => type(event.target.value)}
      onFocus=${() => setOpen(true)}
      onBlur=${() => setOpen(false)}
      onKeyDown=${onKeyDown}
    />
    ${open &&
    choices &&
    html`<ul class="suggestions" role="listbox" id=${`${field.id}-list`} aria-label=${words.choose}>
      ${choices.map(
        (choice, index) => html`<li
          id=${`${field.id}-${index}`}
          role="option"
          aria-selected=${index === active}
          data-choice=${choice.value}
          onMouseMove=${() => setActive(index)}
          onMouseDown=${(event) => (event.preventDefault(), take(choice))}
        >
          ${choice.name}
        </li>`,
      )}
      ${choices.length === 0 && html`<li class="faint">${words.noMatch}</li>`}
    </ul>`}`;
}

function autocompletePayload(state, leaf, option, values) {
  const typed = leaf.options.filter(({ name }) => name !== option.name && values[name]);
  const options = Object.fromEntries(typed.map((other) => [other.name, valueOf(other, values[other.name])]));
  options[option.name] = values[option.name] ?? "";
  return { as: state.personId, channel_id: state.channelId, command: leaf.path, options, focused: option.name };
}
