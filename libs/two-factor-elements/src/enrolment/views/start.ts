import { type TemplateResult, html, nothing } from 'lit';
import type { Method } from '../../api/two-factor-api.js';
import { callButton } from '../../parts/call-button.js';
import type { Texts } from '../../texts/texts.js';

interface Start {
  readonly t: Texts;
  readonly account: string | undefined;
  readonly isRecovery: boolean;
  readonly methods: readonly Method[];
  readonly hasPasskeys: boolean;
  readonly isBusy: boolean;
  readonly failure: TemplateResult | typeof nothing;
  readonly useApp: () => void;
  readonly usePasskey: () => void;
  readonly restart: () => void;
}

/** Why it goes no further, and the ways on: the passkey first, where there can be one. */
export function start(view: Start): TemplateResult {
  const { t, account, isRecovery, methods, failure, isBusy, restart } = view;
  const { enrolment } = t;
  const lacksPasskeys = methods.includes('passkey') && !view.hasPasskeys;
  return html`<section class="card" part="card" aria-labelledby="title">
    <div class="head">
      <h2 id="title" part="heading" tabindex="-1">
        <slot name="title">${isRecovery ? enrolment.recoveryTitle : enrolment.title}</slot>
      </h2>
      ${account === undefined ? nothing : html`<p class="account" part="account">${account}</p>`}
      <p class="muted" part="text">${isRecovery ? enrolment.recoveryText : enrolment.text}</p>
    </div>
    ${failure}
    ${
      lacksPasskeys
        ? html`<div class="notice warning" part="notice notice-warning">
            <p>${t.authenticators.noPasskeysHere}</p>
          </div>`
        : nothing
    }
    <div class="actions">${ways(view)}</div>
    <button type="button" class="text subtle" part="button button-text" ?disabled=${isBusy} @click=${restart}>
      ${t.challenge.otherAccount}
    </button>
  </section>`;
}

function ways({ t, methods, hasPasskeys, isBusy, useApp, usePasskey }: Start): TemplateResult {
  const { enrolment } = t;
  const [isPasskey, isApp] = [methods.includes('passkey') && hasPasskeys, methods.includes('totp')];
  if (!isPasskey) {
    return html`${isApp ? callButton(t, { text: enrolment.useApp, isBusy, press: useApp }) : nothing}`;
  }
  return html`${callButton(t, { text: enrolment.usePasskey, isBusy: false, isOpen: !isBusy, press: usePasskey })}
  ${
    isApp
      ? html`<button type="button" part="button" aria-disabled=${isBusy} @click=${useApp}>
          ${enrolment.useApp}
        </button>`
      : nothing
  }`;
}
