import { type TemplateResult, html } from 'lit';
import { callButton } from '../../parts/call-button.js';
import type { Texts } from '../../texts/texts.js';
import { cancelButton } from './buttons.js';

/** Why a setup is no longer pending: it took too long, or another one was started. */
export type VoidBecause = 'expired' | 'elsewhere';

interface VoidSetup {
  readonly t: Texts;
  readonly because: VoidBecause;
  readonly isBusy: boolean;
  readonly startAgain: () => void;
  readonly cancel: () => void;
}

/** A setup that is no longer pending. */
export function voidSetup({ t, because, isBusy, startAgain, cancel }: VoidSetup): TemplateResult {
  const { scan, errors } = t;
  const isElsewhere = because === 'elsewhere';
  return html`<section class="card" part="card" aria-labelledby="title">
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">
        ${isElsewhere ? scan.elsewhereTitle : scan.expiredTitle}
      </h2>
      <p class="muted" part="text">
        ${isElsewhere ? scan.elsewhereText : errors.TWO_FACTOR_SETUP_NOT_PENDING}
      </p>
    </div>
    <div class="actions">
      ${callButton(t, { text: scan.startAgain, isBusy, press: startAgain })}
      ${cancelButton(t, cancel, isBusy)}
    </div>
  </section>`;
}
