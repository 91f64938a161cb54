import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Target } from '../support/attack.js';
import { type Answer, call } from '../support/client.js';
import { createDatabase } from '../support/database.js';
import { MailServer } from '../support/mail-server.js';
import type { ServerProcess } from '../support/server-process.js';

const KILLS = 10;
const CHANGES_AMID_EACH = 20;
/** Longer than a slow machine needs for what is left. */
const PATIENCE_MS = 120_000;

let target: Target;
let mail: MailServer;
beforeAll(async () => {
  mail = await MailServer.start();
  target = new Target(await createDatabase());
});
afterAll(async () => {
  await target.close();
  await mail.close();
});

interface Account {
  readonly email: string;
  readonly token: string;
}

async function register({ url }: ServerProcess): Promise<Account> {
  const email = `${randomUUID()}@example.com`;
  const { data } = await call<{ accessToken: string }>(url, '/api/v1/auth/register', {
    body: { email, password: 'correct horse battery staple' },
  });
  return { email, token: data.accessToken };
}

/** One that is told: a new password. */
function change({ url }: ServerProcess, { token }: Account): Promise<Answer | undefined> {
  const body = {
    currentPassword: 'correct horse battery staple',
    newPassword: 'another horse battery staple',
  };
  return call(url, '/api/v1/auth/password', { token, body }).catch(() => undefined);
}

/** The ids of all mails, once none waits: with what came twice. */
async function arrived(): Promise<readonly string[]> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const waiting = await target.query('SELECT FROM two_factor_notices');
    if (waiting.length === 0) {
      return mail.mails.map(({ messageId }) => messageId);
    }
    await target.query('SELECT pg_sleep(0.5)');
  }
  throw new Error('Notices wait that nobody hands out');
}

it('invariant 43: no notice is lost in ten kills amid 200 changes, and repeats are known by their id', async () => {
  let made = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const server = await target.startServer(mail.variables);
    const accounts = await Promise.all(Array.from({ length: CHANGES_AMID_EACH }, () => register(server)));
    const changes = accounts.map((account) => change(server, account));
    // Amid them, each time elsewhere.
    await Promise.race(changes.slice(kill, kill + 1));
    await server.kill();
    made += (await Promise.all(changes)).filter(
      (answer) => answer?.status === 204 || answer?.status === 200,
    ).length;
    target.servers = [];
  }
  // What a killed process had leased would wait a minute. Two processes share what is left.
  await target.query('UPDATE two_factor_notices SET due_at = now()');
  await Promise.all([target.startServer(mail.variables), target.startServer(mail.variables)]);

  const ids = await arrived();
  const [counted] = await target.query<{ events: number }>(
    `SELECT count(*)::int AS events FROM two_factor_events WHERE type = 'password_changed' AND outcome = 'success'`,
  );

  const distinct = new Set(ids);
  console.log(
    `notices: ${counted?.events} changes committed, ${made} of them told the client, ${ids.length} mails, ${ids.length - distinct.size} repeats`,
  );
  expect(counted?.events).toBeGreaterThanOrEqual(made);
  expect(made).toBeGreaterThan(0);
  expect(distinct.size).toBe(counted?.events);
});
