import type { TwoFactorTransaction } from '../sql/database.js';

/** Takes away all factors of a user, in the transaction that puts another one in their place. */
export type RemoveAll = (transaction: TwoFactorTransaction, userId: string) => Promise<void>;
