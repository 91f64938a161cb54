import { type PropertyDeclarations, type TemplateResult, html, nothing } from 'lit';
import type { Method, MethodLock, Proof } from '../api/contract.js';
import { SignInApi } from '../api/sign-in-api.js';
import {
  type MustEnrol,
  type SignIn,
  type SignInEvent,
  type SignedIn,
  beginSignIn,
  signIn,
  trustsDevice,
} from '../flows/sign-in.js';
import { Countdown } from '../parts/countdown.js';
import { SaveCodes } from '../parts/save-codes.js';
import { tick } from '../parts/tick.js';
import { TwoFactorElement } from '../parts/two-factor-element.js';
import { askForPasskey } from '../passkeys/browser-passkeys.js';
import { Locks } from '../proof/locks.js';
import { ProofForm } from '../proof/proof-form.js';
import { signInTextsWith } from '../texts/sign-in.js';
import type { SignInTexts } from '../texts/texts.js';

/** What `two-factor-verified` says: how the sign-in was completed, and its tokens. */
export type TwoFactorVerifiedDetail = SignedIn;

/** What `two-factor-enrolment-required` says: what `<two-factor-enrolment>` takes. */
export type TwoFactorEnrolmentRequiredDetail = MustEnrol;

type Ended = (SignIn & { readonly step: 'ended' })['because'];

/**
 * The step of a sign-in between the password and the session. Backup codes that come with it, as an imported user's
 * first sign-in brings them, are put away before anything else: they are shown this once.
 *
 * @fires two-factor-verified - with the tokens of the new session
 * @fires two-factor-enrolment-required - in place of it, when a policy wants another factor: with the token to set it up by
 * @fires two-factor-restart - when somebody goes back to the password
 */
export class TwoFactorChallenge extends TwoFactorElement<SignInTexts> {
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
    state: { state: true },
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
  declare private state: SignIn;

  protected override readonly textsWith = signInTextsWith;
  #form: ProofForm<SignInTexts>;
  /** Puts away the codes that came with the sign-in. */
  #codes: SaveCodes | undefined;
  readonly #life = new Countdown(this);
  readonly #locks = new Locks(this);

  constructor() {
    super();
    this.state = beginSignIn('');
    this.#form = this.#newForm();
  }

  override willUpdate(changes: Map<PropertyKey, unknown>): void {
    if (changes.has('challengeToken') || changes.has('methods')) {
      this.#form.drop();
      this.#form = this.#newForm();
    }
    if (changes.has('challengeToken')) {
      this.state = beginSignIn(this.challengeToken ?? '');
      this.#locks.forget();
      this.#locks.tell(this.locks);
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
    return this.state.step === 'saving';
  }

  override render(): TemplateResult {
    const { challenge } = this.t;
    if (this.state.step === 'saving' && this.#codes !== undefined) {
      return html`${this.voice()}${this.#save(this.#codes)}`;
    }
    if (this.state.step === 'ended') {
      return html`${this.voice()}${this.#over(this.state.because)}`;
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

  #newForm(): ProofForm<SignInTexts> {
    return new ProofForm(this, {
      locks: this.#locks,
      methods: this.methods ?? ['totp', 'backup_code'],
      send: (proof) => this.#answer(proof),
      passkey: async (signal) => {
        const options = await new SignInApi(this.baseUrl).signInOptions(this.challengeToken ?? '');
        return { passkey: await askForPasskey(options, signal) };
      },
      takes: (failure) => {
        this.#take({ type: 'refused', failure });
        return this.state.step === 'ended';
      },
    });
  }

  /** Not with a backup code, which makes no device trusted. */
  #tick(): TemplateResult | typeof nothing {
    const { trustedDeviceDays: days = 0, state } = this;
    const { field, isBusy } = this.#form;
    const { challenge } = this.t;
    return days > 0 && field.method !== 'backup_code' && state.step === 'answering'
      ? tick({
          id: 'trust',
          label: challenge.trust(days),
          hint: challenge.trustHint,
          isTicked: state.isTrusting,
          isBusy,
          ticked: (isTicked) => this.#take({ type: 'trust-ticked', isTicked }),
        })
      : nothing;
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
    const { challengeToken = '' } = this;
    const trustDevice = trustsDevice(this.state, proof);
    const answer = await new SignInApi(this.baseUrl).verify(challengeToken, proof, { trustDevice });
    this.#take({ type: 'answered', challengeToken, answer });
  }

  /** What the flow makes of it, and what this tells the page. */
  #take(event: SignInEvent): void {
    const before = this.state;
    const after = signIn(before, event);
    this.state = after;
    if (after.step === before.step) {
      return;
    }
    this.#life.stop();
    switch (after.step) {
      case 'saving':
        this.#codes = this.#saveCodes(after.backupCodes);
        void this.focusOn('h2');
        break;
      case 'signed-in':
        this.emit('two-factor-verified', after.signedIn);
        break;
      case 'must-enrol':
        this.emit('two-factor-enrolment-required', after.enrolment);
        break;
      case 'ended':
        this.#form.drop();
        void this.focusOn('h2');
        break;
      case 'answering':
      default:
        break;
    }
  }

  #saveCodes(codes: readonly string[]): SaveCodes {
    const { service = location.hostname, account = '' } = this;
    const set = { codes, service, account, drawnAt: new Date().toISOString() };
    return new SaveCodes(this, set, () => this.#take({ type: 'codes-saved' }));
  }

  readonly #warnOfLoss = (event: BeforeUnloadEvent): void => {
    if (this.hasUnsavedCodes) {
      event.preventDefault();
    }
  };

  #startExpiry(): void {
    this.#life.stop();
    if (this.challengeToken !== undefined && this.expiresIn !== undefined) {
      this.#life.start(this.expiresIn, () => this.#take({ type: 'timed-out' }));
    }
  }

  readonly #restart = (): void => this.emit('two-factor-restart');
}

/** A page that renders again passes an array of its own that says the same. */
function areOthers(after: readonly Method[] | undefined, before: readonly Method[] | undefined): boolean {
  return after?.join() !== before?.join();
}
