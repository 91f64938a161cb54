import { type TemplateResult, html } from 'lit';
import type { Texts } from '../../texts/texts.js';

/** The sign-in that waited for it is no longer valid. */
export function over({ challenge }: Texts, restart: () => void): TemplateResult {
  return html`<section class="card" part="card" aria-labelledby="title">
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">${challenge.expiredTitle}</h2>
      <p class="muted" part="text">${challenge.endedText}</p>
    </div>
    <div class="actions">
      <button type="button" part="button button-primary" class="primary" @click=${restart}>
        ${challenge.restart}
      </button>
    </div>
  </section>`;
}
