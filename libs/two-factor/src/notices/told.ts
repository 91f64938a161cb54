import type { AttemptMethod } from '../options/factor-method.js';
import type { NoticeType } from '../options/notice-sink.js';

/** The events whose user is told of them by the same name. A use-case more that tells is a line here and in the types. */
const TOLD: ReadonlySet<string> = new Set<NoticeType>([
  'enabled',
  'replaced',
  'authenticator_added',
  'authenticator_removed',
  'disabled',
  'backup_codes_regenerated',
  'passkey_counter_regressed',
  'password_changed',
  'password_reset',
  'device_trusted',
  'trusted_device_misused',
  'reset_requested',
  'reset_approved',
  'reset_cancelled',
  'reset_used',
  'reset_at_once',
  'panicked',
]);

/**
 * What needs no way to stop it: a reminder, and what has stopped everything already. A panic that told of itself with a
 * token would give whoever reads the mailbox one after the other.
 */
const WITHOUT_PANIC: ReadonlySet<NoticeType> = new Set<NoticeType>(['backup_codes_low', 'panicked']);

/** What of an event decides whether its user is told. */
export interface NoticedEvent {
  readonly type: string;
  readonly method: AttemptMethod | null;
  readonly outcome: 'success' | 'failure';
  readonly reason: string | null;
}

/** What the user is told of an event, if anything. */
export function noticesOf({ type, method, outcome, reason }: NoticedEvent): readonly NoticeType[] {
  if (reason === 'locked') {
    return ['locked_out'];
  }
  const isTold = isNoticed(type) && (outcome === 'success' || type === 'trusted_device_misused');
  const isCodeUsed = method === 'backup_code' && outcome === 'success';
  return [...(isTold ? [type] : []), ...(isCodeUsed ? ['backup_code_used' as const] : [])];
}

export function hasPanicToken(type: NoticeType): boolean {
  return !WITHOUT_PANIC.has(type);
}

function isNoticed(type: string): type is NoticeType {
  return TOLD.has(type);
}
