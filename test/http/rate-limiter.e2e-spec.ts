import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { FixedClock } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bucket, type Charge, RateLimiter } from '../../src/http/rate-limit/rate-limiter.js';
import { type TestApp, startApp } from '../support/app.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { deadlocksIn, somebodyWaits } from '../support/locks.js';
import { HeldRows } from '../support/rows.js';

let database: TestDatabase;
let apps: TestApp[];
const clock = new FixedClock();
beforeAll(async () => {
  database = await createDatabase();
  apps = [await startApp({ database, clock }), await startApp({ database, clock })];
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await database.drop();
});

const limiterOf = (app: TestApp | undefined): RateLimiter => app!.nest.get(RateLimiter);
const charge = (...buckets: Bucket[]): Promise<readonly Charge[]> => limiterOf(apps[0]).charge(buckets);

/** A bucket that nobody has used. */
function fresh({ points = 5, seconds = 60 } = {}): Bucket {
  return { key: randomUUID(), points, seconds };
}

async function pointsOf({ key }: Bucket): Promise<number> {
  const [row] = await database.query<{ points: number }>('SELECT points FROM rate_limits WHERE key = $1', [
    key,
  ]);
  return row?.points ?? 0;
}

const fullFor = (retryAfterSeconds: number): object => ({ code: 'RATE_LIMITED', retryAfterSeconds });

describe('RateLimiter', () => {
  it('admits so many in a window that begins with the first, and says when it ends', async () => {
    const bucket = fresh({ points: 2, seconds: 60 });
    await charge(bucket);
    clock.advance({ seconds: 20 });
    await charge(bucket);

    await expect(charge(bucket)).rejects.toMatchObject(fullFor(40));
    clock.advance({ seconds: 39.5 });
    await expect(charge(bucket)).rejects.toMatchObject(fullFor(1));
    clock.advance({ seconds: 0.5 });
    await charge(bucket);

    expect(await pointsOf(bucket)).toBe(1);
  });

  it('charges all buckets or none, and waits for the one that is full for longest', async () => {
    const [full, fuller, open] = [fresh({ points: 1 }), fresh({ points: 1, seconds: 600 }), fresh()];
    await charge(full);
    await charge(fuller);

    await expect(charge(open, full, fuller)).rejects.toMatchObject(fullFor(600));

    expect(await Promise.all([full, fuller, open].map(pointsOf))).toEqual([1, 1, 0]);
  });

  it('lets of a burst over two processes through what each bucket admits, from its first moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [narrow, wide] = [fresh({ points: 5 }), fresh({ points: 100 })];

      const outcomes = await Promise.allSettled(
        Array.from({ length: 40 }, (_, index) =>
          // In either order, for rows are locked in one.
          limiterOf(apps[index % 2]).charge(index % 4 < 2 ? [narrow, wide] : [wide, narrow]),
        ),
      );

      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject(
          outcome.status === 'fulfilled' ? { value: { length: 2 } } : { reason: fullFor(60) },
        );
      }
      expect(await Promise.all([narrow, wide].map(pointsOf))).toEqual([5, 5]);
    }
  });

  it('charges none of them when somebody else fills one at this moment', async () => {
    const [filled, open] = [fresh({ points: 1, seconds: 60 }), fresh()];
    const held = await HeldRows.in(database);
    await held.query('INSERT INTO rate_limits (key, points, expire) VALUES ($1, 1, $2)', [
      filled.key,
      clock.now().getTime() + 60_000,
    ]);

    const charging = Promise.allSettled([charge(filled, open)]);
    await somebodyWaits(database);
    await held.release();

    expect(await charging).toMatchObject([{ status: 'rejected', reason: fullFor(60) }]);
    expect(await Promise.all([filled, open].map(pointsOf))).toEqual([1, 0]);
  });

  it('waits for nobody who waits for it, when a bucket was new a moment ago', async () => {
    const named = (letter: string): Bucket => ({ ...fresh(), key: `${letter}:${randomUUID()}` });
    const [first, second, third] = [named('a'), named('b'), named('c')];
    await charge(third);
    const held = await HeldRows.in(database);
    await held.query('INSERT INTO rate_limits (key, points, expire) VALUES ($1, 1, $2)', [
      first.key,
      clock.now().getTime() + 60_000,
    ]);

    // It began before the second one was there, and comes for it after whoever has seen it.
    const early = charge(third, second, first);
    await somebodyWaits(database);
    await charge(second);
    const late = charge(second, third);
    await delay(200);
    await held.release();

    expect(await Promise.all([early, late])).toEqual([
      [first, second, third].map((bucket) => expect.objectContaining({ key: bucket.key })),
      [second, third].map((bucket) => expect.objectContaining({ key: bucket.key })),
    ]);
    expect(await Promise.all([first, second, third].map(pointsOf))).toEqual([2, 3, 3]);
    expect(await deadlocksIn(database)).toBe(0);
  });

  it('takes back what was charged, and makes room with it', async () => {
    const [narrow, wide] = [fresh({ points: 1 }), fresh()];
    const charges = await charge(narrow, wide);
    await expect(charge(narrow, wide)).rejects.toMatchObject(fullFor(60));

    await limiterOf(apps[1]).takeBack(charges);

    await charge(narrow, wide);
    expect(await Promise.all([narrow, wide].map(pointsOf))).toEqual([1, 1]);
  });

  it('takes nothing out of a later window', async () => {
    const [short, long] = [fresh({ seconds: 60 }), fresh({ seconds: 600 })];
    const charges = await charge(short, long);
    clock.advance({ seconds: 60 });
    await charge(short, long);

    await limiterOf(apps[0]).takeBack(charges);

    expect(await Promise.all([short, long].map(pointsOf))).toEqual([1, 1]);
  });
});
