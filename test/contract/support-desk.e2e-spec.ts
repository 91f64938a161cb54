import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UsersRepository } from '../../src/users/users.repository.js';
import { type TestApp, startApp } from '../support/app.js';
import { aClerk } from '../support/clerks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { expectError } from './support/expect-error.js';

let app: TestApp;
let clerk: Person;
beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  clerk = await aClerk(app);
});
afterAll(() => app.close());

const RESETS = '/admin/2fa/resets';
const reason = 'ticket 4711';

interface Reset extends Record<string, unknown> {
  readonly id: string;
}

async function eventsAt({ id }: Person): Promise<readonly Record<string, unknown>[]> {
  return app.database.query('SELECT * FROM two_factor_events WHERE user_id = $1 ORDER BY id', [id]);
}

describe('the desk', () => {
  it('is open to the support team alone', async () => {
    const ann = await (await aUser(app)).withTwoFactor();

    for (const path of [RESETS, `/admin/2fa/users/${clerk.id}`, `/admin/users?email=${clerk.email}`]) {
      expectError(await ann.call(path), 'AUTH_ROLE_REQUIRED');
    }
    for (const path of [RESETS, `${RESETS}/${ann.id}/approve`, `${RESETS}/${ann.id}/cancel`]) {
      expectError(await ann.post(path, { userId: clerk.id, reason }), 'AUTH_ROLE_REQUIRED');
    }
    expect((await eventsAt(clerk)).map(({ type }) => type)).not.toContain('support_looked_up');
  });

  it('wants a factor of its people, and one of the last quarter of an hour', async () => {
    app.clock.advance({ seconds: 901 });
    const without = await aUser(app);
    await app.nest.get(UsersRepository, { strict: false }).setRole(without.email, 'support');
    const { refreshToken } = clerk.tokens;
    clerk.tokens = (await clerk.post<Tokens>('/auth/refresh', { refreshToken })).data;

    expect(await without.call(RESETS)).toMatchObject({
      status: 403,
      body: { code: 'TWO_FACTOR_ENROLMENT_REQUIRED' },
    });
    expect(await clerk.call(RESETS)).toMatchObject({
      status: 403,
      body: { code: 'TWO_FACTOR_STEP_UP_REQUIRED' },
    });
    await clerk.post('/auth/2fa/step-up', { code: clerk.code });

    expect((await clerk.call(RESETS)).status).toBe(200);
  });

  it('finds an account by its address, however it is written, and leaves an event there', async () => {
    const ann = await aUser(app);

    const found = await clerk.call(`/admin/users?email=${encodeURIComponent(` ${ann.email.toUpperCase()}`)}`);

    expect(found.data).toEqual([{ id: ann.id, email: ann.email, role: 'user' }]);
    expect(await eventsAt(ann)).toEqual([
      expect.objectContaining({ type: 'support_looked_up', actor: clerk.id, ip: null }),
    ]);
  });

  it.each([['nobody@example.com'], [''], ['%']])('finds nothing for %j', async (email) => {
    const { status, data } = await clerk.call(`/admin/users?email=${encodeURIComponent(email)}`);

    expect({ status, data }).toEqual({ status: 200, data: [] });
  });

  it('finds thirty a minute, whoever they are', async () => {
    const busy = await aClerk(app);
    const find = () => busy.call('/admin/users?email=nobody@example.com');
    const answers = await Promise.all(Array.from({ length: 35 }, find));

    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
    app.clock.advance({ seconds: 61 });
    expect((await find()).status).toBe(200);
  });

  it('asks, lets somebody else approve, and shows the code to that one, this once', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const boss = await aClerk(app);

    const { data: asked } = await clerk.post<Reset>(RESETS, { userId: ann.id, reason });
    const own = await clerk.post(`${RESETS}/${asked.id}/approve`, { reason });
    const { data: approved } = await boss.post<Reset>(`${RESETS}/${asked.id}/approve`, { reason });
    const listed = await clerk.call<Reset[]>(RESETS);

    expectError(own, 'TWO_FACTOR_RESET_OTHER_PERSON');
    expect(asked).toMatchObject({ userId: ann.id, state: 'requested', requestedBy: clerk.id, reason });
    expect(approved).toMatchObject({ state: 'waiting', approvedBy: boss.id });
    expect(approved['resetCode']).toMatch(/^(?:[0-9A-Z]{5}-){2}[0-9A-Z]{5}$/);
    expect(listed.data.find(({ id }) => id === asked.id)).toMatchObject({ state: 'waiting' });
    expect(listed.text).not.toContain(approved['resetCode']);
  });

  it('does nothing for the account of who asks, whatever its id looks like', async () => {
    const own = await clerk.post(RESETS, { userId: clerk.id, reason });
    const shouted = await clerk.post(RESETS, { userId: clerk.id.toUpperCase(), reason });

    expectError(own, 'TWO_FACTOR_RESET_OTHER_PERSON');
    expect(shouted).toMatchObject({ status: 400, body: { details: [{ field: 'userId' }] } });
    expect(await app.database.query('SELECT FROM two_factor_resets WHERE user_id = $1', [clerk.id])).toEqual(
      [],
    );
  });

  it('tells the owner what was done, and not by whom', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    await clerk.post(RESETS, { userId: ann.id, reason });

    const { data, text } = await ann.call<{ type: string }[]>('/auth/2fa/events');

    expect(data[0]).toMatchObject({ type: 'reset_requested', ip: null, userAgent: null });
    expect(text).not.toContain(clerk.id);
    expect(text).not.toContain(reason);
  });
});
