import { Argon2Pool, TwoFactorImporter } from 'nestjs-two-factor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { aUser } from '../support/people.js';
import { Phone } from '../support/phone.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe('the first sign-in of an imported user', () => {
  it('succeeds also when too much is being hashed, and the next one gives the backup codes', async () => {
    const person = await aUser(app);
    const { setup } = await person.scan();
    await app.nest
      .get(TwoFactorImporter)
      .run([{ userId: person.id, secret: setup.secret }], { isDryRun: false });
    const phone = Phone.scan(setup.qrCodeUri, app.clock);
    const challengeToken = await person.challenge();
    const fill = fillPool();

    const amid = await person.verify({ challengeToken, code: phone.code() });
    await fill.end();
    app.clock.advance({ seconds: 30 });
    const next = await person.verify({ challengeToken: await person.challenge(), code: phone.code() });

    expect(amid.status).toBe(200);
    expect(amid.data).not.toHaveProperty('backupCodes');
    expect(next.status).toBe(200);
    expect(next.data['backupCodes']).toHaveLength(10);
  });
});

/** Takes every place in the queue for Argon2, until it is told to end. */
function fillPool(): { end(): Promise<unknown> } {
  const pool = app.nest.get(Argon2Pool);
  const held: (() => void)[] = [];
  const all: Promise<unknown>[] = [];
  try {
    for (;;) {
      pool.assertRoomFor(1);
      all.push(pool.run([() => new Promise<void>((resolve) => held.push(resolve))]));
    }
  } catch {
    // Full.
  }
  return {
    end: async () => {
      const timer = setInterval(() => held.splice(0).forEach((release) => release()), 1);
      await Promise.all(all);
      clearInterval(timer);
    },
  };
}
