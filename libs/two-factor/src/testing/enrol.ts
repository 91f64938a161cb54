import type { INestApplicationContext } from '@nestjs/common';
import { type Clock, systemClock } from '../options/clock.js';
import { twoFactorToken } from '../inject-two-factor.js';
import type { TwoFactorUser } from '../options/two-factor.options.js';
import { TwoFactorService } from '../two-factor.service.js';
import { Phone } from './phone.js';

/** Somebody whose second factor is on. */
export interface Enrolled {
  readonly phone: Phone;
  /** Ten, all unspent. */
  readonly backupCodes: readonly string[];
}

/**
 * Turns the second factor of a user on, past the host's calls: for tests that are about something else.
 *
 * @param clock the one the module was given; default: the system's
 * @param name the module's name, when it has one
 */
export async function enrol(
  app: Pick<INestApplicationContext, 'get'>,
  user: TwoFactorUser,
  { clock = systemClock, name }: { readonly clock?: Clock; readonly name?: string } = {},
): Promise<Enrolled> {
  const twoFactor = app.get<TwoFactorService>(name === undefined ? TwoFactorService : twoFactorToken(name), {
    strict: false,
  });
  const signIn = { authenticatedAt: clock.now() };
  const { otpauthUri, backupCodes } = await twoFactor.setup({ user, signIn });
  const phone = Phone.of(otpauthUri, clock);
  await twoFactor.enable({ userId: user.id, code: phone.freshCode(), signIn, sessionId: 'enrol' });
  return { phone, backupCodes };
}
