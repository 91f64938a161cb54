import type { ReactiveController, ReactiveControllerHost } from 'lit';

const TICK_MS = 1000;

/** Counts seconds down to zero by the clock, so that a laptop that slept wakes to the right number. */
export class Countdown implements ReactiveController {
  #endsAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #onEnd: (() => void) | undefined;

  constructor(private readonly host: ReactiveControllerHost & Pick<Node, 'isConnected'>) {
    host.addController(this);
  }

  start(seconds: number, onEnd?: () => void): void {
    this.stop();
    this.#endsAt = Date.now() + seconds * 1000;
    this.#onEnd = onEnd;
    this.hostConnected();
    this.host.requestUpdate();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#endsAt = 0;
  }

  get isRunning(): boolean {
    return this.#endsAt > 0;
  }

  get secondsLeft(): number {
    return Math.max(0, Math.ceil((this.#endsAt - Date.now()) / 1000));
  }

  /** Time goes on while the element is moved in the document, or kept aside. */
  hostConnected(): void {
    clearInterval(this.#timer);
    if (this.isRunning && this.host.isConnected) {
      this.#timer = setInterval(this.#tick, TICK_MS);
    }
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }

  readonly #tick = (): void => {
    if (this.secondsLeft === 0) {
      this.stop();
      this.#onEnd?.();
    }
    this.host.requestUpdate();
  };
}
