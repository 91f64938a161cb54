import { Injectable } from '@nestjs/common';
import type { Statement } from '../../sql/one-statement.js';
import type { Attempt, CheckedProof, Factor } from '../../verification/factor.js';
import type { CheckedAssertion, StoredPasskey } from './assertion.js';
import { CeremonyRepository } from './ceremony.repository.js';
import { ASSERTION_RULE, type AssertionJson, readAssertion } from './credential-json.js';
import { type PasskeyMaterial, PasskeyRepository } from './passkey.repository.js';
import { WebAuthn } from './webauthn.js';

/** Passkeys and security keys (WebAuthn). What they sign is for one page and one challenge: no phishing page can pass it on. */
@Injectable()
export class PasskeysFactor implements Factor<PasskeyMaterial, AssertionJson> {
  readonly method = 'passkey';
  readonly field = 'passkey';
  readonly rule = ASSERTION_RULE;
  readonly isAuthenticator = true;
  // There is nothing to guess, and so nothing that somebody with the password could lock.
  readonly hasBudget = false;
  readonly computations = 0;

  constructor(
    private readonly passkeys: PasskeyRepository,
    private readonly ceremonies: CeremonyRepository,
    private readonly webauthn: WebAuthn,
  ) {}

  parse(value: unknown): AssertionJson | undefined {
    return readAssertion(value);
  }

  material(authenticatorId?: string): Statement {
    return this.passkeys.material(authenticatorId);
  }

  async check(
    assertion: AssertionJson,
    { userId, material, at }: Attempt<PasskeyMaterial>,
  ): Promise<CheckedProof> {
    const challenge = bytesOf(material?.drawn);
    const checked = await this.#check(assertion, challenge, material);
    const mayGoBack = this.webauthn.settings.counterRegress === 'report';
    return {
      proof: this.passkeys.proof(userId, { checked, challenge, mayGoBack }),
      spend: this.passkeys.use(userId, checked, at),
      // A sign-in's lies in its challenge, which is charged or ended.
      always: challenge === undefined ? [] : [this.ceremonies.spend(userId, challenge)],
      mayBeRight: 'data' in checked,
      refusal: 'TWO_FACTOR_PASSKEY_INVALID',
      told: { type: 'passkey_counter_regressed', reason: 'counter' },
      isUserVerified: 'data' in checked && checked.data.isUserVerified,
    };
  }

  async #check(
    assertion: AssertionJson,
    challenge: Buffer | undefined,
    material: PasskeyMaterial | null,
  ): Promise<CheckedAssertion> {
    const userHandle = bytesOf(material?.userHandle);
    if (challenge === undefined || userHandle === undefined) {
      return { reason: 'challenge' };
    }
    const passkeys = (material?.passkeys ?? []).map(storedOf);
    return this.webauthn.checkAssertion(assertion, { challenge, userHandle, passkeys });
  }
}

function storedOf({
  credentialId,
  publicKey,
  isBackupEligible,
}: NonNullable<PasskeyMaterial['passkeys']>[number]): StoredPasskey {
  return {
    credentialId: Buffer.from(credentialId, 'hex'),
    publicKey: Buffer.from(publicKey, 'hex'),
    isBackupEligible,
  };
}

function bytesOf(hex: string | null | undefined): Buffer | undefined {
  return hex ? Buffer.from(hex, 'hex') : undefined;
}
