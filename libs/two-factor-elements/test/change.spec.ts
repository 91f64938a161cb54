import { describe, expect, it } from 'vitest';
import { CallFailure } from '../src/api/call-failure.js';
import type {
  Authenticator,
  Enabled,
  PasskeyCreationOptions,
  RegisteredPasskey,
  Status,
} from '../src/api/two-factor-api.js';
import { type Change, type ChangeEvent, type Deed, beginChange, change } from '../src/flows/change.js';
import { AT, CODES, SETUP, TOKENS } from './answers.js';

const LATER = '2026-11-30T12:00:00.000Z';
const PHONE = { id: 'a phone', type: 'totp', name: 'Phone', createdAt: AT, lastUsedAt: null } as const;
const TABLET: Authenticator = { ...PHONE, id: 'a tablet', name: 'Tablet' };
const ON: Status = {
  enabled: true,
  pending: false,
  enabledAt: AT,
  methods: ['totp', 'backup_code'],
  authenticators: [PHONE],
  available: ['totp', 'passkey'],
  backupCodes: { remaining: 8, total: 10, generatedAt: AT },
  trustedDeviceDays: 0,
  locks: [],
  enrolment: null,
  recoveryUntil: null,
};
const OFF: Status = {
  ...ON,
  enabled: false,
  enabledAt: null,
  methods: [],
  authenticators: [],
  backupCodes: { remaining: 0, total: 0, generatedAt: null },
};
const RECOVERING: Status = { ...ON, recoveryUntil: LATER };
const OF = { service: 'Acme', account: 'ann@example.com' };
const SET = { codes: CODES, drawnAt: LATER, ...OF };
const ENABLED: Enabled = { enabled: true, enabledAt: LATER, backupCodesRemaining: 10, ...TOKENS };
const PASSKEY: RegisteredPasskey = { ...PHONE, id: 'a passkey', type: 'passkey' };
const OPTIONS: PasskeyCreationOptions = {
  rp: { id: 'localhost', name: 'Acme' },
  user: { id: 'an id', name: 'ann@example.com', displayName: 'ann@example.com' },
  challenge: 'a challenge',
  pubKeyCredParams: [],
  timeout: 300_000,
  excludeCredentials: [],
  authenticatorSelection: {
    residentKey: 'preferred',
    requireResidentKey: false,
    userVerification: 'required',
  },
  attestation: 'none',
};

const FIRST_APP: Deed = { kind: 'first-app' };
const FIRST_PASSKEY: Deed = { kind: 'first-passkey' };
const TURN_OFF: Deed = { kind: 'turn-off' };
const DRAW: Deed = { kind: 'draw-codes' };
const REPLACE: Deed = { kind: 'replace' };
const ADD_APP: Deed = { kind: 'add-app', name: 'Tablet' };
const RENAME: Deed = { kind: 'rename', authenticator: PHONE, name: 'Old phone' };

const plain = (type: 'back' | 'codes-saved' | 'load' | 'next' | 'started-elsewhere'): ChangeEvent => ({
  type,
});
const chosen = (deed: Deed): ChangeEvent => ({ type: 'chosen', deed });
const play = (state: Change, ...events: readonly ChangeEvent[]): Change => events.reduce(change, state);
/** The settings with this status on the screen. */
const shown = (status: Status): Change =>
  play(beginChange, plain('load'), { type: 'loaded', load: 1, status });
const asked = (status: Status, deed: Deed): Change => play(shown(status), chosen(deed));
const deedOf = (state: Change): Deed => {
  if (!('deed' in state) || state.deed === undefined) {
    throw new Error(`nothing is done at ${state.step}`);
  }
  return state.deed;
};
const setUp = (state: Change, setup = SETUP): Change =>
  play(state, { type: 'set-up', deed: deedOf(state), setup });
const confirming = (status: Status, deed: Deed, setup = SETUP): Change =>
  play(setUp(asked(status, deed), setup), plain('next'));
