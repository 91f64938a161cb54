import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { LiveSession } from './sessions/sessions.repository.js';

/** The session that {@link JwtAuthGuard} let in. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): LiveSession => {
  return context.switchToHttp().getRequest<{ readonly user: LiveSession }>().user;
});
