import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScureBase32Plugin } from './otplib.bundled.js';
import { TOTP, canonicalSecret, drawTotpSecret, matchTimeStep, timeStepOf, wasRecentCode } from './totp.js';

/** `12345678901234567890`, the secret of both RFCs' test vectors. */
const RFC_KEY = Buffer.from('12345678901234567890');
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 without padding (RFC 4648 §6), of 20 bytes. */
function base32Of(key: Uint8Array): string {
  const bits = Array.from(key, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((group) => BASE32.charAt(Number.parseInt(group, 2))).join('');
}

/** What an authenticator shows: HOTP over the time step (RFC 4226 §5.3), written without the library under test. */
function authenticatorCode(key: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', key).update(counter).digest();
  const truncated = digest.readUInt32BE(digest.readUInt8(19) % 16) % 2 ** 31;
  return String(truncated % 1_000_000).padStart(6, '0');
}

function atSecond(second: number): Date {
  return new Date(second * 1000);
}

describe('drawTotpSecret', () => {
  it('draws 160 bits as 32 characters of base32 without padding', () => {
    const secret = drawTotpSecret();

    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect((secret.length * 5) / 8).toBe(20);
  });

  it('never draws a secret twice', () => {
    const secrets = Array.from({ length: 1000 }, drawTotpSecret);

    expect(new Set(secrets).size).toBe(1000);
  });

  it('fills every one of the 160 bits', () => {
    const secrets = Array.from({ length: 200 }, drawTotpSecret);

    const charactersAt = (index: number): number => new Set(secrets.map((secret) => secret[index])).size;

    // 200 draws of 32 characters miss more than half of them with a chance below 10^-20.
    expect(Math.min(...Array.from({ length: 32 }, (_, index) => charactersAt(index)))).toBeGreaterThan(16);
  });
});

describe('canonicalSecret', () => {
  it('keeps the bytes that the characters fill, in the one spelling that a strict decoder takes', () => {
    const strict = new ScureBase32Plugin();
    const characters = fc.string({
      unit: fc.constantFrom(...Array.from(BASE32)),
      minLength: 1,
      maxLength: 110,
    });
    fc.assert(
      fc.property(characters, (written) => {
        const bits = Array.from(written, (one) => BASE32.indexOf(one).toString(2).padStart(5, '0')).join('');
        const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));

        expect(canonicalSecret(written)).toBe(strict.encode(Uint8Array.from(bytes)));
        expect(canonicalSecret(written.toLowerCase())).toBe(canonicalSecret(written));
      }),
      { numRuns: 500 },
    );
  });
});

describe('timeStepOf', () => {
  it.each([
    ['1970-01-01T00:00:00.000Z', 0],
    ['1970-01-01T00:00:29.999Z', 0],
    ['1970-01-01T00:00:30.000Z', 1],
    ['1970-01-01T00:00:59.000Z', 1],
    ['2005-03-18T01:58:29.000Z', 0x23523ec],
    ['2005-03-18T01:58:31.000Z', 0x23523ed],
    ['2603-10-11T11:33:20.000Z', 0x27bc86aa],
  ])('puts %s into step %i (RFC 6238 appendix B)', (instant, step) => {
    expect(timeStepOf(new Date(instant))).toBe(step);
  });
});

