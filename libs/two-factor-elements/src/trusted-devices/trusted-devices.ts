import type { TemplateResult } from 'lit';
import { CallFailure } from '../api/call-failure.js';
import type { TrustedDevice } from '../api/two-factor-api.js';
import type { SettingsFlow } from '../settings/settings-flow.js';
import type { Texts } from '../texts/texts.js';
import { TITLE_ID, deviceList } from './views/device-list.js';

/** The devices that are not asked again, in the settings. Without one there is nothing to see. */
export class TrustedDevices {
  #devices: readonly TrustedDevice[] = [];
  #isBusy = false;
  #notice: { readonly text: string } | { readonly failure: CallFailure } | undefined;

  constructor(private readonly flow: SettingsFlow) {}

  /** Asks for them. They come after the rest, and are not worth a failure of the whole. */
  async load(): Promise<void> {
    const { visit, status } = this.flow;
    this.#notice = undefined;
    const isAsked = status?.enabled === true && status.trustedDeviceDays > 0;
    const devices = isAsked ? await this.flow.api.trustedDevices().catch(() => []) : [];
    if (visit === this.flow.visit) {
      this.#devices = devices;
      this.flow.host.requestUpdate();
    }
  }

  /** Somebody else is signed in. */
  forget(): void {
    this.#devices = [];
    this.#notice = undefined;
    this.#isBusy = false;
  }

  render(): TemplateResult {
    const { t, host } = this.flow;
    return deviceList({
      t,
      language: host.dateLocale,
      devices: this.#devices,
      isBusy: this.#isBusy,
      notice: this.#notice,
      remove: ({ id }) =>
        void this.#remove(
          () => this.flow.api.removeTrustedDevice(id),
          ({ trustedDevices }) => trustedDevices.removed,
        ),
      removeAll: () =>
        void this.#remove(
          () => this.flow.api.removeAllTrustedDevices(),
          ({ trustedDevices }) => trustedDevices.removedAll,
        ),
    });
  }

  async #remove(send: () => Promise<TrustedDevice[]>, done: (t: Texts) => string): Promise<void> {
    const { visit, host } = this.flow;
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    this.#notice = undefined;
    host.requestUpdate();
    try {
      const left = await send();
      if (visit === this.flow.visit) {
        this.#devices = left;
        this.#notice = { text: done(this.flow.t) };
        host.announce(this.#notice.text);
        // The button that was pressed has gone with its row.
        void host.focusOn(`#${TITLE_ID}`);
      }
    } catch (error) {
      const failure = CallFailure.from(error);
      if (visit === this.flow.visit && !this.flow.takesSignedOut(failure)) {
        this.#notice = { failure };
      }
    } finally {
      this.#isBusy = false;
      host.requestUpdate();
    }
  }
}
