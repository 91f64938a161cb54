import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ApiException } from '../http/errors/api.exception.js';
import { IS_PUBLIC } from './public.decorator.js';

/** Guards every route of the application, so that a new one is closed until it says `@Public()`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) {
      return true;
    }
    return (await super.canActivate(context)) === true;
  }

  /** @throws ApiException `AUTH_TOKEN_MISSING`, `AUTH_TOKEN_INVALID`, `AUTH_TOKEN_EXPIRED` */
  override handleRequest<Session>(
    error: unknown,
    session: Session | false,
    _info: unknown,
    context: ExecutionContext,
  ): Session {
    if (error !== null && error !== undefined) {
      throw error;
    }
    if (session === false || session === undefined || session === null) {
      const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
      // RFC 6750 §3.1: an unsupported scheme is no credentials, and gets a challenge without an error.
      const hasBearer = /^Bearer(?: |$)/i.test(headers.authorization ?? '');
      throw new ApiException(hasBearer ? 'AUTH_TOKEN_INVALID' : 'AUTH_TOKEN_MISSING');
    }
    return session;
  }
}
