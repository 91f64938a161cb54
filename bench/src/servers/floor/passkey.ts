// A sign-in with a passkey on bare SimpleWebAuthn: one statement that reads, its check, one statement that settles.
import { type VerifiedAuthenticationResponse, verifyAuthenticationResponse } from '@simplewebauthn/server';
import { env, one, opening } from './session.js';
import { READ_PASSKEY, SETTLE_PASSKEY } from './sql.js';

/** `PublicKeyCredential.toJSON()` after `get()`. */
export type AssertionJson = Parameters<typeof verifyAuthenticationResponse>[0]['response'];

interface PasskeyRow {
  readonly generation: string;
  readonly challenge: Buffer;
  readonly public_key: Buffer;
  readonly counter: string;
}

export async function verifyPasskey(
  userId: string,
  token: Buffer,
  { assertion, now }: { readonly assertion: AssertionJson; readonly now: Date },
): Promise<object> {
  const id = Buffer.from(assertion.id, 'base64url');
  const row = await one<PasskeyRow>('readPasskey', READ_PASSKEY, [now, userId, token, id]);
  // It throws whatever it does not like, and is to be charged for it.
  const checked = await check(assertion, row).catch(() => undefined);
  const { tokens, values } = opening(userId, now);
  await one('settlePasskey', SETTLE_PASSKEY, [
    ...values(token, 'passkey', 'challenge_answered'),
    row.generation,
    id,
    row.challenge,
    checked?.verified === true ? checked.authenticationInfo.newCounter : null,
    checked?.authenticationInfo.credentialBackedUp ?? false,
  ]);
  return { status: 'authenticated', method: 'passkey', ...tokens };
}

function check(
  assertion: AssertionJson,
  { challenge, public_key: publicKey, counter }: PasskeyRow,
): Promise<VerifiedAuthenticationResponse> {
  return verifyAuthenticationResponse({
    response: assertion,
    expectedChallenge: challenge.toString('base64url'),
    expectedOrigin: env('WEBAUTHN_ORIGINS'),
    expectedRPID: env('WEBAUTHN_RP_ID'),
    requireUserVerification: false,
    credential: { id: assertion.id, publicKey: new Uint8Array(publicKey), counter: Number(counter) },
  });
}
