// The laboratory: what the rules refused, faults to order, the clock.
import { html, useEffect, useRef, useState } from "/page/html.js";
import { useChat } from "/page/context.js";
import { Icon, IconButton } from "/page/icons.js";

const GATEWAY = new Set(["ws-refuse", "ws-drop", "ws-close", "ws-malformed", "op7", "op9", "no-ack"]);
const PLACES = [
  "PATCH /channels/*/messages/*",
  "POST /channels/*/messages",
  "POST /interactions/*/*/callback",
  "PATCH /webhooks/*/*/messages/*",
];
const QUARTER_HOUR = 15 * 60; // seconds

export function LabButton({ open, onToggle }) {
  const { state, words } = useChat();
  const count = state.violations.length;
  return html`<button
    type="button"
    class="button button-quiet lab-button"
    data-testid="lab"
    aria-expanded=${open}
    onClick=${onToggle}
  >
    <${Icon} name="lab" /> <span>${words.lab}</span>
    ${count > 0 && html`<span class="count" data-testid="violations" aria-label=${words.violations(count)}>${count}</span>`}
  </button>`;
}

export function Lab({ onClose }) {
  const { words } = useChat();
  const panel = useRef(null);
  useEffect(() => panel.current.focus(), []);
  return html`<aside
    class="lab"
    ref=${panel}
    tabindex="-1"
    aria-label=${words.lab}
    data-testid="lab-panel"
    onKeyDown=${(event) => event.key === "Escape" && onClose()}
  >
    <header>
      <h2>${words.lab}</h2>
      <${IconButton} icon="close" look="round" label=${words.close} onClick=${onClose} />
    </header>
    <p class="small">${words.labHint}</p>
    <${Violations} /><${Weather} /><${Clock} />
  </aside>`;
}

function Violations() {
  const { state, words } = useChat();
  return html`<section>
    <h3>${words.strict}</h3>
    ${state.violations.length === 0 && html`<p class="small">${words.noViolations}</p>`}
    <ol class="violations">
      ${state.violations.map(
        ({ what, method, path, body }) => html`<li>
          ${what}
          <details>
            <summary><code>${method} ${path}</code></summary>
            <pre tabindex="0">${JSON.stringify(body, null, 2)}</pre>
          </details>
        </li>`,
      )}
    </ol>
  </section>`;
}

function Weather() {
  const { words, api } = useChat();
  const [faults, setFaults] = useState([]);
  const put = async (wanted) => {
    await api.setWeather(wanted);
    setFaults(await api.weather());
  };
  useEffect(() => void api.weather().then(setFaults), []);
  return html`<section>
    <h3>${words.weather}</h3>
    <p class="small">${words.weatherHint}</p>
    <${FaultForm} onApply=${(fault) => put([...faults, fault])} />
    <ul class="faults">
      ${faults.map(({ kind, match, times }) => html`<li>${words.faults[kind]} · <code>${match}</code> · ${times}×</li>`)}
    </ul>
    ${faults.length === 0
      ? html`<p class="small">${words.clearSky}</p>`
      : html`<button type="button" class="button button-secondary" onClick=${() => put([])}>${words.clear}</button>`}
  </section>`;
}

function FaultForm({ onApply }) {
  const { words } = useChat();
  const [fault, setFault] = useState({ kind: "429", match: PLACES[0], times: 1, seconds: 2 });
  const set = (name, read = String) => (event) => setFault({ ...fault, [name]: read(event.target.value) });
  const onGateway = GATEWAY.has(fault.kind);
  const apply = (event) => {
    event.preventDefault();
    onApply({ ...fault, match: onGateway ? "WS" : fault.match, status: 503, after: 0 });
  };
  return html`<form class="fault" onSubmit=${apply}>
    <label>${words.fault}
      <select value=${fault.kind} onChange=${set("kind")}>
        ${Object.entries(words.faults).map(([kind, name]) => html`<option value=${kind}>${name}</option>`)}
      </select>
    </label>
    ${onGateway ||
    html`<label>${words.where}
      <select value=${fault.match} onChange=${set("match")}>
        ${PLACES.map((place) => html`<option value=${place}>${place}</option>`)}
      </select>
    </label>`}
    <div class="fault-numbers">
      <label>${words.times}<input
        type="number"
        min="1"
        max="100"
        required
        value=${fault.times}
        onInput=${set("times", Number)}
      /></label>
      <label>${words.seconds}<input
        type="number"
        min="0"
        max="600"
        step="any"
        required
        value=${fault.seconds}
        onInput=${set("seconds", Number)}
      /></label>
      <button class="button button-primary">${words.apply}</button>
    </div>
  </form>`;
}

function Clock() {
  const { state, actions, words, locale } = useChat();
  const now = new Date(Date.now() + state.clockOffset);
  return html`<section>
    <h3>${words.clock}</h3>
    <p class="small">${words.clockHint}</p>
    <p class="clock"><b>${now.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" })}</b>
      <button
        type="button"
        class="button button-secondary"
        data-testid="clock"
        onClick=${() => actions.advanceClock(QUARTER_HOUR)}
      >${words.later}</button>
    </p>
  </section>`;
}
