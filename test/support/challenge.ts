import type { TwoFactorService } from 'nestjs-two-factor';

/** A session's name, for tests that have no session. */
export const SOME_SESSION = 'a session';

/** The token of a sign-in that is begun past the host; empty when no factor is asked for. */
export async function challengeTokenOf(service: TwoFactorService, userId: string): Promise<string> {
  const decision = await service.beginSignIn({ userId });
  return decision.status === 'second_factor_required' ? decision.challenge.challengeToken : '';
}
