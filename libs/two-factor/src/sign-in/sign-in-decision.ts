import type { FactorMethod } from '../options/factor-method.js';
import type { SessionName } from '../options/ids.js';
import type { DueEnrolment } from '../policy/policies.service.js';
import type { OpenedEnrolment } from '../required-enrolment/required-enrolments.service.js';
import type { DeviceTrust } from '../trusted-devices/trusted-devices.service.js';
import type { MethodLock } from '../options/method-lock.js';
import type { ProofInput } from '../verification/proof-input.js';
import type { UseCase } from '../verification/use-case.js';

/** What the client needs to complete a sign-in with its second factor. */
export interface OpenedChallenge {
  /** Opaque, and no bearer token anywhere. */
  readonly challengeToken: string;
  readonly expiresInSeconds: number;
  readonly methods: readonly FactorMethod[];
  /** So many days this user can have the device trusted. 0: not at all, and there is nothing to ask. */
  readonly trustedDeviceDays: number;
  /** Those of the methods that take no attempt yet: to be said before a code is typed. */
  readonly locks: readonly MethodLock[];
}

/** A sign-in that a policy has stopped: it gets no session, and can enrol. */
export interface StoppedSignIn {
  readonly status: 'enrolment_required';
  readonly enrolment: OpenedEnrolment;
}

/**
 * What becomes of a sign-in whose password was right. There are three answers, and no other means
 * "signed in" than the one that is called `complete`.
 */
export type SignInDecision =
  | {
      readonly status: 'complete';
      /** Of an account with a factor: the trusted device that stood in for it. It is a sign-in by password all the same. */
      readonly trusted?: DeviceTrust | undefined;
      /** A factor that a policy wants, and that is missing, but not due yet. */
      readonly enrolment?: DueEnrolment | undefined;
    }
  | { readonly status: 'second_factor_required'; readonly challenge: OpenedChallenge }
  | StoppedSignIn;

/** What becomes of a sign-in whose factor was right. One that is too weak for a policy by now opens no session either. */
export type SignInOutcome = AnsweredChallenge | StoppedSignIn;

export interface BegunSignIn extends UseCase {
  readonly userId: string;
  /** What the client has of a trusted device: `TrustDelivery.tokenOf`. One that counts for nothing changes nothing. */
  readonly trustToken?: string | undefined;
}

export interface ChallengeAnswer extends UseCase {
  readonly challengeToken: string;
  readonly proof: ProofInput;
  /** The host's name of the session that the same commit opens: it has passed the factor. */
  readonly sessionId: SessionName;
  /** Trust the device that answers, if devices can be trusted and the proof is by an authenticator. Default: false. */
  readonly trustDevice?: boolean | undefined;
}

export interface AnsweredChallenge {
  readonly status: 'complete';
  readonly userId: string;
  readonly method: FactorMethod;
  /** Whether a passkey's authenticator has asked for more than a touch: a PIN, a finger, a face. */
  readonly isUserVerified: boolean;
  /** Ten codes, handed out this once, for a user who was imported and has none yet. */
  readonly backupCodes?: readonly string[] | undefined;
  /** The device that is trusted from now on. */
  readonly trustedDevice?: (DeviceTrust & { readonly token: string }) | undefined;
  /** A factor that a policy wants beyond those of the account, and that is not due yet. */
  readonly enrolment?: DueEnrolment | undefined;
}
