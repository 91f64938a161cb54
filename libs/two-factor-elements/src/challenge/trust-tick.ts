import { type TemplateResult, html } from 'lit';
import type { TwoFactorElement } from '../parts/two-factor-element.js';

const TICK_ID = 'trust';

/** "Do not ask again on this device": never ticked beforehand, for it is the weaker choice. */
export class TrustTick {
  isTicked = false;

  constructor(private readonly host: TwoFactorElement) {}

  /** Somebody else signs in. */
  untick(): void {
    this.isTicked = false;
  }

  render({ days, isBusy }: { readonly days: number; readonly isBusy: boolean }): TemplateResult {
    const { challenge } = this.host.t;
    return html`<div class="tick" part="trust">
      <input
        id=${TICK_ID}
        type="checkbox"
        part="checkbox"
        aria-describedby="trust-hint"
        .checked=${this.isTicked}
        ?disabled=${isBusy}
        @change=${this.#change}
      />
      <label for=${TICK_ID} part="label">${challenge.trust(days)}</label>
      <p id="trust-hint" class="hint">${challenge.trustHint}</p>
    </div>`;
  }

  readonly #change = ({ currentTarget: box }: Event): void => {
    this.isTicked = box instanceof HTMLInputElement && box.checked;
    this.host.requestUpdate();
  };
}
