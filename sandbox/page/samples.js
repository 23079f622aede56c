// Pictures of the sandbox's own, for people who have none at hand.
import { html, useRef, useState } from "/page/html.js";
import { useChat } from "/page/context.js";
import { Icon } from "/page/icons.js";

const SHOWN = 4; // pictures on a folder's face

export function SamplePictures({ most, onTake }) {
  const { state, words, api } = useChat();
  const [open, setOpen] = useState(false);
  const { samples } = state.world;
  if (!samples.length) return null;
  const box = useRef(null);
  const take = async ({ folder, files }) => {
    setOpen(false);
    box.current.querySelector("summary").focus();
    onTake(await Promise.all(files.slice(0, Math.min(most, 10)).map((file) => fetched(api.sampleUrl(folder, file), file))));
  };
  return html`<details
    class="samples"
    ref=${box}
    data-testid="samples"
    open=${open}
    onToggle=${(event) => setOpen(event.currentTarget.open)}
  >
    <summary><${Icon} name="pictures" /> ${words.samples}</summary>
    ${open &&
    html`<p class="small">${words.samplesHint}</p>
      <div class="folders">
        ${samples.map(
          (sample) => html`<button
            type="button"
            class="folder"
            data-folder=${sample.folder}
            key=${sample.folder}
            onClick=${() => take(sample)}
          >
            <span class="faces">
              ${sample.files.slice(0, SHOWN).map((file) => html`<img src=${api.sampleUrl(sample.folder, file)} alt="" />`)}
            </span>
            ${sample.folder} <small class="faint">${Math.min(sample.files.length, 10)}</small>
          </button>`,
        )}
      </div>`}
  </details>`;
}

async function fetched(url, name) {
  const response = await fetch(url);
  const blob = await response.blob();
  return new File([blob], name, { type: blob.type });
}
