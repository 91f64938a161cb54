import { type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import type { CallFailure } from '../api/call-failure.js';
import {
  type DeviceTrust,
  type Method,
  type MethodLock,
  type Proof,
  type Tokens,
  TwoFactorApi,
  tokensOf,
} from '../api/two-factor-api.js';
import { Countdown } from '../parts/countdown.js';
import { SaveCodes } from '../parts/save-codes.js';
import { TwoFactorElement } from '../parts/two-factor-element.js';
import { askForPasskey } from '../passkeys/browser-passkeys.js';
import { Locks } from '../proof/locks.js';
import { ProofForm } from '../proof/proof-form.js';
import { TrustTick } from './trust-tick.js';

/** So many answers a challenge takes, as the contract says. */
const MOST_ANSWERS = 5;

/** `unknown`: by a restart of the server, for example, or by an answer from elsewhere. */
type Ended = 'time' | 'tries' | 'unknown';

/** What `two-factor-verified` says: how the sign-in was completed, and its tokens. */
export interface TwoFactorVerifiedDetail {
  readonly method: Method;
  readonly tokens: Tokens;
  /** The device is trusted until then, because somebody has ticked that. */
  readonly trustedDevice?: DeviceTrust;
}

/** What `two-factor-enrolment-required` says: what `<two-factor-enrolment>` takes. */
export interface TwoFactorEnrolmentRequiredDetail {
  readonly enrolmentToken: string;
  readonly expiresIn: number;
  readonly methods: readonly Method[];
}

/**
 * The step of a sign-in between the password and the session. Backup codes that come with it, as an imported user's
 * first sign-in brings them, are put away before anything else: they are shown this once.
 *
 * @fires two-factor-verified - with the tokens of the new session
 * @fires two-factor-enrolment-required - in place of it, when a policy wants another factor: with the token to set it up by
 * @fires two-factor-restart - when somebody goes back to the password
 */
export class TwoFactorChallenge extends TwoFactorElement {
  static override readonly properties: PropertyDeclarations = {
    ...TwoFactorElement.properties,
    // Properties and no attributes: a token does not belong in the document.
    challengeToken: { attribute: false },
    methods: { attribute: false, hasChanged: areOthers },
    expiresIn: { attribute: false },
    trustedDeviceDays: { attribute: false },
    locks: { attribute: false },
    account: {},
    service: {},
    ended: { state: true },
    codes: { state: true },
  };

  /** What the login answered with. */
  declare challengeToken: string | undefined;
  /** The methods that the login offered. Those that a newer server knows and this does not are left out. */
  declare methods: readonly Method[] | undefined;
  /** Seconds the challenge lives, as the login said. Without it, the first answer after that tells. */
  declare expiresIn: number | undefined;
  /** For how many days the device can be trusted, as the login said: above 0, that is offered. */
  declare trustedDeviceDays: number | undefined;
  /** What takes no attempt yet, as the login said: it is shown before a code is typed in vain. */
  declare locks: readonly MethodLock[] | undefined;
  /** Who signs in, as the person knows the account: it is shown, and stands in the file of codes. */
  declare account: string | undefined;
  /** The service's name in the file of codes. Default: the host's name. */
  declare service: string | undefined;
  /** Why there is nothing to answer any more. */
  declare private ended: Ended | undefined;
  /** Those that came with the sign-in, until they are safe. */
  declare private codes: SaveCodes | undefined;

  #form: ProofForm;
  readonly #life = new Countdown(this);
  readonly #locks = new Locks(this);
  #wrongAnswers = 0;
  readonly #trust = new TrustTick(this);

  constructor() {
    super();
    this.#form = this.#newForm();
  }

  override willUpdate(changes: Map<PropertyKey, unknown>): void {
    if (changes.has('challengeToken') || changes.has('methods')) {
      this.#form.drop();
      this.#form = this.#newForm();
    }
    if (changes.has('challengeToken')) {
      this.ended = undefined;
      this.#wrongAnswers = 0;
      this.#locks.forget();
      this.#locks.tell(this.locks);
      this.#trust.untick();
      this.codes = undefined;
    }
    if (changes.has('challengeToken') || changes.has('expiresIn')) {
      this.#startExpiry();
    }
  }

  override firstUpdated(): void {
    this.#form.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeunload', this.#warnOfLoss);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.#warnOfLoss);
  }

  /** Whether codes are on the screen that nobody has said to be safe. */
  get hasUnsavedCodes(): boolean {
    return this.codes !== undefined;
  }

  override render(): TemplateResult {
    const { challenge } = this.t;
    if (this.codes !== undefined) {
      return html`${this.voice()}${this.#save(this.codes)}`;
    }
    if (this.ended !== undefined) {
      return html`${this.voice()}${this.#over(this.ended)}`;
    }
    const { title, text, submit = challenge.submit } = this.#form.field.texts(this.t);
    return html`${this.voice()}
      <section class="card" part="card" aria-labelledby="title">
        <div class="head">
          <h2 id="title" part="heading" tabindex="-1"><slot name="title">${title}</slot></h2>
          ${this.account === undefined ? nothing : html`<p class="account" part="account">${this.account}</p>`}
          <p class="muted" part="text">${text}</p>
        </div>
        ${this.#form.render({ submit, above: this.#tick() })}
        <button
          type="button"
          class="text subtle"
          part="button button-text"
          ?disabled=${this.#form.isBusy}
          @click=${this.#restart}
        >
          ${challenge.otherAccount}
        </button>
        <slot name="help">
          ${this.#form.isLastResort ? html`<p class="muted small" part="text">${challenge.lostAll}</p>` : nothing}
        </slot>
      </section>`;
  }

  #newForm(): ProofForm {
    return new ProofForm(this, {
      locks: this.#locks,
      methods: this.methods ?? ['totp', 'backup_code'],
      send: (proof) => this.#answer(proof),
      passkey: async (signal) => {
        const options = await new TwoFactorApi(this.baseUrl).signInOptions(this.challengeToken ?? '');
        return { passkey: await askForPasskey(options, signal) };
      },
      takes: (failure) => this.#takes(failure),
    });
  }

  /** A backup code makes no device trusted: who has lost the phone may well sit at another's computer. */
  #tick(): TemplateResult | typeof nothing {
    const { trustedDeviceDays: days = 0 } = this;
    const { field, isBusy } = this.#form;
    return days > 0 && field.method !== 'backup_code' ? this.#trust.render({ days, isBusy }) : nothing;
  }

  #save(codes: SaveCodes): TemplateResult {
    const { save } = this.t;
    return html`<section class="card" part="card" aria-labelledby="title">
      <div class="head">
        <h2 id="title" part="heading" tabindex="-1">${save.title}</h2>
        <p class="muted" part="text">${save.text}</p>
      </div>
      ${codes.render()}
    </section>`;
  }

  #over(because: Ended): TemplateResult {
    const { challenge } = this.t;
    const text = { time: challenge.expiredText, tries: challenge.usedUpText, unknown: challenge.endedText };
    return html`<section class="card" part="card" aria-labelledby="title">
      <div class="head">
        <h2 id="title" part="heading" tabindex="-1">${challenge.expiredTitle}</h2>
        <p class="muted" part="text">${text[because]}</p>
      </div>
      <div class="actions">
        <button type="button" part="button button-primary" class="primary" @click=${this.#restart}>
          ${challenge.restart}
        </button>
      </div>
    </section>`;
  }

  async #answer(proof: Proof): Promise<void> {
    const api = new TwoFactorApi(this.baseUrl);
    const { challengeToken = '' } = this;
    const trustDevice = this.#trust.isTicked && proof.backupCode === undefined;
    const answer = await api.verify(challengeToken, proof, { trustDevice });
    if (this.challengeToken !== challengeToken) {
      // Somebody else signs in by now: this session is nobody's.
      return;
    }
    this.#life.stop();
    if (answer.status === 'two_factor_enrolment_required') {
      const { enrolmentToken, expiresIn, methods } = answer;
      this.emit('two-factor-enrolment-required', { enrolmentToken, expiresIn, methods });
      return;
    }
    const { method, backupCodes, trustedDevice, ...session } = answer;
    const detail = { method, tokens: tokensOf(session), ...(trustedDevice && { trustedDevice }) };
    if (backupCodes === undefined) {
      this.#verified(detail);
    } else {
      this.#showCodes(backupCodes, detail);
    }
  }

  #showCodes(codes: readonly string[], detail: TwoFactorVerifiedDetail): void {
    const { service = location.hostname, account = '' } = this;
    const set = { codes, service, account, drawnAt: new Date().toISOString() };
    this.codes = new SaveCodes(this, set, () => this.#verified(detail));
    void this.focusOn('h2');
  }

  #verified(detail: TwoFactorVerifiedDetail): void {
    this.codes = undefined;
    this.emit('two-factor-verified', detail);
  }

  readonly #warnOfLoss = (event: BeforeUnloadEvent): void => {
    if (this.hasUnsavedCodes) {
      event.preventDefault();
    }
  };

  #takes({ code }: CallFailure): boolean {
    if (code === 'TWO_FACTOR_CODE_INVALID' || code === 'TWO_FACTOR_PASSKEY_INVALID') {
      this.#wrongAnswers += 1;
    }
    if (code !== 'TWO_FACTOR_CHALLENGE_INVALID') {
      return false;
    }
    this.#end(this.#wrongAnswers >= MOST_ANSWERS ? 'tries' : 'unknown');
    return true;
  }

  #startExpiry(): void {
    this.#life.stop();
    if (this.challengeToken !== undefined && this.expiresIn !== undefined) {
      this.#life.start(this.expiresIn, () => this.#end('time'));
    }
  }

  #end(because: Ended): void {
    this.#form.drop();
    this.ended ??= because;
    void this.focusOn('h2');
  }

  readonly #restart = (): void => this.emit('two-factor-restart');
}

/** A page that renders again passes an array of its own that says the same. */
function areOthers(after: readonly Method[] | undefined, before: readonly Method[] | undefined): boolean {
  return after?.join() !== before?.join();
}
