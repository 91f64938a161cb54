import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ReservedAttempt } from './verification/attempt-gate.js';
import {
  type RequestContext,
  type SecurityEvent,
  type SecurityEventType,
  boundedContext,
} from './events/security-event.js';
import { SecurityEventRepository } from './events/security-event.repository.js';
import { BACKUP_CODES_PER_SET, drawBackupCodes } from './factors/backup-codes/backup-code.js';
import { BackupCodeRepository, type BackupCodeSet } from './factors/backup-codes/backup-code.repository.js';
import {
  ChallengeRepository,
  drawChallengeToken,
  hashChallengeToken,
} from './challenges/challenge.repository.js';
import { CodeChecker, type CheckedProof } from './verification/code-checker.js';
import {
  type CodeInput,
  type CodeProof,
  parseCodeProof,
  requireOneTimeCode,
} from './verification/code-proof.js';
import { type CodeEffect, CodeUse } from './verification/code-use.js';
import { RecentSignIn } from './verification/re-authentication.js';
import type { Argon2Room } from './crypto/argon2-pool.js';
import { seal } from './crypto/sealed-secret.js';
import { TwoFactorDatabase } from './sql/database.js';
import { type Statement, runGuarded, userAs, yieldsRow } from './sql/one-statement.js';
import { requireAccepted } from './sql/same-commit.js';
import { keyUri } from './factors/totp/key-uri.js';
import { drawQrCode } from './factors/totp/qr-code.js';
import { drawTotpSecret } from './factors/totp/totp.js';
import { TwoFactorException } from './errors/two-factor.errors.js';
import { TwoFactorEvents } from './events/event-publisher.js';
import type { TwoFactorSettings, TwoFactorUser } from './options/two-factor.options.js';
import { TWO_FACTOR_SETTINGS } from './options/tokens.js';
import { requireUserId } from './options/user-id.js';
import type {
  AnsweredChallenge,
  FactorChange,
  OpenedChallenge,
  SignIn,
  TwoFactorEnabled,
  TwoFactorSetup,
  TwoFactorStatus,
  UseCase,
} from './two-factor.types.js';
import { type PendingSecret, UserSecretRepository } from './factors/totp/user-secret.repository.js';

/** A use of a code of the active factor by a signed-in user. */
interface ActiveCodeUse {
  readonly proof: CodeProof;
  readonly context: RequestContext;
  readonly type: SecurityEventType;
  readonly computations: number;
  readonly at: Date;
  readonly callerIsAlive: Statement | undefined;
  effectOf(checked: CheckedProof, attempt: ReservedAttempt, room: Argon2Room): Promise<CodeEffect>;
}

/**
 * The use-cases of the second factor. Knows users only by id and label; knows neither HTTP nor sessions.
 *
 * All of them throw TwoFactorHostError when the host gives an id that stands for nobody.
 */
@Injectable()
export class TwoFactorService {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly secrets: UserSecretRepository,
    private readonly codes: BackupCodeRepository,
    private readonly challenges: ChallengeRepository,
    private readonly checker: CodeChecker,
    private readonly codeUse: CodeUse,
    private readonly recentSignIn: RecentSignIn,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  /** What a user may see of its own second factor; never a secret. */
  async status(userId: string): Promise<TwoFactorStatus> {
    requireUserId(userId);
    const { enabledAt, isPending, backupCodesTotal, backupCodesRemaining, backupCodesGeneratedAt } =
      await this.secrets.status(userId, this.settings.clock.now());
    const isEnabled = enabledAt !== null;
    return {
      enabled: isEnabled,
      pending: isPending,
      enabledAt,
      methods: [
        ...(isEnabled ? ['totp' as const] : []),
        ...(backupCodesRemaining > 0 ? ['backup_code' as const] : []),
      ],
      backupCodes: {
        total: backupCodesTotal,
        remaining: backupCodesRemaining,
        generatedAt: backupCodesGeneratedAt,
      },
    };
  }

  /** The last fifty security events of a user, newest first. */
  async latestEvents(userId: string): Promise<SecurityEvent[]> {
    requireUserId(userId);
    return this.securityEvents.latestOf(userId);
  }

