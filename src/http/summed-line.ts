const PAUSE_MS = 1_000;

/** A line for what happens in number under load: it is written at most once a second, and says how often. */
export class SummedLine {
  #times = 0;
  #writtenAt = Number.NEGATIVE_INFINITY;

  /** @param now in milliseconds, of a clock that never goes back */
  constructor(private readonly now = (): number => performance.now()) {}

  /** @param write called with how often it has happened since the last line, this time included */
  add(write: (times: number) => void): void {
    this.#times += 1;
    if (this.now() - this.#writtenAt < PAUSE_MS) {
      return;
    }
    write(this.#times);
    this.#times = 0;
    this.#writtenAt = this.now();
  }
}
