import { CallFailure } from '../api/call-failure.js';
import {
  type GetAccessToken,
  type Proof,
  type SecurityEvent,
  type Status,
  TwoFactorApi,
} from '../api/two-factor-api.js';
import { performChange } from '../flows/change-call.js';
import {
  type Change,
  type ChangeEvent,
  type Deed,
  beginChange,
  change,
  enabledOf,
  outcomeOf,
} from '../flows/change.js';
import { CopyButton } from '../parts/copy-button.js';
import { Countdown } from '../parts/countdown.js';
import { SaveCodes } from '../parts/save-codes.js';
import type { TwoFactorElement } from '../parts/two-factor-element.js';
import { tellRemaining } from '../passkeys/accepted-passkeys.js';
import { Locks } from '../proof/locks.js';
import type { ProofForm } from '../proof/proof-form.js';
import type { Texts } from '../texts/texts.js';
import { TrustedDevices } from '../trusted-devices/trusted-devices.js';
import { formOf, subjectOf } from './forms.js';
import { OtherTabs, whoseIs } from './other-tabs.js';
import { doneText } from './screen-texts.js';
import { DrawnSet, markUnsaved } from './unsaved-codes.js';
import { NAME_ID } from './views/naming.js';

const FIRST_RETRY_SECONDS = 2;
const LONGEST_RETRY_SECONDS = 60;

/** The element, as the flow sees it. */
export interface SettingsHost extends TwoFactorElement {
  readonly getAccessToken: GetAccessToken | undefined;
  readonly service: string | undefined;
  readonly account: string | undefined;
}

/** Where the settings are, and what of it this page is told, shown and made to keep. */
export class SettingsFlow {
  state: Change = beginChange;
  /** Of the step that asks for a proof. */
  form: ProofForm | undefined;
  /** Of the step in which codes are put away. */
  codes: SaveCodes | undefined;
  events: readonly SecurityEvent[] | undefined;
  isActivityOpen = false;
  isNameMissing = false;

  /** Counts who was here. What is answered to one who has gone since is nobody's. */
  visit = 0;

  readonly copy: CopyButton;
  readonly locks: Locks;
  readonly retry: Countdown;
  readonly trustedDevices = new TrustedDevices(this);
  readonly #otherTabs: OtherTabs;
  /** The last step that was more than waiting. */
  #shown: Change['step'] | undefined;
  #retries = 0;
  #asked = Promise.resolve();
  readonly #drawnSet = new DrawnSet();

