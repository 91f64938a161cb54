import { type TemplateResult, html } from 'lit';
import { pageTexts as t } from './page-texts.js';

interface LeaveDialog {
  readonly stay: () => void;
  readonly leave: () => void;
}

/** Asks whoever signs out with codes on the screen that nobody has said to be safe. */
export function leaveDialog({ stay, leave }: LeaveDialog): TemplateResult {
  return html`<dialog aria-labelledby="leave-title">
    <h2 id="leave-title">${t.leaveTitle}</h2>
    <p class="muted">${t.leaveText}</p>
    <div class="actions">
      <button type="button" class="primary" @click=${stay}>${t.stay}</button>
      <button type="button" @click=${leave}>${t.leave}</button>
    </div>
  </dialog>`;
}
