import { type CanActivate, Controller, type ExecutionContext, Get } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../users/role.js';
import { Roles, RolesGuard } from './roles.guard.js';

/** Takes the caller's word for its role, where the backend reads it with the session. */
class Caller implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: object }>();
    const { role } = request.headers;
    request.user = role === undefined ? undefined! : { role };
    return true;
  }
}

@Roles('support', 'admin')
@Controller('desk')
class DeskController {
  @Get()
  look(): string {
    return 'seen';
  }

  @Roles('admin')
  @Get('keys')
  keys(): string {
    return 'seen';
  }
}

let app: NestFastifyApplication;
beforeAll(async () => {
  const module = await Test.createTestingModule({
    controllers: [DeskController],
    providers: [RolesGuard, { provide: APP_GUARD, useClass: Caller }],
  }).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.init();
});
afterAll(() => app.close());

async function statusFor(url: string, role?: string): Promise<number> {
  const { statusCode } = await app.inject({
    method: 'GET',
    url,
    headers: role === undefined ? {} : { role },
  });
  return statusCode;
}

describe('@Roles()', () => {
  it('opens a controller to the roles that it names, and to no other', async () => {
    const statuses = await Promise.all(ROLES.map((role) => statusFor('/desk', role)));

    expect(statuses).toEqual([403, 200, 200]);
  });

  it('has its say on a route in place of that on the controller', async () => {
    const statuses = await Promise.all(ROLES.map((role) => statusFor('/desk/keys', role)));

    expect(statuses).toEqual([403, 403, 200]);
  });

  it('lets nobody in who has no session, or a role that there is not', async () => {
    expect([await statusFor('/desk'), await statusFor('/desk', 'root')]).toEqual([403, 403]);
  });
});