  /**
   * Draws a secret and a set of backup codes, and answers with them once. Until {@link enable} confirms
   * them they change nothing. With a proof it prepares the replacement of the active authenticator.
   *
   * @throws TwoFactorException `TWO_FACTOR_ALREADY_ENABLED` without proof, `TWO_FACTOR_NOT_ENABLED` with one
   *   that nothing asks for, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`, `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async setup({
    user,
    proof = {},
    signIn,
    context = {},
  }: Pick<UseCase, 'context'> & {
    readonly user: TwoFactorUser;
    readonly proof?: CodeInput;
    readonly signIn: SignIn;
  }): Promise<TwoFactorSetup> {
    requireUserId(user.id);
    const hasProof = proof.code !== undefined || proof.backupCode !== undefined;
    const codeProof = hasProof ? parseCodeProof(proof) : undefined;
    const now = this.settings.clock.now();
    const secret = drawTotpSecret();
    const backupCodes = drawBackupCodes();
    const pending = this.#sealPending(user.id, { secret, backupCodes, at: now });
    // Before a code is spent: the host's function of the user may throw.
    const otpauthUri = keyUri({ secret, issuer: this.settings.issuerOf(user), account: user.label });

    if (codeProof === undefined) {
      await this.#savePending(pending, { signIn, context });
    } else {
      await this.recentSignIn.require(user.id, { signIn, context, at: now });
      await this.#saveReplacement(pending, { proof: codeProof, signIn, context });
    }
    return {
      secret,
      qrCodeUri: await drawQrCode(otpauthUri),
      backupCodes,
      otpauthUri,
      expiresAt: pending.expiresAt,
    };
  }

  /**
   * Confirms a setup with a code of the new authenticator: it becomes the active one, the code is spent,
   * the backup codes come alive, and an old authenticator and its codes die, in one commit.
   *
   * @throws TwoFactorException `TWO_FACTOR_SETUP_NOT_PENDING`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`,
   *   `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async enable({
    userId,
    code: input,
    signIn,
    context = {},
    inSameCommit = [],
  }: FactorChange): Promise<TwoFactorEnabled> {
    requireUserId(userId);
    requireAccepted(inSameCommit);
    const code = requireOneTimeCode(input);
    const now = this.settings.clock.now();
    await this.recentSignIn.require(userId, { signIn, context, at: now });
    await this.codeUse.run({
      subject: this.secrets.pendingSubject(userId, now),
      method: 'totp',
      state: 'pending',
      at: now,
      context,
      type: 'enabled',
      computations: BACKUP_CODES_PER_SET,
      isFactorChange: true,
      callerIsAlive: signIn.callerIsAlive,
      errors: { absent: 'TWO_FACTOR_SETUP_NOT_PENDING', lost: 'TWO_FACTOR_SETUP_NOT_PENDING' },
      check: async (attempt, room) => {
        const { id, isReplacement, step, backupCodes } = this.checker.confirm(attempt, code);
        const set = await this.checker.hashSet(backupCodes, room);
        return {
          type: isReplacement ? 'replaced' : 'enabled',
          guards: [
            this.secrets.takePending({ id, userId, at: now }),
            this.secrets.activate({ step, at: now }),
          ],
          effects: [this.codes.removeAll(), this.codes.add({ ...set, at: now }), ...inSameCommit],
        };
      },
    });
    return { enabledAt: now, backupCodesRemaining: BACKUP_CODES_PER_SET };
  }

  /**
   * Opens a challenge if the user has a second factor. If not, the sign-in is complete, and `inSameCommit`
   * opens the host's session under a lock, so that no session slips in while the factor is being turned on.
   *
   * Call it once the password is right, and answer the client with what it returns.
   */
  async openChallenge({
    userId,
    inSameCommit = [],
  }: Pick<UseCase, 'inSameCommit'> & { readonly userId: string }): Promise<OpenedChallenge | undefined> {
    requireUserId(userId);
    requireAccepted(inSameCommit);
    const { token, hash } = drawChallengeToken();
    const { clock, limits } = this.settings;
    const expiresAt = secondsAfter(clock.now(), limits.challengeSeconds);
    const opened = await this.database.transaction(async (transaction) => {
      await this.secrets.lockUserShared(transaction, userId);
      const challenge = await this.challenges.open(transaction, { userId, tokenHash: hash, expiresAt });
      if (challenge === undefined) {
        await runGuarded(transaction, [userAs('accepted', userId)], inSameCommit);
      }
      return challenge;
    });
    return opened === undefined
      ? undefined
      : {
          challengeToken: token,
          expiresInSeconds: limits.challengeSeconds,
          methods: opened.hasBackupCodes ? ['totp', 'backup_code'] : ['totp'],
        };
  }

