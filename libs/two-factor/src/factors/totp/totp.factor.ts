import { Inject, Injectable, Logger } from '@nestjs/common';
import { openOrLog } from '../../crypto/open-or-log.js';
import { seal, sealedWith } from '../../crypto/sealed-secret.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import type { Statement } from '../../sql/one-statement.js';
import type { Attempt, CheckedProof, Factor } from '../../verification/factor.js';
import { ONE_TIME_CODE_RULE, parseOneTimeCode } from './one-time-code.js';
import { placeOfSecret } from './totp-payload.js';
import { lookUpCode } from './totp.js';
import { type MatchedStep, type SecretMaterial, UserSecretRepository } from './user-secret.repository.js';

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
    const looked = (material ?? []).map((secret) => {
      const { step, reason } = this.#lookUp(userId, secret, { code, at });
      return { secret, step, reason };
    });
    const matched = looked.find(({ step, secret }) => step !== undefined && step > secret.lastUsedStep);
    const { reason } = matched ?? looked[0] ?? { reason: 'wrong' };
    const spent = matched && stepOf(matched);
    return {
      proof: this.secrets.proof(userId, { matched: spent, reason }),
      spend: [this.secrets.spend(userId, spent)],
      refusal: reason === 'unreadable' ? 'TWO_FACTOR_SECRET_UNREADABLE' : undefined,
      afterwards: matched && (() => this.#renewKey(userId, matched.secret)),
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

  /** Seals the secret again with the first key, if another one did: keys are renewed by use. */
  async #renewKey(userId: string, { id, sealedSecret }: SecretMaterial): Promise<void> {
    const { keys } = this.settings;
    if (sealedWith(sealedSecret) === keys.first.id) {
      return;
    }
    const place = placeOfSecret(userId, id);
    const secret = openOrLog(keys, sealedSecret, { place, logger: this.#logger });
    if (secret !== undefined) {
      await this.secrets.reseal({ userId, id, from: sealedSecret, to: seal(keys, secret, place) });
    }
  }
}

function stepOf({
  secret,
  step,
}: {
  readonly secret: SecretMaterial;
  readonly step: number | undefined;
}): MatchedStep | undefined {
  return step === undefined ? undefined : { id: secret.id, step };
}
