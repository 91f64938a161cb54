import type { RefusalReason } from '../errors/two-factor.errors.js';
import type { AttemptMethod } from '../options/factor-method.js';

/** Everything that can happen to a second factor. Types are contract: hosts and the elements name each. */
export const SECURITY_EVENT_TYPES = [
  'setup_started',
  'enabled',
  'replaced',
  'authenticator_added',
  'authenticator_renamed',
  'authenticator_removed',
  'disabled',
  'imported',
  'backup_codes_regenerated',
  'challenge_answered',
  'passkey_counter_regressed',
  'reauthenticated',
  'password_changed',
  'stepped_up',
  'password_reset',
  'device_trusted',
  'trusted_device_used',
  'trusted_device_misused',
  'trusted_device_removed',
  'reset_requested',
  'reset_approved',
  'reset_cancelled',
  'reset_used',
  'reset_at_once',
  'support_looked_up',
  'forgotten',
  'panicked',
  'enrolment_demanded',
] as const;

export type SecurityEventType = (typeof SECURITY_EVENT_TYPES)[number];

/** Where a request came from, for the security event. Nothing is decided by it. */
export interface RequestContext {
  readonly requestId?: string | undefined;
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** Something that happened to a second factor. Holds no secret, code or token. */
export interface SecurityEvent extends RequestContext {
  readonly userId: string;
  readonly at: Date;
  readonly type: SecurityEventType;
  readonly method: AttemptMethod | null;
  readonly outcome: 'success' | 'failure';
  readonly reason: RefusalReason | null;
  /** Who else than the user has made it, by the host's id: somebody of support. The user is not told who. */
  readonly actor?: string | undefined;
  /** What they have given as their reason. */
  readonly note?: string | undefined;
}

const LONGEST_USER_AGENT = 256;

/** Cuts what a client can make arbitrarily long. */
export function boundedContext({ requestId, ip, userAgent }: RequestContext): RequestContext {
  return {
    requestId: requestId?.slice(0, 64),
    ip: ip?.slice(0, 64),
    userAgent: userAgent?.toWellFormed().replaceAll('\0', '').slice(0, LONGEST_USER_AGENT),
  };
}

/** The event of what has happened without a proof: it cannot fail once it is written. */
export function happened(
  type: SecurityEventType,
  {
    userId,
    at,
    context = {},
  }: Pick<SecurityEvent, 'userId' | 'at'> & { readonly context?: RequestContext | undefined },
): SecurityEvent {
  return { userId, at, type, method: null, outcome: 'success', reason: null, ...boundedContext(context) };
}
