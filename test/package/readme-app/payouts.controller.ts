import { Controller, Get } from '@nestjs/common';
import { createRequireTwoFactor } from 'nestjs-two-factor';
import { JwtGuard } from './auth/jwt.guard.js';
import { AppTwoFactorHost } from './auth/two-factor.js';

export const RequireTwoFactor = createRequireTwoFactor({ host: AppTwoFactorHost, guards: [JwtGuard] });

@Controller('payouts')
export class PayoutsController {
  @Get()
  @RequireTwoFactor() // 403 for the others
  list(): object[] {
    return [];
  }
}
