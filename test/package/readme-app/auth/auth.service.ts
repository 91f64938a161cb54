import { randomUUID } from 'node:crypto';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { InjectRepository } from '@nestjs/typeorm';
import { TwoFactorService } from 'nestjs-two-factor';
import { Repository } from 'typeorm';
import { User } from '../user.entity.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly jwt: JwtService,
    private readonly twoFactor: TwoFactorService,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  async register(email: string, password: string): Promise<void> {
    await this.users.insert({ email, password });
  }

  async login(email: string, password: string): Promise<object> {
    const user = await this.users.findOneBy({ email, password });
    if (user === null) {
      throw new UnauthorizedException();
    }
    const decision = await this.twoFactor.beginSignIn({ userId: String(user.id) });
    switch (decision.status) {
      case 'complete':
        return this.openSession(user.id, randomUUID());
      case 'second_factor_required':
        return { status: 'two_factor_required', ...decision.challenge }; // challengeToken, expiresInSeconds, methods, trustedDeviceDays, locks
      case 'enrolment_required':
        return { status: 'two_factor_enrolment_required', ...decision.enrolment }; // enrolmentToken, expiresInSeconds, methods, dueAt
    }
  }

  async openSession(userId: number, sessionId: string): Promise<object> {
    const { email } = await this.users.findOneByOrFail({ id: userId });
    return { accessToken: await this.jwt.signAsync({ sub: userId, email, jti: sessionId }) };
  }
}
