import assert from 'node:assert/strict';
import { faultsIn } from '../../http/schemas/faults-in.js';
import type { Schema } from '../../http/schemas/json-schema.js';
import { TWO_FACTOR_SCHEMAS } from '../../http/schemas/two-factor.schemas.js';
import { Phone } from '../phone.js';
import { isGood, shown } from './answer-fields.js';
import type { ConformanceCall, HostAnswer } from './conformance-driver.js';
import type { Check, HostUnderTest } from './host-under-test.js';

/** The schemas of the calls that are looked at. */
const { regenerateBackupCodes, ...others } = TWO_FACTOR_SCHEMAS;
const SCHEMAS = { ...others, backupCodes: regenerateBackupCodes } as const satisfies Partial<
  Record<ConformanceCall, object>
>;

/** Whether what a host does to the answers on their way out leaves them what clients were promised. */
export const SHAPES: Readonly<Record<string, Check>> = {
  'every answer has the shape that its schema says': async (host) => {
    const user = await host.newUser();
    const session = await host.session(user);
    const shaped = shapedBy(host);
    shaped('status', await host.get('status', session));
    shaped('setup', await host.post('setup', {}, { credentials: session }));
    const { otpauthUri, backupCodes } = await host.setUp(session);
    const phone = Phone.of(otpauthUri, host.clock);
    const enabled = await host.post('enable', { code: phone.freshCode() }, { credentials: session });
    shaped('enable', enabled);
    const credentials = host.credentialsOf(enabled) ?? session;
    shaped('status', await host.get('status', credentials));
    const proof = { challengeToken: await host.challenge(user), backupCode: backupCodes[0] };
    shaped('verify', await host.post('verify', proof));
    shaped('events', await host.get('events', credentials));
    const fresh = await host.post('backupCodes', { code: phone.freshCode() }, { credentials });
    shaped('backupCodes', fresh);
    await disables(host);
  },
};

/** Somebody else does it: a phone has two codes that are fresh, and no more without waiting. */
async function disables<User extends { readonly label: string }>(host: HostUnderTest<User>): Promise<void> {
  const { phone, credentials } = await host.enrolled();
  shapedBy(host)('disable', await host.post('disable', { code: phone.freshCode() }, { credentials }));
}

function shapedBy<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
): (call: keyof typeof SCHEMAS, answer: HostAnswer) => void {
  return (call, answer) => fits(host, answer, { call, schema: SCHEMAS[call].answer });
}

/**
 * What a call of the host's own answers is the host's: the library's schemas are of the library's calls.
 *
 * @throws AssertionError when it is refused, or has another shape
 */
export function fits<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  answer: HostAnswer,
  { call, schema }: { readonly call: ConformanceCall; readonly schema: Schema },
): void {
  assert.ok(isGood(answer), `${call} answered ${shown(answer)}`);
  const faults = host.isOwnCall(call) ? [] : faultsIn(answer.data, schema, call);
  assert.deepEqual(
    faults.map(({ path, rule }) => `${path} must be ${rule}`),
    [],
    `an answer is not what its schema says: ${shown(answer)}`,
  );
}
