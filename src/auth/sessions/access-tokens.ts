import { type KeyObject, createSecretKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { ENVIRONMENT } from '../../config/environment.module.js';
import type { Environment } from '../../config/environment.js';

export const ISSUER = 'nestjs-two-factor';
export const AUDIENCE = 'saas-api';
/** RFC 9068: an access token, and nothing else that is signed with the same key. */
export const TOKEN_TYPE = 'at+jwt';

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

  issue({
    userId,
    sessionId,
    amr,
    authenticatedAt,
    at,
  }: {
    readonly userId: string;
    readonly sessionId: string;
    readonly amr: readonly string[];
    readonly authenticatedAt: Date;
    readonly at: Date;
  }): string {
    const issuedAt = secondsOf(at);
    return this.jwt.sign({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: userId,
      sid: sessionId,
      iat: issuedAt,
      exp: issuedAt + this.environment.accessTokenTtlSeconds,
      auth_time: secondsOf(authenticatedAt),
      amr,
      // NIST SP 800-63B: two factors are assurance level 2.
      acr: amr.includes('mfa') ? 'aal2' : 'aal1',
    });
  }
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
