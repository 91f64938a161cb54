import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { aUser } from '../support/people.js';
import { seedEvents, seedFailures } from '../support/seed.js';

interface Question {
  readonly text: string;
  readonly values: unknown[];
}

let app: TestApp;
const asked: Question[] = [];
beforeAll(async () => {
  // Before any connection is made, for each keeps the method it was made with.
  const prototype = Client.prototype as { query: (...question: unknown[]) => unknown };
  const query = prototype.query;
  vi.spyOn(prototype, 'query').mockImplementation(function (this: unknown, ...question) {
    asked.push(questionOf(question));
    return query.apply(this, question);
  });
  app = await startApp();
});
afterAll(() => app.close());

describe('what reads the events of a user', () => {
  it('looks at as little behind a hundred thousand setups as behind one', async () => {
    const person = await (await aUser(app)).withTwoFactor();
    await seedEvents(app.database, person.id, { events: [{ type: 'setup_started' }], rounds: 100_000 });
    await app.database.query('ANALYZE two_factor_events');
    asked.length = 0;

    const { data } = await person.call<Record<string, unknown>[]>('/auth/2fa/events');
    const failedAt = Array.from({ length: 20 }, () => app.clock.now());
    await seedFailures(app.database, [person.id], { method: 'totp', failedAt });
    const locked = await person.post('/auth/2fa/disable', { code: person.code });

    expect(locked.status).toBe(429);

    expect(data.map(({ type }) => type)).toEqual(['setup_started', 'enabled', 'setup_started']);
    const [list, refusal, ...others] = asked.filter(({ text }) => text.includes('ORDER BY id DESC'));
    expect(others).toEqual([]);
    expect(await pagesOf(list!)).toBeLessThan(100);
    expect(await pagesOf(refusal!)).toBeLessThan(100);
  });
});

function questionOf([question, values]: unknown[]): Question {
  return typeof question === 'string'
    ? { text: question, values: values as unknown[] }
    : (question as Question);
}

/** How many pages PostgreSQL looks at for it, when it is asked again and nothing of that stays. */
async function pagesOf({ text, values }: Question): Promise<number> {
  await app.database.query('BEGIN');
  const [row] = await app.database.query<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
    values,
  );
  await app.database.query('ROLLBACK');
  const { 'Shared Hit Blocks': hit = 0, 'Shared Read Blocks': read = 0 } = row!['QUERY PLAN'][0]!.Plan;
  return hit + read;
}
