import type { Argon2Room } from '../../crypto/argon2-pool.js';
import type { SignIn } from '../../verification/re-authentication.js';
import type { UseCase } from '../../verification/use-case.js';
import type { TwoFactorCaller, TwoFactorHost } from '../two-factor-host.js';

// What every call asks of the host, in the words of the use-cases.

/** Where a request came from. */
export async function contextOf<Request extends object>(
  host: TwoFactorHost<Request>,
  request: Request,
): Promise<Pick<UseCase, 'context'>> {
  return { context: (await host.contextOf?.(request)) ?? {} };
}

/** How recent the caller's sign-in is, and what may take its place: the password that came with the request. */
export async function signInOf<Request extends object>(
  host: TwoFactorHost<Request>,
  request: Request,
  {
    caller: { authenticatedAt, sessionId },
    password,
  }: { readonly caller: TwoFactorCaller; readonly password?: string | undefined },
): Promise<SignIn> {
  const reauthenticate =
    password === undefined || host.isPassword === undefined
      ? undefined
      : async (room: Argon2Room) => (await host.isPassword?.(request, password, room)) ?? false;
  const hasPassword = (): boolean | Promise<boolean> =>
    host.isPassword !== undefined && (host.hasPassword?.(request) ?? true);
  const callerIsAlive = await host.callerIsAlive?.(request);
  return { authenticatedAt, sessionId, reauthenticate, hasPassword, callerIsAlive };
}
