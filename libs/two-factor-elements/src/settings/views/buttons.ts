import { type TemplateResult, html } from 'lit';
import type { Texts } from '../../texts/texts.js';

export function cancelButton({ common }: Texts, cancel: () => void): TemplateResult {
  return html`<button type="button" part="button" @click=${cancel}>${common.cancel}</button>`;
}
