import { Inject, Injectable } from '@nestjs/common';
import { AUTHENTICATOR_NAME_RULE, parseAuthenticatorName } from '../authenticators/authenticator-name.js';
import type { Authenticator } from '../authenticators/authenticator.js';
import {
  AUTHENTICATOR_COLUMNS,
  AuthenticatorRepository,
  type AuthenticatorRow,
  shown,
} from '../authenticators/authenticator.repository.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../events/event-publisher.js';
import { type RequestContext, happened } from '../events/security-event.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { isUuid } from '../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { IN_ANY_CASE, effects, runAsOne } from '../sql/one-statement.js';
import type { SignIn } from '../verification/re-authentication.js';

export interface RenameRequest {
  readonly userId: string;
  /** Of the authenticator. */
  readonly id: string;
  /** 1 to 64 visible characters. */
  readonly name: string;
  readonly callerIsAlive?: SignIn['callerIsAlive'];
  readonly context?: RequestContext | undefined;
}

type RenamedRow = { readonly isAlive: boolean } & (AuthenticatorRow | { readonly id: null });

/** Gives authenticators names. A name is nothing that is checked, so that it needs no proof. */
@Injectable()
export class RenameAuthenticatorService {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly authenticators: AuthenticatorRepository,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  async run({ userId, id, callerIsAlive = IN_ANY_CASE, ...request }: RenameRequest): Promise<Authenticator> {
    const name = parseAuthenticatorName(request.name);
    if (name === undefined) {
      throw new TwoFactorException('VALIDATION_FAILED', {
        details: [{ field: 'name', message: AUTHENTICATOR_NAME_RULE }],
      });
    }
    if (!isUuid(id)) {
      throw new TwoFactorException('TWO_FACTOR_AUTHENTICATOR_UNKNOWN');
    }
    const event = happened('authenticator_renamed', {
      userId,
      at: this.settings.clock.now(),
      context: request.context,
    });
    const [renamed] = await runAsOne<RenamedRow>(
      this.database,
      [
        { ...callerIsAlive, name: 'own_caller' },
        ...this.authenticators.rename({ userId, id, name }, { ifAny: 'own_caller' }),
        ...effects(this.securityEvents.record(event)),
      ],
      {
        sql: `SELECT EXISTS (SELECT FROM own_caller) AS "isAlive", ${AUTHENTICATOR_COLUMNS} FROM (VALUES (1)) one LEFT JOIN accepted a ON true`,
        parameters: [],
      },
    );
    if (renamed === undefined || renamed.id === null) {
      throw new TwoFactorException(
        renamed?.isAlive === false ? 'AUTH_TOKEN_INVALID' : 'TWO_FACTOR_AUTHENTICATOR_UNKNOWN',
      );
    }
    this.events.publish(event);
    return shown(renamed);
  }
}
