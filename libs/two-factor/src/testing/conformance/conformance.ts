import assert from 'node:assert/strict';
import { Phone } from '../phone.js';
import { isGood, shown } from './answer-fields.js';
import { AT_ONCE, isJudged, refused, worksOnce } from './assertions.js';
import type { ConformanceCheck, ConformanceDriver, HostAnswer } from './conformance-driver.js';
import { SHAPES } from './shapes.js';
import { END_OF_A_USER, endOfSessions } from './end-of-sessions.js';
import { type Check, HostUnderTest } from './host-under-test.js';
import { opensNothing, otherDoors } from './other-doors.js';
import { passkeys } from './passkeys.js';
import { REQUIRED_LATER, REQUIRED_NOW } from './required-by-policy.js';
import { routesWithSecondFactor } from './routes-with-second-factor.js';
import { SEVERAL_AUTHENTICATORS } from './several-authenticators.js';
import { stepUpRoutes } from './step-up-routes.js';
import { TIMES } from './times.js';
import { TRUSTED_DEVICES } from './trusted-devices.js';

/** Failures in a row after which the account waits: four are free, the fifth is the last one. */
const FAILURES_BEFORE_A_LOCK = 5;
/** More than any budget admits, so that a host without one is not guessed at forever. */
const GUESSES_AT_MOST = 40;

