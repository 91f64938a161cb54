import { Inject, Injectable } from '@nestjs/common';
import { type FieldFault, TwoFactorException } from '../errors/two-factor.errors.js';
import { isUuid } from '../options/ids.js';
import { FACTORS } from '../options/tokens.js';
import type { Factor } from './factor.js';
import type { ProofInput } from './proof-input.js';
import type { VerificationRequest } from './verification-request.js';

/** A well-formed proof, and the factor it is checked by. */
export interface Proof {
  readonly factor: Factor;
  readonly value: unknown;
  readonly authenticatorId: string | undefined;
}

/** Reads proofs, and finds the factor that checks them. */
@Injectable()
export class Proofs {
  constructor(@Inject(FACTORS) private readonly factors: readonly Factor[]) {}

  /** @throws TwoFactorException `VALIDATION_FAILED` for anything but exactly one well-formed proof; it costs no attempt */
  parse(input: ProofInput): Proof {
    return this.#parse(input, () => true);
  }

  /**
   * For what a backup code is not enough: it may replace an authenticator, not remove protection.
   *
   * @throws TwoFactorException `VALIDATION_FAILED` for anything but one well-formed proof by an authenticator; it
   *   costs no attempt
   */
  parseOfAuthenticator(input: ProofInput): Proof {
    return this.#parse(input, ({ isAuthenticator }) => isAuthenticator);
  }

  /** @throws TwoFactorException `VALIDATION_FAILED` for anything but a proof by this factor; it costs no attempt */
  require<Value>(factor: Factor<unknown, Value>, input: unknown): Value {
    const value = factor.parse(input);
    if (value === undefined) {
      throw invalid({ field: factor.field, message: factor.rule });
    }
    return value;
  }

  #parse(input: ProofInput, isEnough: (factor: Factor) => boolean): Proof {
    const given = this.factors.filter(({ field }) => input[field] !== undefined);
    const [factor = this.factors.find(isEnough), second] = given;
    if (factor === undefined) {
      throw new Error('There is no factor that would be enough');
    }
    if (second !== undefined) {
      throw invalid({
        field: second.field,
        message: `give either ${given.map(({ field }) => field).join(' or ')}, not both`,
      });
    }
    if (!isEnough(factor)) {
      throw invalid({ field: factor.field, message: `${factor.field} is not enough for this call` });
    }
    const { authenticatorId } = input;
    if (authenticatorId !== undefined && !(factor.isAuthenticator && isUuid(authenticatorId))) {
      throw invalid({
        field: 'authenticatorId',
        message: 'authenticatorId must be a UUID, beside a proof by an authenticator',
      });
    }
    return { factor, value: this.require(factor, input[factor.field]), authenticatorId };
  }
}

/** The part of a request that its proof decides. */
export function proving({
  factor,
  value,
  authenticatorId,
}: Proof): Pick<Factor, 'method'> &
  Pick<VerificationRequest<unknown>, 'hasBudget' | 'computations' | 'material' | 'check'> {
  const { method, hasBudget, computations } = factor;
  return {
    method,
    hasBudget,
    computations,
    material: factor.material(authenticatorId),
    check: (attempt, room) => factor.check(value, attempt, room),
  };
}

function invalid(fault: FieldFault): TwoFactorException {
  return new TwoFactorException('VALIDATION_FAILED', { details: [fault] });
}
