import type { PasskeyCreationOptions, PasskeyRequestOptions } from 'nestjs-two-factor';
import { SoftPasskey } from 'nestjs-two-factor/testing';
import { expect } from 'vitest';
import type { TestApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { type Person, aUser } from '../support/people.js';
import { Device } from '../support/trusting.js';

/** An account from its registration to its end, with every call that its factor takes. */
export async function liveAWholeLife(app: TestApp): Promise<void> {
  const person = await aUser(app);
  await person.call('/auth/me');
  await person.call('/auth/2fa');
  await person.withTwoFactor();

  await answerRightAndWrong(app, person);
  await person.call('/auth/2fa/events');
  await person.post('/auth/refresh', { refreshToken: person.tokens.refreshToken });
  await person.post('/auth/refresh', { refreshToken: person.tokens.refreshToken });

  person.tokens = await signIn(person, { code: person.code });
  app.clock.advance({ seconds: 30 });
  expect((await person.post('/auth/2fa/backup-codes', { code: person.code })).status).toBe(200);
  app.clock.advance({ seconds: 30 });
  expect((await person.post('/auth/2fa/setup', { code: person.code })).status).toBe(200);
  app.clock.advance({ seconds: 30 });
  person.tokens = await signIn(person, { code: person.code });
  app.clock.advance({ seconds: 870 });
  const late = { code: person.code, password: person.password };
  expect((await person.post('/auth/2fa/disable', late)).status).toBe(200);
  await person.login();
  await person.post('/auth/logout');
}

async function answerRightAndWrong(app: TestApp, person: Person): Promise<void> {
  await signIn(person, { backupCode: person.backupCodes[0] });
  const challengeToken = await person.challenge();
  await person.verify({ challengeToken, backupCode: person.backupCodes[0] });
  await person.verify({ challengeToken, backupCode: '00000-00000-00000' });
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await person.verify({ challengeToken: await person.challenge(), code: '000000' });
  }
  app.clock.advance({ seconds: 3600 });
}

async function signIn(person: Person, proof: Record<string, unknown>): Promise<Person['tokens']> {
  const { status, data, text } = await person.verify<Person['tokens']>({
    challengeToken: await person.challenge(),
    ...proof,
  });
  if (status !== 200) {
    throw new Error(`verify answered ${status}: ${text}`);
  }
  return data;
}

/** One with a passkey and a second phone, on a device that is trusted: what the first life leaves out. */
export async function liveWithPasskeyAndTrust(app: TestApp): Promise<void> {
  const person = await aUser(app);
  const passkey = new SoftPasskey(ORIGIN);
  const { publicKey } = await done<Drawn>(person.post('/auth/2fa/passkeys/options'));
  person.tokens = await done(person.post('/auth/2fa/passkeys', { response: passkey.create(publicKey) }));

  const prove = async (): Promise<{ readonly passkey: unknown }> => {
    const drawn = await done<Drawn>(person.post('/auth/2fa/passkeys/challenge'));
    return { passkey: passkey.get(drawn.publicKey) };
  };
  await done(person.post('/auth/2fa/step-up', await prove()));
  await done(person.call('/account/export'));
  const { phone } = await person.scan({ add: true, ...(await prove()) });
  person.tokens = await done(person.post('/auth/2fa/enable', { code: phone.code() }));
  await changeAuthenticators(person, prove);
  await trustDevice(person, passkey);
  const newPassword = `${person.password} anew`;
  await done(
    person.post('/auth/password', {
      currentPassword: person.password,
      newPassword,
      ...(await prove()),
    }),
  );
}

const ORIGIN = 'http://localhost:8080';

interface Drawn {
  readonly publicKey: PasskeyCreationOptions & PasskeyRequestOptions;
}

async function changeAuthenticators(person: Person, prove: () => Promise<object>): Promise<void> {
  const { authenticators } = await done<{ authenticators: { id: string; type: string }[] }>(
    person.call('/auth/2fa'),
  );
  const { id } = authenticators.find(({ type }) => type === 'totp')!;
  const path = `/auth/2fa/authenticators/${id}`;
  await done(person.call(path, { method: 'PATCH', body: { name: 'Old' } }));
  await done(person.post(`${path}/remove`, await prove()));
}

async function trustDevice(person: Person, passkey: SoftPasskey): Promise<void> {
  const device = new Device('application');
  const answering = device.trust(person, async (challengeToken) => {
    const asked = call(person.place.url, '/api/v1/auth/2fa/verify/options', { body: { challengeToken } });
    return { passkey: passkey.get((await done<Drawn>(asked)).publicKey) };
  });
  person.tokens = await done(answering);
  expect((await device.login(person)).data.status).toBe('authenticated');
  await done(person.call('/auth/2fa/trusted-devices', { headers: device.headers }));
  await done(person.call('/auth/2fa/trusted-devices', { method: 'DELETE' }));
}

async function done<Data>(answering: Promise<Answer<unknown>>): Promise<Data> {
  const { status, data, text } = await answering;
  if (status >= 300) {
    throw new Error(`It answered ${status}: ${text}`);
  }
  return data as Data;
}
