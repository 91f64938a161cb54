import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { Clock } from 'nestjs-two-factor';
import { Strategy } from 'passport-jwt';
import { CLOCK, ENVIRONMENT } from '../config/environment.module.js';
import type { Environment } from '../config/environment.js';
import { ApiException } from '../http/errors/api.exception.js';
import { AUDIENCE, ISSUER, TOKEN_TYPE, accessTokenKey } from './sessions/access-tokens.js';
import { type LiveSession, SessionsRepository } from './sessions/sessions.repository.js';

/** RFC 6750 §2.1, the whole header: with anything behind the token it is not credentials. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Accepts an access token of ours whose session is alive: HS256 and nothing else, with `iss`, `aud`,
 * `exp` and the type of RFC 9068 (RFC 8725 §3).
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly sessions: SessionsRepository,
  ) {
    const key = accessTokenKey(environment);
    super({
      jwtFromRequest: bearerToken,
      secretOrKeyProvider: (_request: unknown, token: unknown, done: (error: unknown) => void) => {
        // The token has no say in which key checks it: a header with `kid`, `jku` or `jwk` is not ours.
        if (typeof token === 'string' && isOurHeader(token)) {
          // The types of passport-jwt know no key object; jsonwebtoken behind it does.
          Reflect.apply(done, undefined, [null, key]);
        } else {
          done(new ApiException('AUTH_TOKEN_INVALID'));
        }
      },
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      // Checked below, by the one clock of the process.
      ignoreExpiration: true,
    });
  }

  /** @throws ApiException `AUTH_TOKEN_EXPIRED`, `AUTH_TOKEN_INVALID` */
  async validate(payload: Readonly<Record<string, unknown>>): Promise<LiveSession> {
    const { sub, sid, exp } = payload;
    if (typeof exp !== 'number' || typeof sub !== 'string' || typeof sid !== 'string' || !UUID.test(sid)) {
      throw new ApiException('AUTH_TOKEN_INVALID');
    }
    const now = this.clock.now();
    if (exp * 1000 <= now.getTime()) {
      throw new ApiException('AUTH_TOKEN_EXPIRED');
    }
    const session = await this.sessions.findLive(sid, now);
    if (session === undefined || session.userId !== sub) {
      throw new ApiException('AUTH_TOKEN_INVALID');
    }
    return session;
  }
}

function bearerToken({ headers }: Pick<FastifyRequest, 'headers'>): string | null {
  return BEARER.exec(headers.authorization ?? '')?.[1] ?? null;
}

function isOurHeader(token: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'));
    return (
      typeof header === 'object' &&
      header !== null &&
      Object.keys(header).length === 2 &&
      'typ' in header &&
      header.typ === TOKEN_TYPE &&
      'alg' in header &&
      header.alg === 'HS256'
    );
  } catch {
    return false;
  }
}
