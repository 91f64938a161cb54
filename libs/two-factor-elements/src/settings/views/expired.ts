import { type TemplateResult, html } from 'lit';
import { callButton } from '../../parts/call-button.js';
import type { Texts } from '../../texts/texts.js';
import { cancelButton } from './buttons.js';

interface Expired {
  readonly t: Texts;
  readonly isBusy: boolean;
  readonly startAgain: () => void;
  readonly cancel: () => void;
}

/** A setup that is no longer pending. */
export function expired({ t, isBusy, startAgain, cancel }: Expired): TemplateResult {
  const { scan, errors } = t;
  return html`<section class="card" part="card" aria-labelledby="title">
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">${scan.expiredTitle}</h2>
      <p class="muted">${errors.TWO_FACTOR_SETUP_NOT_PENDING}</p>
    </div>
    <div class="actions">
      ${callButton(t, { text: scan.startAgain, isBusy, press: startAgain })}
      ${cancelButton(t, cancel, isBusy)}
    </div>
  </section>`;
}
