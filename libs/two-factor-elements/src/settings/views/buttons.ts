import { type TemplateResult, html } from 'lit';
import type { Texts } from '../../texts/texts.js';

/** @param isBusy a call that is under way happens all the same, so it cannot be cancelled */
export function cancelButton({ common }: Texts, cancel: () => void, isBusy = false): TemplateResult {
  return html`<button type="button" part="button" ?disabled=${isBusy} @click=${cancel}>
    ${common.cancel}
  </button>`;
}
