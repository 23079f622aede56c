// The box at the bottom: plain text, or a slash command.
import { html, useLayoutEffect, useMemo, useState } from "/page/html.js";
import { CommandForm } from "/page/commandform.js";
import { commandInText, fitting, sorted } from "/page/commands.js";
import { useChat } from "/page/context.js";
import { FileTiles, filledFrom, useDrop } from "/page/files.js";
import { Icon } from "/page/icons.js";
import { Picker, pickerItemId } from "/page/picker.js";
import { SamplePictures } from "/page/samples.js";

const MOST_FILES = 25; // a command has no more options

export function Composer() {
  const { command, box } = useChat();
  const [files, setFiles] = useState([]);
  const places = command ? sorted(command.leaf.options).files.length : MOST_FILES;
  const addFiles = (more) => {
    setFiles(filledFrom(places, files, 0, more).filter((file) => file || command));
    if (!command) box.current.focus();
  };
  const drop = useDrop(addFiles);
  useLayoutEffect(() => {
    if (!command) box.current?.focus();
  }, [command]);
  return html`<section class=${drop.over ? "composer drop-over" : "composer"} ...${drop.events}>
    ${command
      ? html`<${CommandForm}
        key=${command.leaf.path}
        leaf=${command.leaf}
        initial=${command.values}
        files=${files}
        setFiles=${setFiles}
      />`
      : html`<${Line} files=${files} setFiles=${setFiles} addFiles=${addFiles} />`}
  </section>`;
}

function Line({ files, setFiles, addFiles }) {
  const { state, actions, words, channelName, leaves, startCommand, box } = useChat();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const picking = files.length > 0 || text.startsWith("/");
  const found = useMemo(() => candidates(leaves, text, files), [leaves, text, files]);

  const edit = (value) => {
    const whole = value.startsWith("/") && commandInText(leaves, value);
    if (whole) return startCommand(whole.path, whole.values);
    setText(value);
    setActive(0);
  };
  const send = () => {
    const content = text.trim();
    if (!content) return;
    setText("");
    actions.say(state.channelId, state.personId, content);
  };
  const choose = (leaf) => leaf && (setText(""), startCommand(leaf.path));
  const leave = () => {
    setText("");
    setFiles([]);
  };
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    const key = picking ? pickerKeys({ found, active, setActive, choose, leave }) : { Enter: send };
    const act = event.shiftKey ? undefined : key[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  return html`
    ${picking && html`<${Picker} leaves=${found} active=${active} onPoint=${setActive} onChoose=${choose} />`}
    ${files.length > 0 && html`<${Tray} files=${files} setFiles=${setFiles} />`}
    <div class="line">
      <textarea
        ref=${box}
        id="composer"
        rows="1"
        data-testid="composer"
        maxlength="2000"
        aria-label=${words.messageBox(channelName)}
        placeholder=${words.messageBoxShort}
        aria-autocomplete="list"
        aria-controls=${picking ? "picker" : null}
        aria-activedescendant=${picking && found.length ? pickerItemId(active) : null}
        value=${text}
        onInput=${(event) => edit(event.target.value)}
        onKeyDown=${onKeyDown}
      />
      <button
        type="button"
        class="round"
        title=${words.commands}
        aria-label=${words.commands}
        onClick=${() => (edit("/"), box.current.focus())}
      >/</button>
      <button
        type="button"
        class="round round-accent"
        title=${words.send}
        aria-label=${words.send}
        disabled=${picking || !text.trim()}
        onClick=${send}
      >
        <${Icon} name="send" />
      </button>
    </div>
    ${files.length > 0 || html`<${SamplePictures} most=${10} onTake=${addFiles} />`}
  `;
}

function Tray({ files, setFiles }) {
  const { words } = useChat();
  return html`<div class="tray">
    <p class="small">${words.pickCommandFor(files.length)}</p>
    <${FileTiles} files=${files} onRemove=${(index) => setFiles(files.filter((_, other) => other !== index))} />
  </div>`;
}

/** The commands to offer: those that fit the text, and only those that take files when there are some. */
function candidates(leaves, text, files) {
  const fit = fitting(leaves, text.startsWith("/") ? text.slice(1) : "");
  return files.length ? fit.filter(({ options }) => sorted(options).files.length > 0) : fit;
}

function pickerKeys({ found, active, setActive, choose, leave }) {
  const move = (by) => () => setActive((active + by + found.length) % Math.max(found.length, 1));
  const take = () => choose(found[active]);
  return { ArrowDown: move(1), ArrowUp: move(-1), Enter: take, Tab: found.length ? take : undefined, Escape: leave };
}