const confirmed = (state: Change, setup = SETUP): ChangeEvent => ({
  type: 'confirmed',
  deed: deedOf(state),
  setup,
  answer: ENABLED,
});
const failureOf = (code: CallFailure['code'], more = {}): CallFailure => new CallFailure(code, more);
const refused = (state: Change, code: CallFailure['code'], more = {}): ChangeEvent => ({
  type: 'refused',
  deed: deedOf(state),
  failure: failureOf(code, more),
  at: new Date(LATER),
});
const refuse = (state: Change, ...codes: readonly CallFailure['code'][]): Change =>
  codes.reduce((now, code) => change(now, refused(now, code)), state);

describe('the settings as they are', () => {
  it('are shown once the status is there, and asked for anew at each return', () => {
    expect(shown(ON)).toMatchObject({ step: 'overview', status: ON, isBusy: false, load: 1 });
    expect(play(asked(ON, TURN_OFF), plain('back'))).toMatchObject({ step: 'loading', load: 2, status: ON });
  });

  it('take the answer to the latest question alone', () => {
    const twice = play(beginChange, plain('load'), plain('load'));

    expect(play(twice, { type: 'loaded', load: 1, status: ON })).toBe(twice);
    expect(play(twice, { type: 'load-failed', load: 1, failure: failureOf('OFFLINE') })).toBe(twice);
    expect(play(twice, { type: 'loaded', load: 2, status: OFF })).toMatchObject({
      step: 'overview',
      status: OFF,
    });
  });

  it('are where a question leads from whatever was on the screen, but not once somebody has gone on', () => {
    const proving = play(asked(ON, TURN_OFF), plain('load'));
    const loaded: ChangeEvent = { type: 'loaded', load: 2, status: RECOVERING };
    const failed: ChangeEvent = { type: 'load-failed', load: 2, failure: failureOf('OFFLINE') };
    const since = play(proving, chosen({ kind: 'replace', isLost: true }));

    expect(play(proving, loaded)).toMatchObject({ step: 'overview', status: RECOVERING });
    expect(play(proving, failed)).toMatchObject({ step: 'failed' });
    expect(play(since, loaded)).toEqual({ ...since, status: RECOVERING });
    expect(play(since, failed)).toBe(since);
  });

  it('learn of a new status while a call is under way', () => {
    const busy = play(asked(OFF, FIRST_APP), plain('load'), { type: 'loaded', load: 2, status: OFF });

    expect(busy).toMatchObject({ step: 'overview', isBusy: true });
    expect(setUp(busy)).toMatchObject({ step: 'scanning' });
  });

  it('do not take somebody from a setup that is gone on with while they are asked for', () => {
    const loaded: ChangeEvent = { type: 'loaded', load: 2, status: OFF };
    const scanning = play(setUp(asked(OFF, FIRST_APP)), plain('load'));
    const at = play(confirming(OFF, FIRST_APP), plain('load'));

    expect(play(scanning, plain('next'), loaded)).toMatchObject({ step: 'confirming' });
    expect(play(at, plain('back'), loaded)).toMatchObject({ step: 'scanning' });
  });

  it('say what failed, and what was done before stays to be said', () => {
    const done = play(asked(ON, RENAME), { type: 'done', deed: RENAME });
    const isDone = play(asked(ON, RENAME));
    const renamed = play(isDone, { type: 'done', deed: deedOf(isDone) });
    const failed = play(renamed, { type: 'load-failed', load: 2, failure: failureOf('OFFLINE') });

    expect(done).toEqual(isDone);
    expect(failed).toMatchObject({ step: 'failed', failure: { code: 'OFFLINE' } });
    expect(play(failed, plain('back'), { type: 'loaded', load: 3, status: ON })).toMatchObject({
      step: 'overview',
      outcome: { done: { kind: 'rename', name: 'Old phone' } },
    });
  });

  it('end with the session, and begin again when they are asked for', () => {
    const failure = failureOf('AUTH_TOKEN_EXPIRED');
    const signedOut = play(shown(ON), plain('load'), { type: 'load-failed', load: 2, failure });
    const elsewhere: ChangeEvent = {
      type: 'refused',
      failure: failureOf('AUTH_TOKEN_MISSING'),
      at: new Date(AT),
    };

    expect(signedOut).toMatchObject({ step: 'signed-out' });
    expect(play(shown(ON), elsewhere)).toMatchObject({ step: 'signed-out' });
    expect(play(signedOut, chosen(TURN_OFF), plain('back'))).toBe(signedOut);
    expect(play(signedOut, plain('load'))).toMatchObject({ step: 'loading' });
  });

  it('stay where they are when a call beside them fails', () => {
    const failed: ChangeEvent = { type: 'refused', failure: failureOf('OFFLINE'), at: new Date(AT) };

    expect(play(shown(ON), failed)).toEqual(shown(ON));
  });
});