describe('matchTimeStep', () => {
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])(
    'accepts, at second %i, the last six digits of %s (RFC 6238 appendix B, SHA-1)',
    (second, eightDigits) => {
      const at = atSecond(second);

      expect(matchTimeStep(RFC_SECRET, eightDigits.slice(2), { at })).toBe(Math.floor(second / 30));
    },
  );

  it.each(
    ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'].map(
      (code, counter) => [counter, code] as const,
    ),
  )('accepts in step %i the code %s (RFC 4226 appendix D)', (counter, code) => {
    expect(matchTimeStep(RFC_SECRET, code, { at: atSecond(counter * 30) })).toBe(counter);
    expect(matchTimeStep(RFC_SECRET, code, { at: atSecond(counter * 30 + 29.999) })).toBe(counter);
  });

  describe('with the code of one step', () => {
    const step = 41_152_263;
    const code = authenticatorCode(RFC_KEY, step);

    it.each([
      ['a millisecond before the step before it begins', (step - 1) * 30 - 0.001, undefined],
      ['when the step before it begins', (step - 1) * 30, step],
      ['a millisecond before the step begins', step * 30 - 0.001, step],
      ['when the step begins', step * 30, step],
      ['a millisecond before the step ends', (step + 1) * 30 - 0.001, step],
      ['when the step after it begins', (step + 1) * 30, step],
      ['a millisecond before the step after it ends', (step + 2) * 30 - 0.001, step],
      ['when the step after it has ended', (step + 2) * 30, undefined],
    ])('knows its window to the second: %s', (_, second, expected) => {
      expect(matchTimeStep(RFC_SECRET, code, { at: atSecond(second) })).toBe(expected);
    });
  });

  it.each([
    ['two steps in a row', 910_737, 910_738],
    ['the first and the last step of the window', 153_567, 153_569],
  ])(
    'returns the later step when %s have the same code, so that spending it spends both',
    (_, earlier, later) => {
      const code = authenticatorCode(RFC_KEY, earlier);
      expect(authenticatorCode(RFC_KEY, later)).toBe(code);

      expect(matchTimeStep(RFC_SECRET, code, { at: atSecond((earlier + 1) * 30) })).toBe(later);
    },
  );

  it.each([
    ['too short', '28708'],
    ['too long', '2870820'],
    ['empty', ''],
    ['in digits of two bytes each', '٢٨٧٠٨٢'],
  ])('matches no code that is %s', (_, code) => {
    expect(matchTimeStep(RFC_SECRET, code, { at: atSecond(59) })).toBeUndefined();
  });

  it('agrees with an authenticator written from the RFCs, for any secret, time and drift', () => {
    const inputs = fc.record({
      key: fc.uint8Array({ minLength: 20, maxLength: 20 }),
      millisecond: fc.integer({ min: 90_000, max: 2 ** 43 }),
      drift: fc.integer({ min: -4, max: 4 }),
    });
    fc.assert(
      fc.property(inputs, ({ key, millisecond, drift }) => {
        const current = Math.floor(millisecond / 30_000);
        const code = authenticatorCode(key, Math.max(0, current + drift));
        const expected = [current + 1, current, current - 1].find(
          (step) => authenticatorCode(key, step) === code,
        );

        expect(matchTimeStep(base32Of(key), code, { at: new Date(millisecond) })).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('reads the secrets it draws as an authenticator does', () => {
    const secret = drawTotpSecret();
    const bits = Array.from(secret, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
    const key = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
    const at = new Date('2026-01-01T00:00:00Z');

    const step = matchTimeStep(secret, authenticatorCode(key, timeStepOf(at)), { at });

    expect(key.length).toBe(TOTP.secretBytes);
    expect(step).toBeGreaterThanOrEqual(timeStepOf(at));
  });
});

describe('wasRecentCode', () => {
  const step = 41_152_263;
  const code = authenticatorCode(RFC_KEY, step);

  it.each([
    ['the last step of the window', 1, true],
    ['one step too late', 2, true],
    ['two minutes late', 4, true],
    ['later than two minutes', 5, false],
    ['one step too early', -2, true],
    ['two minutes early', -4, true],
    ['earlier than two minutes', -5, false],
  ])('knows a code from another time, %s', (_, lateSteps, expected) => {
    expect(wasRecentCode(RFC_SECRET, code, { at: atSecond((step + lateSteps) * 30) })).toBe(expected);
  });

  it('does not know a code that never was', () => {
    const codes = Array.from({ length: 41 }, (_, index) => authenticatorCode(RFC_KEY, step - 20 + index));
    expect(codes).not.toContain('000000');

    expect(wasRecentCode(RFC_SECRET, '000000', { at: atSecond(step * 30) })).toBe(false);
  });

  it('looks at no time before the epoch', () => {
    expect(wasRecentCode(RFC_SECRET, authenticatorCode(RFC_KEY, 0), { at: atSecond(0) })).toBe(true);
  });
});
