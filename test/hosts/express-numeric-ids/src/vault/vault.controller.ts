import { Controller, Get, UseGuards } from '@nestjs/common';
import { JwtGuard } from '../auth/jwt.guard';
// #region second factor
import { RequireTwoFactor } from '../second-factor/require-two-factor';
// #endregion

@Controller('vault')
@UseGuards(JwtGuard)
export class VaultController {
  @Get()
  // #region second factor
  @RequireTwoFactor()
  // #endregion
  open(): object {
    return { gold: 7 };
  }
}