  /**
   * Answers a challenge with a one-time code or a backup code: two round trips to the database.
   *
   * @returns whose sign-in is complete, and by which method
   * @throws TwoFactorException `TWO_FACTOR_CHALLENGE_INVALID`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`
   */
  async answerChallenge({
    challengeToken,
    proof: input,
    context = {},
    inSameCommit = [],
  }: UseCase & { readonly challengeToken: string; readonly proof: CodeInput }): Promise<AnsweredChallenge> {
    requireAccepted(inSameCommit);
    const proof = parseCodeProof(input);
    const now = this.settings.clock.now();
    const tokenHash = hashChallengeToken(challengeToken);
    const drawn = backupCodesDrawn(now, context);
    let backupCodes: readonly string[] | undefined;
    const { userId } = await this.codeUse.run({
      subject: this.challenges.subject({ tokenHash, at: now }),
      charge: this.challenges.charge(tokenHash),
      method: proof.method,
      state: 'active',
      at: now,
      context,
      type: 'challenge_answered',
      computations: proof.method === 'backup_code' ? 1 : 0,
      isFactorChange: false,
      errors: { absent: 'TWO_FACTOR_CHALLENGE_INVALID', lost: 'TWO_FACTOR_CODE_INVALID' },
      check: async (attempt, room) => {
        const checked = await this.checker.check(attempt, proof, room);
        // An imported user has an authenticator and no codes: they are due with the first sign-in.
        const isDue = proof.method === 'totp' && attempt.code === undefined;
        const due = isDue ? await this.#drawSetIfThereIs(room) : undefined;
        backupCodes = due?.codes;
        const stillOpen = this.challenges.stillOpen({ tokenHash, at: now });
        return {
          guards: [checked.lock, stillOpen, checked.accept('open_challenge')],
          effects: [
            ...(due === undefined
              ? []
              : [this.codes.add({ ...due.set, at: now }), this.securityEvents.record(drawn)]),
            ...inSameCommit,
          ],
          refusalReason: checked.refusalReason,
        };
      },
    });
    if (backupCodes !== undefined) {
      this.events.publish({ ...drawn, userId });
    }
    return { userId, method: proof.method, backupCodes };
  }

