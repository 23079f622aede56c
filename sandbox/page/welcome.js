// What an empty channel says.
import { html } from "/page/html.js";
import { useChat } from "/page/context.js";

const FIRST_STEPS = ["help", "embed train", "imagine"];

export function Welcome() {
  const { words, leaves, startCommand } = useChat();
  const first = FIRST_STEPS.map((path) => leaves.find((leaf) => leaf.path === path)).filter(Boolean);
  const steps = first.length ? first : leaves.slice(0, 3);
  return html`<div class="welcome" data-testid="welcome">
    <img src="/page/icon.svg" width="56" height="56" alt="" />
    <h1>${words.welcome}</h1>
    <p>${steps.length ? words.welcomeHow : words.waitingForBot}</p>
    <div class="steps">
      ${steps.map(
        (leaf) => html`<button type="button" class="step" data-start=${leaf.path} onClick=${() => startCommand(leaf.path)}>
          <b>/${leaf.name}</b><small>${leaf.description}</small>
        </button>`,
      )}
    </div>
    <p class="small">${words.welcomeSafe}</p>
  </div>`;
}
