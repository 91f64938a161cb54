import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Setup } from '../api/two-factor-api.js';
import { labelOf } from '../parts/code-set.js';

const CHANNEL = 'two-factor-elements:setup';

/**
 * Tells the other tabs of this browser that a setup was started, and hears it from them: it has made theirs void. What
 * is said is whose setup it is, and nothing of its secret.
 */
export class OtherTabs implements ReactiveController {
  #channel: BroadcastChannel | undefined;

  constructor(
    host: ReactiveControllerHost,
    private readonly startedElsewhere: (whose: string) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.addEventListener('message', ({ data }) => this.startedElsewhere(String(data)));
  }

  hostDisconnected(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  tellStarted(whose: string): void {
    this.#channel?.postMessage(whose);
  }
}

/** Tells accounts apart, among the tabs of a browser. */
export function whoseIs({ baseUrl }: { readonly baseUrl: string }, { otpauthUri }: Setup): string {
  const { service, account } = labelOf(otpauthUri);
  return [baseUrl, service, account].join(' ');
}
