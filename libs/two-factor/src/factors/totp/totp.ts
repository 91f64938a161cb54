import { createHmac, timingSafeEqual } from 'node:crypto';
import { NodeCryptoPlugin, ScureBase32Plugin, generateSecret as drawSecret } from './otplib.bundled.js';

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

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Of a character of base32. */
const BITS = 5;
/** Secrets of other libraries that were imported can be shorter than RFC 4226 §4 R6 asks for; ours never are. */
const SECRET_BYTES = { least: 10, most: 64 } as const;

/** Draws a shared secret: 160 bits (RFC 4226 §4 R6), base32 without padding, 32 characters. */
export function drawTotpSecret(): string {
  return drawSecret({ length: TOTP.secretBytes, crypto, base32 });
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
  const bits = bytesOf(characters) * 8;
  const length = Math.ceil(bits / BITS);
  const kept = characters.slice(0, length).toUpperCase();
  const spare = length * BITS - bits;
  if (spare === 0) {
    return kept;
  }
  const last = BASE32.indexOf(kept.slice(-1));
  return kept.slice(0, -1) + BASE32.charAt((last >> spare) << spare);
}

/** How many bytes characters of base32 fill. */
function bytesOf(characters: string): number {
  return Math.floor((characters.length * BITS) / 8);
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

/** RFC 4226 §5.3. Ours, for otplib takes six times as long, and this is most of what a sign-in computes. */
function codeAt(key: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac(TOTP.algorithm, key).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  const truncated = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(truncated % 10 ** TOTP.digits).padStart(TOTP.digits, '0');
}

function timingSafeEqualBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** How far back a code is still recognised as one that came too late: two minutes. */
const LATE_STEPS = 4;

/** Whether a code that does not match was right within the last two minutes, or will be: a slow person, or a clock that is off. For the log only. */
export function wasRecentCode(secret: string, code: string, options: { readonly at: Date }): boolean {
  const current = timeStepOf(options.at);
  const key = base32.decode(secret);
  const steps = Array.from({ length: 2 * LATE_STEPS + 1 }, (_, index) => current - LATE_STEPS + index);
  // All of them, also after a match, so that the time tells nothing of which.
  const codes = steps.filter((step) => step >= 0).map((step) => codeAt(key, step));
  return codes.includes(code);
}

/** What a code has turned out to be against one secret. */
export interface CodeLookUp {
  /** The time step it belongs to, spent or not. */
  readonly step: number | undefined;
  /** Why it is refused, if it is: one whose step matches only because the step is spent. */
  readonly reason: 'replayed' | 'expired' | 'wrong';
}

/** All of it is computed for every code, so that the time tells nothing of what it turned out to be. */
export function lookUpCode(secret: string, code: string, options: { readonly at: Date }): CodeLookUp {
  const step = matchTimeStep(secret, code, options);
  const isRecent = wasRecentCode(secret, code, options);
  if (step !== undefined) {
    return { step, reason: 'replayed' };
  }
  return { step, reason: isRecent ? 'expired' : 'wrong' };
}

/**
 * Whether a sign-in can compute codes from a secret, and should.
 *
 * @param secret base32 without padding
 */
export function isUsableSecret(secret: string): boolean {
  const bytes = bytesOf(secret);
  return bytes >= SECRET_BYTES.least && bytes <= SECRET_BYTES.most;
}
