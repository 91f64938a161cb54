import { type TemplateResult, html, nothing } from 'lit';
import { CallFailure } from '../api/call-failure.js';
import type { Method, Proof } from '../api/two-factor-api.js';
import { callButton } from '../parts/call-button.js';
import { failureNotice } from '../parts/failure-notice.js';
import { clockText } from '../parts/time.js';
import type { TwoFactorElement } from '../parts/two-factor-element.js';
import type { SignInTexts, Texts } from '../texts/texts.js';
import { hasPasskeys } from '../passkeys/browser-passkeys.js';
import { fieldsOf } from './fields.js';
import type { Lock, Locked, Locks } from './locks.js';
import { PASSWORD_ID, passwordField } from './password-field.js';
import { type ProofField, SUBMIT_ID } from './proof-field.js';
import { totpField } from './totp-field.js';

/** When a lock comes without a time; the contract always gives one. */
const UNKNOWN_LOCK_SECONDS = 30;

export interface ProofFormOptions<Words extends SignInTexts = Texts> {
  readonly locks: Locks;
  /** What may be entered, the first one first. */
  readonly methods: readonly Method[];
  /** Sends what was entered. What it throws is shown. */
  readonly send: (proof: Proof, signal: AbortSignal) => Promise<void>;
  /** Has the browser ask for a passkey, where one is the proof. */
  readonly passkey: (signal: AbortSignal) => Promise<Proof>;
  /** What may help when a code is refused. Default: what the method says. */
  readonly refusedHint?: (t: Words) => string;
  /** Takes a failure that the form has no face for; says whether it did. */
  readonly takes?: (failure: CallFailure) => boolean;
}

export interface ProofFormLook {
  readonly submit: string;
  readonly isDanger?: boolean;
  /** Stands above the field: six digits send themselves, and what is below them comes too late. */
  readonly above?: TemplateResult | typeof nothing;
  /** Stands beside the button. */
  readonly beside?: TemplateResult | typeof nothing;
}

/**
 * The form that asks for a proof, by any of its methods; for the password as well once the server asks for it. It
 * shows what went wrong, and how long a lock lasts. One for each view, dropped with it.
 */
export class ProofForm<Words extends SignInTexts = Texts> {
  field: ProofField;
  isBusy = false;
  readonly #dropped = new AbortController();
  #needsPassword = false;
  /** The passkey has answered, and the server wants the password too: nobody is asked for it twice. */
  #asked: Proof | undefined;
  #failure: CallFailure | undefined;
  #fault: 'malformed' | 'passwordWrong' | undefined;
  readonly #fields: readonly ProofField[];
  readonly #lacksPasskeys: boolean;

  constructor(
    private readonly host: TwoFactorElement<Words>,
    private readonly options: ProofFormOptions<Words>,
  ) {
    const [fields, isPasskey] = [fieldsOf(options.methods), ({ method }: ProofField) => method === 'passkey'];
    const others = fields.filter((field) => !isPasskey(field));
    // Where the browser has none, one is left as the only way alone: to say so.
    this.#lacksPasskeys = fields.some(isPasskey) && !hasPasskeys();
    this.#fields = this.#lacksPasskeys && others.length > 0 ? others : fields;
    this.field = this.#fields[0] ?? totpField;
    options.locks.onEnd = this.#lockOver;
  }

  /** Whether this is what is left to somebody who has nothing else. */
  get isLastResort(): boolean {
    return this.field === this.#fields.at(-1);
  }

  /** Lets no late answer through. */
  drop(): void {
    this.#dropped.abort();
    const { locks } = this.options;
    if (locks.onEnd === this.#lockOver) {
      locks.onEnd = undefined;
    }
  }

  render({ submit, isDanger = false, above = nothing, beside = nothing }: ProofFormLook): TemplateResult {
    const { t } = this.host;
    const isLocked = this.#lock !== undefined;
    return html`<form part="form" novalidate @submit=${this.#submit}>
      ${this.#lockNotice()} ${this.#formFailure()} ${this.#lackNotice()} ${above}
      ${this.field.render({
        t,
        isReadOnly: this.isBusy || isLocked,
        isRefused: this.#isRefused,
        error: this.#error(),
        completed: this.#completed,
      })}
      ${
        this.#needsPassword
          ? passwordField(t, { isWrong: this.#fault === 'passwordWrong', isReadOnly: this.isBusy })
          : nothing
      }
      <div class="actions">
        ${callButton(t, { id: SUBMIT_ID, text: submit, isBusy: this.isBusy, isOpen: this.#isOpen, isDanger })}
        ${beside}
      </div>
      ${this.#otherMethods()}
    </form>`;
  }

