import { randomBytes } from 'node:crypto';
import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { SoftPasskey } from '../../../libs/two-factor/src/testing/soft-passkey.js';
import type { SeededPasskey } from '../../../test/support/seed.js';

const RP_ID = 'example.com';
const ORIGIN = `https://${RP_ID}`;

/** As ours and the floor take them. */
export const WEBAUTHN_VARIABLES = { WEBAUTHN_RP_ID: RP_ID, WEBAUTHN_ORIGINS: ORIGIN } as const;

/** One passkey for everybody: each account has it for its own, and what is checked is the same for all. */
export interface SharedPasskey extends SeededPasskey {
  /** What a browser sends for a challenge, base64url. */
  sign(challenge: string): object;
}

let made: Promise<SharedPasskey> | undefined;

export function sharedPasskey(): Promise<SharedPasskey> {
  made ??= makePasskey();
  return made;
}

async function makePasskey(): Promise<SharedPasskey> {
  const passkey = new SoftPasskey(ORIGIN);
  const challenge = randomBytes(32).toString('base64url');
  const user = { id: randomBytes(32).toString('base64url') };
  const { response, ...created } = passkey.create({ rp: { id: RP_ID }, user, challenge });
  const { clientDataJSON, attestationObject } = response;
  const { registrationInfo } = await verifyRegistrationResponse({
    response: { ...created, response: { clientDataJSON, attestationObject } },
    expectedChallenge: challenge,
    expectedOrigin: ORIGIN,
    expectedRPID: RP_ID,
  });
  if (registrationInfo === undefined) {
    throw new Error('The passkey of the benchmark is not what it should be');
  }
  return {
    credentialId: Buffer.from(passkey.id, 'base64url'),
    publicKey: Buffer.from(registrationInfo.credential.publicKey),
    userHandle: Buffer.from(user.id, 'base64url'),
    rpId: RP_ID,
    sign: (drawn) => passkey.sign(drawn),
  };
}
