// Initials in a colour of one's own.
import { html } from "/page/html.js";
import { useChat } from "/page/context.js";

const HUES = 6; // classes hue-0 … hue-5 in style.css

export function Avatar({ id, name }) {
  const { state } = useChat();
  const order = state.world.people.findIndex((person) => person.id === id);
  const kind = id === state.world.bot.id ? "avatar-bot" : `hue-${(order < 0 ? Number(id.slice(-4)) : order) % HUES}`;
  return html`<span class=${`avatar ${kind}`} aria-hidden="true">${[...name][0].toUpperCase()}</span>`;
}