describe('a proof', () => {
  const both: Status = { ...ON, methods: ['passkey', 'totp', 'backup_code'] };
  const passkeyOnly: Status = { ...ON, methods: ['passkey', 'backup_code'] };

  it.each([
    ['draw codes', DRAW],
    ['turn off', TURN_OFF],
    ['remove', { kind: 'remove', authenticator: PHONE }],
  ] as const)('is a factor to %s, and who has none is led to a new one by a backup code', (_, deed) => {
    const proving = asked(both, deed);

    expect(proving).toMatchObject({ step: 'proving', methods: ['passkey', 'totp'] });
    expect(proving).toHaveProperty('instead', { kind: 'replace', isLost: true });
    expect(asked(passkeyOnly, deed)).toHaveProperty('instead', { kind: 'add-passkey', isLost: true });
    expect(asked({ ...both, backupCodes: { ...ON.backupCodes, remaining: 0 } }, deed)).toHaveProperty(
      'instead',
      undefined,
    );
  });

  it.each([
    ['replace', REPLACE],
    ['add an app', ADD_APP],
    ['add a passkey', { kind: 'add-passkey' }],
  ] as const)('is a factor or a backup code to %s', (_, deed) => {
    expect(asked(both, deed)).toMatchObject({ step: 'proving', methods: ['passkey', 'totp', 'backup_code'] });
  });

  it('is a backup code before all else where the phone is lost', () => {
    const lost = play(asked(ON, TURN_OFF), chosen({ kind: 'replace', isLost: true }));

    expect(lost).toMatchObject({
      step: 'proving',
      deed: { kind: 'replace' },
      methods: ['backup_code', 'totp'],
    });
  });

  it.each([
    'TWO_FACTOR_CODE_INVALID',
    'TWO_FACTOR_LOCKED',
    'TWO_FACTOR_FROZEN',
    'VALIDATION_FAILED',
    'TWO_FACTOR_NOT_ENABLED',
    'RATE_LIMITED',
    'OFFLINE',
    'PASSKEY_CANCELLED',
  ] as const)('that is refused is asked for again, with what was wrong: %s', (code) => {
    const proving = asked(ON, TURN_OFF);

    expect(refuse(proving, code)).toEqual({ ...proving, needsPassword: false, failure: failureOf(code) });
  });

  it('says by what a step-up has to be, when the host wants one', () => {
    const demand = { methods: ['totp' as const], maxAgeSeconds: 300 };
    const proving = asked(ON, TURN_OFF);
    const after = play(proving, refused(proving, 'TWO_FACTOR_STEP_UP_REQUIRED', { details: [demand] }));

    expect(after).toMatchObject({ step: 'proving', failure: { stepUpDemand: demand } });
  });

  it('takes the password too once the server wants it, also at the tries after', () => {
    const proving = asked(ON, TURN_OFF);
    const signInAgain = { details: [{ reason: 'sign_in_again' as const, methods: [] }] };

    expect(refuse(proving, 'AUTH_REAUTHENTICATION_REQUIRED', 'TWO_FACTOR_CODE_INVALID')).toMatchObject({
      step: 'proving',
      needsPassword: true,
    });
    expect(play(proving, refused(proving, 'AUTH_REAUTHENTICATION_REQUIRED', signInAgain))).toMatchObject({
      step: 'proving',
      needsPassword: false,
    });
  });

  it('ends with the session', () => {
    expect(refuse(asked(ON, TURN_OFF), 'AUTH_TOKEN_EXPIRED')).toMatchObject({ step: 'signed-out' });
  });
});

