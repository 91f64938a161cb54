import { type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import { CallFailure } from '../api/call-failure.js';
import {
  type GetAccessToken,
  type Proof,
  type SecurityEvent,
  type Setup,
  type Status,
  type Tokens,
  TwoFactorApi,
} from '../api/two-factor-api.js';
import { CodeForm, type CodeFormOptions } from '../parts/code-form.js';
import { groupsOfFour } from '../parts/codes.js';
import { Countdown } from '../parts/countdown.js';
import { failureNotice } from '../parts/failure-notice.js';
import { type CodeSet, copy, labelOf } from '../parts/code-set.js';
import { SaveCodes } from '../parts/save-codes.js';
import { clockText, dateText } from '../parts/time.js';
import { TwoFactorElement } from '../parts/two-factor-element.js';
import type { Texts } from '../texts/texts.js';
import { activity } from './activity.js';
import { settingsStyles } from './settings.styles.js';
import { forgetUnsaved, isUnsaved, markUnsaved } from './unsaved-codes.js';

/** At so many codes left, somebody should get new ones. */
const FEW_CODES = 2;
const FIRST_RETRY_SECONDS = 2;
const LONGEST_RETRY_SECONDS = 60;

type Purpose = 'replace' | 'codes' | 'disable';

/** A setup whose secrets this page alone holds. */
interface Enrolment {
  readonly setup: Setup;
  readonly isReplacement: boolean;
  /** Whether an earlier QR code may have been scanned that is void by now. */
  readonly isStale: boolean;
}

type View =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: CallFailure }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'overview' }
  | { readonly kind: 'proof'; readonly purpose: Purpose; readonly form: CodeForm }
  | ({ readonly kind: 'scan' } & Enrolment)
  | ({ readonly kind: 'confirm'; readonly form: CodeForm } & Enrolment)
  | { readonly kind: 'expired'; readonly isReplacement: boolean }
  | {
      readonly kind: 'save';
      readonly set: CodeSet;
      readonly form: SaveCodes;
      readonly of: 'enabled' | 'replaced' | 'drawn' | 'doubtful';
    };

/** What `two-factor-enabled` says. The calling session has ended: the tokens are those of the one in its place. */
export interface TwoFactorEnabledDetail {
  readonly isReplacement: boolean;
  readonly enabledAt: string;
  readonly tokens: Tokens;
}

/**
 * The security settings of an account: turn the second factor on, see what is left, get new codes, replace the
 * phone, turn it off.
 *
 * @fires two-factor-enabled - with the new tokens, before anything else is called
 * @fires two-factor-codes-drawn - when ten new backup codes are on the screen
 * @fires two-factor-codes-saved - when somebody has said that they are safe
 * @fires two-factor-disabled
 * @fires two-factor-signed-out - when no token helps any more
 */
export class TwoFactorSettings extends TwoFactorElement {
  static override readonly styles = [...TwoFactorElement.styles, settingsStyles];
  static override readonly properties: PropertyDeclarations = {
    ...TwoFactorElement.properties,
    getAccessToken: { attribute: false },
    service: {},
    account: {},
    view: { state: true },
    status: { state: true },
    events: { state: true },
    notice: { state: true },
    isBusy: { state: true },
    isActivityOpen: { state: true },
  };

  /** Gives the access token of whoever is signed in. For somebody else, call `load()` or make another element. */
  declare getAccessToken: GetAccessToken | undefined;
  /** The service's name in the file of codes. Default: as the authenticator shows it, else the host's name. */
  declare service: string | undefined;
  /** The account's name in the file of codes. */
  declare account: string | undefined;
  declare private view: View;
  declare private status: Status | undefined;
  declare private events: readonly SecurityEvent[] | undefined;
  declare private notice: { readonly text: string } | { readonly failure: CallFailure } | undefined;
  declare private isBusy: boolean;
  declare private isActivityOpen: boolean;

  #hasBegun = false;
  /** The last view that was more than waiting. */
  #shown: View['kind'] | undefined;
  readonly #retry = new Countdown(this);
  #retries = 0;
  /** A confirmation whose answer was lost: it may have been done. */
  #isConfirmationDoubtful = false;
  /** When the codes in use were drawn, at a draw whose answer was lost. */
  #drawnBeforeDoubt: string | null | undefined;

