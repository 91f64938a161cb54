import { Controller, Get } from '@nestjs/common';
import { createRequireTwoFactor } from 'nestjs-two-factor';
import { JwtGuard, type SignedInRequest } from './auth/jwt.guard.js';

export const RequireTwoFactor = createRequireTwoFactor<SignedInRequest>(({ user }) => user.hasSecondFactor, {
  guards: [JwtGuard],
});

@Controller('payouts')
export class PayoutsController {
  @Get()
  @RequireTwoFactor() // 403 TWO_FACTOR_REQUIRED for the others
  list(): object[] {
    return [];
  }
}
