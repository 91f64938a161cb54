import { Inject, Injectable, Logger } from '@nestjs/common';
import { openOrLog } from '../../crypto/open-or-log.js';
import { seal, sealedWith } from '../../crypto/sealed-secret.js';
import { tagOf } from '../../crypto/secret-tag.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import type { Statement } from '../../sql/one-statement.js';
import type { Attempt, CheckedProof, Factor } from '../../verification/factor.js';
import { ONE_TIME_CODE_RULE, parseOneTimeCode } from './one-time-code.js';
import { placeOfSecret } from './totp-payload.js';
import { lookUpCode } from './totp.js';
import { type SecretMaterial, UserSecretRepository } from './user-secret.repository.js';

/**
 * Of what a code turned out to be against several secrets, what is said. That one of them cannot be read is said of a
 * code that none of the others knows: it may be the one.
 */
const REASONS = ['replayed', 'expired', 'unreadable', 'wrong'] as const;

/** One-time codes of an authenticator app. */
@Injectable()
export class TotpFactor implements Factor<readonly SecretMaterial[], string> {
  readonly method = 'totp';
  readonly field = 'code';
  readonly rule = ONE_TIME_CODE_RULE;
  readonly isAuthenticator = true;
  readonly hasBudget = true;
  readonly computations = 0;
  readonly #logger = new Logger('TwoFactor');

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly secrets: UserSecretRepository,
  ) {}

  parse(value: unknown): string | undefined {
    return parseOneTimeCode(value);
  }

  material(authenticatorId?: string): Statement {
    return this.secrets.material(authenticatorId);
  }

  async check(
    code: string,
    { userId, material, at }: Attempt<readonly SecretMaterial[]>,
  ): Promise<CheckedProof> {
    // All of them, also behind a match, so that the time tells nothing of which it was.
    const looked = (material ?? []).map((secret) => {
      const { step, reason } = this.#lookUp(userId, secret, { code, at });
      return { secret, step, reason };
    });
    const matched = looked.flatMap(({ secret, step }) =>
      step === undefined || step <= secret.lastUsedStep ? [] : [{ ...secret, step }],
    );
    const asked = looked.filter(({ secret }) => secret.isAsked);
    const reason = REASONS.find((each) => asked.some((found) => found.reason === each)) ?? 'wrong';
    return {
      proof: this.secrets.proof(userId, { matched, reason }),
      spend: [this.secrets.spend(userId, { matched, at })],
      mayBeRight: matched.length > 0,
      refusal: reason === 'unreadable' ? 'TWO_FACTOR_SECRET_UNREADABLE' : undefined,
      afterwards: () => this.#renewKeys(userId, matched),
    };
  }

  #lookUp(
    userId: string,
    { id, sealedSecret }: SecretMaterial,
    { code, at }: { readonly code: string; readonly at: Date },
  ): { readonly step: number | undefined; readonly reason: string } {
    const place = placeOfSecret(userId, id);
    const secret = openOrLog(this.settings.keys, sealedSecret, { place, logger: this.#logger });
    return secret === undefined
      ? { step: undefined, reason: 'unreadable' }
      : lookUpCode(secret, code, { at });
  }

  async #renewKeys(userId: string, secrets: readonly SecretMaterial[]): Promise<void> {
    for (const secret of secrets) {
      await this.#renewKey(userId, secret);
    }
  }

  /** Seals the secret again with the first key, if another one did: keys are renewed by use. */
  async #renewKey(userId: string, { id, sealedSecret }: SecretMaterial): Promise<void> {
    const { keys } = this.settings;
    if (sealedWith(sealedSecret) === keys.first.id) {
      return;
    }
    const place = placeOfSecret(userId, id);
    const secret = openOrLog(keys, sealedSecret, { place, logger: this.#logger });
    if (secret !== undefined) {
      await this.secrets.reseal({
        userId,
        id,
        from: sealedSecret,
        to: seal(keys, secret, place),
        secretTag: tagOf(keys, { userId, secret }),
      });
    }
  }
}