  constructor(readonly host: SettingsHost) {
    this.copy = new CopyButton(host, () => ('setup' in this.state ? this.state.setup.secret : ''));
    this.locks = new Locks(host);
    this.retry = new Countdown(host);
    this.#otherTabs = new OtherTabs(host, (whose) => {
      if ('setup' in this.state && whoseIs(host, this.state.setup) === whose) {
        this.take({ type: 'started-elsewhere' });
      }
    });
  }

  get t(): Texts {
    return this.host.t;
  }

  get api(): TwoFactorApi {
    return new TwoFactorApi(this.host.baseUrl, this.host.getAccessToken);
  }

  get status(): Status | undefined {
    return this.state.status;
  }

  /** Asks the server how things are, and shows it. */
  load(): Promise<void> {
    this.take({ type: 'load' });
    return this.#asked;
  }

  /** Somebody else is signed in by now: nothing of who was there before stays. */
  startOver(): void {
    this.visit += 1;
    this.events = undefined;
    this.#drawnSet.leave();
    this.trustedDevices.forget();
    this.locks.forget();
    this.#go({ ...beginChange, load: this.state.load + 1 });
  }

  readonly back = (): void => this.take({ type: 'back' });

  /** What somebody wants; what takes no proof is done at once. */
  choose(deed: Deed): void {
    const before = this.state;
    this.take({ type: 'chosen', deed });
    const { state } = this;
    if (state !== before && 'isBusy' in state && state.isBusy && state.deed !== undefined) {
      void this.tried(state.deed, () => this.perform()).catch(() => undefined);
    }
  }

  /** A name was typed. */
  named(deed: Deed & { readonly kind: 'add-app' | 'rename' }, name: string): void {
    this.isNameMissing = deed.kind === 'rename' && name === '';
    if (this.isNameMissing) {
      this.host.requestUpdate();
      void this.host.focusOn(`#${NAME_ID}`);
    } else {
      this.choose({ ...deed, name });
    }
  }

  /** What the flow makes of it. */
  take(event: ChangeEvent, visit = this.visit): void {
    if (visit === this.visit) {
      this.#go(change(this.state, event));
      return;
    }
    // The session is nobody's, and nobody has seen the codes. When new ones were drawn, only the server could say.
    const late = change(beginChange, event);
    if (late.step === 'saving' && late.deed.kind !== 'draw-codes') {
      markUnsaved(late.codes.drawnAt);
    }
  }

  /** Says whether the failure says that nobody is signed in any more; the screen then says so too. */
  takesSignedOut(failure: CallFailure): boolean {
    this.take({ type: 'refused', failure, at: new Date() });
    return failure.isSignedOut;
  }

  /** Has the flow know when a call for this deed fails. */
  async tried<Answer>(deed: Deed, call: () => Promise<Answer>): Promise<Answer> {
    const { visit } = this;
    try {
      return await call();
    } catch (error) {
      this.take({ type: 'refused', deed, failure: CallFailure.from(error), at: new Date() }, visit);
      throw error;
    }
  }

  /** Makes the call that is due. */
  async perform(proof?: Proof): Promise<void> {
    const { api, host, state, visit } = this;
    if (!('deed' in state) || state.deed === undefined) {
      return;
    }
    const { deed } = state;
    const event = await performChange(api, { ...state, deed }, proof);
    if (event.type === 'set-up') {
      this.#otherTabs.tellStarted(whoseIs(host, event.setup));
    }
    if (visit === this.visit && deed.kind === 'turn-off') {
      host.emit('two-factor-disabled');
    }
    if (visit === this.visit && deed.kind === 'remove' && deed.authenticator.type === 'passkey') {
      void tellRemaining(api, proof?.passkey);
    }
    this.take(event, visit);
    if (visit === this.visit && event.type === 'drawn') {
      host.emit('two-factor-codes-drawn');
      await this.#markDrawn();
    }
  }

  /** Another step has a form of its own, and the focus; the page is told what has come of it. */
  #go(state: Change): void {
    const before = this.state;
    this.state = state;
    this.host.requestUpdate();
    if (state.unseenSet !== undefined && state.unseenSet !== before.unseenSet) {
      markUnsaved(state.unseenSet);
    }
    // Before all else: the session that made the call has ended.
    const enabled = enabledOf(state);
    if (enabled !== undefined && enabled !== enabledOf(before)) {
      this.host.emit('two-factor-enabled', enabled);
    }
    if (state.step !== before.step || subjectOf(state) !== subjectOf(before)) {
      this.#show(state);
    }
    if (
      state.step === 'loading' &&
      state.outcome !== outcomeOf(before) &&
      state.outcome !== undefined &&
      'done' in state.outcome
    ) {
      this.host.announce(doneText(this.t, state.outcome.done));
    }
    if (state.load !== before.load) {
      this.#asked = this.#ask();
    }
  }

  #show(state: Change): void {
    this.form?.drop();
    this.form = formOf(this, state);
    this.isNameMissing = false;
    this.codes = state.step === 'saving' ? this.#saveCodes(state) : undefined;
    this.#focus(state);
    if (state.step === 'signed-out') {
      this.host.emit('two-factor-signed-out');
    }
  }

  #focus({ step }: Change): void {
    const { host } = this;
    if (step === 'loading') {
      // Held here until there is more to go to.
      void host.focusOn('[aria-busy]');
      return;
    }
    // The first view takes no focus: where a page begins is the page's to say.
    if (this.#shown !== undefined && this.#shown !== step) {
      void host.focusOn(step === 'naming' ? `#${NAME_ID}` : 'h2');
    }
    this.#shown = step;
    this.form?.focus();
  }

  async #ask(): Promise<void> {
    this.retry.stop();
    const { api, visit } = this;
    const { load } = this.state;
    const isLatest = (): boolean => visit === this.visit && load === this.state.load;
    // The list of events is not worth a failure of the whole.
    const events = api.events().catch(() => undefined);
    try {
      const [status, latest] = [await api.status(), await events];
      if (isLatest()) {
        this.locks.tell(status.locks);
        this.events = latest;
        this.#retries = 0;
        this.take({ type: 'loaded', load, status });
        void this.trustedDevices.load();
      }
    } catch (error) {
      const failure = CallFailure.from(error);
      this.take({ type: 'load-failed', load, failure }, visit);
      if (isLatest() && this.state.step === 'failed' && failure.isPassing) {
        this.#askLater(failure);
      }
    }
  }

  /** A network that is back is often not there yet: asking again is what finds it. */
  #askLater({ retryAfterSeconds = 0 }: CallFailure): void {
    const backoff = Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** this.#retries);
    this.#retries += 1;
    this.retry.start(Math.max(retryAfterSeconds, backoff), () => void this.load());
  }

  /** What was not drawn just now has the authenticator's own names. */
  #saveCodes({ codes, deed, isDoubtful }: Change & { readonly step: 'saving' }): SaveCodes {
    const { host } = this;
    const { service = location.hostname, account = '' } = host;
    const isDrawn = deed.kind === 'draw-codes';
    if (!isDrawn && isDoubtful !== true) {
      this.#drawnSet.mark(codes.drawnAt);
    }
    return new SaveCodes(host, isDrawn ? { ...codes, service, account } : codes, () => {
      this.#drawnSet.safe();
      host.emit('two-factor-codes-saved');
      this.take({ type: 'codes-saved' });
    });
  }

  /** The server says when the set was drawn; only this is remembered across a reload. */
  async #markDrawn(): Promise<void> {
    const { visit } = this;
    const { load } = this.state;
    const status = await this.api.status().catch(() => undefined);
    if (status !== undefined && visit === this.visit && this.state.step === 'saving') {
      this.take({ type: 'loaded', load, status });
      this.#drawnSet.mark(status.backupCodes.generatedAt);
    }
  }
}
