// The list of channels, each with its threads below it.
import { html } from "/page/html.js";
import { useChat } from "/page/context.js";
import { Icon } from "/page/icons.js";
import { isThread, isVisible } from "/page/state.js";

const CATEGORY = 4;

export function Channels({ onChoose }) {
  const { state, words } = useChat();
  const { guild, channels } = state.world;
  const mine = channels.filter((channel) => channel.type !== CATEGORY && isVisible(channel, state.personId, guild));
  const top = mine.filter((channel) => !isThread(channel));
  const threadsOf = ({ id }) => mine.filter((channel) => isThread(channel) && channel.parent_id === id);
  return html`<nav class="channels" aria-label=${words.channels}>
    <p class="guild">${guild.name}</p>
    <ul>
      ${top.map(
        (channel) => html`<li key=${channel.id}>
          <${Entry} channel=${channel} icon="hash" onChoose=${onChoose} />
          <ul>
            ${threadsOf(channel).map((thread) => html`<li key=${thread.id}><${Entry}
              channel=${thread}
              icon="thread"
              onChoose=${onChoose}
            /></li>`)}
          </ul>
        </li>`,
      )}
    </ul>
    <${BotState} />
  </nav>`;
}

function Entry({ channel, icon, onChoose }) {
  const { state, actions, words, nameOfChannel } = useChat();
  const here = channel.id === state.channelId;
  const choose = () => {
    actions.go(state.personId, channel.id);
    onChoose();
  };
  return html`<button
    type="button"
    class="channel"
    data-channel-id=${channel.id}
    aria-current=${here ? "page" : null}
    onClick=${choose}
  >
    <${Icon} name=${icon} /> <span>${nameOfChannel(channel)}</span>
    ${state.unread[channel.id] && html`<i class="unread" role="img" aria-label=${words.unread} />`}
  </button>`;
}

function BotState() {
  const { state, words } = useChat();
  const { name, online } = state.world.bot;
  return html`<p
    class="bot-state"
    data-testid="bot-state"
    data-online=${online}
  ><i class=${online ? "lamp lamp-on" : "lamp"} /> ${name} · ${online ? words.online : words.offline}</p>`;
}
