import type { Clock } from 'nestjs-two-factor';

/** A clock that only the test moves. */
export class TestClock implements Clock {
  #now: number;

  constructor(start: Date = new Date('2026-11-24T12:00:00Z')) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance({ seconds }: { readonly seconds: number }): void {
    this.#now += seconds * 1000;
  }
}
