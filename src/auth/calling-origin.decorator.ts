import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { SignInOrigin } from './sessions/sign-in-origin.js';

/** Where a request comes from. */
export const CallingOrigin = createParamDecorator((_: unknown, context: ExecutionContext): SignInOrigin => {
  const { ip, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return { ip, userAgent: headers['user-agent'] };
});
