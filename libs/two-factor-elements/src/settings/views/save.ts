import { type TemplateResult, html, nothing } from 'lit';
import type { SaveCodes } from '../../parts/save-codes.js';
import type { Texts } from '../../texts/texts.js';
import { steps } from './steps.js';

/** Where the codes come from; `doubtful`: from a confirmation whose answer was lost. */
export type CodesOf = 'enabled' | 'passkey' | 'replaced' | 'drawn' | 'doubtful';

interface Save {
  readonly t: Texts;
  readonly of: CodesOf;
  readonly form: SaveCodes;
}

/** Ten codes on their way to a safe place. */
export function save({ t, of, form }: Save): TemplateResult {
  const { save: texts } = t;
  return html`<section class="card" part="card" aria-labelledby="title">
    ${of === 'drawn' || of === 'passkey' ? nothing : steps(t, 'save')}
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">${texts.title}</h2>
      <p class="muted" part="text">
        ${texts.text} ${of === 'replaced' || of === 'drawn' ? texts.oldDead : nothing}
      </p>
    </div>
    ${
      of === 'doubtful'
        ? html`<div class="notice warning" part="notice notice-warning" role="alert">
            <p>${texts.maybeText}</p>
          </div>`
        : nothing
    }
    ${form.render()}
  </section>`;
}
