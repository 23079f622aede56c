// A chosen slash command: its options as fields, the needed ones first, the others on demand, files as tiles.
import { html, useLayoutEffect, useRef, useState } from "/page/html.js";
import { problemOf, sorted, valueOf } from "/page/commands.js";
import { useChat } from "/page/context.js";
import { DropTile, FileTile, filledFrom } from "/page/files.js";
import { Icon, IconButton } from "/page/icons.js";
import { OptionField } from "/page/options.js";
import { SamplePictures } from "/page/samples.js";
import { localized } from "/page/words.js";

/** `files[k]` belongs to the k-th attachment option and may be missing. */
export function CommandForm({ leaf, initial, files, setFiles }) {
  const { state, actions, words, locale, startCommand } = useChat();
  const groups = sorted(leaf.options);
  const [values, setValues] = useState(initial);
  const [added, setAdded] = useState(Object.keys(initial));
  const [problems, setProblems] = useState({});
  const form = useRef(null);
  const wanted = added.map((name) => groups.optional.find((option) => option.name === name)).filter(Boolean);
  const shown = [...groups.needed, ...wanted];

  useFocusOnNewest(form, shown.length);
  const close = () => {
    setFiles([]);
    startCommand(null);
  };
  const remove = (name) => {
    setAdded(added.filter((other) => other !== name));
    setValues({ ...values, [name]: undefined });
  };
  const submit = (event) => {
    event.preventDefault();
    const found = problemsOf(leaf.options, values, files, groups.files, words);
    setProblems(found);
    const [first] = Object.keys(found);
    if (first) return form.current.querySelector(`[data-option="${first}"]:not(label), [data-option="${first}"] input`).focus();
    const place = { as: state.personId, channel_id: state.channelId };
    const payload = { ...place, command: leaf.path, options: optionsToSend(shown, values) };
    actions.runCommand(leaf.name, payload, filesToSend(groups.files, files));
    close();
  };
  const onKeyDown = (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    close();
  };

  return html`<form
    class="command-form"
    data-testid="command-form"
    ref=${form}
    onSubmit=${submit}
    onKeyDown=${onKeyDown}
    novalidate
  >
    <p class="command-title">
      <b>/${leaf.name}</b> <span class="faint">${leaf.description}</span>
      <${IconButton} icon="close" look="round" label=${words.cancel} onClick=${close} />
    </p>
    ${shown.length > 0 &&
    html`<div class="fields">
      ${shown.map(
        (option) => html`<${OptionField}
          key=${option.name}
          option=${option}
          leaf=${leaf}
          values=${values}
          problem=${problems[option.name]}
          onChange=${(value) => setValues((before) => ({ ...before, [option.name]: value }))}
          onRemove=${option.required ? null : () => remove(option.name)}
        />`,
      )}
    </div>`}
    ${groups.files.length > 0 && html`<${FileOptions}
      options=${groups.files}
      files=${files}
      setFiles=${setFiles}
      problems=${problems}
    />`}
    <div class="command-end">
      <div class="more">
        ${groups.optional
          .filter(({ name }) => !added.includes(name))
          .map(
            (option) => html`<button
              type="button"
              class="chip"
              data-add-option=${option.name}
              title=${localized(option, "description", locale)}
              onClick=${() => setAdded([...added, option.name])}
            >
              <${Icon} name="plus" /> ${localized(option, "name", locale)}
            </button>`,
          )}
      </div>
      <button class="button button-primary" data-testid="run">${words.run}</button>
    </div>
  </form>`;
}

const FEW = 3; // attachment options that are all shown; of more, only the filled ones and the next

function FileOptions({ options, files, setFiles, problems }) {
  const { locale } = useChat();
  const next = options.findIndex((_, index) => !files[index]);
  const isShown = (option, index) => files[index] || options.length <= FEW || index === next || option.required;
  const put = (index, file) => setFiles(Object.assign([...files], { [index]: file }));
  const fill = (index, more) => setFiles(filledFrom(options.length, files, index, more));
  return html`<div class="tiles">
      ${options.map((option, index) => {
        if (!isShown(option, index)) return null;
        const label = localized(option, "name", locale);
        return files[index]
          ? html`<${FileTile}
            key=${index}
            name=${option.name}
            label=${label}
            file=${files[index]}
            onRemove=${() => put(index, undefined)}
          />`
          : html`<${DropTile}
            key=${index}
            name=${option.name}
            label=${label}
            problem=${problems[option.name]}
            onFiles=${(more) => fill(index, more)}
          />`;
      })}
    </div>
    ${next >= 0 && html`<${SamplePictures} most=${options.length} onTake=${(more) => fill(next, more)} />`}`;
}

function problemsOf(options, values, files, fileOptions, words) {
  const found = {};
  for (const option of options) {
    const at = fileOptions.indexOf(option);
    const problem = at >= 0 ? option.required && !files[at] && words.needed : problemOf(option, values[option.name], words);
    if (problem) found[option.name] = problem;
  }
  return found;
}

function optionsToSend(shown, values) {
  const filled = shown.filter(({ name }) => values[name] !== undefined && values[name] !== "");
  return Object.fromEntries(filled.map((option) => [option.name, valueOf(option, values[option.name])]));
}

const filesToSend = (options, files) => options.map(({ name }, index) => [name, files[index]]).filter(([, file]) => file);

/** The first field that is empty, each time there are more of them; without fields the button that runs the command. */
function useFocusOnNewest(form, count) {
  // Before the next key: whoever types "/imagine a cat" in one go goes on in the field.
  useLayoutEffect(() => {
    const fields = [...form.current.querySelectorAll(".fields [data-option]")];
    const empty = fields.findLast((field) => !field.value) ?? fields.at(-1);
    const first = fields.find((field) => !field.value && field.required) ?? empty;
    (first ?? form.current.querySelector("[data-testid=run]")).focus();
  }, [count]);
}
