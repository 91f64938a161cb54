import { html } from 'lit';
import { CallFailure } from '../api/call-failure.js';
import { type GetAccessToken, type SecurityEvent, type Status, TwoFactorApi } from '../api/two-factor-api.js';
import { Countdown } from '../parts/countdown.js';
import type { TwoFactorElement } from '../parts/two-factor-element.js';
import { Locks } from '../proof/locks.js';
import { ProofForm, type ProofFormOptions } from '../proof/proof-form.js';
import type { Texts } from '../texts/texts.js';
import { askForPasskey, hasPasskeys } from '../passkeys/browser-passkeys.js';
import { addPasskey, firstPasskey } from './add-passkey.js';
import { authenticator } from './authenticator.js';
import { addApp, replace, turnOn } from './enrolment.js';
import { TrustedDevices } from '../trusted-devices/trusted-devices.js';
import { drawCodes } from './new-codes.js';
import { OtherTabs } from './other-tabs.js';
import { turnOff } from './turn-off.js';
import { forgetUnsaved, isUnsaved, markUnsaved } from './unsaved-codes.js';
import type { View } from './view.js';
import { activity } from './views/activity.js';
import { failed } from './views/failed.js';
import { type Notice, overview } from './views/overview.js';
import { signedOut } from './views/signed-out.js';

const FIRST_RETRY_SECONDS = 2;
const LONGEST_RETRY_SECONDS = 60;

/** The element, as the flow sees it. */
export interface SettingsHost extends TwoFactorElement {
  readonly getAccessToken: GetAccessToken | undefined;
  readonly service: string | undefined;
  readonly account: string | undefined;
}

type PasskeyOf = Partial<Pick<ProofFormOptions, 'passkey'>>;

/** What is on the screen of the settings, and what leads there from everywhere. The ways in between are by deed. */
export class SettingsFlow {
  view: View;
  status: Status | undefined;
  notice: Notice | undefined;
  isBusy = false;
  /** When the codes in use were drawn, at a draw whose answer was lost. */
  drawnBeforeDoubt: string | null | undefined;

  /** Counts who was here. What is answered to one who has gone since is nobody's. */
  visit = 0;

  readonly otherTabs: OtherTabs;
  readonly #trustedDevices = new TrustedDevices(this);
  #events: readonly SecurityEvent[] | undefined;
  #isActivityOpen = false;
  /** The last view that was more than waiting. */
  #shown: View['kind'] | undefined;
  readonly #locks: Locks;
  readonly #retry: Countdown;
  #retries = 0;
  #loads = 0;
  #marked: string | undefined;

  constructor(readonly host: SettingsHost) {
    this.#locks = new Locks(host);
    this.#retry = new Countdown(host);
    this.otherTabs = new OtherTabs(host, (whose) => {
      if (this.view.voidedBy?.whose === whose) {
        this.view.voidedBy.show();
      }
    });
    this.view = this.#loading;
  }

  get t(): Texts {
    return this.host.t;
  }

  get api(): TwoFactorApi {
    return new TwoFactorApi(this.host.baseUrl, this.host.getAccessToken);
  }

  /** Asks the server how things are, and shows it. */
  async load(): Promise<void> {
    this.#retry.stop();
    const { api, view } = this;
    const load = (this.#loads += 1);
    /** Not when there was a later one, nor when somebody has gone on; and codes stay until they are safe. */
    const isShown = (): boolean => load === this.#loads && view === this.view && view.kind !== 'save';
    // The list of events is not worth a failure of the whole.
    const events = api.events().catch(() => undefined);
    try {
      const [status, latest] = [await api.status(), await events];
      if (load === this.#loads) {
        this.status = status;
        this.#locks.tell(status.locks);
        this.#events = latest;
        this.#retries = 0;
        this.#settleDoubtfulDraw(status);
        void this.#trustedDevices.load();
      }
      if (isShown()) {
        this.showOverview();
      }
    } catch (error) {
      if (isShown()) {
        this.#loadFailed(CallFailure.from(error));
      }
    }
    this.host.requestUpdate();
  }

  #loadFailed(failure: CallFailure): void {
    if (this.takesSignedOut(failure)) {
      return;
    }
    this.show({
      kind: 'failed',
      render: () =>
        failed({
          t: this.t,
          failure,
          secondsLeft: this.#retry.isRunning ? this.#retry.secondsLeft : undefined,
          retry: this.reload,
        }),
    });
    // A network that is back is often not there yet: asking again is what finds it.
    if (failure.isPassing) {
      const backoff = Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** this.#retries);
      this.#retries += 1;
      this.#retry.start(Math.max(failure.retryAfterSeconds ?? 0, backoff), () => void this.load());
    }
  }

