import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOTP } from '../factors/totp/totp.js';
import { ATTEMPT_BUDGET, type AttemptRecord, delaySecondsAfter, nextAttemptAt } from './attempt-budget.js';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-01-01T00:00:00Z');

function secondsFromNow(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

/** The rule of SECURITY.md, 9: no delay running, and fewer than 20 failures in 24 h and 100 in 30 days. */
function admits({ blockedUntil, failedAt }: AttemptRecord, at: Date): boolean {
  const failuresWithin = (days: number): number =>
    failedAt.filter((failure) => failure.getTime() > at.getTime() - days * DAY_MS).length;
  const isDelayed = blockedUntil !== undefined && blockedUntil > at;
  return !isDelayed && failuresWithin(1) < 20 && failuresWithin(30) < 100;
}

describe('delaySecondsAfter', () => {
  it('gives four free failures, then 30 s that double up to 15 minutes', () => {
    const delays = Array.from({ length: 13 }, (_, failures) => delaySecondsAfter(failures));

    expect(delays).toEqual([0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
  });

  it.each([20, 100, 1100, Number.MAX_SAFE_INTEGER])('stays at 15 minutes after %i failures', (failures) => {
    expect(delaySecondsAfter(failures)).toBe(900);
  });
});

describe('nextAttemptAt', () => {
  it('is now when nothing has failed', () => {
    expect(nextAttemptAt({ blockedUntil: undefined, failedAt: [] }, NOW)).toEqual(NOW);
  });

  it.each([
    ['the delay runs', secondsFromNow(30), secondsFromNow(30)],
    ['the delay ends this instant', NOW, NOW],
    ['the delay is over', secondsFromNow(-1), NOW],
  ])('minds the delay: %s', (_, blockedUntil, expected) => {
    expect(nextAttemptAt({ blockedUntil, failedAt: [] }, NOW)).toEqual(expected);
  });

  it('admits the 20th failure of a day at once, and the 21st when the first is 24 hours old', () => {
    const failedAt = Array.from({ length: 20 }, (_, index) => secondsFromNow(-3600 + index));

    expect(nextAttemptAt({ blockedUntil: undefined, failedAt: failedAt.slice(1) }, NOW)).toEqual(NOW);
    expect(nextAttemptAt({ blockedUntil: undefined, failedAt }, NOW)).toEqual(secondsFromNow(86_400 - 3600));
  });

  it('admits the 100th failure of 30 days at once, and the 101st when the first is 30 days old', () => {
    // Seven hours apart, so that the day has room.
    const failedAt = Array.from({ length: 100 }, (_, index) => secondsFromNow(-(index + 1) * 7 * 3600));

    expect(nextAttemptAt({ blockedUntil: undefined, failedAt: failedAt.slice(0, 99) }, NOW)).toEqual(NOW);
    expect(nextAttemptAt({ blockedUntil: undefined, failedAt }, NOW)).toEqual(
      secondsFromNow(30 * 86_400 - 700 * 3600),
    );
  });

  it('waits until there is room for every guess of the attempt', () => {
    const failedAt = Array.from({ length: 19 }, (_, index) => secondsFromNow(-3600 + index));

    const moments = [1, 2, 3].map((guesses) =>
      nextAttemptAt({ blockedUntil: undefined, failedAt }, NOW, { guesses }),
    );

    expect(moments).toEqual([NOW, secondsFromNow(86_400 - 3600), secondsFromNow(86_400 - 3599)]);
  });

  it('does not count a failure that is exactly as old as the window is long', () => {
    const failedAt = Array.from({ length: 20 }, () => secondsFromNow(-86_400));

    expect(nextAttemptAt({ blockedUntil: undefined, failedAt }, NOW)).toEqual(NOW);
    expect(nextAttemptAt({ blockedUntil: undefined, failedAt }, secondsFromNow(-1))).toEqual(NOW);
  });

  it('leaves what it is given as it was', () => {
    const failedAt = [secondsFromNow(-3), secondsFromNow(-1), secondsFromNow(-2)];

    nextAttemptAt({ blockedUntil: undefined, failedAt }, NOW);

    expect(failedAt).toEqual([secondsFromNow(-3), secondsFromNow(-1), secondsFromNow(-2)]);
  });

  it('is the first instant at which the rule admits, found by trying one after the other', () => {
    // Everything lies on whole multiples of two hours, and so do the ends of both windows: the scan misses nothing.
    const grain = 7200;
    const ago = (days: number): fc.Arbitrary<Date> =>
      fc.integer({ min: 0, max: (days * 86_400) / grain }).map((steps) => secondsFromNow(-steps * grain));
    const records = fc.record({
      blockedUntil: fc.option(
        fc.integer({ min: -12, max: 36 }).map((steps) => secondsFromNow(steps * grain)),
        {
          nil: undefined,
        },
      ),
      failedAt: fc
        .tuple(fc.array(ago(2), { maxLength: 40 }), fc.array(ago(40), { maxLength: 130, size: 'max' }))
        .map((dates) => dates.flat()),
    });
    fc.assert(
      fc.property(records, (record) => {
        let scanned = NOW;
        while (!admits(record, scanned)) {
          scanned = new Date(scanned.getTime() + grain * 1000);
        }

        const next = nextAttemptAt(record, NOW);

        expect(next).toEqual(scanned);
        expect(admits(record, next)).toBe(true);
        expect(next > NOW && admits(record, new Date(next.getTime() - 1))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

/** The failures of somebody who tries at every instant that the rule admits, from `NOW` on. */
function attackFor(days: number): readonly Date[] {
  const failedAt: Date[] = [];
  let blockedUntil: Date | undefined;
  for (let at = NOW; at.getTime() < NOW.getTime() + days * DAY_MS;) {
    failedAt.push(at);
    blockedUntil = new Date(at.getTime() + delaySecondsAfter(failedAt.length) * 1000);
    const latest = failedAt.slice(-200);
    at = nextAttemptAt({ blockedUntil, failedAt: latest }, at);
  }
  return failedAt;
}

describe('the budget', () => {
  const acceptedCodes = 2 * TOTP.driftSteps + 1;
  const chancePerAttempt = acceptedCodes / 10 ** TOTP.digits;

  it('counts with three accepted codes in a million', () => {
    expect({ acceptedCodes, chancePerAttempt }).toEqual({ acceptedCodes: 3, chancePerAttempt: 0.000_003 });
  });

  it('leaves a chance below 0.5 % to guess a code within any year, leap years too', () => {
    const [, month] = ATTEMPT_BUDGET.windows;
    const spansOfAYear = Math.ceil((366 * 86_400) / month.seconds);
    const failuresOfAYear = spansOfAYear * month.failures;

    expect({ spansOfAYear, failuresOfAYear }).toEqual({ spansOfAYear: 13, failuresOfAYear: 1300 });
    expect(failuresOfAYear * chancePerAttempt).toBeLessThan(0.005);
  });

  it('leaves a chance of 0.006 % within a day, and of 0.03 % within 30 days', () => {
    const [day, month] = ATTEMPT_BUDGET.windows;

    expect(day).toEqual({ seconds: 86_400, failures: 20 });
    expect(month).toEqual({ seconds: 30 * 86_400, failures: 100 });
    expect(day.failures * chancePerAttempt).toBeCloseTo(0.000_06, 10);
    expect(month.failures * chancePerAttempt).toBeCloseTo(0.000_3, 10);
  });

  it.each([
    [1, 20, 1300],
    [2, 10, 650],
    [3, 6, 429],
  ])('invariant 30: leaves that chance with %i authenticators', (secrets, ofADay, ofAYear) => {
    const [day, month] = ATTEMPT_BUDGET.windows;
    const attemptsOfAYear = 13 * Math.floor(month.failures / secrets);

    expect(Math.floor(day.failures / secrets)).toBe(ofADay);
    expect(attemptsOfAYear).toBe(ofAYear);
    expect(1 - (1 - secrets * chancePerAttempt) ** attemptsOfAYear).toBeLessThan(0.005);
  });

  it('admits no more than its sums say to somebody who never pauses for a year', () => {
    const failures = attackFor(366).map((failure) => failure.getTime());

    const mostWithin = (days: number): number =>
      Math.max(
        ...failures.map((start) => failures.filter((at) => at >= start && at < start + days * DAY_MS).length),
      );

    expect(failures).toHaveLength(1300);
    expect({ day: mostWithin(1), month: mostWithin(30) }).toEqual({ day: 20, month: 100 });
  });
});
