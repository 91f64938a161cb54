import { describe, expect, it } from 'vitest';
import { CallFailure } from '../src/api/call-failure.js';
import type { Enrolled, EnrolledByPasskey } from '../src/api/two-factor-api.js';
import { type Enrolment, type EnrolmentEvent, beginEnrolment, enrol } from '../src/flows/enrolment.js';
import { AT, CODES, SETUP, TOKENS } from './answers.js';

const SET = { codes: CODES, drawnAt: AT, service: 'Acme', account: 'ann@example.com' };
const ENROLLED: Enrolled = {
  status: 'authenticated',
  enabled: true,
  enabledAt: AT,
  backupCodesRemaining: 10,
  ...TOKENS,
};
const BY_PASSKEY: EnrolledByPasskey = {
  status: 'authenticated',
  id: 'an id',
  type: 'passkey',
  name: 'Laptop',
  createdAt: AT,
  lastUsedAt: null,
  ...TOKENS,
};

const setUp: EnrolmentEvent = { type: 'set-up', setup: SETUP };
const confirmed: EnrolmentEvent = { type: 'confirmed', answer: ENROLLED };
const refused = (code: CallFailure['code']): EnrolmentEvent => ({
  type: 'refused',
  failure: new CallFailure(code),
  at: new Date(AT),
});
const plain = (type: 'app-chosen' | 'back' | 'codes-saved' | 'next' | 'passkey-chosen'): EnrolmentEvent => ({
  type,
});
const after = (...events: readonly EnrolmentEvent[]): Enrolment => events.reduce(enrol, beginEnrolment);
const atConfirm = [plain('app-chosen'), setUp, plain('next')];

describe('an enrolment that a policy wants', () => {
  it('is done with an app once its codes are safe', () => {
    const enrolled = { method: 'totp', tokens: TOKENS } as const;
    const saving = after(...atConfirm, confirmed);

    expect(saving).toEqual({ step: 'saving', codes: SET, enrolled });
    expect(enrol(saving, plain('back'))).toBe(saving);
    expect(enrol(saving, plain('codes-saved'))).toEqual({ step: 'enrolled', enrolled });
  });

  it('is done with a passkey, at once where there are codes already', () => {
    const of = { service: 'Acme', account: 'ann@example.com' };
    const enrolled = { method: 'passkey', tokens: TOKENS } as const;
    const registered = (answer: EnrolledByPasskey): Enrolment =>
      after(plain('passkey-chosen'), { type: 'passkey-registered', answer, of });

    expect(registered(BY_PASSKEY)).toEqual({ step: 'enrolled', enrolled });
    expect(registered({ ...BY_PASSKEY, enabled: true, enabledAt: AT, backupCodes: CODES })).toEqual({
      step: 'saving',
      codes: SET,
      enrolled,
    });
  });

  it('goes back a step at a time, and a setup that comes late changes nothing of what was chosen since', () => {
    expect(after(...atConfirm, plain('back'))).toMatchObject({ step: 'scanning', setup: SETUP });
    expect(after(...atConfirm, plain('back'), plain('back'))).toEqual(beginEnrolment);
    expect(after(plain('app-chosen'), plain('passkey-chosen'), setUp)).toEqual({ step: 'creating-passkey' });
  });

  it('says what failed where one chooses, and asks for the code again where it was wrong', () => {
    expect(after(plain('app-chosen'), refused('OFFLINE'))).toMatchObject({
      step: 'choosing',
      isBusy: false,
      failure: { code: 'OFFLINE' },
    });
    expect(after(...atConfirm, refused('TWO_FACTOR_CODE_INVALID'))).toEqual(after(...atConfirm));
  });

  it('begins anew when the setup is no longer pending', () => {
    const isVoid = after(...atConfirm, refused('TWO_FACTOR_SETUP_NOT_PENDING'));

    expect(isVoid).toEqual({ step: 'void', isBusy: false });
    expect(enrol(enrol(isVoid, plain('app-chosen')), setUp)).toEqual(after(plain('app-chosen'), setUp));
  });

  it.each([
    ['where one chooses', [plain('app-chosen')]],
    ['at the code', atConfirm],
    ['at the passkey', [plain('passkey-chosen')]],
  ])('ends when the sign-in is no longer known: %s', (_, events) => {
    expect(after(...events, refused('TWO_FACTOR_CHALLENGE_INVALID'))).toEqual({
      step: 'ended',
      because: 'unknown',
    });
  });

  it('shows the codes when an answer was lost and the sign-in is gone, and then leads to the password', () => {
    const back = [plain('back'), plain('next')];
    const doubtful = after(
      ...atConfirm,
      refused('OFFLINE'),
      ...back,
      refused('TWO_FACTOR_CHALLENGE_INVALID'),
    );

    expect(doubtful).toEqual({ step: 'saving', codes: SET });
    expect(enrol(doubtful, plain('codes-saved'))).toEqual({ step: 'ended', because: 'doubt' });
  });
});