describe('what is done', () => {
  it.each([
    ['turned off', TURN_OFF],
    ['removed', { kind: 'remove', authenticator: PHONE }],
    ['renamed', RENAME],
  ] as const)('is said after the status was asked for anew: %s', (_, deed) => {
    const at = asked(ON, deed);
    const done = play(at, { type: 'done', deed: deedOf(at) });

    expect(done).toMatchObject({ step: 'loading', load: 2, outcome: { done: deed } });
    expect(play(done, { type: 'loaded', load: 2, status: OFF })).toMatchObject({
      step: 'overview',
      status: OFF,
      outcome: { done: deed },
    });
  });

  it('late is said in the overview, and takes nobody out of what they are at since', () => {
    const proving = asked(ON, TURN_OFF);
    const done: ChangeEvent = { type: 'done', deed: deedOf(proving) };
    const left = play(proving, plain('back'), { type: 'loaded', load: 2, status: ON });
    const atCodes = play(left, chosen(DRAW));

    expect(play(left, done)).toMatchObject({ step: 'loading', load: 3, outcome: { done: TURN_OFF } });
    expect(play(atCodes, done)).toBe(atCodes);
  });

  it('late and in vain changes nothing, also when the same is asked for once more', () => {
    const proving = asked(ON, TURN_OFF);
    const again = play(proving, plain('back'), { type: 'loaded', load: 2, status: ON }, chosen(TURN_OFF));

    for (const code of ['TWO_FACTOR_CODE_INVALID', 'AUTH_TOKEN_EXPIRED', 'OFFLINE'] as const) {
      expect(play(again, refused(proving, code))).toBe(again);
    }
  });
});

describe('a name', () => {
  it('is asked for before another app, and may be empty', () => {
    const naming = asked(ON, { kind: 'add-app' });

    expect(naming).toMatchObject({ step: 'naming', isBusy: false });
    expect(play(naming, chosen({ kind: 'add-app', name: '' }))).toMatchObject({ step: 'proving' });
  });

  it('is changed at once, and that is not sent twice', () => {
    const naming = play(asked(ON, { kind: 'rename', authenticator: PHONE }), chosen(RENAME));

    expect(naming).toMatchObject({ step: 'naming', deed: RENAME, isBusy: true });
    expect(play(naming, chosen(RENAME))).toBe(naming);
  });

  it('that is refused can be changed, and who has gone on to remove stays there', () => {
    const naming = asked(ON, RENAME);
    const removing = play(naming, chosen({ kind: 'remove', authenticator: PHONE }));

    expect(refuse(naming, 'VALIDATION_FAILED')).toMatchObject({
      step: 'naming',
      isBusy: false,
      failure: { code: 'VALIDATION_FAILED' },
    });
    expect(play(removing, refused(naming, 'OFFLINE'))).toBe(removing);
    expect(play(removing, { type: 'done', deed: deedOf(naming) })).toBe(removing);
  });
});

