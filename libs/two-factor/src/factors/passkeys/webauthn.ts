import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { TwoFactorException } from '../../errors/two-factor.errors.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import { type CheckedAssertion, type ExpectedAssertion, checkAssertion } from './assertion.js';
import type { AssertionJson, RegistrationJson } from './credential-json.js';
import { type CheckedRegistration, checkRegistration } from './registration.js';
import type { WebAuthnSettings } from '../../options/webauthn-options.js';

async function load(): Promise<
  typeof import('@simplewebauthn/server') & typeof import('@simplewebauthn/server/helpers')
> {
  return { ...(await import('@simplewebauthn/server')), ...(await import('@simplewebauthn/server/helpers')) };
}

/** SimpleWebAuthn, an optional peer: loaded where passkeys are configured, for it takes 24 MiB and a quarter of a second. */
@Injectable()
export class WebAuthn implements OnModuleInit {
  #library: Awaited<ReturnType<typeof load>> | undefined;

  constructor(@Inject(TWO_FACTOR_SETTINGS) private readonly twoFactor: TwoFactorSettings) {}

  /** @throws Error when passkeys are configured, and the package is not installed */
  async onModuleInit(): Promise<void> {
    if (this.twoFactor.webauthn === undefined) {
      return;
    }
    this.#library = await load().catch((cause: unknown) => {
      throw new Error(
        'TwoFactorModule has the option webauthn, and cannot load the package @simplewebauthn/server that it needs',
        { cause },
      );
    });
  }

  /** @throws TwoFactorException `TWO_FACTOR_PASSKEY_NOT_ALLOWED` where passkeys are not configured */
  get settings(): WebAuthnSettings {
    const { webauthn } = this.twoFactor;
    if (webauthn === undefined) {
      throw new TwoFactorException('TWO_FACTOR_PASSKEY_NOT_ALLOWED');
    }
    return webauthn;
  }

  checkAssertion(
    assertion: AssertionJson,
    expected: Omit<ExpectedAssertion, 'webauthn'>,
  ): Promise<CheckedAssertion> {
    return checkAssertion(this.#loaded(), assertion, { ...expected, webauthn: this.settings });
  }

  checkRegistration(
    registration: RegistrationJson,
    { challenge }: { readonly challenge: Buffer },
  ): Promise<CheckedRegistration> {
    return checkRegistration(this.#loaded(), registration, { webauthn: this.settings, challenge });
  }

  #loaded(): Awaited<ReturnType<typeof load>> {
    if (this.#library === undefined) {
      throw new Error('Passkeys are checked where they are configured');
    }
    return this.#library;
  }
}
