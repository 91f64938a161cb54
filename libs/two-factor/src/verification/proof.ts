import { Inject, Injectable } from '@nestjs/common';
import { type FieldFault, TwoFactorException } from '../errors/two-factor.errors.js';
import type { FactorMethod } from '../options/factor-method.js';
import { FACTORS } from '../options/tokens.js';
import type { Factor } from './factor.js';

/** What a client sends to prove its second factor: exactly one of the two. */
export interface ProofInput {
  readonly code?: string | undefined;
  readonly backupCode?: string | undefined;
}

/** A well-formed proof, and the factor it is checked by. */
export interface Proof {
  readonly factor: Factor;
  readonly value: string;
}

/** Reads proofs, and finds the factor that checks them. */
@Injectable()
export class Proofs {
  constructor(@Inject(FACTORS) private readonly factors: readonly Factor[]) {}

  /** @throws TwoFactorException `VALIDATION_FAILED` for anything but exactly one well-formed proof; it costs no attempt */
  parse(input: ProofInput): Proof {
    const given = this.factors.filter(({ field }) => input[field] !== undefined);
    const [factor = this.of('totp'), second] = given;
    if (second !== undefined) {
      throw invalid({
        field: second.field,
        message: `give either ${given.map(({ field }) => field).join(' or ')}, not both`,
      });
    }
    return this.#read(factor, input[factor.field]);
  }

  /** @throws TwoFactorException `VALIDATION_FAILED` for anything but a proof of this method; it costs no attempt */
  require(method: FactorMethod, value: unknown): Proof {
    return this.#read(this.of(method), value);
  }

  of(method: FactorMethod): Factor {
    const factor = this.factors.find((candidate) => candidate.method === method);
    if (factor === undefined) {
      throw new Error(`There is no factor ${method}`);
    }
    return factor;
  }

  #read(factor: Factor, input: unknown): Proof {
    const value = factor.parse(input);
    if (value === undefined) {
      throw invalid({ field: factor.field, message: factor.rule });
    }
    return { factor, value };
  }
}

function invalid(fault: FieldFault): TwoFactorException {
  return new TwoFactorException('VALIDATION_FAILED', { details: [fault] });
}
