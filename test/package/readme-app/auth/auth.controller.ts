import { Body, Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import { AuthService } from './auth.service.js';
import { JwtGuard, type SignedInRequest } from './jwt.guard.js';

interface Credentials {
  readonly email: string;
  readonly password: string;
}

@Controller()
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('auth/register')
  register(@Body() { email, password }: Credentials): Promise<void> {
    return this.auth.register(email, password);
  }

  @Post('auth/login')
  login(@Body() { email, password }: Credentials): Promise<object> {
    return this.auth.login(email, password);
  }

  @Get('me')
  @UseGuards(JwtGuard)
  me(@Req() { user }: SignedInRequest): object {
    return user;
  }
}
