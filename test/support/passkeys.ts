import assert from 'node:assert/strict';
import type {
  AnsweredChallenge,
  PasskeyCreation,
  RegisteredPasskey,
  TwoFactorAuthenticators,
  TwoFactorService,
  WebAuthnOptions,
} from 'nestjs-two-factor';
import {
  type FixedClock,
  type SoftAssertion,
  SoftPasskey,
  type SoftPasskeyLies,
  type SoftPasskeyTraits,
} from 'nestjs-two-factor/testing';
import { challengeTokenOf } from './challenge.js';

export const ORIGIN = 'https://app.example.com';
export const WEBAUTHN: WebAuthnOptions = { rpId: 'example.com', rpName: 'Acme', origins: [ORIGIN] };

/** Somebody with passkeys, past HTTP. */
export class PasskeyUser {
  constructor(
    private readonly host: {
      readonly twoFactor: TwoFactorService;
      readonly authenticators: TwoFactorAuthenticators;
      readonly clock: FixedClock;
    },
    readonly id: string,
  ) {}

  /** A sign-in just now, in a session. */
  signIn(sessionId = 's1'): { readonly authenticatedAt: Date; readonly sessionId: string } {
    return { authenticatedAt: this.host.clock.now(), sessionId };
  }

  creationOptions({
    proof,
    sessionId = 's1',
  }: { readonly proof?: object; readonly sessionId?: string } = {}): Promise<PasskeyCreation> {
    const user = { id: this.id, label: `${this.id}@example.com` };
    return this.host.authenticators.passkeyCreationOptions({ user, proof, signIn: this.signIn(sessionId) });
  }

  register(
    response: unknown,
    { sessionId = 's1', name }: { readonly sessionId?: string; readonly name?: string } = {},
  ): Promise<RegisteredPasskey> {
    return this.host.authenticators.registerPasskey({
      userId: this.id,
      response,
      name,
      signIn: this.signIn(sessionId),
      sessionId: 'opened',
    });
  }

  /** Adds a passkey; the first one turns the factor on. */
  async enrol(
    traits: SoftPasskeyTraits = {},
    by?: SoftPasskey,
  ): Promise<RegisteredPasskey & { readonly passkey: SoftPasskey }> {
    const passkey = new SoftPasskey(ORIGIN, traits);
    const proof = by === undefined ? undefined : { passkey: await this.prove(by) };
    const { publicKey } = await this.creationOptions({ ...(proof && { proof }) });
    const registered = await this.register(passkey.create(publicKey));
    return { passkey, ...registered };
  }

  /** The answer to a challenge for a signed-in call. */
  async prove(passkey: SoftPasskey, lies: SoftPasskeyLies = {}, sessionId = 's1'): Promise<SoftAssertion> {
    const { publicKey } = await this.host.authenticators.passkeyRequestOptions(this.id, {
      signIn: this.signIn(sessionId),
    });
    return passkey.get(publicKey, lies);
  }

  async begin(): Promise<{ readonly challengeToken: string; readonly challenge: string }> {
    const challengeToken = await challengeTokenOf(this.host.twoFactor, this.id);
    const { publicKey } = await this.host.authenticators.passkeySignInOptions(challengeToken);
    return { challengeToken, challenge: publicKey.challenge };
  }

  async answer(challengeToken: string, passkey: unknown): Promise<AnsweredChallenge> {
    const proof = { passkey };
    const outcome = await this.host.twoFactor.completeSignIn({
      challengeToken,
      proof,
      sessionId: 'signed-in',
    });
    assert.ok(outcome.status === 'complete');
    return outcome;
  }

  /** A whole sign-in. */
  async logIn(passkey: SoftPasskey, lies: SoftPasskeyLies = {}): Promise<AnsweredChallenge> {
    const { challengeToken, challenge } = await this.begin();
    return this.answer(challengeToken, passkey.sign(challenge, lies));
  }
}
