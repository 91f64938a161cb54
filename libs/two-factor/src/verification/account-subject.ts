import type { AccountRepository } from '../account/account.repository.js';
import type { AttemptSubject } from './verification-request.js';

/** The attempt of a signed-in user at its own account, while a factor is on. */
export function accountSubject(accounts: AccountRepository, userId: string): AttemptSubject {
  return {
    read: () => [accounts.enabled(userId)],
    settled: ({ generation }) => [
      accounts.locked(userId, { generation }),
      { name: 'subject', sql: 'SELECT user_id FROM account', parameters: [] },
    ],
    errors: { absent: 'TWO_FACTOR_NOT_ENABLED', gone: 'TWO_FACTOR_CODE_INVALID' },
  };
}
