// A form that the bot opened.
import { html, useState } from "/page/html.js";
import { useChat } from "/page/context.js";
import { fieldsOf, problemWith, presetOf } from "/page/fieldrules.js";
import { ModalField } from "/page/fields.js";
import { IconButton } from "/page/icons.js";
import { Markdown } from "/page/markdown.js";
import { useModalDialog } from "/page/media.js";

const LABEL = 18;
const TEXT_DISPLAY = 10;
const ACTION_ROW = 1;

export function Modal({ interactionId, modal }) {
  const { state, actions, words, box } = useChat();
  const fields = fieldsOf(modal.components);
  const [values, setValues] = useState(() => Object.fromEntries(fields.map((field) => [field.custom_id, presetOf(field)])));
  const [problems, setProblems] = useState({});
  const [progress, setProgress] = useState({ sending: false, failure: null });
  const dialog = useModalDialog(".modal-fields :is(input, textarea, select)");
  const close = () => dialog.current.close();
  const onClose = () => {
    actions.closeModal();
    if (document.activeElement === document.body) box.current?.focus();
  };

  const submit = async (event) => {
    event.preventDefault();
    if (progress.sending) return;
    const found = problemsOf(fields, values, words);
    setProblems(found);
    const [first] = Object.keys(found);
    if (first) return focusField(dialog.current, first);
    setProgress({ sending: true, failure: null });
    const interaction = await actions.submitModal(...payloadOf(state.personId, interactionId, fields, values));
    if (interaction.state === "failed") return setProgress({ sending: false, failure: interaction.failure ?? "" });
    close();
  };
  const part = (component) => html`<${Part}
    key=${component.id}
    component=${component}
    values=${values}
    problems=${problems}
    onChange=${(id, value) => setValues((before) => ({ ...before, [id]: value }))}
  />`;

  return html`<dialog ref=${dialog} class="modal" data-testid="modal" aria-labelledby="modal-title" onClose=${onClose}>
    <form onSubmit=${submit} novalidate>
      <header>
        <h2 id="modal-title">${modal.title}</h2>
        <${IconButton} icon="close" look="round" label=${words.close} onClick=${close} />
      </header>
      <div class="modal-fields">${modal.components.map(part)}</div>
      ${progress.failure !== null && html`<p class="failure" role="alert">${words.failed} <small>${progress.failure}</small></p>`}
      <footer>
        <button type="button" class="button button-secondary" onClick=${close}>${words.cancel}</button>
        <button
          class=${progress.sending ? "button button-primary busy" : "button button-primary"}
          data-testid="modal-submit"
        >${words.submit}</button>
      </footer>
    </form>
  </dialog>`;
}

function Part({ component, values, problems, onChange }) {
  if (component.type === TEXT_DISPLAY) return html`<${Markdown} text=${component.content} />`;
  const fields = { [LABEL]: [component.component], [ACTION_ROW]: component.components }[component.type];
  if (!fields) return null;
  return fields.map(
    (field) => html`<${ModalField}
      field=${field}
      label=${component.label ?? field.label}
      description=${component.description}
      value=${values[field.custom_id]}
      problem=${problems[field.custom_id]}
      onChange=${(value) => onChange(field.custom_id, value)}
    />`,
  );
}

function problemsOf(fields, values, words) {
  const found = fields.map((field) => [field.custom_id, problemWith(field, values[field.custom_id], words)]);
  return Object.fromEntries(found.filter(([, problem]) => problem));
}

function focusField(dialog, customId) {
  const element = dialog.querySelector(`[data-custom-id="${CSS.escape(customId)}"]`);
  (element.matches("input, textarea, select") ? element : element.querySelector("input")).focus();
}

/** The two arguments of `submitModal`: values by field, and the files apart. */
function payloadOf(as, interactionId, fields, values) {
  const isFiles = ({ custom_id: id }) => values[id]?.[0] instanceof File;
  const plain = fields.filter((field) => !isFiles(field)).map(({ custom_id: id }) => [id, values[id]]);
  const files = fields.filter(isFiles).flatMap(({ custom_id: id }) => values[id].map((file) => [id, file]));
  return [{ as, interaction_id: interactionId, values: Object.fromEntries(plain) }, files];
}
