import type { Argon2Room } from '../../crypto/argon2-pool.js';
import type { SignIn } from '../../verification/re-authentication.js';
import type { UseCase } from '../../verification/use-case.js';
import type { TwoFactorCaller, TwoFactorHost } from '../two-factor-host.js';

// What every call asks of the host, in the words of the use-cases.

/** Where a request came from. */
export function contextOf<Request extends object>(
  host: TwoFactorHost<Request>,
  request: Request,
): Pick<UseCase, 'context'> {
  return { context: host.contextOf?.(request) ?? {} };
}

/** How recent the caller's sign-in is, and what may take its place: the password that came with the request. */
export function signInOf<Request extends object>(
  host: TwoFactorHost<Request>,
  request: Request,
  {
    caller: { authenticatedAt },
    password,
  }: { readonly caller: TwoFactorCaller; readonly password?: string | undefined },
): SignIn {
  const reauthenticate =
    password === undefined || host.isPassword === undefined
      ? undefined
      : async (room: Argon2Room) => (await host.isPassword?.(request, password, room)) ?? false;
  return { authenticatedAt, reauthenticate, callerIsAlive: host.callerIsAlive?.(request) };
}
