import { type TemplateResult, html, nothing } from 'lit';
import type { CallFailure } from '../../api/call-failure.js';
import type { Authenticator, Status } from '../../api/two-factor-api.js';
import { callButton } from '../../parts/call-button.js';
import { failureNotice } from '../../parts/failure-notice.js';
import { dateText, timeText } from '../../parts/time.js';
import type { Texts } from '../../texts/texts.js';
import { rowIcon } from '../../parts/row-icon.js';
import { authenticatorRows } from './authenticators.js';

/** At so many codes left, somebody should get new ones. */
const FEW_CODES = 2;

/** What was done last, or what went wrong with it. */
export type Notice = { readonly text: string } | { readonly failure: CallFailure };

export interface Overview {
  readonly t: Texts;
  readonly language: string;
  readonly status: Status;
  readonly notice: Notice | undefined;
  readonly isBusy: boolean;
  /** Whether nobody has said that the codes in use are safe. */
  readonly isUnsaved: boolean;
  /** Whether there are passkeys: `elsewhere` when this browser has none. */
  readonly passkeys: 'here' | 'elsewhere' | 'none';
  readonly turnOn: () => void;
  readonly firstPasskey: () => void;
  readonly change: (authenticator: Authenticator) => void;
  readonly addApp: () => void;
  readonly addPasskey: () => void;
  readonly replace: () => void;
  readonly drawCodes: () => void;
  readonly turnOff: () => void;
  /** Somebody says that the codes are safe after all. */
  readonly forgetUnsaved: () => void;
}

/** How things are, and what can be done about it. */
export function overview(view: Overview): TemplateResult {
  const { t, language, status } = view;
  const { settings } = t;
  return html`<section class="card" part="card" aria-labelledby="title">
    <div class="head">
      <div class="title-row">
        <h2 id="title" part="heading" tabindex="-1"><slot name="title">${settings.title}</slot></h2>
        <span
          class="badge ${status.enabled ? 'on' : 'off'}"
          part="badge ${status.enabled ? 'badge-on' : 'badge-off'}"
        >
          ${status.enabled ? settings.on : settings.off}
        </span>
      </div>
      ${
        status.enabled && status.enabledAt !== null
          ? html`<p class="muted" part="text">${settings.onSince(dateText(status.enabledAt, language))}</p>`
          : nothing
      }
      ${status.enabled ? nothing : html`<p class="muted" part="text">${settings.offText}</p>`}
    </div>
    ${noticeOf(view)} ${dueNotice(view)} ${status.enabled ? whenOn(view) : whenOff(view)}
  </section>`;
}

function noticeOf({ t, language, notice }: Overview): TemplateResult | typeof nothing {
  if (notice === undefined) {
    return nothing;
  }
  return 'failure' in notice
    ? failureNotice(t, notice.failure, language)
    : html`<div class="notice success" part="notice notice-success"><p>${notice.text}</p></div>`;
}

/** What a policy wants by a day, while there is time. */
function dueNotice({
  t: { enrolment },
  language,
  status: { enrolment: due },
}: Overview): TemplateResult | typeof nothing {
  if (due === null) {
    return nothing;
  }
  const say = due.methods.includes('totp') ? enrolment.due : enrolment.duePasskey;
  return html`<div class="notice warning" part="notice notice-warning">
    <p>${say(dateText(due.dueAt, language))}</p>
  </div>`;
}

function whenOff({ t, status, isBusy, passkeys, turnOn, firstPasskey }: Overview): TemplateResult {
  return html`${
      status.pending
        ? html`<div class="notice" part="notice"><p>${t.settings.pendingText}</p></div>`
        : nothing
    }
    <div class="actions">
      ${callButton(t, { text: t.settings.turnOn, isBusy, press: turnOn })}
      ${
        passkeys === 'here'
          ? html`<button type="button" part="button" ?disabled=${isBusy} @click=${firstPasskey}>
              ${t.settings.turnOnWithPasskey}
            </button>`
          : nothing
      }
    </div>`;
}

function whenOn(view: Overview): TemplateResult {
  const { settings } = view.t;
  return html`${recoveryNotice(view) ?? (view.isUnsaved ? unsavedNotice(view) : fewCodesNotice(view))}
    <div class="rows">${authenticatorRows(view)} ${backupCodesRow(view)}</div>
    <button
      type="button"
      class="text turn-off"
      part="button button-text button-turn-off"
      @click=${view.turnOff}
    >
      ${settings.turnOff}
    </button>`;
}

/** Before all else, to somebody who has come in on paper: with the new phone there are new codes as well. */
function recoveryNotice({ t, language, status, isBusy, replace }: Overview): TemplateResult | undefined {
  const { recoveryUntil = null, authenticators } = status;
  if (recoveryUntil === null || !authenticators.some(({ type }) => type === 'totp')) {
    return undefined;
  }
  const { recoveryTitle, recoveryText, recoveryStart } = t.settings;
  return html`<div class="notice warning" part="notice notice-recovery">
    <p><strong>${recoveryTitle}</strong></p>
    <p>${recoveryText(timeText(recoveryUntil, language))}</p>
    <div class="actions">${callButton(t, { text: recoveryStart, isBusy, press: replace })}</div>
  </div>`;
}

function fewCodesNotice({ t: { settings }, status, drawCodes }: Overview): TemplateResult | typeof nothing {
  const { remaining } = status.backupCodes;
  return remaining <= FEW_CODES
    ? html`<div class="notice warning" part="notice notice-warning">
        <p>${settings.codesFew(remaining)}</p>
        <div class="actions">
          <button type="button" part="button" @click=${drawCodes}>${settings.getNewCodes}</button>
        </div>
      </div>`
    : nothing;
}

function backupCodesRow({ t: { settings }, status, drawCodes }: Overview): TemplateResult {
  const { remaining, total } = status.backupCodes;
  const marks = Array.from({ length: total }, (_, index) => (index < remaining ? 'left' : 'spent'));
  return html`<div class="row" part="row">
    ${rowIcon('codes')}
    <div>
      <h3 part="row-title">${settings.backupCodes}</h3>
      <p class="muted small" part="text">${settings.codesLeft(remaining, total)}</p>
      <div part="meter" class="meter ${remaining <= FEW_CODES ? 'few' : ''}" aria-hidden="true">
        ${marks.map((mark) => html`<i class=${mark}></i>`)}
      </div>
    </div>
    <button type="button" class="quiet" part="button" @click=${drawCodes}>${settings.newCodes}</button>
  </div>`;
}

function unsavedNotice({ t: { settings }, drawCodes, forgetUnsaved }: Overview): TemplateResult {
  return html`<div class="notice warning" part="notice notice-unsaved">
    <p><strong>${settings.unsavedTitle}</strong></p>
    <p>${settings.unsavedText}</p>
    <div class="actions">
      <button type="button" part="button" @click=${drawCodes}>${settings.getNewCodes}</button>
      <button type="button" class="text" part="button button-text" @click=${forgetUnsaved}>
        ${settings.savedAlready}
      </button>
    </div>
  </div>`;
}
