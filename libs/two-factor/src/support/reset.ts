import { LONG_WAIT_HOURS } from '../options/support.js';

/** Why a reset is over. */
export const RESET_OUTCOMES = ['cancelled', 'expired', 'signed_in', 'used'] as const;
export type ResetOutcome = (typeof RESET_OUTCOMES)[number];

/** Where a reset stands: asked for, approved and waiting, good for its code, or over. */
export type ResetState = 'requested' | 'waiting' | 'ready' | ResetOutcome;

/** A reset as support sees it. Its code is shown once, to who approves it. */
export interface ShownReset {
  readonly id: string;
  /** Whose factors are lost. */
  readonly userId: string;
  readonly state: ResetState;
  readonly requestedBy: string;
  readonly reason: string;
  readonly requestedAt: Date;
  /** The code counts from then on. */
  readonly readyAt: Date;
  readonly expiresAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
  /** `null` also when a sign-in has ended it, whose event says when. */
  readonly endedAt: Date | null;
}

const HOUR_MS = 3_600_000;

/** Whether one person may do the work of two for it: it may have been asked for before the option `onePerson` said so. */
export function hasLongWait({ requestedAt, readyAt }: ShownReset): boolean {
  return readyAt.getTime() - requestedAt.getTime() >= LONG_WAIT_HOURS * HOUR_MS;
}
