import type { TwoFactorTransaction } from './database.js';
import type { Statement } from './one-statement.js';

/** Whether a plain `SELECT` still yields its row. The row is locked until the end of the transaction. */
export async function isStillThere(
  transaction: TwoFactorTransaction,
  { sql, parameters }: Statement,
): Promise<boolean> {
  return (await transaction.query(`${sql} FOR UPDATE`, parameters)).length > 0;
}
