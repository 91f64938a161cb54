import assert from 'node:assert/strict';
import { Phone } from '../phone.js';
import { isGood, shown } from './answer-fields.js';
import type { Check, HostUnderTest } from './host-under-test.js';

/** Longer than a busy machine takes for a call, and shorter than any two time zones lie apart (15 minutes). */
const TOLERANCE_SECONDS = 300;

export const TIMES: Readonly<Record<string, Check>> = {
  'times are stored as the instants that they are, whatever the time zones': async (host) => {
    const user = await host.newUser();
    const session = await host.session(user);
    const setup = await host.post('setup', {}, { credentials: session });
    assert.ok(isGood(setup), `setup answered ${shown(setup)}`);
    const expiresAt = instantIn(setup.data, 'expiresAt');
    assert.ok(
      expiresAt > host.clock.now().getTime() - TOLERANCE_SECONDS * 1000,
      `a setup is not over when it begins; it says ${new Date(expiresAt).toJSON()}`,
    );
    const phone = Phone.of(String(Reflect.get(Object(setup.data), 'otpauthUri')), host.clock);
    const enabled = await host.post('enable', { code: phone.freshCode() }, { credentials: session });
    assert.ok(isGood(enabled), `enable answered ${shown(enabled)}`);

    const status = await host.get('status', host.credentialsOf(enabled) ?? session);

    assert.ok(isGood(status), `the status answered ${shown(status)}`);
    const enabledAt = instantIn(status.data, 'enabledAt');
    assertNear(host, enabledAt, 'enabledAt as it was stored');
    assertNear(
      host,
      instantIn(Reflect.get(Object(status.data), 'backupCodes'), 'generatedAt'),
      'generatedAt',
    );
    assert.equal(
      enabledAt,
      instantIn(enabled.data, 'enabledAt'),
      'enable and the status say the same instant',
    );
  },
};

function assertNear<User extends { readonly label: string }>(
  { clock }: HostUnderTest<User>,
  instant: number,
  what: string,
): void {
  const now = clock.now().getTime();
  assert.ok(
    Math.abs(instant - now) <= TOLERANCE_SECONDS * 1000,
    `${what} is ${new Date(instant).toJSON()}, and it is ${new Date(now).toJSON()}: is a column without a time zone?`,
  );
}

/** @returns milliseconds since 1970 */
function instantIn(data: unknown, field: string): number {
  const text: unknown = Reflect.get(Object(data), field);
  const instant = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  assert.ok(Number.isFinite(instant), `there is an instant called ${field}`);
  return instant;
}
