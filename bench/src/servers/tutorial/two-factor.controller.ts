import { Body, Controller, Get, HttpCode, Inject, Post, Req, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { TwoFactorService } from './two-factor.service.js';
import type { User } from './user.entity.js';

interface WithUser {
  readonly user: User;
}

@Controller()
export class TwoFactorController {
  constructor(@Inject(TwoFactorService) private readonly twoFactor: TwoFactorService) {}

  @Get('health')
  health() {
    return { status: 'ok' };
  }

  @Get('2fa/status')
  @UseGuards(AuthGuard('jwt-2fa'))
  status(@Req() { user }: WithUser) {
    return { id: user.id, enabled: user.isTwoFactorEnabled };
  }

  @Post('2fa/generate')
  @UseGuards(AuthGuard('jwt'))
  generate(@Req() { user }: WithUser) {
    return this.twoFactor.generate(user);
  }

  @Post('2fa/turn-on')
  @HttpCode(200)
  @UseGuards(AuthGuard('jwt'))
  turnOn(@Req() { user }: WithUser, @Body('code') code: string) {
    return this.twoFactor.turnOn(user, code);
  }

  @Post('2fa/authenticate')
  @HttpCode(200)
  @UseGuards(AuthGuard('jwt'))
  authenticate(@Req() { user }: WithUser, @Body('code') code: string) {
    return this.twoFactor.authenticate(user, code);
  }

  @Post('2fa/authenticate-backup')
  @HttpCode(200)
  @UseGuards(AuthGuard('jwt'))
  authenticateWithBackupCode(@Req() { user }: WithUser, @Body('code') code: string) {
    return this.twoFactor.authenticateWithBackupCode(user, code);
  }

  @Post('auth/refresh')
  @HttpCode(200)
  refresh(@Body('refreshToken') refreshToken: string) {
    return this.twoFactor.refresh(refreshToken);
  }
}
