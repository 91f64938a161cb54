import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import { PasskeyRepository } from './passkey.repository.js';

/** Stops a process that could not look at the passkeys in the database: whoever has no other factor would be locked out. */
@Injectable()
export class RelyingPartyCheck implements OnApplicationBootstrap {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly passkeys: PasskeyRepository,
  ) {}

  /** @throws Error when there are passkeys of another `rpId`, or any and no option `webauthn` */
  async onApplicationBootstrap(): Promise<void> {
    const { webauthn } = this.settings;
    const others = (await this.passkeys.rpIds()).filter((rpId) => rpId !== webauthn?.rpId);
    if (others.length === 0) {
      return;
    }
    const known = others.map((rpId) => `"${rpId}"`).join(', ');
    throw new Error(
      webauthn === undefined
        ? `There are passkeys for ${known}, and TwoFactorModule has no option webauthn: nobody could use them`
        : `There are passkeys for ${known}, and webauthn.rpId is "${webauthn.rpId}": nobody could use them any more`,
    );
  }
}