  #error(): TemplateResult {
    const { t } = this.host;
    const { malformed, refusedHint } = this.field.texts(t);
    const hint = this.options.refusedHint?.(t) ?? refusedHint;
    const isRefused = this.#failure?.code === 'TWO_FACTOR_CODE_INVALID';
    const text =
      this.#fault === 'malformed' ? malformed : isRefused ? t.errors.TWO_FACTOR_CODE_INVALID : nothing;
    return html`<div role="alert">
      <p id="code-error" class="error" part="error">${text}</p>
      ${isRefused ? html`<p class="hint" part="hint">${hint}</p>` : nothing}
    </div>`;
  }

  #formFailure(): TemplateResult | typeof nothing {
    const failure = this.#failure;
    const isShownElsewhere =
      failure === undefined ||
      ['TWO_FACTOR_CODE_INVALID', 'TWO_FACTOR_LOCKED', 'RATE_LIMITED'].includes(failure.code);
    return isShownElsewhere ? nothing : failureNotice(this.host.t, failure, this.host.dateLocale);
  }

  /** A passkey is what this account is asked for first, and here it cannot be. */
  #lackNotice(): TemplateResult | typeof nothing {
    return this.#lacksPasskeys && this.field.method !== 'passkey'
      ? html`<div class="notice warning" part="notice notice-warning">
          <p>${this.host.t.form.noPasskeys}</p>
        </div>`
      : nothing;
  }

  #lockNotice(): TemplateResult | typeof nothing {
    const lock = this.#lock;
    if (lock === undefined) {
      return nothing;
    }
    const { form } = this.host.t;
    const say = lock.of === 'address' ? form.limited : form.locked;
    return html`<div class="notice warning" id="lock" part="notice notice-locked" role="timer">
      <p>${withTime(say, clockText(lock.secondsLeft))}</p>
    </div>`;
  }

  #otherMethods(): readonly TemplateResult[] {
    const others = this.#fields.filter((field) => field !== this.field);
    return others.map(
      (field) =>
        html`<button
          type="button"
          class="text"
          part="button button-text"
          ?disabled=${this.isBusy}
          @click=${() => this.#switchTo(field)}
        >
          ${field.texts(this.host.t).instead}
        </button>`,
    );
  }

  get #lock(): Lock | undefined {
    return this.options.locks.on(this.field.method);
  }

  get #isOpen(): boolean {
    return this.#lock === undefined && (this.field.method !== 'passkey' || !this.#lacksPasskeys);
  }

  get #isRefused(): boolean {
    return this.#fault === 'malformed' || this.#failure?.code === 'TWO_FACTOR_CODE_INVALID';
  }

  #switchTo(field: ProofField): void {
    this.field = field;
    this.#asked = undefined;
    this.#failure = undefined;
    this.#fault = undefined;
    this.focus();
  }

  /** Puts the focus on the field that is to be filled. */
  focus(id = this.field.inputId): void {
    // What changed is drawn first: the field may be a new one.
    this.host.requestUpdate();
    void this.host.updateComplete.then(() =>
      this.host.renderRoot.querySelector<HTMLElement>(`#${id}`)?.focus(),
    );
  }

  readonly #completed = ({ form }: HTMLInputElement): void => {
    const password = form?.querySelector<HTMLInputElement>(`#${PASSWORD_ID}`);
    if (password?.value === '') {
      password.focus();
    } else {
      form?.requestSubmit();
    }
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (event.currentTarget instanceof HTMLFormElement && !this.isBusy && this.#isOpen) {
      void this.#send(event.currentTarget);
    }
  };

  async #send(form: HTMLFormElement): Promise<void> {
    const input = form.querySelector<HTMLInputElement>(`#${this.field.inputId}`);
    const password = form.querySelector<HTMLInputElement>(`#${PASSWORD_ID}`)?.value ?? '';
    const proof = this.field.read(input?.value ?? '');
    this.#failure = undefined;
    this.#fault = proof === undefined ? 'malformed' : undefined;
    if (proof === undefined) {
      this.focus();
      return;
    }
    this.isBusy = true;
    this.host.requestUpdate();
    try {
      const { passkey, send } = this.options;
      const { signal } = this.#dropped;
      this.#asked ??= this.field.method === 'passkey' ? await passkey(signal) : undefined;
      await send({ ...(this.#asked ?? proof), ...(password === '' ? {} : { password }) }, signal);
    } catch (error) {
      this.#show(CallFailure.from(error), input);
    } finally {
      this.isBusy = false;
      this.host.requestUpdate();
    }
  }

  #show(failure: CallFailure, input: HTMLInputElement | null): void {
    if (this.#dropped.signal.aborted || this.options.takes?.(failure) === true) {
      return;
    }
    this.#failure = failure;
    if (failure.code !== 'AUTH_REAUTHENTICATION_REQUIRED') {
      this.#asked = undefined;
    }
    if (failure.code === 'TWO_FACTOR_LOCKED' || failure.code === 'RATE_LIMITED') {
      this.#startLock(failure.code === 'RATE_LIMITED' ? 'address' : this.field.method, failure);
    }
    if (
      input !== null &&
      (failure.code === 'TWO_FACTOR_CODE_INVALID' || failure.code === 'TWO_FACTOR_LOCKED')
    ) {
      // It is spent or wrong: the next one is typed into an empty field.
      input.value = '';
    }
    if (failure.needsPassword) {
      // Asked for the first time, it is no mistake of anybody's.
      this.#failure = undefined;
      this.#fault = this.#needsPassword ? 'passwordWrong' : undefined;
      this.#needsPassword = true;
      this.focus(PASSWORD_ID);
      return;
    }
    this.focus();
  }

  #startLock(of: Locked, { retryAfterSeconds = UNKNOWN_LOCK_SECONDS }: CallFailure): void {
    const { form } = this.host.t;
    this.options.locks.start(of, retryAfterSeconds);
    this.host.announce((of === 'address' ? form.limited : form.locked)(clockText(retryAfterSeconds)));
  }

  readonly #lockOver = (): void => {
    this.#failure = undefined;
    this.host.announce(this.host.t.form.lockOver);
    void this.host.focusOn(`#${this.field.inputId}`);
  };
}

/** The sentence with its time set apart, so that the digits do not dance. */
function withTime(say: (time: string) => string, time: string): TemplateResult {
  const [before = '', after = ''] = say('\0').split('\0');
  return html`${before}<span class="time">${time}</span>${after}`;
}
