import assert from 'node:assert/strict';
import { AUTHENTICATORS_SCHEMAS } from '../../http/schemas/authenticators.schemas.js';
import { Phone } from '../phone.js';
import { fieldOf, isGood, shown, textOf } from './answer-fields.js';
import { refused } from './assertions.js';
import type { HostAnswer } from './conformance-driver.js';
import type { Check, Credentials, HostUnderTest } from './host-under-test.js';
import { fits } from './shapes.js';

/** For hosts with the calls that rename and remove. */
export const SEVERAL_AUTHENTICATORS: Readonly<Record<string, Check>> = {
  'a second authenticator has a name, is renamed by its owner only, and outlives the first': async (host) => {
    const { user, phone, backupCodes, credentials } = await host.enrolled();
    const [first = '', second = ''] = backupCodes;
    const added = await host.setUp(credentials, { backupCode: first, add: true, name: 'In the drawer' });
    const next = Phone.of(added.otpauthUri, host.clock);
    const session = await host.confirm(next, credentials);
    // By their names: a clock that stands still has made both at the same moment.
    const both = await authenticatorsOf(host, session);
    const [drawer, oldest] = [both.find(isDrawer), both.find((each) => !isDrawer(each))];
    assert.ok(drawer && oldest, 'an authenticator has the name that it was given');
    const [drawerId, oldestId] = [textOf(drawer, 'id'), textOf(oldest, 'id')];
    const stranger = await host.enrolled();

    const renamed = await rename(host, drawerId, { name: 'On the desk', credentials: session });
    const byStranger = await rename(host, drawerId, { name: 'Mine', credentials: stranger.credentials });
    const onPaper = await remove(host, oldestId, { proof: { backupCode: second }, credentials: session });
    const removed = await remove(host, oldestId, { proof: { code: next.freshCode() }, credentials: session });
    const last = await remove(host, drawerId, { proof: { code: next.wrongCode() }, credentials: session });

    const { renameAuthenticator, removeAuthenticator } = AUTHENTICATORS_SCHEMAS;
    fits(host, renamed, { call: 'authenticators', schema: renameAuthenticator.answer });
    refused(host, byStranger, 'TWO_FACTOR_AUTHENTICATOR_UNKNOWN');
    refused(host, onPaper, 'VALIDATION_FAILED');
    fits(host, removed, { call: 'authenticators', schema: removeAuthenticator.answer });
    refused(host, last, 'TWO_FACTOR_LAST_AUTHENTICATOR');
    const gone = await host.post('verify', {
      challengeToken: await host.challenge(user),
      code: phone.freshCode(),
    });
    refused(host, gone, 'TWO_FACTOR_CODE_INVALID');
    await host.signIn(user, { backupCode: second });
    const left = await authenticatorsOf(host, session);
    assert.deepEqual(
      left.map((each) => fieldOf(each, 'name')),
      ['On the desk'],
    );
  },
};

function isDrawer(authenticator: unknown): boolean {
  return fieldOf(authenticator, 'name') === 'In the drawer';
}

interface Asking {
  readonly credentials: Credentials;
}

async function authenticatorsOf<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  credentials: Credentials,
): Promise<unknown[]> {
  const answer = await host.get('status', credentials);
  const authenticators = fieldOf(answer.data, 'authenticators');
  assert.ok(isGood(answer) && Array.isArray(authenticators), `The status answered ${shown(answer)}`);
  return authenticators;
}

function rename<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  id: string,
  { name, credentials }: Asking & { readonly name: string },
): Promise<HostAnswer> {
  const path = `${host.pathOf('authenticators')}/${id}`;
  return host.request({ method: 'PATCH', path, body: { name } }, credentials);
}

function remove<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  id: string,
  { proof, credentials }: Asking & { readonly proof: object },
): Promise<HostAnswer> {
  const path = `${host.pathOf('authenticators')}/${id}/remove`;
  return host.request({ method: 'POST', path, body: proof }, credentials);
}
