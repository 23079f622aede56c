// Who speaks, and in which language.
import { html } from "/page/html.js";
import { Avatar } from "/page/avatar.js";
import { useChat } from "/page/context.js";
import { isVisible } from "/page/state.js";
import { LANGUAGES } from "/page/words.js";

export function PersonSwitch() {
  const { state, actions, words } = useChat();
  const { people, channels, guild } = state.world;
  const become = (id) => {
    const here = channels.find((channel) => channel.id === state.channelId);
    actions.go(id, (isVisible(here, id, guild) ? here : channels[0]).id);
  };
  return html`<fieldset class="switch" data-testid="person-switch">
    <legend class="out-of-sight">${words.people}</legend>
    ${people.map(
      ({ id, name }) => html`<label key=${id} data-person=${name} title=${`${words.people} ${name}`}>
        <input type="radio" class="out-of-sight" name="person" checked=${id === state.personId} onChange=${() => become(id)} />
        <${Avatar} id=${id} name=${name} /> <span>${name}</span>
      </label>`,
    )}
  </fieldset>`;
}

export function LanguageSwitch() {
  const { state, actions, words, locale } = useChat();
  return html`<fieldset class="switch" data-testid="language-switch">
    <legend class="out-of-sight">${words.language}</legend>
    ${LANGUAGES.map(
      (language) => html`<label
        key=${language.locale}
        data-locale=${language.locale}
        lang=${language.locale}
        title=${language.name}
      >
        <input
          type="radio"
          class="out-of-sight"
          name="language"
          aria-label=${language.name}
          checked=${language.locale === locale}
          onChange=${() => actions.setLocale(state.personId, language.locale)}
        />
        <span aria-hidden="true">${language.short}</span>
      </label>`,
    )}
  </fieldset>`;
}
