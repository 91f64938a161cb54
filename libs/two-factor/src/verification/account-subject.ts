import type { AccountRepository } from '../account/account.repository.js';
import type { SignIn } from './re-authentication.js';
import type { AttemptSubject } from './verification-request.js';

/** The attempt of a signed-in user at its own account, while a factor is on. */
export function accountSubject(
  accounts: AccountRepository,
  {
    userId,
    signIn: { sessionId },
    at,
  }: { readonly userId: string; readonly signIn: Pick<SignIn, 'sessionId'>; readonly at: Date },
): AttemptSubject {
  return {
    userId,
    read: () => [accounts.enabled(userId, { sessionId, at })],
    settled: ({ generation }) => [
      accounts.locked(userId, { generation }),
      ...accounts.drawnFor(userId, { sessionId, at }),
    ],
    errors: { absent: 'TWO_FACTOR_NOT_ENABLED' },
  };
}