const CHECKS: Readonly<Record<string, Check>> = {
  'setup answers with a QR code that a phone reads': async (host) => {
    const user = await host.newUser();
    const answer = await host.post('setup', {}, { credentials: await host.session(user) });

    assert.ok(isGood(answer), `setup answered ${shown(answer)}`);
    assert.match(answer.headers.get('cache-control') ?? '', /no-store/, 'no cache may keep a secret');
    const setup = await host.setUp(await host.session(user));
    const phone = await Phone.scan(setup.qrCodeUri, host.clock);
    assert.equal(phone.secret, setup.secret, 'the picture holds the secret of the last setup');
    assert.equal(phone.account, user.label);
    assert.notEqual(phone.issuer, '');
    assert.equal(new Set(setup.backupCodes).size, 10, 'there are ten backup codes');
  },

  'a setup that is not confirmed changes nothing': async (host) => {
    const user = await host.newUser();
    const session = await host.session(user);
    const { otpauthUri, backupCodes } = await host.setUp(session);

    const again = await host.session(user);

    const forged = await host.post('verify', {
      challengeToken: 'a'.repeat(43),
      backupCode: backupCodes[0],
    });
    assert.equal(forged.status, 401, 'without a second factor there is no challenge to answer');
    await host.confirm(Phone.of(otpauthUri, host.clock), again);
    await host.challenge(user);
  },

  'a sign-in asks for a code, and a right one opens a session': async (host) => {
    const { user, phone } = await host.enrolled();
    const challengeToken = await host.challenge(user);

    const answer = await host.post('verify', { challengeToken, code: phone.freshCode() });

    assert.ok(isGood(answer), `verify answered ${shown(answer)}`);
    const credentials = host.credentialsOf(answer);
    assert.ok(credentials, 'the answer holds a session');
    for (const route of host.hostRoutes) {
      const opened = await host.request(route, credentials);
      assert.ok(isGood(opened), `${route.path} opens to a full session; it answered ${shown(opened)}`);
    }
    const spent = await host.post('verify', { challengeToken, code: phone.wrongCode() });
    refused(host, spent, 'TWO_FACTOR_CHALLENGE_INVALID');
  },

  'half a sign-in opens nothing': async (host) => {
    const { user } = await host.enrolled();
    const half = await host.logIn(user);
    assert.ok(host.challengeTokenOf(half), `the sign-in answers with a challenge: ${shown(half)}`);

    await opensNothing(host, half);
  },

  [`a one-time code works once, of ${AT_ONCE} at the same moment`]: async (host) => {
    const enrolled = await host.enrolled();

    await worksOnce(host, enrolled, { code: enrolled.phone.freshCode() });
  },

  [`a backup code works once, of ${AT_ONCE} at the same moment`]: async (host) => {
    const enrolled = await host.enrolled();

    await worksOnce(host, enrolled, { backupCode: enrolled.backupCodes[0] ?? '' });
  },

  'a code that was used is refused, and so is the one that confirmed the setup': async (host) => {
    const user = await host.newUser();
    const session = await host.session(user);
    const { otpauthUri } = await host.setUp(session);
    const phone = Phone.of(otpauthUri, host.clock);
    const confirming = phone.freshCode();
    const enabled = await host.post('enable', { code: confirming }, { credentials: session });
    assert.ok(isGood(enabled), `enable answered ${shown(enabled)}`);

    const replayed = await host.post('verify', {
      challengeToken: await host.challenge(user),
      code: confirming,
    });
    const code = phone.freshCode();
    await host.signIn(user, { code });
    const again = await host.post('verify', { challengeToken: await host.challenge(user), code });

    refused(host, replayed, 'TWO_FACTOR_CODE_INVALID');
    refused(host, again, 'TWO_FACTOR_CODE_INVALID');
  },

  'guessing ends: the account waits, says for how long, and leaves the backup codes': async (host) => {
    const { user, phone, backupCodes } = await host.enrolled();
    let challengeToken = await host.challenge(user);
    let judged = 0;
    let locked: HostAnswer | undefined;
    for (let guess = 0; guess < GUESSES_AT_MOST && locked === undefined; guess += 1) {
      const answer = await host.post('verify', { challengeToken, code: phone.wrongCode() }, { turn: guess });
      assert.ok(answer.status >= 400 && answer.status < 500, `a wrong code answered ${shown(answer)}`);
      judged += isJudged(host, answer) ? 1 : 0;
      locked = answer.status === 429 ? answer : undefined;
      const isOver = host.codeOf(answer) === 'TWO_FACTOR_CHALLENGE_INVALID';
      challengeToken = isOver ? await host.challenge(user) : challengeToken;
    }

    assert.ok(locked, `after ${GUESSES_AT_MOST} wrong codes there is still no end`);
    refused(host, locked, 'TWO_FACTOR_LOCKED');
    assert.ok(judged <= FAILURES_BEFORE_A_LOCK, `${judged} guesses were judged before the account waited`);
    assert.match(locked.headers.get('retry-after') ?? '', /^[1-9]\d*$/, 'Retry-After says the seconds');
    const right = await host.post('verify', {
      challengeToken: await host.challenge(user),
      code: phone.freshCode(),
    });
    assert.equal(right.status, 429, 'the right code waits too');
    await host.signIn(user, { backupCode: backupCodes[0] ?? '' });
  },

  'a burst of guesses gets no more tries than guesses in turn': async (host) => {
    const { user, phone } = await host.enrolled();
    const challenges = await host.challenges(user);
    const code = phone.wrongCode();

    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, turn) =>
        host.post('verify', { challengeToken: challenges[turn % challenges.length], code }, { turn }),
      ),
    );

    const judged = answers.filter((answer) => isJudged(host, answer)).length;
    assert.ok(judged <= FAILURES_BEFORE_A_LOCK, `${judged} guesses of one burst were judged`);
    assert.ok(!answers.some(isGood), 'a wrong code opens nothing');
  },

  'a malformed code costs no attempt': async (host) => {
    const { user, phone } = await host.enrolled();
    const challengeToken = await host.challenge(user);

    for (const code of ['', '12345', 'abcdef', '1234567', '１２３４５', 123_456, null, ['123456']]) {
      refused(host, await host.post('verify', { challengeToken, code }), 'VALIDATION_FAILED');
    }

    const answer = await host.post('verify', { challengeToken, code: phone.freshCode() });
    assert.ok(isGood(answer), `a right code after malformed ones answered ${shown(answer)}`);
  },

  'a code counts for its own user, and is not spent by another': async (host) => {
    const [ann, bob] = [await host.enrolled(), await host.enrolled()];
    const code = bob.phone.freshCode();
    const backupCode = bob.backupCodes[0] ?? '';
    const challengeToken = await host.challenge(ann.user);

    refused(host, await host.post('verify', { challengeToken, code }), 'TWO_FACTOR_CODE_INVALID');
    refused(host, await host.post('verify', { challengeToken, backupCode }), 'TWO_FACTOR_CODE_INVALID');

    await host.signIn(bob.user, { code });
    await host.signIn(bob.user, { backupCode });
  },

  'the authenticator is replaced without a gap': async (host) => {
    const { user, phone: old, backupCodes, credentials } = await host.enrolled();
    refused(host, await host.post('setup', {}, { credentials }), 'TWO_FACTOR_ALREADY_ENABLED');
    const next = await host.setUp(credentials, { backupCode: backupCodes[0] });

    const session = await host.signIn(user, { code: old.freshCode() });
    const phone = Phone.of(next.otpauthUri, host.clock);
    await host.confirm(phone, session);

    const late = await host.post('verify', { challengeToken: await host.challenge(user), code: old.code() });
    const dead = await host.post('verify', {
      challengeToken: await host.challenge(user),
      backupCode: backupCodes[1],
    });
    refused(host, late, 'TWO_FACTOR_CODE_INVALID');
    refused(host, dead, 'TWO_FACTOR_CODE_INVALID');
    await host.signIn(user, { code: phone.freshCode() });
    await host.signIn(user, { backupCode: next.backupCodes[0] ?? '' });
  },

  'a code of the phone turns it off, and a backup code does not': async (host) => {
    const { user, phone, backupCodes, credentials } = await host.enrolled();

    const weak = await host.post('disable', { backupCode: backupCodes[0] }, { credentials });
    refused(host, weak, 'VALIDATION_FAILED');
    await host.challenge(user);

    const answer = await host.post('disable', { code: phone.freshCode() }, { credentials });
    assert.ok(isGood(answer), `disable answered ${shown(answer)}`);
    await host.session(user);
  },

  'a refusal carries its code, and a wrong one-time code is no 401': async (host) => {
    const user = await host.newUser();
    const credentials = await host.session(user);
    const code = '000000';

    refused(host, await host.post('enable', { code }, { credentials }), 'TWO_FACTOR_SETUP_NOT_PENDING');
    refused(host, await host.post('disable', { code }, { credentials }), 'TWO_FACTOR_NOT_ENABLED');
    refused(host, await host.post('backupCodes', { code }, { credentials }), 'TWO_FACTOR_NOT_ENABLED');
    refused(host, await host.post('setup', { codes: code }, { credentials }), 'VALIDATION_FAILED');
    const unknown = await host.post('verify', { challengeToken: 'unknown', code });
    refused(host, unknown, 'TWO_FACTOR_CHALLENGE_INVALID');
    assert.ok(unknown.headers.has('www-authenticate'), 'a 401 says how to authenticate (RFC 9110 §15.5.2)');
    const { otpauthUri } = await host.setUp(credentials);
    const wrong = Phone.of(otpauthUri, host.clock).wrongCode();
    const answer = await host.post('enable', { code: wrong }, { credentials });
    refused(host, answer, 'TWO_FACTOR_CODE_INVALID');
    assert.equal(answer.status, 422, 'a client that refreshes its token on 401 must not do so here');
  },
};

