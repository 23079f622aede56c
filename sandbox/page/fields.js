// The fields of a modal.
import { html, useId } from "/page/html.js";
import { useChat } from "/page/context.js";
import { FIELD } from "/page/fieldrules.js";
import { DropTile, FileTiles } from "/page/files.js";
import { SamplePictures } from "/page/samples.js";
import { optionText, Ticks } from "/page/select.js";

const GROUPS = new Set([FIELD.FILES, FIELD.RADIO, FIELD.CHECKS]);

export function ModalField({ field, label, description, value, problem, onChange }) {
  const { words } = useChat();
  const id = useId();
  const attributes = { "data-custom-id": field.custom_id, "aria-describedby": `${id}-about`, "aria-invalid": Boolean(problem) };
  const optional = field.required === false && field.type !== FIELD.CHECK;
  const title = html`${label}${optional && html`<small class="faint"> ${words.optional}</small>`}`;
  const about = html`<small id=${`${id}-about`} class="about">${problem ?? description}</small>`;
  const look = problem ? "field field-wrong" : "field";
  const parts = { field, value, onChange, label };
  if (GROUPS.has(field.type) || isMany(field)) {
    return html`<fieldset class=${look} ...${attributes}>
      <legend>${title}</legend>
      ${about}
      <${GROUP_CONTROLS[field.type]} ...${parts} />
    </fieldset>`;
  }
  return html`<div class=${field.type === FIELD.CHECK ? `${look} field-check` : look}>
    <label for=${id}>${title}</label>
    <${CONTROLS[field.type]} ...${parts} attributes=${{ ...attributes, id }} />
    ${about}
  </div>`;
}

const isMany = ({ type, max_values }) => type === FIELD.SELECT && (max_values ?? 1) > 1;

const GROUP_CONTROLS = {
  [FIELD.FILES]: FileUpload,
  [FIELD.RADIO]: ({ field, value, onChange }) => html`<${Ticks}
    single
    options=${field.options}
    values=${value === null ? [] : [value]}
    onChange=${([chosen]) => onChange(chosen)}
  />`,
  [FIELD.CHECKS]: Several,
  [FIELD.SELECT]: Several,
};

const CONTROLS = {
  [FIELD.TEXT]: TextInput,
  [FIELD.SELECT]: OneChoice,
  [FIELD.CHECK]: ({ value, onChange, attributes }) => html`<input
    type="checkbox"
    ...${attributes}
    checked=${value}
    onChange=${(event) => onChange(event.target.checked)}
  />`,
};

function Several({ field, value, onChange }) {
  return html`<${Ticks} options=${field.options} values=${value} max=${field.max_values} onChange=${onChange} />`;
}

const PARAGRAPH = 2;

function TextInput({ field, value, onChange, attributes }) {
  const common = {
    ...attributes,
    value,
    placeholder: field.placeholder,
    maxlength: field.max_length ?? 4000,
    onInput: (event) => onChange(event.target.value),
  };
  return field.style === PARAGRAPH ? html`<textarea rows="3" ...${common} />` : html`<input autocomplete="off" ...${common} />`;
}

function OneChoice({ field, value, onChange, attributes }) {
  const { words } = useChat();
  const choose = (event) => onChange(event.target.value ? [event.target.value] : []);
  return html`<select ...${attributes} value=${value[0] ?? ""} onChange=${choose}>
    <option value="">${field.placeholder ?? words.choose}</option>
    ${field.options.map((option) => html`<option value=${option.value}>${optionText(option)}</option>`)}
  </select>`;
}

function FileUpload({ field, label, value, onChange }) {
  const most = field.max_values ?? 1;
  const add = (more) => onChange([...value, ...more].slice(0, most));
  const full = value.length >= most;
  return html`<${FileTiles} files=${value} onRemove=${(index) => onChange(value.filter((_, other) => other !== index))}>
      ${full || html`<${DropTile} label=${label} onFiles=${add} />`}
    <//>
    ${full || html`<${SamplePictures} most=${most - value.length} onTake=${add} />`}`;
}