  /** A right one-time code signs in also when too much is being hashed: the next sign-in draws the codes then. */
  async #drawSetIfThereIs(
    room: Argon2Room,
  ): Promise<{ readonly codes: readonly string[]; readonly set: BackupCodeSet } | undefined> {
    const codes = drawBackupCodes();
    try {
      return { codes, set: await this.checker.hashSet(codes, room) };
    } catch (error) {
      if (error instanceof TwoFactorException && error.code === 'SERVICE_UNAVAILABLE') {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * Draws ten new backup codes; the old set dies in the same commit.
   *
   * @throws TwoFactorException `TWO_FACTOR_NOT_ENABLED`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`,
   *   `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async regenerateBackupCodes(change: FactorChange): Promise<readonly string[]> {
    const { inSameCommit = [] } = change;
    const backupCodes = drawBackupCodes();
    await this.#changeActive(change, {
      type: 'backup_codes_regenerated',
      computations: BACKUP_CODES_PER_SET,
      effectOf: async (checked, { chargedAt }, room) => {
        const set = await this.checker.hashSet(backupCodes, room);
        return {
          guards: [checked.lock, checked.accept('secret')],
          effects: [this.codes.removeAll(), this.codes.add({ ...set, at: chargedAt }), ...inSameCommit],
        };
      },
    });
    return backupCodes;
  }

  /**
   * Turns the second factor off. A backup code is not enough: it may replace an authenticator, not remove protection.
   *
   * @throws TwoFactorException `TWO_FACTOR_NOT_ENABLED`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`,
   *   `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async disable(change: FactorChange): Promise<void> {
    const { inSameCommit = [] } = change;
    await this.#changeActive(change, {
      type: 'disabled',
      computations: 0,
      effectOf: async (checked) => ({
        guards: [checked.lock, this.secrets.removeActive()],
        effects: [this.secrets.removePending(), this.codes.removeAll(), ...inSameCommit],
      }),
    });
  }

  /** Changes an active factor after a recent sign-in and with a one-time code of it. */
  async #changeActive(
    { userId, code: input, signIn, context = {}, inSameCommit = [] }: FactorChange,
    use: Pick<ActiveCodeUse, 'type' | 'computations' | 'effectOf'>,
  ): Promise<void> {
    requireUserId(userId);
    requireAccepted(inSameCommit);
    const code = requireOneTimeCode(input);
    const now = this.settings.clock.now();
    await this.recentSignIn.require(userId, { signIn, context, at: now });
    const { callerIsAlive } = signIn;
    await this.#useActiveCode(userId, {
      ...use,
      proof: { method: 'totp', code },
      context,
      at: now,
      callerIsAlive,
    });
  }

  /** One round trip: the statement that saves the setup also finds out whether there is a factor already. */
  async #savePending(
    pending: PendingSecret,
    { signIn, context }: { readonly signIn: SignIn; readonly context: RequestContext },
  ): Promise<void> {
    const event = this.#setupStarted(pending, context);
    // Not locked, as a change does after the user: here it would come before, and the two could wait for each other.
    const { callerIsAlive } = signIn;
    const caller = callerIsAlive ?? userAs('caller', pending.userId);
    const saved = await runGuarded(
      this.database,
      [{ ...caller, name: 'caller' }, this.secrets.savePending(pending, 'caller')],
      [this.securityEvents.record(event)],
    );
    if (saved === undefined) {
      throw callerIsAlive === undefined || (await yieldsRow(this.database, callerIsAlive))
        ? new TwoFactorException('TWO_FACTOR_ALREADY_ENABLED')
        : new TwoFactorException('AUTH_TOKEN_INVALID', { reason: 'session_ended' });
    }
    this.events.publish(event);
  }

  #setupStarted({ userId, createdAt }: PendingSecret, context: RequestContext): SecurityEvent {
    return {
      userId,
      at: createdAt,
      type: 'setup_started',
      method: null,
      outcome: 'success',
      reason: null,
      ...boundedContext(context),
    };
  }

  #saveReplacement(
    pending: PendingSecret,
    {
      proof,
      signIn,
      context,
    }: { readonly proof: CodeProof; readonly signIn: SignIn; readonly context: RequestContext },
  ): Promise<ReservedAttempt> {
    return this.#useActiveCode(pending.userId, {
      proof,
      context,
      type: 'setup_started',
      computations: proof.method === 'backup_code' ? 1 : 0,
      at: pending.createdAt,
      callerIsAlive: signIn.callerIsAlive,
      effectOf: async (checked, { secret }) => {
        if (secret === undefined) {
          throw new TwoFactorException('TWO_FACTOR_CODE_INVALID', { reason: 'wrong' });
        }
        return {
          guards: [checked.lock, checked.accept('secret')],
          effects: [this.secrets.saveReplacement(pending, secret.id)],
          refusalReason: checked.refusalReason,
        };
      },
    });
  }

  #useActiveCode(userId: string, use: ActiveCodeUse): Promise<ReservedAttempt> {
    const { proof, context, type, computations, at, callerIsAlive } = use;
    return this.codeUse.run({
      subject: this.secrets.activeSubject(userId),
      method: proof.method,
      state: 'active',
      at,
      context,
      type,
      computations,
      isFactorChange: true,
      callerIsAlive,
      errors: { absent: 'TWO_FACTOR_NOT_ENABLED', lost: 'TWO_FACTOR_CODE_INVALID' },
      check: async (attempt, room) =>
        use.effectOf(await this.checker.check(attempt, proof, room), attempt, room),
    });
  }

  #sealPending(
    userId: string,
    {
      secret,
      backupCodes,
      at,
    }: { readonly secret: string; readonly backupCodes: readonly string[]; readonly at: Date },
  ): PendingSecret {
    const id = randomUUID();
    const { keys, limits } = this.settings;
    return {
      id,
      userId,
      sealedSecret: seal(keys, secret, { userId, rowId: id, column: 'sealed_secret' }),
      sealedBackupCodes: seal(keys, backupCodes.join(' '), {
        userId,
        rowId: id,
        column: 'sealed_backup_codes',
      }),
      createdAt: at,
      expiresAt: secondsAfter(at, limits.setupSeconds),
    };
  }
}

/** What an imported user's first sign-in does beside: it was due, and nobody asked for it. */
function backupCodesDrawn(at: Date, context: RequestContext): Omit<SecurityEvent, 'userId'> {
  return {
    at,
    type: 'backup_codes_regenerated',
    method: 'totp',
    outcome: 'success',
    reason: null,
    ...boundedContext(context),
  };
}

function secondsAfter(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}
