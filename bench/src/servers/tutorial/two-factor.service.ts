import { randomBytes } from 'node:crypto';
import { Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { InjectRepository } from '@nestjs/typeorm';
import { compare, hash } from 'bcrypt';
import { generateSecret, generateURI, verify } from 'otplib';
import { toDataURL } from 'qrcode';
import type { Repository } from 'typeorm';
import { BackupCode } from './backup-code.entity.js';
import type { TokenPayload } from './jwt.strategy.js';
import { User } from './user.entity.js';

const SALT_ROUNDS = 10;

@Injectable()
export class TwoFactorService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    @InjectRepository(BackupCode) private readonly backupCodes: Repository<BackupCode>,
    @Inject(JwtService) private readonly jwt: JwtService,
  ) {}

  async generate(user: User) {
    const secret = generateSecret();
    const uri = generateURI({ issuer: 'Bench', label: user.email, secret });
    const codes = Array.from({ length: 10 }, () => randomBytes(5).toString('hex'));
    await this.users.update(user.id, { twoFactorSecret: secret });
    await this.backupCodes.delete({ userId: user.id });
    for (const code of codes) {
      await this.backupCodes.save({ userId: user.id, hash: await hash(code, SALT_ROUNDS) });
    }
    return { secret, qrCode: await toDataURL(uri), backupCodes: codes };
  }

  async turnOn(user: User, code: string) {
    await this.checkCode(user, code);
    await this.users.update(user.id, { isTwoFactorEnabled: true });
    return { enabled: true };
  }

  async authenticate(user: User, code: string) {
    await this.checkCode(user, code);
    return this.issueTokens(user);
  }

  async authenticateWithBackupCode(user: User, code: string) {
    const codes = await this.backupCodes.findBy({ userId: user.id, used: false });
    for (const backupCode of codes) {
      if (await compare(code, backupCode.hash)) {
        backupCode.used = true;
        await this.backupCodes.save(backupCode);
        return this.issueTokens(user);
      }
    }
    throw new UnauthorizedException('Wrong backup code');
  }

  async refresh(refreshToken: string) {
    const { sub } = await this.jwt.verifyAsync<TokenPayload>(refreshToken).catch(() => {
      throw new UnauthorizedException();
    });
    const user = await this.users.findOneBy({ id: sub });
    if (user === null) {
      throw new UnauthorizedException();
    }
    return this.issueTokens(user);
  }

  async issueTokens(user: User) {
    const payload: TokenPayload = { sub: user.id, email: user.email, isTwoFactorAuthenticated: true };
    return {
      accessToken: await this.jwt.signAsync(payload, { expiresIn: '15m' }),
      refreshToken: await this.jwt.signAsync(payload, { expiresIn: '30d' }),
    };
  }

  private async checkCode(user: User, code: string) {
    const result = await verify({ token: code, secret: user.twoFactorSecret ?? '', epochTolerance: 30 });
    if (!result.valid) {
      throw new UnauthorizedException('Wrong authentication code');
    }
  }
}
