import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UseGuards,
  applyDecorators,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiException } from '../http/errors/api.exception.js';
import type { Role } from '../users/role.js';
import type { LiveSession } from './sessions/sessions.repository.js';

const ALLOWED_ROLES = Symbol('ALLOWED_ROLES');

/** Opens a route, or a controller's, to these roles only. A role is read with each request: taken away, it is gone at once. */
export const Roles = (...roles: readonly [Role, ...Role[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(ALLOWED_ROLES, roles), UseGuards(RolesGuard));

/** Runs behind {@link JwtAuthGuard}, which is global. Without a session, or without a list, it lets nobody in. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws ApiException `AUTH_ROLE_REQUIRED` */
  canActivate(context: ExecutionContext): boolean {
    const { user } = context.switchToHttp().getRequest<{ readonly user?: LiveSession }>();
    const targets = [context.getHandler(), context.getClass()];
    const allowed = this.reflector.getAllAndOverride<readonly Role[] | undefined>(ALLOWED_ROLES, targets);
    if (user === undefined || allowed?.includes(user.role) !== true) {
      throw new ApiException('AUTH_ROLE_REQUIRED');
    }
    return true;
  }
}
