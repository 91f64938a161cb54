import { type KeyObject, createSecretKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { FactorMethod, PassedFactor } from 'nestjs-two-factor';
import { ENVIRONMENT } from '../../config/environment.module.js';
import type { Environment } from '../../config/environment.js';

export const ISSUER = 'nestjs-two-factor';
export const AUDIENCE = 'saas-api';
/** RFC 9068: an access token, and nothing else that is signed with the same key. */
export const TOKEN_TYPE = 'at+jwt';

/** What a token says of a session. */
export interface IssuedSession {
  readonly userId: string;
  readonly sessionId: string;
  /** The factors that it has passed beside the password. */
  readonly passed: readonly Passed[];
  readonly authenticatedAt: Date;
  readonly at: Date;
}

/** A factor, and whether its authenticator has asked for a PIN, a finger, a face. */
export type Passed = Pick<PassedFactor, 'method' | 'isUserVerified'>;

/** RFC 8176: a backup code is a second factor, but no one-time password of an authenticator. */
const AMR: Readonly<Record<FactorMethod, readonly string[]>> = {
  passkey: ['pop'],
  totp: ['otp'],
  backup_code: [],
};

/** A key object, for jsonwebtoken reads a text as PEM first, at every call: a fifth of the time of a sign-in. */
export function accessTokenKey({ secrets }: Pick<Environment, 'secrets'>): KeyObject {
  return createSecretKey(secrets.jwtAccessSecret, 'utf8');
}

/** Signs access tokens: JWT, HS256. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly jwt: JwtService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  issue({ userId, sessionId, passed, authenticatedAt, at }: IssuedSession): string {
    const issuedAt = secondsOf(at);
    return this.jwt.sign({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: userId,
      sid: sessionId,
      iat: issuedAt,
      exp: issuedAt + this.environment.accessTokenTtlSeconds,
      auth_time: secondsOf(authenticatedAt),
      // For others to read: nothing of ours decides by them.
      amr: amrOf(passed),
      // NIST SP 800-63B: two factors are assurance level 2. A passkey without attestation is no claim to level 3.
      acr: passed.length === 0 ? 'aal1' : 'aal2',
    });
  }
}

/** How somebody has signed in, by the factors after the password. */
export function amrOf(passed: readonly Passed[]): readonly string[] {
  const factors = passed.flatMap(({ method, isUserVerified }) => [
    ...AMR[method],
    ...(isUserVerified ? ['user'] : []),
  ]);
  return passed.length === 0 ? ['pwd'] : [...new Set(['pwd', ...factors, 'mfa'])];
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
