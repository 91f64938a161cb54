import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.js';
import { type TwoFactorOptions, settingsFrom } from './two-factor.options.js';

const KEY = { id: 'k1', key: Buffer.alloc(32, 1) };
const PEPPER = { id: 'p1', key: Buffer.alloc(32, 2) };
const ALICE = { id: '1', label: 'alice@example.com' };
const options: TwoFactorOptions = { issuer: 'Acme', keys: [KEY], peppers: [PEPPER] };

describe('settingsFrom', () => {
  it('fills in the system clock, and makes rings of keys and peppers', () => {
    const { issuerOf, keys, peppers, clock } = settingsFrom(options);

    expect(issuerOf(ALICE)).toBe('Acme');
    expect(keys.first).toEqual(KEY);
    expect(peppers.first).toEqual(PEPPER);
    expect(clock).toBe(systemClock);
  });

  it('takes the clock it is given', () => {
    const clock = { now: () => new Date('2026-01-01T00:00:00Z') };

    expect(settingsFrom({ ...options, clock }).clock).toBe(clock);
  });

  it('asks a function for the issuer of each user', () => {
    const { issuerOf } = settingsFrom({ ...options, issuer: ({ id, label }) => `Tenant ${id} of ${label}` });

    expect(issuerOf(ALICE)).toBe('Tenant 1 of alice@example.com');
  });

  it.each([
    ['an empty issuer', { issuer: '' }, 'issuer: must not be empty'],
    ['no key', { keys: [] }, 'keys: at least one key is needed'],
    ['no pepper', { peppers: [] }, 'peppers: at least one key is needed'],
    [
      'a short key',
      { keys: [{ id: 'k1', key: Buffer.alloc(16) }] },
      'keys: key 1: 32 bytes are needed, 16 were given',
    ],
    ['one id for two peppers', { peppers: [PEPPER, PEPPER] }, 'peppers: key "p1" is given twice'],
  ])('refuses %s', (_, changed: Partial<TwoFactorOptions>, fault) => {
    expect(() => settingsFrom({ ...options, ...changed })).toThrow(
      new RangeError(`The options of TwoFactorModule are not valid: ${fault}`),
    );
  });

  it('names every fault at once, and no key by its value', () => {
    const value = Buffer.from('swordfish-swordfish-swordfish');
    const faulty = {
      issuer: '',
      keys: [
        { id: 'a.b', key: value },
        { id: 'k2', key: Buffer.alloc(33) },
      ],
      peppers: [PEPPER, { id: value.toString('base64'), key: value }, PEPPER],
    };
    let message = '';
    try {
      settingsFrom(faulty);
    } catch (error) {
      message = error instanceof RangeError ? error.message : '';
    }

    expect(message).toBe(
      'The options of TwoFactorModule are not valid: ' +
        [
          'issuer: must not be empty',
          'keys: key 1: its id must be 1 to 32 characters of A-Z a-z 0-9 _ -',
          'keys: key 1: 32 bytes are needed, 29 were given',
          'keys: key 2: 32 bytes are needed, 33 were given',
          'peppers: key 2: its id must be 1 to 32 characters of A-Z a-z 0-9 _ -',
          'peppers: key 2: 32 bytes are needed, 29 were given',
          'peppers: key "p1" is given twice',
        ].join('; '),
    );
    expect(message).not.toContain('swordfish');
    expect(message).not.toContain(value.toString('base64'));
  });
});
