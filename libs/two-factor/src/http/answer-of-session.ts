import { HttpException, Logger } from '@nestjs/common';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { HostSession, Passed } from './two-factor-host.js';

/**
 * What the client gets of a session whose commit has happened. Should the host fail here, nothing can be taken back any
 * more: the code is spent, and a setup is confirmed. The log is told so, and the client to sign in again.
 *
 * @throws TwoFactorException `TWO_FACTOR_SESSION_FAILED`, caused by what the host threw; an `HttpException` of the host's
 *   as it is, for that is an answer
 */
export async function answerOf(session: HostSession, userId: string, passed: Passed): Promise<object> {
  try {
    return await session.answerFor(userId, passed);
  } catch (error) {
    new Logger('TwoFactor').error(
      { err: error, userId },
      'answerFor has failed after the commit: the code is spent, and the user has to sign in again',
    );
    throw error instanceof HttpException
      ? error
      : new TwoFactorException('TWO_FACTOR_SESSION_FAILED', { cause: error });
  }
}