describe('an app', () => {
  it('is the first one without a proof, and brings codes and another session', () => {
    const busy = asked(OFF, FIRST_APP);
    const enabled = { change: 'first', enabledAt: LATER, tokens: TOKENS };
    const saving = play(confirming(OFF, FIRST_APP), confirmed(busy));

    expect(busy).toMatchObject({ step: 'overview', isBusy: true, deed: FIRST_APP });
    expect(play(busy, chosen(FIRST_APP))).toBe(busy);
    expect(setUp(busy)).toMatchObject({ step: 'scanning', setup: SETUP, isStale: false });
    expect(saving).toMatchObject({ step: 'saving', codes: SET, enabled });
    expect(play(saving, plain('back'), chosen(TURN_OFF), plain('started-elsewhere'))).toBe(saving);
    expect(play(saving, plain('codes-saved'))).toMatchObject({
      step: 'loading',
      outcome: { done: FIRST_APP },
    });
    expect(play(saving, plain('codes-saved'))).not.toHaveProperty('enabled');
  });

  it('beside others brings another session and no codes', () => {
    const setup = { ...SETUP, backupCodes: [] };
    const at = confirming(ON, ADD_APP, setup);

    expect(play(at, confirmed(at, setup))).toMatchObject({
      step: 'loading',
      load: 2,
      outcome: { done: ADD_APP },
      enabled: { change: 'added', tokens: TOKENS },
    });
  });

  it('in the place of another is asked for among several', () => {
    const choosing = asked({ ...ON, authenticators: [PHONE, PASSKEY, TABLET] }, REPLACE);
    const proving = play(choosing, chosen({ kind: 'replace', replaces: TABLET.id }));
    const at = play(setUp(proving), plain('next'));

    expect(choosing).toMatchObject({ step: 'choosing', among: [PHONE, TABLET], isBusy: false });
    expect(proving).toMatchObject({ step: 'proving', deed: { replaces: TABLET.id } });
    expect(play(at, confirmed(at))).toMatchObject({ step: 'saving', enabled: { change: 'replaced' } });
  });

  it('takes no proof to replace after a sign-in by a backup code, until the while is over', () => {
    const busy = asked(RECOVERING, REPLACE);
    const several = asked({ ...RECOVERING, authenticators: [PHONE, TABLET] }, REPLACE);

    expect(busy).toMatchObject({ step: 'overview', isBusy: true });
    expect(play(several, chosen({ kind: 'replace', replaces: PHONE.id }))).toMatchObject({
      step: 'choosing',
      isBusy: true,
    });
    expect(refuse(busy, 'TWO_FACTOR_ALREADY_ENABLED')).toMatchObject({
      step: 'proving',
      methods: ['totp', 'backup_code'],
    });
  });

  it.each(['OFFLINE', 'TWO_FACTOR_ALREADY_ENABLED', 'TWO_FACTOR_FROZEN'] as const)(
    'that cannot be begun leads to the overview, which says why: %s',
    (code) => {
      expect(refuse(asked(OFF, FIRST_APP), code)).toMatchObject({
        step: 'overview',
        isBusy: false,
        outcome: { failure: { code } },
      });
    },
  );

  it('whose setup comes late changes nothing of what was chosen since', () => {
    const busy = asked(OFF, FIRST_APP);
    const since = play(busy, chosen(FIRST_PASSKEY));
    const left = play(asked(ON, REPLACE), plain('back'));

    expect(play(since, { type: 'set-up', deed: deedOf(busy), setup: SETUP })).toBe(since);
    expect(play(left, { type: 'set-up', deed: REPLACE, setup: SETUP })).toBe(left);
  });

  it('goes back a step at a time', () => {
    const at = confirming(OFF, FIRST_APP);

    expect(play(at, plain('back'))).toMatchObject({ step: 'scanning', setup: SETUP });
    expect(play(at, plain('back'), plain('back'))).toMatchObject({ step: 'loading' });
    expect(play(refuse(at, 'TWO_FACTOR_CODE_INVALID'), plain('back'), plain('next'))).toMatchObject({
      step: 'confirming',
      failure: undefined,
    });
  });

  it('is warned of an earlier QR code', () => {
    expect(setUp(asked({ ...OFF, pending: true }, FIRST_APP))).toMatchObject({ isStale: true });
  });

  it('begins anew when its setup is no longer pending, or when another tab has begun', () => {
    const at = confirming(OFF, FIRST_APP);
    const expired = refuse(at, 'TWO_FACTOR_SETUP_NOT_PENDING');
    const elsewhere = play(at, plain('started-elsewhere'));

    expect(expired).toMatchObject({ step: 'void', because: 'expired', isBusy: false });
    expect(elsewhere).toMatchObject({ step: 'void', because: 'elsewhere', isBusy: false });
    expect(play(elsewhere, refused(at, 'TWO_FACTOR_CODE_INVALID'))).toBe(elsewhere);
    expect(play(elsewhere, refused(at, 'TWO_FACTOR_SETUP_NOT_PENDING'))).toBe(elsewhere);
    const again = play(elsewhere, chosen(deedOf(elsewhere)));
    expect(again).toMatchObject({ step: 'void', isBusy: true });
    expect(setUp(again)).toMatchObject({ step: 'scanning', isStale: true });
    expect(play(again, plain('back'))).toMatchObject({ step: 'loading' });
  });

  it('takes a proof again where it took one, when it begins anew', () => {
    const isVoid = play(confirming(ON, REPLACE), plain('started-elsewhere'));

    expect(play(isVoid, chosen(deedOf(isVoid)))).toMatchObject({ step: 'proving' });
  });

  it('that was confirmed is so wherever somebody is by now: its session and its codes come once', () => {
    const at = confirming(OFF, FIRST_APP);
    const elsewhere = play(at, plain('started-elsewhere'), plain('back'));

    expect(play(elsewhere, confirmed(at))).toMatchObject({ step: 'saving', codes: SET });
  });

  it('shows the codes when an answer was lost and the session is gone, and then leads to the sign-in', () => {
    const at = confirming(OFF, FIRST_APP);
    const doubtful = refuse(at, 'OFFLINE', 'AUTH_TOKEN_EXPIRED');

    expect(doubtful).toMatchObject({ step: 'saving', codes: SET, isDoubtful: true });
    expect(play(doubtful, plain('codes-saved'))).toMatchObject({ step: 'signed-out' });
    expect(refuse(at, 'TWO_FACTOR_CODE_INVALID', 'AUTH_TOKEN_EXPIRED')).toMatchObject({ step: 'signed-out' });
    expect(
      refuse(confirming(ON, ADD_APP, { ...SETUP, backupCodes: [] }), 'OFFLINE', 'AUTH_TOKEN_EXPIRED'),
    ).toMatchObject({ step: 'signed-out' });
  });

  it('is still doubtful after a look at the QR code', () => {
    const at = refuse(confirming(OFF, FIRST_APP), 'OFFLINE');

    expect(refuse(play(at, plain('back'), plain('next')), 'AUTH_TOKEN_EXPIRED')).toMatchObject({
      isDoubtful: true,
    });
  });
});

