import { type TemplateResult, html } from 'lit';
import type { Texts } from '../../texts/texts.js';

export function signedOut({ settings }: Texts, signIn: () => void): TemplateResult {
  return html`<section class="card" part="card">
    <div class="head">
      <h2 part="heading" tabindex="-1">${settings.signedOutTitle}</h2>
      <p class="muted" part="text">${settings.signedOutText}</p>
    </div>
    <div class="actions">
      <button type="button" part="button button-primary" class="primary" @click=${signIn}>
        ${settings.signIn}
      </button>
    </div>
  </section>`;
}
