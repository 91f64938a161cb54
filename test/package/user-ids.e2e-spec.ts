import { HttpException, type INestApplicationContext } from '@nestjs/common';
import { TwoFactorHostError, TwoFactorModule, TwoFactorService } from 'nestjs-two-factor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { PLAIN, startModule } from './start-module.js';

let database: TestDatabase;
let app: INestApplicationContext;
beforeAll(async () => {
  database = await createDatabase();
  app = await startModule(database, TwoFactorModule.forRoot(PLAIN));
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const signIn = { authenticatedAt: new Date() };
const CALLS: Readonly<Record<string, (service: TwoFactorService, userId: string) => Promise<unknown>>> = {
  status: (service, userId) => service.status(userId),
  latestEvents: (service, userId) => service.latestEvents(userId),
  setup: (service, userId) => service.setup({ user: { id: userId, label: 'ann@example.com' }, signIn }),
  enable: (service, userId) => service.enable({ userId, code: '123456', signIn, sessionId: 's1' }),
  beginSignIn: (service, userId) => service.beginSignIn({ userId }),
  regenerateBackupCodes: (service, userId) =>
    service.regenerateBackupCodes({ userId, proof: { code: '123456' }, signIn }),
  disable: (service, userId) => service.disable({ userId, proof: { code: '123456' }, signIn }),
};

describe.each([[''], ['undefined'], ['null'], ['NaN'], ['[object Object]'], [7 as unknown as string]])(
  'the user id %o, which a host gives for nobody',
  (userId) => {
    it.each(Object.entries(CALLS))('is refused by %s as the host’s mistake', async (_, call) => {
      const refused = await call(app.get(TwoFactorService), userId).catch((error: unknown) => error);

      expect(refused).toBeInstanceOf(TwoFactorHostError);
      expect(refused).not.toBeInstanceOf(HttpException);
      expect(refused).toHaveProperty('message', expect.stringContaining(`"${userId}" is no user id`));
      const rows = await database.query(
        'SELECT user_id FROM two_factor_enrolments UNION ALL SELECT user_id FROM two_factor_accounts UNION ALL SELECT user_id FROM two_factor_events',
      );
      expect(rows).toEqual([]);
    });
  },
);
