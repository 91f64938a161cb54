import type { ReactiveController, ReactiveControllerHost } from 'lit';

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