  readonly reload = (): void => {
    this.show(this.#loading);
    void this.load();
  };

  /** Somebody else is signed in by now: nothing of who was there before stays. */
  startOver(): void {
    this.visit += 1;
    this.status = undefined;
    this.isBusy = false;
    this.drawnBeforeDoubt = undefined;
    this.#events = undefined;
    this.#marked = undefined;
    this.#trustedDevices.forget();
    this.#locks.forget();
    this.backToOverview();
  }

  readonly backToOverview = (): void => {
    this.notice = undefined;
    this.reload();
  };

  /** Says that something is done, and shows how things are now. */
  finish(text: string): void {
    this.notice = { text };
    this.host.announce(text);
    this.reload();
  }

  show(view: View): void {
    this.view.form?.drop();
    this.view = view;
    this.host.requestUpdate();
    if (view.kind === 'loading') {
      // Held here until there is more to go to.
      void this.host.focusOn('[aria-busy]');
      return;
    }
    // The first view takes no focus: where a page begins is the page's to say.
    if (this.#shown !== undefined && this.#shown !== view.kind) {
      void this.host.focusOn('h2');
    }
    this.#shown = view.kind;
  }

  showOverview(): void {
    this.show({
      kind: 'overview',
      render: () => (this.status === undefined ? this.host.skeleton() : this.#overview(this.status)),
    });
  }

  showSignedOut(): void {
    const signIn = (): void => this.host.emit('two-factor-signed-out');
    this.show({ kind: 'signed-out', render: () => signedOut(this.t, signIn) });
  }

  /** Whether the failure says that nobody is signed in any more; the screen then says so too. */
  takesSignedOut(failure: CallFailure): boolean {
    if (!failure.isSignedOut) {
      return false;
    }
    this.showSignedOut();
    this.host.emit('two-factor-signed-out');
    return true;
  }

  form({ takes, ...options }: Omit<ProofFormOptions, 'locks' | 'passkey'> & PasskeyOf): ProofForm {
    const { api } = this;
    return new ProofForm(this.host, {
      passkey: async (signal) => ({ passkey: await askForPasskey(await api.requestOptions(), signal) }),
      ...options,
      locks: this.#locks,
      takes: (failure) => takes?.(failure) === true || this.takesSignedOut(failure),
    });
  }

  /** Remembers across a reload that nobody has said that this set is safe. */
  markUnsaved(drawnAt: string | null): void {
    if (drawnAt !== null) {
      this.#marked = drawnAt;
      markUnsaved(drawnAt);
    }
  }

  forgetMarked(): void {
    if (this.#marked !== undefined) {
      forgetUnsaved(this.#marked);
      this.#marked = undefined;
    }
  }

  get #loading(): View {
    return { kind: 'loading', render: () => this.host.skeleton() };
  }

  #overview(status: Status): ReturnType<View['render']> {
    const { t, notice, isBusy } = this;
    const { generatedAt } = status.backupCodes;
    const language = this.host.dateLocale;
    return html`${overview({
      t,
      language,
      status,
      notice,
      isBusy,
      isUnsaved: isUnsaved(generatedAt),
      passkeys: !status.available.includes('passkey') ? 'none' : hasPasskeys() ? 'here' : 'elsewhere',
      turnOn: () => void turnOn(this),
      firstPasskey: () => firstPasskey(this),
      change: (one) => authenticator(this, one),
      addApp: () => addApp(this),
      addPasskey: () => addPasskey(this),
      replace: () => replace(this),
      drawCodes: () => drawCodes(this),
      turnOff: () => turnOff(this),
      forgetUnsaved: () => {
        forgetUnsaved(generatedAt ?? '');
        this.host.requestUpdate();
        void this.host.focusOn('h2');
      },
    })}
    ${this.#trustedDevices.render()}
    ${activity({
      t,
      language,
      events: this.#events,
      isOpen: this.#isActivityOpen,
      toggle: () => {
        this.#isActivityOpen = !this.#isActivityOpen;
        this.host.requestUpdate();
      },
    })}`;
  }

  /** After a draw whose answer was lost: a set that is newer than the one before is one that nobody has seen. */
  #settleDoubtfulDraw({ backupCodes: { generatedAt } }: Status): void {
    if (
      this.drawnBeforeDoubt !== undefined &&
      generatedAt !== null &&
      generatedAt !== this.drawnBeforeDoubt
    ) {
      markUnsaved(generatedAt);
    }
    this.drawnBeforeDoubt = undefined;
  }
}
