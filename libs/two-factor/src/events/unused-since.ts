import type { TwoFactorTables } from '../sql/tables.js';

/**
 * Whether no factor of a user was used since an event, as a condition: one that was used is not lost. The record is written
 * in the commit that accepts a factor, under the account's lock, and by the order of its numbers no clock matters. A
 * password, and a device that is trusted, are no factor.
 *
 * @param userId, event as expressions
 */
export function unusedSince(
  { events }: Pick<TwoFactorTables, 'events'>,
  { userId, event }: { readonly userId: string; readonly event: string },
): string {
  return `NOT EXISTS (SELECT FROM ${events} u WHERE u.user_id = ${userId} AND u.id > ${event}
    AND u.outcome = 'success' AND u.method IN ('totp', 'passkey', 'backup_code'))`;
}
