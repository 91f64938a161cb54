import type { FactorChange } from '../../verification/use-case.js';
import { readBody } from '../request-body.js';
import { FACTOR_CHANGE } from '../schemas/fields.js';
import type { TwoFactorHost } from '../two-factor-host.js';
import { contextOf, signInOf } from './host-call.js';
import { proofOf } from './proof-fields.js';

/** Reads the request of a call that changes factors: a proof by an authenticator, and the password beside it. */
export async function factorChangeOf<Request extends object>(
  host: TwoFactorHost<Request>,
  request: Request,
  body: unknown,
): Promise<FactorChange & { readonly sessionId: string }> {
  const { password, ...fields } = readBody(body, FACTOR_CHANGE);
  const caller = await host.callerOf(request);
  return {
    userId: caller.user.id,
    sessionId: caller.sessionId,
    proof: proofOf(fields),
    signIn: await signInOf(host, request, { caller, password }),
    ...(await contextOf(host, request)),
  };
}
