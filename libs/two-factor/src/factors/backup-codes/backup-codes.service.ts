import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../../account/account.repository.js';
import { Argon2Pool } from '../../crypto/argon2-pool.js';
import { TwoFactorException } from '../../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../../events/event-publisher.js';
import { type RequestContext, boundedContext } from '../../events/security-event.js';
import { SecurityEventRepository } from '../../events/security-event.repository.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import { TwoFactorDatabase } from '../../sql/database.js';
import { accountSubject } from '../../verification/account-subject.js';
import { Proofs, proving } from '../../verification/proof.js';
import { Reauthentication } from '../../verification/re-authentication.js';
import type { FactorChange } from '../../verification/use-case.js';
import { Verification } from '../../verification/verification.js';
import { BACKUP_CODES_PER_SET, drawBackupCodes } from './backup-code.js';
import { BackupCodeRepository, type BackupCodeSet } from './backup-code.repository.js';
import { BackupCodesFactor } from './backup-codes.factor.js';

/** Draws sets of backup codes (recovery codes) for a user who has a factor. */
@Injectable()
export class BackupCodesService {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly codes: BackupCodeRepository,
    private readonly factor: BackupCodesFactor,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly reauthentication: Reauthentication,
    private readonly pool: Argon2Pool,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  /** Ten new ones; the old set dies in the same commit. */
  async regenerate(request: FactorChange): Promise<readonly string[]> {
    const { userId, signIn, context = {}, inSameCommit } = request;
    const proof = proving(this.proofs.parseOfAuthenticator(request.proof));
    const at = this.settings.clock.now();
    await this.reauthentication.require(userId, { signIn, context, at });
    const backupCodes = drawBackupCodes();
    let set: BackupCodeSet | undefined;
    await this.verification.run({
      ...proof,
      subject: accountSubject(this.accounts, { userId, signIn, at }),
      computations: BACKUP_CODES_PER_SET,
      at,
      context,
      typeOf: () => 'backup_codes_regenerated',
      callerIsAlive: signIn.callerIsAlive,
      check: async (attempt, room) => {
        const checked = await proof.check(attempt, room);
        // Charged already: whether it was right may cost time here.
        set = checked.mayBeRight === false ? undefined : await this.factor.hashSet(backupCodes, room);
        return checked;
      },
      change: async (transaction) => {
        if (set === undefined) {
          throw new Error('Codes were accepted that nobody has hashed');
        }
        await this.codes.replaceAll(transaction, { userId, set, at });
      },
      inSameCommit,
    });
    return backupCodes;
  }

  /**
   * Draws the first set of a user who was imported, and so has an authenticator and no codes.
   *
   * @returns them, once, or `undefined` when the user has some, or when too much is being hashed: the next sign-in draws them then
   */
  async drawFirst(
    userId: string,
    { context }: { readonly context: RequestContext },
  ): Promise<readonly string[] | undefined> {
    const backupCodes = drawBackupCodes();
    const set = await this.#hashIfThereIsRoom(backupCodes);
    if (set === undefined) {
      return undefined;
    }
    const at = this.settings.clock.now();
    const event = {
      userId,
      at,
      type: 'backup_codes_regenerated',
      method: 'totp',
      outcome: 'success',
      reason: null,
      ...boundedContext(context),
    } as const;
    const isFirst = await this.database.transaction(async (transaction) => {
      await this.accounts.lock(transaction, userId);
      if (!(await this.codes.areDue(transaction, userId))) {
        return false;
      }
      await this.codes.replaceAll(transaction, { userId, set, at });
      await this.securityEvents.append(event, transaction);
      return true;
    });
    if (!isFirst) {
      return undefined;
    }
    this.events.publish(event);
    return backupCodes;
  }

  async #hashIfThereIsRoom(backupCodes: readonly string[]): Promise<BackupCodeSet | undefined> {
    try {
      return await this.pool.keepingRoom({ kind: 'backup_code', computations: backupCodes.length }, (room) =>
        this.factor.hashSet(backupCodes, room),
      );
    } catch (error) {
      if (error instanceof TwoFactorException && error.code === 'SERVICE_UNAVAILABLE') {
        return undefined;
      }
      throw error;
    }
  }
}
