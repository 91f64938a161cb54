import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { Phone } from '../phone.js';
import { shown } from './answer-fields.js';
import type { Check, Credentials, HostUnderTest } from './host-under-test.js';

/**
 * What becomes of the sessions from before the factor was turned on.
 *
 * @param outlive for how long the host says that they live on
 */
export function endOfSessions(outlive: string | undefined): Readonly<Record<string, Check>> {
  if (outlive === undefined) {
    return { 'a session from before enabling is over': (host) => endsSessions(host) };
  }
  return { [`a session from before enabling lives on for ${outlive}, as the host says`]: keepsSessions };
}

async function endsSessions<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
): Promise<void> {
  const { calling, elsewhere, next } = await enabledBeside(host);

  assert.ok(await host.isOpen(next), 'the session that enabling answers with is open');
  const advice = 'end it in endSessions, or say sessionsOutliveEnabling if it cannot be ended';
  assert.ok(!(await host.isOpen(elsewhere)), `a session on another device outlives enabling: ${advice}`);
  assert.ok(
    isDeepStrictEqual(next, calling) || !(await host.isOpen(calling)),
    `the session that enabled has a successor: ${advice}`,
  );
}

async function keepsSessions<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
): Promise<void> {
  const { elsewhere, next } = await enabledBeside(host);

  assert.ok(await host.isOpen(next), 'the session that enabling answers with is open');
  assert.ok(
    await host.isOpen(elsewhere),
    'enabling does end a session on another device: do not say otherwise',
  );
}

/** Somebody who turns the factor on, with a session on another device beside. */
async function enabledBeside<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
): Promise<Readonly<Record<'calling' | 'elsewhere' | 'next', Credentials>>> {
  const user = await host.newUser();
  const elsewhere = await host.session(user);
  const calling = await host.session(user);
  assert.ok(
    await host.isOpen(calling),
    'protectedRoutes names a route that a session without a second factor opens',
  );
  const { otpauthUri } = await host.setUp(calling);
  const next = await host.confirm(Phone.of(otpauthUri, host.clock), calling);
  return { calling, elsewhere, next };
}

/** For a host that says how its users are removed. */
export const END_OF_A_USER: Readonly<Record<string, Check>> = {
  'a user who is gone gets no session': async (host) => {
    const { user, phone } = await host.enrolled();
    const challengeToken = await host.challenge(user);
    await host.deleteUser(user);

    const answer = await host.post('verify', { challengeToken, code: phone.freshCode() });

    assert.ok(
      answer.status >= 400 && answer.status < 500,
      `a right code of somebody who is gone is refused, and breaks nothing; it answered ${shown(answer)}`,
    );
  },
};
