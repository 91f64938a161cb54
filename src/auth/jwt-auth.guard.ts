import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import passport from 'passport';
import { ApiException } from '../http/errors/api.exception.js';
import { JwtStrategy } from './jwt.strategy.js';
import { IS_PUBLIC } from './public.decorator.js';
import type { LiveSession } from './sessions/sessions.repository.js';

/** Guards every route of the application, so that a new one is closed until it says `@Public()`. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  /**
   * Its own, and not Nest's `AuthGuard`, which asks the one that passport exports: there the strategy of the
   * application that started last answers for all of the process, on its database and its clock.
   */
  readonly #passport = new passport.Passport();

  constructor(
    private readonly reflector: Reflector,
    strategy: JwtStrategy,
  ) {
    this.#passport.use(strategy);
  }

  /** @throws ApiException `AUTH_TOKEN_MISSING`, `AUTH_TOKEN_INVALID`, `AUTH_TOKEN_EXPIRED` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) {
      return true;
    }
    const request = context.switchToHttp().getRequest<FastifyRequest & { user?: LiveSession }>();
    const session = await this.#sessionOf(request);
    if (session === false) {
      // RFC 6750 §3.1: an unsupported scheme is no credentials, and gets a challenge without an error.
      const hasBearer = /^Bearer(?: |$)/i.test(request.headers.authorization ?? '');
      throw new ApiException(hasBearer ? 'AUTH_TOKEN_INVALID' : 'AUTH_TOKEN_MISSING');
    }
    request.user = session;
    return true;
  }

  #sessionOf(request: FastifyRequest): Promise<LiveSession | false> {
    return new Promise((resolve, reject) => {
      const answer = (error: unknown, session: LiveSession | false): void => {
        if (error === null) {
          resolve(session);
        } else {
          reject(error);
        }
      };
      this.#passport.authenticate('jwt', { session: false }, answer)(request, undefined, reject);
    });
  }
}
