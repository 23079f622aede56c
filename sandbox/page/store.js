// Holds the page's state and everything a person can do to it.
import { useEffect, useMemo, useReducer } from "/page/html.js";
import { isVisible, reduce, start } from "/page/state.js";

export function useStore(api) {
  const [state, dispatch] = useReducer(reduce, start);
  const actions = useMemo(() => createActions(api, dispatch), [api]);
  const { personId, channelId } = state;

  useEffect(() => void actions.load(), [actions]);
  useEffect(() => (personId ? listen(api, personId, dispatch, actions.refresh) : undefined), [personId]);
  useEffect(() => {
    if (!channelId) return;
    history.replaceState(null, "", `#${personId}/${channelId}`);
    actions.fetchMessages(channelId, personId);
  }, [personId, channelId]);

  return { state, actions };
}

function createActions(api, dispatch) {
  /** Sends an interaction and follows it until the bot has answered; the answer, or the failure, goes into the state. */
  async function perform(entry, post) {
    dispatch({ type: "sent", entry });
    const onId = (interactionId) => entry.name && dispatch({ type: "named", interactionId, name: entry.name });
    const interaction = await outcome(api, post, onId);
    dispatch({ type: "settled", key: entry.key, interaction });
    return interaction;
  }

  async function fetchMessages(channelId, as) {
    const messages = await api.messages(channelId, as);
    dispatch({ type: "messages", channelId, messages });
  }

  async function refresh() {
    const world = await api.world();
    const place = placeFromAddress(world);
    dispatch({ type: "world", world, ...place });
    dispatch({ type: "place", ...place });
    await fetchMessages(place.channelId, place.personId);
  }

  return {
    fetchMessages,
    refresh,

    async load() {
      try {
        const world = await api.world();
        dispatch({ type: "world", world, ...placeFromAddress(world) });
        dispatch({ type: "violations", violations: await api.violations() });
        dispatch({ type: "clock", ...(await api.advanceClock(0)) });
      } catch (error) {
        dispatch({ type: "refused", reason: error.message });
      }
    },
    go: (personId, channelId) => dispatch({ type: "place", personId, channelId }),
    async setLocale(personId, locale) {
      await api.setLocale(personId, locale);
      dispatch({ type: "locale", personId, locale });
    },
    async advanceClock(seconds) {
      dispatch({ type: "clock", ...(await api.advanceClock(seconds)) });
    },
    async say(channelId, as, content) {
      const key = crypto.randomUUID();
      dispatch({ type: "sent", entry: { key, label: content, channelId } });
      try {
        dispatch({ type: "message_create", message: await api.say(channelId, as, content) });
        dispatch({ type: "forgotten", key });
      } catch (error) {
        dispatch({ type: "settled", key, interaction: { state: "failed", failure: error.message } });
      }
    },
    runCommand: (name, payload, files) =>
      perform({ key: crypto.randomUUID(), name, label: `/${name}`, channelId: payload.channel_id }, () => api.runCommand(payload, files)),
    click: (payload) =>
      perform({ key: payload.message_id, customId: payload.custom_id }, () => api.click(payload)),
    submitModal: (payload, files) => outcome(api, () => api.submitModal(payload, files)),
    closeModal: () => dispatch({ type: "modal_closed" }),
    forget: (key) => dispatch({ type: "forgotten", key }),
  };
}

/** What became of the interaction that `post` starts; a refused or lost request counts as failed. */
async function outcome(api, post, onId) {
  try {
    const { interaction_id: id } = await post();
    onId?.(id);
    return await api.answered(id);
  } catch (error) {
    return { state: "failed", failure: error.message, modal: null };
  }
}

/** Follows the server's events; after a break everything is read again, since events are not repeated. */
function listen(api, personId, dispatch, refresh) {
  const source = api.events(personId);
  let broken = false;
  source.onmessage = (event) => dispatch(JSON.parse(event.data));
  source.onerror = () => {
    broken = true;
    dispatch({ type: "connection", connected: false });
  };
  source.onopen = () => {
    dispatch({ type: "connection", connected: true });
    if (broken) refresh();
    broken = false;
  };
  return () => source.close();
}

/** Who and where: from the address (`#person/channel`), else the first of each. */
function placeFromAddress(world) {
  const [personId, channelId] = location.hash.slice(1).split("/");
  const person = world.people.find(({ id }) => id === personId) ?? world.people[0];
  const open = world.channels.filter((channel) => isVisible(channel, person.id, world.guild));
  const channel = open.find(({ id }) => id === channelId) ?? open[0];
  return { personId: person.id, channelId: channel.id };
}
