import { describe, expect, it } from 'vitest';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import { AUTHENTICATOR_METHODS } from '../options/factor-method.js';
import { type TwoFactorPolicy, readPolicies } from '../options/policy.js';
import { strictestOf } from './policy.js';

const JANUARY = new Date('2027-01-01T00:00:00Z');
const MARCH = new Date('2027-03-01T00:00:00Z');

function strictest(...policies: readonly TwoFactorPolicy[]): ReturnType<typeof strictestOf> {
  return strictestOf(policies, AUTHENTICATOR_METHODS);
}

describe('of several policies', () => {
  it('each field that is the strictest counts, and says whose it is', () => {
    const { demand, trustedDeviceDays } = strictest(
      { scope: 'org', required: true, graceDays: 30, enforceFrom: JANUARY, trustedDeviceDays: 7 },
      { scope: 'role', required: true, graceDays: 3, enforceFrom: MARCH, methods: ['passkey'] },
      { scope: 'guest', required: false, graceDays: 0, methods: ['totp'], trustedDeviceDays: 30 },
    );

    expect(demand).toEqual({
      methods: ['passkey'],
      graceDays: 3,
      enforceFrom: JANUARY,
      reasons: [
        { scope: 'org', field: 'required' },
        { scope: 'role', field: 'required' },
        { scope: 'role', field: 'methods' },
        { scope: 'role', field: 'graceDays' },
        { scope: 'org', field: 'enforceFrom' },
      ],
    });
    expect(trustedDeviceDays).toBe(7);
  });

  it('one that begins with the first time it is asked begins before any day', () => {
    const { demand } = strictest(
      { required: true, graceDays: 3 },
      { required: true, graceDays: 3, enforceFrom: MARCH },
    );

    expect(demand?.enforceFrom).toBeUndefined();
  });

  it('none that requires anything leaves nothing that is demanded', () => {
    expect(strictest({ required: false, graceDays: 0, trustedDeviceDays: 0 })).toEqual({
      demand: undefined,
      trustedDeviceDays: 0,
      contradicting: [],
    });
    expect(strictest()).toEqual({ demand: undefined, trustedDeviceDays: undefined, contradicting: [] });
  });

  it('methods that have nothing in common are named and passed over, and any factor is required still', () => {
    const { demand, contradicting } = strictest(
      { scope: 'org', required: true, graceDays: 0, methods: ['passkey'] },
      { scope: 'role', required: true, graceDays: 9, methods: ['totp'] },
    );

    expect(contradicting).toEqual(['org', 'role']);
    expect(demand).toMatchObject({ methods: ['passkey', 'totp'], graceDays: 0 });
    expect(demand?.reasons).not.toContainEqual({ scope: 'org', field: 'methods' });
  });

  it('one for passkeys where there are none blocks nobody either', () => {
    const { demand, contradicting } = strictestOf(
      [{ required: true, graceDays: 0, methods: ['passkey'] }],
      ['totp'],
    );

    expect(contradicting).toEqual(['policy']);
    expect(demand?.methods).toEqual(['totp']);
  });
});

describe('what a host answers', () => {
  it('is one policy or several', () => {
    const policy = { required: true, graceDays: 0 };

    expect(readPolicies(policy)).toEqual([policy]);
    expect(readPolicies([policy, policy])).toEqual([policy, policy]);
    expect(readPolicies([])).toEqual([]);
  });

  const good = { scope: 'org:7', required: true, graceDays: 0 };
  const wrong: readonly unknown[] = [
    undefined,
    null,
    'required',
    [undefined],
    { ...good, required: 'yes' },
    { ...good, graceDays: undefined },
    { ...good, graceDays: -1 },
    { ...good, graceDays: 91 },
    { ...good, graceDays: Number.NaN },
    { ...good, graceDays: 1.5 },
    { ...good, enforceFrom: '2027-01-01' },
    { ...good, enforceFrom: new Date('never') },
    { ...good, methods: [] },
    { ...good, methods: 'passkey' },
    { ...good, trustedDeviceDays: 91 },
    { ...good, trustedDeviceDays: null },
    { ...good, scope: 7 },
  ];

  it.each(wrong)('is never taken for nothing when it is no policy: %j', (answer) => {
    expect(() => readPolicies(answer as TwoFactorPolicy)).toThrow(TwoFactorHostError);
  });

  it('is refused with the name of its scope', () => {
    expect(() => readPolicies({ ...good, graceDays: 91 })).toThrow(
      'org:7: graceDays must be a whole number from 0 to 90',
    );
  });
});