  constructor() {
    super();
    this.view = { kind: 'loading' };
    this.isBusy = false;
    this.isActivityOpen = false;
  }

  /** Whether codes are on the screen that nobody has said to be safe: ask before leaving. */
  get hasUnsavedCodes(): boolean {
    return this.view.kind === 'save';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeunload', this.#warnOfLoss);
    addEventListener('online', this.#onlineAgain);
  }

  /** Begins once there is a way to get a token: a page may set it long after the element was parsed. */
  override willUpdate(): void {
    if (!this.#hasBegun && this.getAccessToken !== undefined) {
      this.#hasBegun = true;
      void this.load();
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.#warnOfLoss);
    removeEventListener('online', this.#onlineAgain);
  }

  /** Asks the server how things are, and shows it. */
  async load(): Promise<void> {
    this.#retry.stop();
    const api = this.#api;
    // The list of events is not worth a failure of the whole.
    const events = api.events().catch(() => undefined);
    try {
      const status = await api.status();
      this.status = status;
      this.events = await events;
      this.#retries = 0;
      this.#settleDoubtfulDraw(status);
      this.#show({ kind: 'overview' });
    } catch (error) {
      this.#loadFailed(CallFailure.from(error));
    }
  }

  #loadFailed(failure: CallFailure): void {
    if (this.#takesSignedOut(failure)) {
      return;
    }
    this.#show({ kind: 'failed', failure });
    // A network that is back is often not there yet: asking again is what finds it.
    if (failure.isPassing) {
      const backoff = Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** this.#retries);
      this.#retries += 1;
      this.#retry.start(Math.max(failure.retryAfterSeconds ?? 0, backoff), () => void this.load());
    }
  }

  // What is on the screen

  override render(): TemplateResult {
    return html`${this.voice()} ${this.#view()}`;
  }

  #view(): TemplateResult {
    const { view } = this;
    switch (view.kind) {
      case 'loading':
        return this.skeleton();
      case 'failed':
        return this.#failed(view.failure);
      case 'signed-out':
        return this.#signedOut();
      case 'overview':
        return this.#overview();
      case 'proof':
        return this.#proof(view.purpose, view.form);
      case 'scan':
        return this.#scan(view);
      case 'confirm':
        return this.#confirm(view);
      case 'expired':
        return this.#expired(view.isReplacement);
      case 'save':
      default:
        return this.#save(view);
    }
  }

  #failed(failure: CallFailure): TemplateResult {
    const { t } = this;
    return html`<section class="card" part="card">
      <h2 part="heading" tabindex="-1">${t.settings.failedTitle}</h2>
      ${failureNotice(t, failure)}
      ${
        this.#retry.isRunning
          ? html`<p class="muted" role="timer">
              <span class="time">${t.common.retryIn(clockText(this.#retry.secondsLeft))}</span>
            </p>`
          : nothing
      }
      <div class="actions">
        <button type="button" part="button button-primary" class="primary" @click=${this.#reload}>
          ${t.common.tryAgain}
        </button>
      </div>
    </section>`;
  }

  #signedOut(): TemplateResult {
    const { settings } = this.t;
    return html`<section class="card" part="card">
      <div class="head">
        <h2 part="heading" tabindex="-1">${settings.signedOutTitle}</h2>
        <p class="muted">${settings.signedOutText}</p>
      </div>
      <div class="actions">
        <button
          type="button"
          part="button button-primary"
          class="primary"
          @click=${() => this.emit('two-factor-signed-out')}
        >
          ${settings.signIn}
        </button>
      </div>
    </section>`;
  }

  #overview(): TemplateResult {
    const { status, t } = this;
    if (status === undefined) {
      return this.skeleton();
    }
    return html`<section class="card" part="card" aria-labelledby="title">
        <div class="head">
          <div class="title-row">
            <h2 id="title" part="heading" tabindex="-1">${t.settings.title}</h2>
            <span class="badge ${status.enabled ? 'on' : 'off'}" part="badge">
              ${status.enabled ? t.settings.on : t.settings.off}
            </span>
          </div>
          ${
            status.enabled && status.enabledAt !== null
              ? html`<p class="muted">${t.settings.onSince(dateText(status.enabledAt, this.dateLocale))}</p>`
              : nothing
          }
          ${status.enabled ? nothing : html`<p class="muted">${t.settings.offText}</p>`}
        </div>
        ${this.#notice()} ${status.enabled ? this.#whenOn(status) : this.#whenOff(status)}
      </section>
      ${activity({
        t,
        language: this.dateLocale,
        events: this.events,
        isOpen: this.isActivityOpen,
        toggle: () => (this.isActivityOpen = !this.isActivityOpen),
      })}`;
  }

  #notice(): TemplateResult | typeof nothing {
    const { notice } = this;
    if (notice === undefined) {
      return nothing;
    }
    return 'failure' in notice
      ? failureNotice(this.t, notice.failure)
      : html`<div class="notice success" part="notice notice-success"><p>${notice.text}</p></div>`;
  }

