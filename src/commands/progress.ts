/** Where progress is shown: `process.stdout`. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const WIDTH = 24;
/** On a terminal. Elsewhere each line stays, in a log for one. */
const REDRAW_MS = 200;
const LINE_MS = 10_000;

/** Tells how far a long walk over many rows is: a bar on a terminal, else a line every ten seconds. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #total: number;
  readonly #nowMs: () => number;
  readonly #began: number;
  #told: number;
  #isDrawn = false;

  /**
   * @param total how many there were when it began: more may come, and others go, while servers run
   * @param options.nowMs the time, of a clock that never goes back
   */
  constructor(
    total: number,
    {
      output = process.stdout,
      nowMs = () => performance.now(),
    }: { readonly output?: ProgressOutput; readonly nowMs?: () => number } = {},
  ) {
    this.#output = output;
    this.#total = total;
    this.#nowMs = nowMs;
    this.#began = nowMs();
    this.#told = this.#began;
  }

  /** @param done rows so far */
  at(done: number): void {
    const now = this.#nowMs();
    const isTerminal = this.#output.isTTY === true;
    if (now - this.#told < (isTerminal ? REDRAW_MS : LINE_MS)) {
      return;
    }
    this.#told = now;
    const { share, text } = this.#describe(done, now - this.#began);
    if (isTerminal) {
      const filled = Math.round(share * WIDTH);
      // \x1B[K: what a longer text before has left.
      this.#output.write(`\r[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${text}\x1B[K`);
      this.#isDrawn = true;
    } else {
      this.#output.write(`${text}\n`);
    }
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#isDrawn) {
      this.#output.write('\r\x1B[K');
    }
  }

  #describe(done: number, elapsedMs: number): { readonly share: number; readonly text: string } {
    const share = this.#total === 0 ? 1 : Math.min(1, done / this.#total);
    const perSecond = elapsedMs === 0 ? 0 : (done * 1000) / elapsedMs;
    const left = perSecond === 0 ? '' : `, ${durationOf(Math.max(0, this.#total - done) / perSecond)} left`;
    const percent = Math.floor(share * 100);
    return {
      share,
      text: `${percent} %: ${count(done)} of ${count(this.#total)}, ${count(perSecond)} a second${left}`,
    };
  }
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function durationOf(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
