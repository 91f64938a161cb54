import { timingSafeEqual } from 'node:crypto';
import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { ScureBase32Plugin, createGuardrails, generateSecret as drawSecret, generateSync } from 'otplib';

/** RFC 6238 with the parameters every authenticator app reads. SHA-1 here is HMAC-SHA-1 (RFC 4226 §B.2). */
export const TOTP = {
  algorithm: 'sha1',
  digits: 6,
  periodSeconds: 30,
  secretBytes: 20,
  driftSteps: 1,
} as const;

const crypto = new NodeCryptoPlugin();
const base32 = new ScureBase32Plugin();
/** Secrets of other libraries that were imported can be shorter than RFC 4226 §4 R6 asks for; ours never are. */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10, MAX_SECRET_BYTES: 64 });

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Draws a shared secret: 160 bits (RFC 4226 §4 R6), base32 without padding, 32 characters. */
export function drawTotpSecret(): string {
  return drawSecret({ length: TOTP.secretBytes, crypto });
}

/**
 * Reads a secret as phones do: in any case, with spaces, dashes and padding, and without the bits at its end
 * that fill no byte. Characters drawn at random leave some, and a strict decoder refuses them.
 *
 * @returns the same key in base32 without padding (RFC 4648 §6), or `undefined` when it is no base32
 */
export function canonicalSecret(written: string): string | undefined {
  const [, characters] = /^([A-Za-z2-7]+)=*$/.exec(written.replaceAll(/[\s-]/g, '')) ?? [];
  if (characters === undefined) {
    return undefined;
  }
  const bits = Array.from(characters.toUpperCase(), (character) =>
    BASE32.indexOf(character).toString(2).padStart(5, '0'),
  ).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return base32.encode(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2)));
}

/** The time step an instant lies in: seconds since the epoch over 30, whole (RFC 6238 §4.2). */
export function timeStepOf(instant: Date): number {
  return Math.floor(instant.getTime() / 1000 / TOTP.periodSeconds);
}

/**
 * Finds the time step a code belongs to, within one step of drift either way (RFC 6238 §5.2).
 *
 * Every step is computed and compared, and each comparison takes the same time, so that the answer's
 * time tells nothing about which step, or how many digits, matched.
 *
 * @param secret base32 without padding, of 80 to 512 bits: for others it throws
 * @param code exactly six ASCII digits
 * @returns the latest matching step, or `undefined` when none matches
 */
export function matchTimeStep(
  secret: string,
  code: string,
  options: { readonly at: Date },
): number | undefined {
  const current = timeStepOf(options.at);
  const key = base32.decode(secret);
  let matched: number | undefined;
  // A clock that has lost its battery stands at the epoch, before which there are no steps.
  const first = Math.max(0, current - TOTP.driftSteps);
  for (let step = first; step <= current + TOTP.driftSteps; step += 1) {
    const isMatch = timingSafeEqualBytes(Buffer.from(codeAt(key, step)), Buffer.from(code));
    matched = isMatch ? step : matched;
  }
  return matched;
}

function codeAt(key: Uint8Array, step: number): string {
  return generateSync({
    secret: key,
    crypto,
    guardrails,
    algorithm: TOTP.algorithm,
    digits: TOTP.digits,
    period: TOTP.periodSeconds,
    epoch: step * TOTP.periodSeconds,
  });
}

function timingSafeEqualBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** How far back a code is still recognised as one that came too late: five minutes. */
const LATE_STEPS = 10;

/** Whether a code that does not match was right within the last five minutes, or will be: a slow person, or a clock that is off. For the log only. */
export function wasRecentCode(secret: string, code: string, options: { readonly at: Date }): boolean {
  const current = timeStepOf(options.at);
  const key = base32.decode(secret);
  const steps = Array.from({ length: 2 * LATE_STEPS + 1 }, (_, index) => current - LATE_STEPS + index);
  // All of them, also after a match, so that the time tells nothing of which.
  const codes = steps.filter((step) => step >= 0).map((step) => codeAt(key, step));
  return codes.includes(code);
}