describe('a passkey', () => {
  const registered = (at: Change, answer: RegisteredPasskey): ChangeEvent => ({
    type: 'passkey-registered',
    deed: deedOf(at),
    answer,
    of: OF,
  });
  const first = { ...PASSKEY, enabled: true as const, enabledAt: LATER, backupCodes: CODES };

  it('is the first factor without a proof, and brings codes and another session', () => {
    const at = asked(OFF, FIRST_PASSKEY);

    expect(at).toMatchObject({ step: 'creating-passkey' });
    expect(play(at, registered(at, { ...first, ...TOKENS }))).toMatchObject({
      step: 'saving',
      codes: SET,
      enabled: { change: 'first', tokens: TOKENS },
    });
    expect(play(at, registered(at, first))).toHaveProperty('enabled', undefined);
  });

  it('beside others takes a proof, and what it is made by comes late for nobody', () => {
    const proving = asked(ON, { kind: 'add-passkey' });
    const options: ChangeEvent = { type: 'passkey-asked', deed: deedOf(proving), options: OPTIONS };
    const creating = play(proving, options);
    const left = play(proving, plain('back'));

    expect(creating).toMatchObject({ step: 'creating-passkey', options: OPTIONS });
    expect(play(left, options)).toBe(left);
    expect(play(creating, registered(creating, PASSKEY))).toMatchObject({
      step: 'loading',
      outcome: { done: { kind: 'add-passkey' } },
    });
  });

  it('can be made again after a no, and takes the password when the server wants it', () => {
    const at = asked(OFF, FIRST_PASSKEY);

    expect(refuse(at, 'PASSKEY_CANCELLED')).toMatchObject({ step: 'creating-passkey' });
    expect(refuse(at, 'AUTH_REAUTHENTICATION_REQUIRED', 'OFFLINE')).toMatchObject({
      step: 'creating-passkey',
      needsPassword: true,
    });
  });

  it('that the server refuses has spent its proof: the overview says so', () => {
    const refusedOne = refuse(asked(OFF, FIRST_PASSKEY), 'TWO_FACTOR_PASSKEY_INVALID');

    expect(refusedOne).toMatchObject({ step: 'loading', load: 2 });
    expect(play(refusedOne, { type: 'loaded', load: 2, status: OFF })).toMatchObject({
      step: 'overview',
      outcome: { failure: { code: 'TWO_FACTOR_PASSKEY_INVALID' } },
    });
  });
});

