import { randomUUID } from 'node:crypto';
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Post,
  Req,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Request } from 'express';
import {
  type HostSession,
  type InSameCommit,
  type TwoFactorCaller,
  type TwoFactorHost,
  TwoFactorService,
  createTwoFactorController,
} from 'nestjs-two-factor';
import { Repository } from 'typeorm';
import { User } from './user.entity';

export interface Session {
  readonly userId: number;
  readonly email: string;
  readonly openedAt: Date;
}

interface SignedInRequest extends Request {
  sessionId: string;
  session: Session;
}

interface Login {
  readonly email: string;
  readonly password: string;
}

/** Of one process, which is enough here. */
@Injectable()
export class Sessions {
  readonly open = new Map<string, Session>();

  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  async start(userId: number, id: string = randomUUID()): Promise<{ accessToken: string }> {
    const { email } = await this.users.findOneByOrFail({ id: userId });
    this.open.set(id, { userId, email, openedAt: new Date() });
    return { accessToken: id };
  }

  endOthers(userId: number, kept?: string): void {
    for (const [id, session] of this.open) {
      if (session.userId === userId && id !== kept) {
        this.open.delete(id);
      }
    }
  }
}

@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly sessions: Sessions) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const sessionId = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    const session = this.sessions.open.get(sessionId);
    if (session === undefined) {
      throw new UnauthorizedException();
    }
    Object.assign(request, { sessionId, session });
    return true;
  }
}

@Injectable()
export class JestHost implements TwoFactorHost<SignedInRequest> {
  constructor(private readonly sessions: Sessions) {}

  callerOf({ sessionId, session }: Pick<SignedInRequest, 'sessionId' | 'session'>): TwoFactorCaller {
    const { userId, email, openedAt } = session;
    return { user: { id: String(userId), label: email }, sessionId, authenticatedAt: openedAt };
  }

  prepareSession(): HostSession {
    const id = randomUUID();
    return { id, answerFor: (userId) => this.sessions.start(Number(userId), id) };
  }

  endSessions({ sessionId }: SignedInRequest, { keepCurrent }: { keepCurrent: boolean }): InSameCommit {
    return async (_manager, userId) =>
      this.sessions.endOthers(Number(userId), keepCurrent ? sessionId : undefined);
  }
}

@Controller()
export class AuthController {
  constructor(
    private readonly sessions: Sessions,
    private readonly twoFactor: TwoFactorService,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  @Post('register')
  async register(@Body() { email, password }: Login): Promise<void> {
    await this.users.insert({ email, password });
  }

  @Post('login')
  async login(@Body() { email, password }: Login): Promise<object> {
    const user = await this.users.findOneBy({ email, password });
    if (user === null) {
      throw new UnauthorizedException();
    }
    const decision = await this.twoFactor.beginSignIn({ userId: String(user.id) });
    if (decision.status === 'complete') {
      return this.sessions.start(user.id);
    }
    return decision.status === 'second_factor_required' ? decision.challenge : decision;
  }

  @Get('me')
  @UseGuards(SessionGuard)
  me(@Req() { session }: SignedInRequest): object {
    return { id: session.userId, email: session.email };
  }
}

export const TwoFactorController = createTwoFactorController<SignedInRequest>({
  path: 'auth/2fa',
  host: JestHost,
  guards: [SessionGuard],
});