  #whenOff({ pending }: Status): TemplateResult {
    const { settings, common } = this.t;
    return html`${
        pending ? html`<div class="notice" part="notice"><p>${settings.pendingText}</p></div>` : nothing
      }
      <div class="actions">
        <button
          type="button"
          part="button button-primary"
          class="primary"
          ?disabled=${this.isBusy}
          @click=${this.#turnOn}
        >
          ${this.isBusy ? html`<span class="spinner"></span>${common.working}` : settings.turnOn}
        </button>
      </div>`;
  }

  #whenOn({ backupCodes: { remaining, total, generatedAt } }: Status): TemplateResult {
    const { settings } = this.t;
    const isFew = remaining <= FEW_CODES;
    return html`${isUnsaved(generatedAt) ? this.#unsavedNotice(generatedAt) : nothing}
      ${
        isFew
          ? html`<div class="notice warning" part="notice notice-warning">
              <p>${settings.codesFew(remaining)}</p>
            </div>`
          : nothing
      }
      <div class="rows">
        <div class="row">
          <div>
            <h3>${settings.app}</h3>
            <p class="muted small">${settings.appText}</p>
          </div>
          <button type="button" class="quiet" part="button" @click=${() => this.#prove('replace')}>
            ${settings.replace}
          </button>
        </div>
        <div class="row">
          <div>
            <h3>${settings.backupCodes}</h3>
            <p class="muted small">${settings.codesLeft(remaining, total)}</p>
            <div class="meter ${isFew ? 'few' : ''}" aria-hidden="true">
              ${Array.from({ length: total }, (_, index) => html`<i class=${index < remaining ? 'left' : 'spent'}></i>`)}
            </div>
          </div>
          <button type="button" class="quiet" part="button" @click=${() => this.#prove('codes')}>
            ${settings.newCodes}
          </button>
        </div>
      </div>
      <button
        type="button"
        class="text turn-off"
        part="button button-text"
        @click=${() => this.#prove('disable')}
      >
        ${settings.turnOff}
      </button>`;
  }

  #unsavedNotice(generatedAt: string | null): TemplateResult {
    const { settings } = this.t;
    const forget = (): void => {
      forgetUnsaved(generatedAt ?? '');
      this.requestUpdate();
      void this.focusOn('h2');
    };
    return html`<div class="notice warning" part="notice notice-unsaved">
      <p><strong>${settings.unsavedTitle}</strong></p>
      <p>${settings.unsavedText}</p>
      <div class="actions">
        <button type="button" part="button" @click=${() => this.#prove('codes')}>
          ${settings.unsavedAction}
        </button>
        <button type="button" class="text" part="button button-text" @click=${forget}>
          ${settings.savedAlready}
        </button>
      </div>
    </div>`;
  }

  #proof(purpose: Purpose, form: CodeForm): TemplateResult {
    const { t } = this;
    const { title, text, submit } = proofTexts(t, purpose);
    return html`<section class="card" part="card" aria-labelledby="title">
      <div class="head">
        <h2 id="title" part="heading" tabindex="-1">${title}</h2>
        <p class="muted">${text}</p>
      </div>
      ${form.render({ submit, isDanger: purpose === 'disable', beside: this.#cancel() })}
    </section>`;
  }

  #cancel(): TemplateResult {
    return html`<button type="button" part="button" @click=${this.#backToOverview}>
      ${this.t.common.cancel}
    </button>`;
  }

  #steps(present: 0 | 1 | 2): TemplateResult {
    const { steps } = this.t;
    return html`<ol class="steps" part="steps" aria-label=${steps.label}>
      ${[steps.scan, steps.confirm, steps.save].map(
        (name, index) =>
          html`<li
            class=${index < present ? 'past' : ''}
            aria-current=${index === present ? 'step' : nothing}
          >
            ${index + 1}. ${name}
          </li>`,
      )}
    </ol>`;
  }

  #scan(view: Enrolment): TemplateResult {
    const { scan } = this.t;
    const { setup, isReplacement, isStale } = view;
    return html`<section class="card" part="card" aria-labelledby="title">
      ${this.#steps(0)}
      <div class="head">
        <h2 id="title" part="heading" tabindex="-1">${isReplacement ? scan.replaceTitle : scan.title}</h2>
        <p class="muted">${scan.text}</p>
        ${isReplacement ? html`<p class="muted">${scan.replaceText}</p>` : nothing}
      </div>
      ${isStale ? html`<div class="notice" part="notice"><p>${scan.staleText}</p></div>` : nothing}
      <div class="on-phone">
        <a class="button primary" part="button button-primary" href=${setup.otpauthUri}>${scan.openApp}</a>
      </div>
      <div class="qr" part="qr"><img src=${setup.qrCodeUri} alt=${scan.qrAlt} /></div>
      <div class="key" part="key">
        <p class="small muted">${scan.keyLabel}</p>
        <div class="key-row">
          <code>${groupsOfFour(setup.secret).map((group) => html`<span>${group}</span> `)}</code>
          <button type="button" class="quiet" part="button" @click=${() => this.#copyKey(setup.secret)}>
            ${scan.copyKey}
          </button>
        </div>
      </div>
      <div class="actions">
        <button
          type="button"
          part="button button-primary"
          class="primary"
          @click=${() => this.#toConfirm(view)}
        >
          ${scan.next}
        </button>
        ${this.#cancel()}
      </div>
    </section>`;
  }

  #confirm(view: Extract<View, { kind: 'confirm' }>): TemplateResult {
    const { confirm, common } = this.t;
    const { setup, isReplacement, isStale } = view;
    const back = html`<button
      type="button"
      part="button"
      ?disabled=${view.form.isBusy}
      @click=${() => this.#show({ kind: 'scan', setup, isReplacement, isStale })}
    >
      ${common.back}
    </button>`;
    return html`<section class="card" part="card" aria-labelledby="title">
      ${this.#steps(1)}
      <div class="head">
        <h2 id="title" part="heading" tabindex="-1">${confirm.title}</h2>
        <p class="muted">${confirm.text}</p>
      </div>
      ${view.form.render({ submit: confirm.submit, beside: back })}
    </section>`;
  }

  #expired(isReplacement: boolean): TemplateResult {
    const { scan, errors } = this.t;
    return html`<section class="card" part="card" aria-labelledby="title">
      <div class="head">
        <h2 id="title" part="heading" tabindex="-1">${scan.expiredTitle}</h2>
        <p class="muted">${errors.TWO_FACTOR_SETUP_NOT_PENDING}</p>
      </div>
      <div class="actions">
        <button
          type="button"
          part="button button-primary"
          class="primary"
          ?disabled=${this.isBusy}
          @click=${isReplacement ? () => this.#prove('replace') : this.#turnOn}
        >
          ${scan.startAgain}
        </button>
        ${this.#cancel()}
      </div>
    </section>`;
  }

  #save({ form, of }: Extract<View, { kind: 'save' }>): TemplateResult {
    const { save } = this.t;
    const isLast = of !== 'drawn';
    return html`<section class="card" part="card" aria-labelledby="title">
      ${isLast ? this.#steps(2) : nothing}
      <div class="head">
        <h2 id="title" part="heading" tabindex="-1">${save.title}</h2>
        <p class="muted">${save.text} ${of === 'replaced' || of === 'drawn' ? save.oldDead : nothing}</p>
      </div>
      ${
        of === 'doubtful'
          ? html`<div class="notice warning" part="notice notice-warning" role="alert">
              <p>${save.maybeText}</p>
            </div>`
          : nothing
      }
      ${form.render()}
    </section>`;
  }

  // What people do

  readonly #reload = (): void => {
    this.#show({ kind: 'loading' });
    void this.load();
  };

  readonly #backToOverview = (): void => {
    this.notice = undefined;
    this.#reload();
  };

  readonly #turnOn = async (): Promise<void> => {
    const isStale = this.status?.pending === true || this.view.kind === 'expired';
    this.isBusy = true;
    this.notice = undefined;
    try {
      const setup = await this.#api.setup({});
      this.#show({ kind: 'scan', setup, isReplacement: false, isStale });
    } catch (error) {
      const failure = CallFailure.from(error);
      if (!this.#takesSignedOut(failure)) {
        this.notice = { failure };
        this.#show({ kind: 'overview' });
      }
    } finally {
      this.isBusy = false;
    }
  };

  #prove(purpose: Purpose): void {
    this.notice = undefined;
    const form = this.#form({
      methods: purpose === 'replace' ? ['totp', 'backup_code'] : ['totp'],
      send: (proof) => this.#proved(purpose, proof),
    });
    this.#show({ kind: 'proof', purpose, form });
    form.focus();
  }

  async #proved(purpose: Purpose, proof: Proof): Promise<void> {
    if (purpose === 'replace') {
      const setup = await this.#api.setup(proof);
      this.#show({ kind: 'scan', setup, isReplacement: true, isStale: false });
      return;
    }
    const codeProof = { ...proof, code: proof.code ?? '' };
    if (purpose === 'codes') {
      await this.#drawCodes(codeProof);
      return;
    }
    await this.#api.disable(codeProof);
    this.emit('two-factor-disabled');
    this.#finish(this.t.done.disabled);
  }

  async #drawCodes(proof: Proof & { readonly code: string }): Promise<void> {
    const before = this.status?.backupCodes.generatedAt ?? null;
    let codes: string[];
    try {
      codes = await this.#api.drawBackupCodes(proof);
    } catch (error) {
      if (CallFailure.from(error).isAnswerLost) {
        this.#drawnBeforeDoubt = before;
      }
      throw error;
    }
    this.#drawnBeforeDoubt = undefined;
    const label = { service: this.service ?? location.hostname, account: this.account ?? '' };
    this.#showCodes({ ...label, codes, drawnAt: new Date().toISOString() }, 'drawn');
    this.emit('two-factor-codes-drawn');
    // The server says when the set was drawn; only this is remembered across a reload.
    const status = await this.#api.status().catch(() => undefined);
    if (status !== undefined && this.hasUnsavedCodes) {
      this.status = status;
      this.#remember(status.backupCodes.generatedAt);
    }
  }

  #toConfirm({ setup, isReplacement, isStale }: Enrolment): void {
    const enrolment = { setup, isReplacement, isStale };
    const form = this.#form({
      methods: ['totp'],
      send: (proof) => this.#confirmed(enrolment, proof),
      takes: (failure) => this.#takesConfirmFailure(enrolment, failure),
    });
    this.#isConfirmationDoubtful = false;
    this.#show({ kind: 'confirm', form, ...enrolment });
    form.focus();
  }

  async #confirmed(enrolment: Enrolment, proof: Proof): Promise<void> {
    const { enabledAt, accessToken, refreshToken, tokenType, expiresIn } = await this.#api.enable({
      ...proof,
      code: proof.code ?? '',
    });
    const { isReplacement } = enrolment;
    // Before all else: the session that made the call has ended.
    const tokens = { accessToken, refreshToken, tokenType, expiresIn };
    this.emit('two-factor-enabled', { isReplacement, enabledAt, tokens } satisfies TwoFactorEnabledDetail);
    this.#remember(enabledAt);
    this.#showCodes(setOf(enrolment.setup, enabledAt), isReplacement ? 'replaced' : 'enabled');
  }

  /**
   * A confirmation whose answer was lost may have been done, and then this session has ended with it. The codes
   * are still here and nowhere else: they are shown rather than thrown away.
   */
  #takesConfirmFailure({ setup, isReplacement }: Enrolment, failure: CallFailure): boolean {
    if (failure.isSignedOut && this.#isConfirmationDoubtful) {
      this.#showCodes(setOf(setup, new Date().toISOString()), 'doubtful');
      return true;
    }
    if (failure.code === 'TWO_FACTOR_SETUP_NOT_PENDING') {
      this.#show({ kind: 'expired', isReplacement });
      return true;
    }
    this.#isConfirmationDoubtful ||= failure.isAnswerLost;
    return false;
  }

  #showCodes(set: CodeSet, of: Extract<View, { kind: 'save' }>['of']): void {
    const form = new SaveCodes(this, set, () => this.#codesAreSafe(of));
    this.#show({ kind: 'save', set, form, of });
  }

  #codesAreSafe(of: Extract<View, { kind: 'save' }>['of']): void {
    this.#forget();
    this.emit('two-factor-codes-saved');
    const { done } = this.t;
    if (of === 'doubtful') {
      this.#show({ kind: 'signed-out' });
      this.emit('two-factor-signed-out');
    } else {
      this.#finish({ enabled: done.enabled, replaced: done.replaced, drawn: done.codesDrawn }[of]);
    }
  }

  #finish(text: string): void {
    this.notice = { text };
    this.announce(text);
    this.#reload();
  }

  async #copyKey(secret: string): Promise<void> {
    const { save } = this.t;
    const isCopied = await copy(secret);
    this.announce(isCopied ? save.copied : save.copyFailed);
  }

  // What holds it together

  get #api(): TwoFactorApi {
    return new TwoFactorApi(this.baseUrl, this.getAccessToken);
  }

  #form({ takes, ...options }: CodeFormOptions): CodeForm {
    return new CodeForm(this, {
      ...options,
      takes: (failure) => takes?.(failure) === true || this.#takesSignedOut(failure),
    });
  }

  #show(view: View): void {
    const old = this.view;
    if ('form' in old && old.form instanceof CodeForm) {
      old.form.drop();
    }
    this.view = view;
    if (view.kind === 'loading') {
      return;
    }
    // The first view takes no focus: where a page begins is the page's to say.
    if (this.#shown !== undefined && this.#shown !== view.kind) {
      void this.focusOn('h2');
    }
    this.#shown = view.kind;
  }

  #takesSignedOut(failure: CallFailure): boolean {
    if (!failure.isSignedOut) {
      return false;
    }
    this.#show({ kind: 'signed-out' });
    this.emit('two-factor-signed-out');
    return true;
  }

  #marked: string | undefined;

  #remember(drawnAt: string | null): void {
    if (drawnAt !== null) {
      this.#marked = drawnAt;
      markUnsaved(drawnAt);
    }
  }

  #forget(): void {
    if (this.#marked !== undefined) {
      forgetUnsaved(this.#marked);
      this.#marked = undefined;
    }
  }

  /** After a draw whose answer was lost: a set that is newer than the one before is one that nobody has seen. */
  #settleDoubtfulDraw({ backupCodes: { generatedAt } }: Status): void {
    if (
      this.#drawnBeforeDoubt !== undefined &&
      generatedAt !== null &&
      generatedAt !== this.#drawnBeforeDoubt
    ) {
      markUnsaved(generatedAt);
    }
    this.#drawnBeforeDoubt = undefined;
  }

  readonly #warnOfLoss = (event: BeforeUnloadEvent): void => {
    if (this.hasUnsavedCodes) {
      event.preventDefault();
    }
  };

  readonly #onlineAgain = (): void => {
    if (this.view.kind === 'failed') {
      this.#reload();
    }
  };
}

function setOf({ backupCodes, otpauthUri }: Setup, drawnAt: string): CodeSet {
  return { codes: backupCodes, drawnAt, ...labelOf(otpauthUri) };
}

interface ProofTexts {
  readonly title: string;
  readonly text: string;
  readonly submit: string;
}

function proofTexts({ proof }: Texts, purpose: Purpose): ProofTexts {
  return {
    replace: { title: proof.replaceTitle, text: proof.replaceText, submit: proof.replaceSubmit },
    codes: { title: proof.codesTitle, text: proof.codesText, submit: proof.codesSubmit },
    disable: { title: proof.disableTitle, text: proof.disableText, submit: proof.disableSubmit },
  }[purpose];
}
