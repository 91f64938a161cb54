import type { CallFailure } from '../api/call-failure.js';
import {
  type Enrolled,
  type EnrolledByPasskey,
  type Setup,
  type Tokens,
  tokensOf,
} from '../api/two-factor-api.js';
import { type CodeSet, codesOf } from '../parts/code-set.js';

/** The factor is on, and this is the session. */
export interface EnrolledSignIn {
  readonly method: 'passkey' | 'totp';
  readonly tokens: Tokens;
}

/** Where somebody is whose sign-in a policy holds back until there is a second factor. */
export type Enrolment =
  | { readonly step: 'choosing'; readonly isBusy: boolean; readonly failure?: CallFailure }
  /** `isDoubtful`: a confirmation was sent whose answer was lost, so that it may have been done. */
  | { readonly step: 'scanning' | 'confirming'; readonly setup: Setup; readonly isDoubtful: boolean }
  | { readonly step: 'creating-passkey' }
  /** The setup is no longer pending. */
  | { readonly step: 'void'; readonly isBusy: boolean }
  /** Codes, shown this once. Without `enrolled` nobody knows whether it was done, and the next sign-in tells. */
  | { readonly step: 'saving'; readonly codes: CodeSet; readonly enrolled?: EnrolledSignIn }
  | { readonly step: 'enrolled'; readonly enrolled: EnrolledSignIn }
  /** Back to the password: `unknown` to the server, or doubtful codes are safe. */
  | { readonly step: 'ended'; readonly because: 'unknown' | 'doubt' };

/** A call under way is `app-chosen` when it begins; what it is answered with is `set-up`, or `refused` at that moment. */
export type EnrolmentEvent =
  | { readonly type: 'app-chosen' | 'passkey-chosen' | 'next' | 'back' | 'codes-saved' }
  | { readonly type: 'set-up'; readonly setup: Setup }
  | { readonly type: 'confirmed'; readonly answer: Enrolled }
  /** `of`: the service and the account, as the passkey has them. */
  | {
      readonly type: 'passkey-registered';
      readonly answer: EnrolledByPasskey;
      readonly of: Pick<CodeSet, 'service' | 'account'>;
    }
  | { readonly type: 'refused'; readonly failure: CallFailure; readonly at: Date };

export const beginEnrolment: Enrolment = { step: 'choosing', isBusy: false };

const UNKNOWN: Enrolment = { step: 'ended', because: 'unknown' };

type SettingUp = Enrolment & { readonly step: 'scanning' | 'confirming' };

/** What comes of an event. One that is of another step changes nothing. */
export function enrol(state: Enrolment, event: EnrolmentEvent): Enrolment {
  switch (state.step) {
    case 'choosing':
    case 'void':
      return choose(state, event);
    case 'scanning':
    case 'confirming':
      return setUp(state, event);
    case 'creating-passkey':
      return createPasskey(state, event);
    case 'saving':
      return event.type === 'codes-saved' ? codesSaved(state) : state;
    case 'enrolled':
    case 'ended':
      return state;
  }
}

function choose(state: Enrolment & { readonly step: 'choosing' | 'void' }, event: EnrolmentEvent): Enrolment {
  if (event.type === 'app-chosen') {
    return { step: state.step, isBusy: true };
  }
  if (event.type === 'passkey-chosen') {
    return { step: 'creating-passkey' };
  }
  if (event.type === 'back') {
    return beginEnrolment;
  }
  if (event.type === 'set-up') {
    return { step: 'scanning', setup: event.setup, isDoubtful: false };
  }
  if (event.type === 'refused') {
    const { failure } = event;
    return isUnknown(failure) ? UNKNOWN : { step: 'choosing', isBusy: false, failure };
  }
  return state;
}

function setUp(state: SettingUp, event: EnrolmentEvent): Enrolment {
  if (event.type === 'next') {
    return { ...state, step: 'confirming' };
  }
  if (event.type === 'back') {
    return state.step === 'confirming' ? { ...state, step: 'scanning' } : beginEnrolment;
  }
  if (event.type === 'confirmed') {
    const { enabledAt, ...session } = event.answer;
    return keep(codesOf(state.setup, enabledAt), { method: 'totp', tokens: tokensOf(session) });
  }
  return event.type === 'refused' ? refused(state, event) : state;
}

/**
 * After a confirmation whose answer was lost, a sign-in that is no longer known may be one that was completed by it. The
 * codes are here and nowhere else: they are shown rather than thrown away.
 */
function refused(
  state: SettingUp,
  { failure, at }: EnrolmentEvent & { readonly type: 'refused' },
): Enrolment {
  if (isUnknown(failure)) {
    const codes = codesOf(state.setup, at.toISOString());
    return state.isDoubtful && codes.codes.length > 0 ? { step: 'saving', codes } : UNKNOWN;
  }
  if (failure.code === 'TWO_FACTOR_SETUP_NOT_PENDING') {
    return { step: 'void', isBusy: false };
  }
  return failure.isAnswerLost ? { ...state, isDoubtful: true } : state;
}

function createPasskey(state: Enrolment, event: EnrolmentEvent): Enrolment {
  if (event.type === 'back') {
    return beginEnrolment;
  }
  if (event.type === 'passkey-registered') {
    const { backupCodes = [], enabledAt = event.answer.createdAt, ...session } = event.answer;
    const codes = { codes: backupCodes, drawnAt: enabledAt, ...event.of };
    return keep(codes, { method: 'passkey', tokens: tokensOf(session) });
  }
  return event.type === 'refused' && isUnknown(event.failure) ? UNKNOWN : state;
}

/** Codes are put away before anything else; one factor beside others brings none. */
function keep(codes: CodeSet, enrolled: EnrolledSignIn): Enrolment {
  return codes.codes.length === 0 ? { step: 'enrolled', enrolled } : { step: 'saving', codes, enrolled };
}

function codesSaved({ enrolled }: Enrolment & { readonly step: 'saving' }): Enrolment {
  return enrolled === undefined ? { step: 'ended', because: 'doubt' } : { step: 'enrolled', enrolled };
}

function isUnknown({ code }: CallFailure): boolean {
  return code === 'TWO_FACTOR_CHALLENGE_INVALID';
}
