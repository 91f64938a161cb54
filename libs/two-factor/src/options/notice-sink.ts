import type { AttemptMethod } from './factor-method.js';

/** What a user is told of. The event of the same name, where there is one; types are contract, and more may come. */
export const NOTICE_TYPES = [
  'enabled',
  'replaced',
  'authenticator_added',
  'authenticator_removed',
  'disabled',
  'backup_codes_regenerated',
  'backup_code_used',
  'backup_codes_low',
  'locked_out',
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
] as const;

export type NoticeType = (typeof NOTICE_TYPES)[number];

/** Something that a user should hear of, whatever else they read: by mail, usually. */
export interface Notice {
  /** A UUID, the same in each repeat. */
  readonly id: string;
  readonly userId: string;
  readonly type: NoticeType;
  /** When it happened. */
  readonly at: Date;
  readonly method: AttemptMethod | null;
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
  /** With `backup_codes_low`: how many are left, 3 or 1. */
  readonly backupCodesRemaining?: number | undefined;
  /**
   * For a link to a page of the host's with a button, which posts it: it ends what is open, and stops changes of factors
   * for a day. It works once, within 7 days. Put it behind the `#` of the link, where no server's log sees it. A repeat has
   * another one; each of them works.
   */
  readonly panicToken?: string | undefined;
}

/** Where notices go: the host's mail, or whatever carries them on. */
export interface NoticeSink {
  /**
   * Takes a notice: once it resolves, the notice is the host's. If it rejects, the same notice comes again, later each
   * time, up to 12 times in three and a half hours; what the user should hear of next waits for it. It may come again also when it was
   * taken, after a crash: its `id` tells.
   *
   * @param signal aborts after 30 seconds, when the notice counts as refused
   */
  send(notice: Notice, signal: AbortSignal): Promise<unknown>;
}
