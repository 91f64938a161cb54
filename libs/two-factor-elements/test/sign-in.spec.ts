import { describe, expect, it } from 'vitest';
import { CallFailure } from '../src/api/call-failure.js';
import type { EnrolmentRequired, Verified } from '../src/api/two-factor-api.js';
import { type SignIn, type SignInEvent, beginSignIn, signIn, trustsDevice } from '../src/flows/sign-in.js';
import { CODES, TOKENS } from './answers.js';

const VERIFIED: Verified = { status: 'authenticated', method: 'totp', enrolment: null, ...TOKENS };
const SIGNED_IN = { method: 'totp', tokens: TOKENS } as const;
const TOKEN = 'a challenge token';

const answered = (answer: EnrolmentRequired | Verified, challengeToken = TOKEN): SignInEvent => ({
  type: 'answered',
  challengeToken,
  answer,
});
const refused = (code: CallFailure['code']): SignInEvent => ({
  type: 'refused',
  failure: new CallFailure(code),
});
const after = (...events: readonly SignInEvent[]): SignIn => events.reduce(signIn, beginSignIn(TOKEN));

describe('a sign-in', () => {
  it('is complete with an answer to its own token, and with that of another it is where it was', () => {
    expect(after(answered(VERIFIED))).toEqual({ step: 'signed-in', signedIn: SIGNED_IN });
    expect(after(answered(VERIFIED, 'that of somebody else'))).toEqual(beginSignIn(TOKEN));
  });

  it('shows the codes that come with it before it is complete', () => {
    const saving = after(answered({ ...VERIFIED, backupCodes: CODES }));

    expect(saving).toEqual({ step: 'saving', backupCodes: CODES, signedIn: SIGNED_IN });
    expect(signIn(saving, { type: 'timed-out' })).toBe(saving);
    expect(signIn(saving, { type: 'codes-saved' })).toEqual({ step: 'signed-in', signedIn: SIGNED_IN });
  });

  it('says until when the device is trusted', () => {
    const trustedDevice = { expiresAt: '2026-12-30T12:00:00.000Z' };

    expect(after(answered({ ...VERIFIED, trustedDevice }))).toEqual({
      step: 'signed-in',
      signedIn: { ...SIGNED_IN, trustedDevice },
    });
  });

  it('has no session when a policy wants another factor', () => {
    const enrolment = {
      enrolmentToken: 'an enrolment token',
      expiresIn: 1800,
      methods: ['passkey' as const],
    };

    expect(after(answered({ status: 'two_factor_enrolment_required', ...enrolment }))).toEqual({
      step: 'must-enrol',
      enrolment,
    });
  });

  it.each([
    ['its time is up', [{ type: 'timed-out' }], 'time'],
    ['five answers were wrong', [...wrongAnswers(5), refused('TWO_FACTOR_CHALLENGE_INVALID')], 'tries'],
    [
      'the server knows no such challenge',
      [...wrongAnswers(4), refused('TWO_FACTOR_CHALLENGE_INVALID')],
      'unknown',
    ],
  ] as const)('ends when %s', (_, events, because) => {
    const ended = after(...events);

    expect(ended).toEqual({ step: 'ended', challengeToken: TOKEN, because });
    expect(signIn(ended, { type: 'trust-ticked', isTicked: true })).toBe(ended);
  });

  it('is complete also when its time has run out while the answer was under way: there is a session', () => {
    expect(after({ type: 'timed-out' }, answered(VERIFIED))).toEqual({
      step: 'signed-in',
      signedIn: SIGNED_IN,
    });
  });

  it.each(['TWO_FACTOR_LOCKED', 'RATE_LIMITED', 'OFFLINE', 'PASSKEY_CANCELLED'] as const)(
    'goes on after %s, which is no wrong answer',
    (code) => {
      expect(after(refused(code))).toEqual(beginSignIn(TOKEN));
    },
  );

  it('trusts the device when that is ticked, but not by a backup code', () => {
    const ticked = after({ type: 'trust-ticked', isTicked: true });

    expect(trustsDevice(ticked, { code: '123456' })).toBe(true);
    expect(trustsDevice(ticked, { backupCode: CODES[0]! })).toBe(false);
    expect(trustsDevice(beginSignIn(TOKEN), { code: '123456' })).toBe(false);
    expect(trustsDevice(signIn(ticked, { type: 'trust-ticked', isTicked: false }), {})).toBe(false);
  });
});

/** A passkey that is refused counts as a code does. */
function wrongAnswers(count: number): SignInEvent[] {
  return Array.from({ length: count }, (_, index) =>
    refused(index === 0 ? 'TWO_FACTOR_PASSKEY_INVALID' : 'TWO_FACTOR_CODE_INVALID'),
  );
}
