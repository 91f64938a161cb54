import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Observable, tap } from 'rxjs';
import { TwoFactorException } from '../errors/two-factor.errors.js';

/** The headers that belong to the answers, on Express as on Fastify, under whatever exception filter the host has. */
@Injectable()
export class AnswerHeaders implements NestInterceptor {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const response: unknown = context.switchToHttp().getResponse();
    const set = (name: string, value: string): void =>
      this.adapterHost.httpAdapter.setHeader(response, name, value);
    // The answers hold secrets: no cache on the way may keep them (RFC 9111 §5.2.2.5).
    set('Cache-Control', 'no-store');
    return next.handle().pipe(
      tap({
        error: (error: unknown) => {
          if (error instanceof TwoFactorException && error.retryAfterSeconds !== undefined) {
            set('Retry-After', String(error.retryAfterSeconds));
          }
          if (error instanceof TwoFactorException && error.getStatus() === 401) {
            // RFC 6750 §3: an error is named when credentials came, and were bad.
            set(
              'WWW-Authenticate',
              error.code === 'AUTH_TOKEN_INVALID' ? 'Bearer error="invalid_token"' : 'Bearer',
            );
          }
        },
      }),
    );
  }
}
