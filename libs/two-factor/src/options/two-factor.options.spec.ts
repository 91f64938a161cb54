import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.js';
import { type TwoFactorOptions, settingsFrom } from './two-factor.options.js';

const KEY = { id: 'k1', key: Buffer.alloc(32, 1) };
const PEPPER = { id: 'p1', key: Buffer.alloc(32, 2) };
const ALICE = { id: '1', label: 'alice@example.com' };
const options: TwoFactorOptions = { issuer: 'Acme', keys: [KEY], peppers: [PEPPER] };

describe('settingsFrom', () => {
  it('fills in the system clock, and makes rings of keys and peppers', async () => {
    const { issuerOf, keys, peppers, clock } = await settingsFrom(options);

    expect(issuerOf(ALICE)).toBe('Acme');
    expect(keys.first).toEqual(KEY);
    expect(peppers.first).toEqual(PEPPER);
    expect(clock).toBe(systemClock);
  });

  it('takes the clock it is given', async () => {
    const clock = { now: () => new Date('2026-01-01T00:00:00Z') };

    expect((await settingsFrom({ ...options, clock })).clock).toBe(clock);
  });

  it('asks a function for the issuer of each user', async () => {
    const { issuerOf } = await settingsFrom({ ...options, issuer: ({ id, tenant }) => `${tenant} (${id})` });

    expect(issuerOf({ ...ALICE, tenant: 'Acme' })).toBe('Acme (1)');
  });

  it('takes no empty issuer from that function', async () => {
    const { issuerOf } = await settingsFrom({ ...options, issuer: ({ tenant = '' }) => tenant });

    expect(() => issuerOf(ALICE)).toThrow('The option issuer of TwoFactorModule gave no name for a user');
  });

  it('reads keys from the text of a variable', async () => {
    const encoded = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
    const keys = `k2:${encoded(3)}, k1:${encoded(1)}`;

    const settings = await settingsFrom({ ...options, keys });

    expect(settings.keys.ids).toEqual(['k2', 'k1']);
    expect(settings.keys.first).toEqual({ id: 'k2', key: Buffer.alloc(32, 3) });
  });

  it('waits for keys that a provider fetches', async () => {
    const settings = await settingsFrom({ ...options, keys: { load: async () => [KEY] } });

    expect(settings.keys.first).toEqual(KEY);
  });

  it('says what the provider said when it fails', async () => {
    const load = () => Promise.reject(new Error('the KMS does not answer'));

    await expect(settingsFrom({ ...options, peppers: { load } })).rejects.toThrow(
      'not valid: peppers: could not be loaded: the KMS does not answer',
    );
  });

  it('fills in the loosest limits, and takes stricter ones', async () => {
    const loosest = {
      challengeSeconds: 300,
      challengeAttempts: 5,
      setupSeconds: 1800,
      recentSignInSeconds: 900,
      failuresPerDay: 20,
      failuresPer30Days: 100,
      totpAuthenticators: 3,
      passkeys: 10,
    };

    expect((await settingsFrom(options)).limits).toEqual(loosest);
    expect((await settingsFrom({ ...options, limits: { failuresPerDay: 10 } })).limits).toEqual({
      ...loosest,
      failuresPerDay: 10,
    });
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
    [
      'a pepper that is a key',
      { peppers: [PEPPER, { id: 'p2', key: Buffer.from(KEY.key) }] },
      'peppers: key "p2" has the same bytes as key "k1" of keys',
    ],
    ['one id for two peppers', { peppers: [PEPPER, PEPPER] }, 'peppers: key "p1" is given twice'],
    ['a text that is no key', { keys: 'k1' }, 'keys: key 1: 32 bytes are needed, 0 were given'],
    ['an empty text', { peppers: ' ' }, 'peppers: at least one key is needed'],
    [
      'a looser limit',
      { limits: { challengeSeconds: 301 } },
      'limits.challengeSeconds: must be a whole number from 30 to 300',
    ],
    [
      'a limit nobody can live with',
      { limits: { failuresPerDay: 4 } },
      'limits.failuresPerDay: must be a whole number from 5 to 20',
    ],
    [
      'half an attempt',
      { limits: { challengeAttempts: 2.5 } },
      'limits.challengeAttempts: must be a whole number from 1 to 5',
    ],
  ])('refuses %s', async (_, changed: Partial<TwoFactorOptions>, fault) => {
    await expect(settingsFrom({ ...options, ...changed })).rejects.toThrow(
      new RangeError(`The options of TwoFactorModule are not valid: ${fault}`),
    );
  });

  it('refuses what untyped configuration gives, and names all of it', async () => {
    const untyped = {
      issuer: 7,
      keys: undefined,
      peppers: [{ id: 'p1', key: 'swordfish' }],
      clock: { time: 0 },
      eventEmitter: 'events',
      limits: { setupMinutes: 30, setupSeconds: '600' },
    };

    const refused = settingsFrom(untyped as unknown as TwoFactorOptions);

    await expect(refused).rejects.toThrow(
      [
        'issuer: must be a text, or a function of the user',
        'keys: undefined: the variable is not set, or was read before ConfigModule had loaded .env. ' +
          'Use forRootAsync, and take it from ConfigService',
        'peppers: key 1: 32 bytes are needed, as a Buffer or Uint8Array',
        'limits.setupMinutes: there is no such limit',
        'limits.setupSeconds: must be a whole number from 60 to 1800',
        'clock: must have a method now',
        'eventEmitter: must have a method emit',
      ].join('; '),
    );
  });

  it('names every fault at once, and no key by its value', async () => {
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
      await settingsFrom(faulty);
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