describe('new codes', () => {
  const drawn = (at: Change): ChangeEvent => ({
    type: 'drawn',
    deed: deedOf(at),
    backupCodes: CODES,
    at: new Date(LATER),
  });

  it('are shown wherever somebody is by now, until they are safe', () => {
    const at = asked(ON, DRAW);
    const saving = play(at, plain('back'), drawn(at));

    expect(saving).toMatchObject({ step: 'saving', deed: DRAW, codes: { codes: CODES, drawnAt: LATER } });
    expect(
      play(saving, { type: 'refused', failure: failureOf('AUTH_TOKEN_EXPIRED'), at: new Date(AT) }),
    ).toBe(saving);
    expect(play(saving, { type: 'loaded', load: saving.load, status: OFF })).toMatchObject({
      step: 'saving',
      status: OFF,
    });
    expect(play(saving, plain('codes-saved'))).toMatchObject({ step: 'loading', outcome: { done: DRAW } });
  });

  it.each([
    ['new codes', DRAW, ON],
    ['the first passkey', FIRST_PASSKEY, OFF],
  ] as const)(
    'that nobody has seen are told by the next status, when an answer was lost: %s',
    (_, deed, before) => {
      const lost = refuse(asked(before, deed), 'OFFLINE');
      const now = (generatedAt: string | null): Change =>
        play(lost, plain('back'), {
          type: 'loaded',
          load: 2,
          status: { ...before, backupCodes: { ...ON.backupCodes, generatedAt } },
        });

      expect(now(LATER)).toMatchObject({ step: 'overview', unseenSet: LATER });
      expect(now(before.backupCodes.generatedAt)).toHaveProperty('unseenSet', undefined);
    },
  );

  it('that nobody has seen are told also when a status with their date came before the answer was lost', () => {
    const next = { ...ON, backupCodes: { ...ON.backupCodes, generatedAt: LATER } };
    const at = asked(ON, DRAW);
    const meanwhile = play(at, plain('load'), { type: 'loaded', load: at.load + 1, status: next });
    const lost = play(meanwhile, {
      type: 'refused',
      deed: deedOf(at),
      failure: failureOf('OFFLINE'),
      at: new Date(AT),
    });

    const { load } = play(lost, plain('load'));
    expect(play(lost, plain('load'), { type: 'loaded', load, status: next })).toMatchObject({
      unseenSet: LATER,
    });
  });

  it('that nobody has seen are told also when an older question for the status is answered after the loss', () => {
    const at = play(shown(ON), plain('load'), chosen(DRAW));
    const older: ChangeEvent = { type: 'loaded', load: at.load, status: ON };
    const since = play(refuse(at, 'OFFLINE'), older, plain('back'));
    const status = { ...ON, backupCodes: { ...ON.backupCodes, generatedAt: LATER } };

    expect(play(since, { type: 'loaded', load: since.load, status })).toMatchObject({ unseenSet: LATER });
  });

  it('that came after all leave no doubt', () => {
    const at = refuse(asked(ON, DRAW), 'OFFLINE');
    const after = play(at, drawn(at), {
      type: 'loaded',
      load: 1,
      status: { ...ON, backupCodes: { ...ON.backupCodes, generatedAt: LATER } },
    });

    expect(after).toHaveProperty('unseenSet', undefined);
  });
});
