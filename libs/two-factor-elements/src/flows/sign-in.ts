import type { CallFailure } from '../api/call-failure.js';
import {
  type DeviceTrust,
  type EnrolmentRequired,
  type Method,
  type Proof,
  type Tokens,
  type Verified,
  tokensOf,
} from '../api/contract.js';

/** So many answers a challenge takes, as the contract says. */
const MOST_ANSWERS = 5;

/** How a sign-in was completed, and its tokens. */
export interface SignedIn {
  readonly method: Method;
  readonly tokens: Tokens;
  /** The device is trusted until then, because somebody has ticked that. */
  readonly trustedDevice?: DeviceTrust;
}

/** No session: a policy wants another factor first, and this is what it is set up by. */
export interface MustEnrol {
  readonly enrolmentToken: string;
  readonly expiresIn: number;
  readonly methods: readonly Method[];
}

/** Where a sign-in is, between the password and the session. */
export type SignIn =
  | {
      readonly step: 'answering';
      readonly challengeToken: string;
      /** Whether "do not ask again on this device" is ticked. */
      readonly isTrusting: boolean;
      readonly wrongAnswers: number;
    }
  /** Backup codes have come with the session, as an imported user's first sign-in brings them: they are shown this once. */
  | { readonly step: 'saving'; readonly backupCodes: readonly string[]; readonly signedIn: SignedIn }
  | { readonly step: 'signed-in'; readonly signedIn: SignedIn }
  | { readonly step: 'must-enrol'; readonly enrolment: MustEnrol }
  /** Nothing to answer any more. `unknown`: by a restart of the server, for example, or by an answer from elsewhere. */
  | {
      readonly step: 'ended';
      readonly challengeToken: string;
      readonly because: 'time' | 'tries' | 'unknown';
    };

export type SignInEvent =
  | { readonly type: 'trust-ticked'; readonly isTicked: boolean }
  /** `verify` has answered, to what was asked with this token. */
  | {
      readonly type: 'answered';
      readonly challengeToken: string;
      readonly answer: Verified | EnrolmentRequired;
    }
  /** `verify` has failed. */
  | { readonly type: 'refused'; readonly failure: CallFailure }
  /** The seconds that the login has given are over. */
  | { readonly type: 'timed-out' }
  /** Somebody has said that the codes are safe. */
  | { readonly type: 'codes-saved' };

/** A login has answered with a challenge. */
export function beginSignIn(challengeToken: string): SignIn {
  return { step: 'answering', challengeToken, isTrusting: false, wrongAnswers: 0 };
}

/** What comes of an event. One that is of another step, or of somebody else's sign-in, changes nothing. */
export function signIn(state: SignIn, event: SignInEvent): SignIn {
  if (event.type === 'codes-saved') {
    return state.step === 'saving' ? { step: 'signed-in', signedIn: state.signedIn } : state;
  }
  if (event.type === 'answered') {
    // Also when the time has run out meanwhile: there is a session. That of another token is nobody's.
    const isOwn = 'challengeToken' in state && state.challengeToken === event.challengeToken;
    return isOwn ? afterAnswer(event.answer) : state;
  }
  if (state.step !== 'answering') {
    return state;
  }
  switch (event.type) {
    case 'trust-ticked':
      return { ...state, isTrusting: event.isTicked };
    case 'timed-out':
      return { step: 'ended', challengeToken: state.challengeToken, because: 'time' };
    case 'refused':
      return afterRefusal(state, event.failure);
  }
}

/** Whether `verify` is to trust the device. A backup code makes none: who has lost the phone may sit at another's computer. */
export function trustsDevice(state: SignIn, { backupCode }: Proof): boolean {
  return state.step === 'answering' && state.isTrusting && backupCode === undefined;
}

function afterAnswer(answer: Verified | EnrolmentRequired): SignIn {
  if (answer.status === 'two_factor_enrolment_required') {
    const { enrolmentToken, expiresIn, methods } = answer;
    return { step: 'must-enrol', enrolment: { enrolmentToken, expiresIn, methods } };
  }
  const { method, backupCodes, trustedDevice, ...session } = answer;
  const signedIn = { method, tokens: tokensOf(session), ...(trustedDevice && { trustedDevice }) };
  return backupCodes === undefined
    ? { step: 'signed-in', signedIn }
    : { step: 'saving', backupCodes, signedIn };
}

function afterRefusal(state: SignIn & { readonly step: 'answering' }, { code }: CallFailure): SignIn {
  const { challengeToken, wrongAnswers } = state;
  if (code === 'TWO_FACTOR_CODE_INVALID' || code === 'TWO_FACTOR_PASSKEY_INVALID') {
    return { ...state, wrongAnswers: wrongAnswers + 1 };
  }
  if (code === 'TWO_FACTOR_CHALLENGE_INVALID') {
    return { step: 'ended', challengeToken, because: wrongAnswers >= MOST_ANSWERS ? 'tries' : 'unknown' };
  }
  return state;
}
