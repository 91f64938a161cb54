import { randomUUID } from 'node:crypto';
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Param,
  Post,
  Req,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  type HostSession,
  InjectTwoFactor,
  type TwoFactorCaller,
  type TwoFactorHost,
  TwoFactorService,
  createTwoFactorController,
} from 'nestjs-two-factor';
import { DataSource } from 'typeorm';

interface Claims {
  readonly sub: string;
  readonly email: string;
  readonly tenant: string;
  readonly jti: string;
  readonly iat: number;
}

export interface TenantRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly url: string;
  claims: Claims;
}

interface User {
  readonly id: string;
  readonly email: string;
  readonly tenant: string;
}

@Injectable()
export class TokenGuard implements CanActivate {
  constructor(private readonly jwt: JwtService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<TenantRequest>();
    const token = request.headers['authorization']?.replace(/^Bearer /, '') ?? '';
    const claims = await this.jwt.verifyAsync<Claims>(token).catch(() => undefined);
    // The path begins with the tenant: nobody is somebody elsewhere.
    if (claims === undefined || request.url.split('/')[1] !== claims.tenant) {
      throw new UnauthorizedException();
    }
    request.claims = claims;
    return true;
  }
}

@Injectable()
export class Users {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly jwt: JwtService,
  ) {}

  async create(tenant: string, email: string, password: string): Promise<void> {
    await this.dataSource.query(`INSERT INTO users (tenant, email, password) VALUES ($1, $2, $3)`, [
      tenant,
      email,
      password,
    ]);
  }

  /** Passwords in clear: this host is about something else. */
  async find(tenant: string, email: string, password: string): Promise<User> {
    const rows: User[] = await this.dataSource.query(
      `SELECT id, email, tenant FROM users WHERE tenant = $1 AND email = $2 AND password = $3`,
      [tenant, email, password],
    );
    const [user] = rows;
    if (user === undefined) {
      throw new UnauthorizedException();
    }
    return user;
  }

  async tokenFor(userId: string, jti: string): Promise<{ readonly accessToken: string }> {
    const rows: User[] = await this.dataSource.query(`SELECT email, tenant FROM users WHERE id = $1`, [
      userId,
    ]);
    return { accessToken: await this.jwt.signAsync({ sub: userId, ...rows[0], jti }) };
  }
}

/** Sessions are tokens only: nothing to write in the commit, and nothing to end. */
@Injectable()
export class TenantHost implements TwoFactorHost<TenantRequest> {
  constructor(private readonly users: Users) {}

  callerOf({ claims: { sub, email, tenant, jti, iat } }: TenantRequest): TwoFactorCaller {
    const user = { id: sub, label: email, tenant };
    return { user, sessionId: jti, authenticatedAt: new Date(iat * 1000) };
  }

  prepareSession(): HostSession {
    const id = randomUUID();
    return { id, answerFor: (userId) => this.users.tokenFor(userId, id) };
  }
}

interface Credentials {
  readonly email: string;
  readonly password: string;
}

@Controller(':tenant')
export class AuthController {
  constructor(
    private readonly users: Users,
    private readonly twoFactor: TwoFactorService,
    @InjectTwoFactor('acme') private readonly acme: TwoFactorService,
    @InjectTwoFactor('globex') private readonly globex: TwoFactorService,
  ) {}

  @Post('register')
  register(@Param('tenant') tenant: string, @Body() { email, password }: Credentials): Promise<void> {
    return this.users.create(tenant, email, password);
  }

  @Post('login')
  async login(@Param('tenant') tenant: string, @Body() { email, password }: Credentials): Promise<object> {
    const user = await this.users.find(tenant, email, password);
    const { acme, globex } = this;
    const twoFactor = { acme, globex }[tenant] ?? this.twoFactor;
    const decision = await twoFactor.beginSignIn({ userId: user.id });
    if (decision.status === 'complete') {
      return this.users.tokenFor(user.id, randomUUID());
    }
    return decision.status === 'second_factor_required' ? decision.challenge : decision;
  }

  @Get('me')
  @UseGuards(TokenGuard)
  me(@Req() { claims }: TenantRequest): object {
    return { id: claims.sub, tenant: claims.tenant };
  }
}

const common = { host: TenantHost, guards: [TokenGuard] };
export const TwoFactorControllers = [
  createTwoFactorController<TenantRequest>({ ...common, path: 'acme/2fa', name: 'acme' }),
  createTwoFactorController<TenantRequest>({ ...common, path: 'globex/2fa', name: 'globex' }),
  createTwoFactorController<TenantRequest>({ ...common, path: ':tenant/2fa' }),
];
