import type { TemplateResult } from 'lit';
import { tick } from '../parts/tick.js';
import type { TwoFactorElement } from '../parts/two-factor-element.js';

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
    return tick({
      id: 'trust',
      label: challenge.trust(days),
      hint: challenge.trustHint,
      isTicked: this.isTicked,
      isBusy,
      ticked: (isTicked) => {
        this.isTicked = isTicked;
        this.host.requestUpdate();
      },
    });
  }
}
