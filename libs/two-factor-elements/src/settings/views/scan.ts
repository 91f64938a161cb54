import { type TemplateResult, html, nothing } from 'lit';
import type { Setup } from '../../api/two-factor-api.js';
import type { Enabling } from '../../flows/change.js';
import { groupsOfFour } from '../../parts/codes.js';
import type { CopyButton } from '../../parts/copy-button.js';
import type { Texts } from '../../texts/texts.js';

import { cancelButton } from './buttons.js';
import { steps } from './steps.js';

interface Scan {
  readonly t: Texts;
  readonly setup: Setup;
  readonly change: Enabling['change'];
  /** Whether an earlier QR code may have been scanned that is void by now. */
  readonly isStale: boolean;
  readonly copy: CopyButton;
  readonly next: () => void;
  readonly cancel: () => void;
}

/** A secret on its way to the phone. */
export function scan(view: Scan): TemplateResult {
  const { t, setup, change, isStale, next, cancel } = view;
  const { scan: texts } = t;
  const isReplacement = change === 'replaced';
  return html`<section class="card" part="card" aria-labelledby="title">
    ${change === 'added' ? nothing : steps(t, 'scan')}
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">${isReplacement ? texts.replaceTitle : texts.title}</h2>
      <p class="muted" part="text">${texts.text}</p>
      ${isReplacement ? html`<p class="muted" part="text">${texts.replaceText}</p>` : nothing}
    </div>
    ${isStale ? html`<div class="notice" part="notice"><p>${texts.staleText}</p></div>` : nothing}
    <div class="on-phone">
      <a class="button primary" part="button button-primary" href=${setup.otpauthUri}>${texts.openApp}</a>
    </div>
    <div class="qr" part="qr"><img src=${setup.qrCodeUri} alt=${texts.qrAlt} /></div>
    ${key(view)}
    <div class="actions">
      <button type="button" part="button button-primary" class="primary" @click=${next}>${texts.next}</button>
      ${cancelButton(t, cancel)}
    </div>
  </section>`;
}

function key({ t: { scan: texts }, setup, copy }: Scan): TemplateResult {
  return html`<div class="key" part="key">
    <p class="small muted" part="text">${texts.keyLabel}</p>
    <div class="key-row">
      <code>${groupsOfFour(setup.secret).map((group) => html`<span>${group}</span> `)}</code>
      ${copy.render({ label: texts.copyKey, isQuiet: true })}
    </div>
    ${copy.failure()}
  </div>`;
}
