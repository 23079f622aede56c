// The page: puts the parts together and hands them what they share.
import { html, render, useEffect, useMemo, useRef, useState } from "/page/html.js";
import { createApi } from "/page/api.js";
import { Channels } from "/page/channels.js";
import { leavesOf } from "/page/commands.js";
import { Composer } from "/page/composer.js";
import { ChatContext, useChat } from "/page/context.js";
import { Icon, IconButton } from "/page/icons.js";
import { Lab, LabButton } from "/page/lab.js";
import { Messages } from "/page/messages.js";
import { Modal } from "/page/modal.js";
import { LanguageSwitch, PersonSwitch } from "/page/people.js";
import { DIRECT, isThread } from "/page/state.js";
import { useStore } from "/page/store.js";
import { wordsFor } from "/page/words.js";

function App({ api }) {
  const { state, actions } = useStore(api);
  const [dismissed, setDismissed] = useState(new Set());
  const [command, setCommand] = useState(null);
  const box = useRef(null);
  const locale = localeOf(state);
  const words = wordsFor(locale);
  const leaves = useMemo(() => leavesOf(state.world?.commands ?? [], locale), [state.world?.commands, locale]);
  useEffect(() => void (document.documentElement.lang = locale), [locale]);
  useEffect(() => void (document.title = `${state.world?.bot.name ?? ""} · ${words.sandbox}`), [state.world?.bot.name, words]);
  if (state.refused) return html`<p class="loading" role="alert">${words.refused} <small>${state.refused}</small></p>`;
  if (!state.world) return html`<p class="loading">${words.loading}</p>`;

  const { personId, channelId, sent, world } = state;
  const channel = world.channels.find(({ id }) => id === channelId);
  /** Opens a command's form; one without options runs at once. `null` closes the form. */
  const startCommand = (path, values = {}) => {
    const leaf = leaves.find((other) => other.path === path);
    if (!leaf || leaf.options.length) return setCommand(leaf ? { path, values } : null);
    setCommand(null);
    box.current?.focus();
    actions.runCommand(leaf.name, { as: personId, channel_id: channelId, command: path, options: {} }, []);
  };
  const nameOfChannel = ({ type, name }) => (type === DIRECT ? words.direct : name);
  const chosen = command && leaves.find(({ path }) => path === command.path);
  const chat = {
    state, actions, api, words, locale, leaves, box, startCommand,
    command: chosen ? { leaf: chosen, values: command.values } : null,
    nameOfChannel,
    channelName: channel.type === DIRECT || isThread(channel) ? nameOfChannel(channel) : `#${channel.name}`,
    dismiss: (id) => setDismissed(new Set([...dismissed, id])),
    nameOf: (user) => world.people.find(({ id }) => id === user.id)?.name ?? user.global_name ?? user.username,
    press: (message, customId, values) => actions.click({ as: personId, message_id: message.id, custom_id: customId, values }),
    pending: (messageId) => sent.find(({ key, failure }) => key === messageId && failure === null),
    failureOf: (messageId) => sent.find(({ key }) => key === messageId)?.failure ?? null,
  };
  return html`<${ChatContext.Provider} value=${chat}><${Frame} channel=${channel} dismissed=${dismissed} /><//>`;
}

function Frame({ channel, dismissed }) {
  const { state, words } = useChat();
  const [menuOpen, setMenuOpen] = useState(false);
  const [labOpen, setLabOpen] = useState(false);
  useEffect(() => void (menuOpen && document.querySelector(".channel[aria-current]").focus()), [menuOpen]);
  const leave = (event) => event.key === "Escape" && setMenuOpen(false);
  return html`<a class="skip" href="#composer" onClick=${skipToComposer}>${words.skip}</a>
    <div class=${menuOpen ? "frame menu-open" : "frame"} onKeyDown=${leave}>
      <${Channels} onChoose=${() => setMenuOpen(false)} />
      <main>
        <${Header}
          channel=${channel}
          menuOpen=${menuOpen}
          onMenu=${() => setMenuOpen(!menuOpen)}
          labOpen=${labOpen}
          onLab=${() => setLabOpen(!labOpen)}
        />
        <${Messages} dismissed=${dismissed} />
        <${Trouble} />
        <${Composer} />
      </main>
      ${labOpen && html`<${Lab} onClose=${() => setLabOpen(false)} />`}
      <button type="button" class="veil" tabindex="-1" aria-hidden="true" onClick=${() => setMenuOpen(false)} />
    </div>
    ${state.modal && html`<${Modal} key=${state.modal.interactionId} ...${state.modal} />`}`;
}

function Header({ channel, menuOpen, onMenu, labOpen, onLab }) {
  const { state, words, nameOfChannel } = useChat();
  const parent = isThread(channel) && state.world.channels.find(({ id }) => id === channel.parent_id);
  return html`<header class="top">
    <${IconButton}
      icon="menu"
      look="round menu-button"
      label=${words.showChannels}
      aria-expanded=${menuOpen}
      onClick=${onMenu}
    />
    <h1>
      <${Icon} name=${parent ? "thread" : "hash"} /> ${" "}
      ${parent && html`<span class="faint">${parent.name} / </span>`}<span>${nameOfChannel(channel)}</span>
    </h1>
    <div class="controls"><${PersonSwitch} /><${LanguageSwitch} /><${LabButton} open=${labOpen} onToggle=${onLab} /></div>
  </header>`;
}

function Trouble() {
  const { state, words } = useChat();
  if (!state.connected) return html`<p class="trouble" role="status">${words.serverGone}</p>`;
  return state.world.bot.online ? null : html`<p class="trouble" role="status" data-testid="bot-offline">${words.botOffline}</p>`;
}

function skipToComposer(event) {
  event.preventDefault();
  (document.getElementById("composer") ?? document.querySelector(".command-form input, .command-form button")).focus();
}

const localeOf = ({ world, personId }) => world?.people.find(({ id }) => id === personId)?.locale ?? navigator.language;

// A file that misses its place must not replace the page.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());

const key = new URLSearchParams(location.search).get("key") ?? "";
render(html`<${App} api=${createApi(key)} />`, document.getElementById("page"));
