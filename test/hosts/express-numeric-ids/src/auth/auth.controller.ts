import { Body, Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
// #region second factor
import { SignInRoute } from 'nestjs-two-factor';
// #endregion
import { AuthService } from './auth.service';
import { JwtGuard, type SignedInRequest } from './jwt.guard';

@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('register')
  register(@Body() { email, password }: { email: string; password: string }): Promise<object> {
    return this.auth.register(email, password);
  }

  @Post('login')
  // #region second factor
  @SignInRoute({ asksForSecondFactor: true })
  // #endregion
  login(@Body() { email, password }: { email: string; password: string }): Promise<object> {
    return this.auth.login(email, password);
  }

  @Post('legacy-login')
  // #region second factor
  @SignInRoute({ asksForSecondFactor: false })
  // #endregion
  legacyLogin(@Body() { email }: { email: string }): Promise<object> {
    return this.auth.legacyLogin(email);
  }

  @Get('me')
  @UseGuards(JwtGuard)
  me(@Req() { currentUser }: SignedInRequest): object {
    return { id: currentUser.id, email: currentUser.email };
  }
}
