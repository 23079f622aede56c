// What the page knows, and how each event of the server or of the person changes it.

export const FLAG_EPHEMERAL = 64;
export const FLAG_LOADING = 128;
export const FLAG_COMPONENTS_V2 = 32768;
const THREADS = new Set([10, 11, 12]); // announcement, public, private
export const DIRECT = 1;
/** Direct channels are their person's alone; of the guilds, which tests may add to, the page shows the first. */
export const isVisible = (channel, personId, guild) =>
  channel.type === DIRECT ? channel.recipient_id === personId : channel.guild_id === guild.id;
export const isThread = ({ type }) => THREADS.has(type);

export const start = {
  world: null,
  personId: null,
  channelId: null,
  messages: [], // of the open channel, oldest first
  loaded: false,
  unread: {}, // channel id → true
  commandNames: {}, // interaction id → the command that this page ran with it
  sent: [], // what waits for its answer or has failed: {key, label, channelId, customId, failure}
  modal: null, // {interactionId, modal}
  violations: [],
  clockOffset: 0, // milliseconds that the server's clock is ahead of this one
  connected: true,
  refused: null, // why the server does not let this page in
};

/** The state after `event`; events of the server have the shapes of docs/sandbox.md. */
export function reduce(state, event) {
  const change = changes[event.type];
  return change ? { ...state, ...change(state, event) } : state;
}

const changes = {
  world: (_, { world, personId, channelId }) => ({ world, personId, channelId }),
  place: (state, { personId, channelId }) => ({
    personId,
    channelId,
    messages: [],
    loaded: false,
    unread: without(state.unread, channelId),
  }),
  messages: (state, { channelId, messages }) =>
    // Events that came while the list was on its way are laid over it.
    channelId === state.channelId ? { messages: state.messages.reduce(withItem, messages), loaded: true } : {},
  message_create: putMessage,
  message_update: putMessage,
  message_delete: (state, { id }) => ({ messages: state.messages.filter((message) => message.id !== id) }),
  channel_create: putChannel,
  channel_update: putChannel,
  commands: ({ world }, { commands }) => ({ world: { ...world, commands } }),
  bot: ({ world }, { online }) => ({ world: { ...world, bot: { ...world.bot, online } } }),
  locale: ({ world }, { personId, locale }) => ({
    world: { ...world, people: world.people.map((person) => (person.id === personId ? { ...person, locale } : person)) },
  }),
  violations: (_, { violations }) => ({ violations }),
  violation: (state, { violation }) => ({ violations: [...state.violations, violation] }),
  refused: (_, { reason }) => ({ refused: reason }),
  connection: (_, { connected }) => ({ connected }),
  clock: (_, { now }) => ({ clockOffset: now * 1000 - Date.now() }),
  sent: (state, { entry }) => ({ sent: [...dropped(state.sent, entry.key), { ...entry, failure: null }] }),
  settled: (state, { key, interaction }) => ({
    sent:
      interaction.state === "failed"
        ? state.sent.map((entry) => (entry.key === key ? { ...entry, failure: interaction.failure ?? "" } : entry))
        : dropped(state.sent, key),
    modal: interaction.modal ? { interactionId: interaction.id, modal: interaction.modal } : state.modal,
  }),
  named: (state, { interactionId, name }) => ({ commandNames: { ...state.commandNames, [interactionId]: name } }),
  forgotten: (state, { key }) => ({ sent: dropped(state.sent, key) }),
  modal_closed: () => ({ modal: null }),
};

function putMessage(state, { message, type }) {
  if (message.channel_id === state.channelId) return { messages: withItem(state.messages, message) };
  return type === "message_create" ? { unread: { ...state.unread, [message.channel_id]: true } } : {};
}

function putChannel({ world }, { channel }) {
  return { world: { ...world, channels: withItem(world.channels, channel) } };
}

/** The list with `item` in the place of the one with its id, or added in the order of ids, which is that of time. */
function withItem(list, item) {
  const found = list.some((other) => other.id === item.id);
  if (found) return list.map((other) => (other.id === item.id ? { ...other, ...item } : other));
  return [...list, item].sort((a, b) => compareIds(a.id, b.id));
}

/** Snowflakes are larger than a number can hold exactly: compare them as text. */
function compareIds(a, b) {
  return a.length - b.length || (a < b ? -1 : 1);
}

const dropped = (sent, key) => sent.filter((entry) => entry.key !== key);

function without(record, key) {
  const { [key]: _, ...rest } = record;
  return rest;
}
