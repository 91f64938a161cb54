import { type TemplateResult, html, nothing } from 'lit';
import type { Texts } from '../../texts/texts.js';

/** Where one is on the way to a second factor. */
export function steps({ steps: texts }: Texts, present: 'scan' | 'confirm' | 'save'): TemplateResult {
  const names = ['scan', 'confirm', 'save'] as const;
  const at = names.indexOf(present);
  return html`<ol class="steps" part="steps" aria-label=${texts.label}>
    ${names.map(
      (name, index) =>
        html`<li
          part="step ${index === at ? 'step-current' : ''}"
          class=${index < at ? 'past' : ''}
          aria-current=${index === at ? 'step' : nothing}
        >
          ${index + 1}. ${texts[name]}
        </li>`,
    )}
  </ol>`;
}
