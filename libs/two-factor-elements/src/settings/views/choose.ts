import { type TemplateResult, html } from 'lit';
import type { Authenticator } from '../../api/two-factor-api.js';
import type { Texts } from '../../texts/texts.js';
import { cancelButton } from './buttons.js';

interface Choose {
  readonly t: Texts;
  readonly among: readonly Authenticator[];
  readonly chosen: (authenticator: Authenticator) => void;
  readonly cancel: () => void;
}

/** Which of several phones is meant. */
export function chooseOne({ t, among, chosen, cancel }: Choose): TemplateResult {
  const { authenticators: texts } = t;
  return html`<section class="card" part="card" aria-labelledby="title">
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">${texts.chooseTitle}</h2>
      <p class="muted" part="text">${texts.chooseText}</p>
    </div>
    <div class="choices">
      ${among.map(
        (one) =>
          html`<button type="button" class="name" part="button" @click=${() => chosen(one)}>
            ${one.name}
          </button>`,
      )}
    </div>
    <div class="actions">${cancelButton(t, cancel)}</div>
  </section>`;
}
