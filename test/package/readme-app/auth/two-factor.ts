// oxlint-disable typescript/explicit-module-boundary-types -- the lines of the README, as they stand there
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type TwoFactorHost, createTwoFactorController } from 'nestjs-two-factor';
import { AuthService } from './auth.service.js';
import { JwtGuard, type SignedInRequest } from './jwt.guard.js';

@Injectable()
export class AppTwoFactorHost implements TwoFactorHost<SignedInRequest> {
  constructor(private readonly auth: AuthService) {}
  callerOf = ({ user }: SignedInRequest) => ({
    user: { id: String(user.id), label: user.email },
    sessionId: user.sessionId,
    authenticatedAt: user.signedInAt,
  });
  prepareSession = (_request: object, _method: string, id = randomUUID()) => ({
    id,
    answerFor: (userId: string) => this.auth.openSession(Number(userId), id),
  });
}
export const TwoFactorController = createTwoFactorController({
  path: 'auth/2fa',
  host: AppTwoFactorHost,
  guards: [JwtGuard],
});