/**
 * What a host has to hold, as named checks for whatever test runner it uses:
 *
 * ```ts
 * for (const { name, run } of twoFactorConformance(driver)) it(name, run);
 * ```
 *
 * Each makes users of its own, needs a few seconds at most, and never waits for a clock. Turn limits per
 * address off for it: every request comes from one.
 */
export function twoFactorConformance<User extends { readonly label: string }>(
  driver: ConformanceDriver<User>,
): ConformanceCheck[] {
  const host = new HostUnderTest(driver);
  const checks = {
    ...CHECKS,
    ...TIMES,
    ...SHAPES,
    ...passkeys(driver.passkeyOrigin),
    ...(driver.hasAuthenticators === true ? SEVERAL_AUTHENTICATORS : {}),
    ...(driver.trustsDevices === true ? TRUSTED_DEVICES : {}),
    ...(driver.requireFactorNow === undefined ? {} : REQUIRED_NOW),
    ...(driver.requireFactorLater === undefined ? {} : REQUIRED_LATER),
    ...endOfSessions(driver.sessionsOutliveEnabling),
    ...(driver.deleteUser === undefined ? {} : END_OF_A_USER),
  };
  return [
    ...Object.entries(checks).map(([name, check]) => ({ name, run: () => check(host) })),
    ...otherDoors(host, driver.otherSignIns ?? []),
    ...routesWithSecondFactor(host, driver.twoFactorRoutes ?? []),
    ...stepUpRoutes(host, driver.stepUpRoutes ?? []),
  ];
}
