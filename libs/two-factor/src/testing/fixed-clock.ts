import type { Clock } from '../options/clock.js';

/** A clock that stands until the test moves it. Give it to the module as `clock`, and to the phones. */
export class FixedClock implements Clock {
  #now: number;

  constructor(start: Date = new Date('2026-01-01T12:00:00Z')) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance({ seconds }: { readonly seconds: number }): void {
    this.#now += seconds * 1000;
  }
}
