import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import type { WebAuthnOptions } from 'nestjs-two-factor';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { startHost } from '../support/host.js';
import { PasskeyUser, WEBAUTHN } from '../support/passkeys.js';

let database: TestDatabase;
let app: INestApplicationContext | undefined;

beforeEach(async () => {
  database = await createDatabase();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await database.drop();
});

async function enrolled(): Promise<void> {
  const host = await startHost(database, { options: { webauthn: WEBAUTHN } });
  await new PasskeyUser(host, randomUUID()).enrol();
  await host.app.close();
}

async function start(webauthn: WebAuthnOptions | undefined): Promise<void> {
  ({ app } = await startHost(database, { options: { webauthn } }));
}

it('refuses to start for another domain than that of the passkeys, naming both', async () => {
  await enrolled();

  await expect(
    start({ ...WEBAUTHN, rpId: 'app.example.com', origins: ['https://app.example.com'] }),
  ).rejects.toThrow('There are passkeys for "example.com", and webauthn.rpId is "app.example.com"');
  await start(WEBAUTHN);
});

it('refuses to start without the option while there are passkeys', async () => {
  await enrolled();

  await expect(start(undefined)).rejects.toThrow(
    'There are passkeys for "example.com", and TwoFactorModule has no',
  );
});

it('starts without the option while there are none, and refuses their calls', async () => {
  const host = await startHost(database);
  ({ app } = host);
  const ann = new PasskeyUser(host, randomUUID());

  await expect(ann.creationOptions()).rejects.toMatchObject({ code: 'TWO_FACTOR_PASSKEY_NOT_ALLOWED' });
  expect(await host.twoFactor.status(ann.id)).toMatchObject({ available: ['totp'] });
});

it('names every fault of the option at start', async () => {
  await expect(start({ rpId: '127.0.0.1', rpName: '', origins: ['http://127.0.0.1:8080/'] })).rejects.toThrow(
    /webauthn\.rpId: .*webauthn\.rpName: .*webauthn\.origins: /,
  );
});
