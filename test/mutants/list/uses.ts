import { groupOf } from '../mutant.js';

const SEVERAL = 'test/two-factor/several-authenticators.e2e-spec.ts';
const AUTHENTICATORS = 'libs/two-factor/src/authenticators/authenticator.repository.ts';
const VERIFICATION = 'libs/two-factor/src/verification/verification.ts';
const PASSWORD_CHANGE = 'libs/two-factor/src/password/password-change.service.ts';
const PASSWORD = 'test/two-factor/password-change.e2e-spec.ts';
const SETTLEMENT = 'libs/two-factor/src/verification/settlement.ts';
const SERVICE = 'libs/two-factor/src/two-factor.service.ts';
const SESSIONS = 'libs/two-factor/src/two-factor-sessions.service.ts';
const ASSURANCES = 'libs/two-factor/src/assurance/assurance.repository.ts';
const CONFIRMATION = 'libs/two-factor/src/factors/totp/totp-confirmation.ts';
const SECRETS = 'libs/two-factor/src/factors/totp/user-secret.repository.ts';
const POOL = 'libs/two-factor/src/crypto/argon2-pool.ts';
const EVENTS = 'libs/two-factor/src/events/security-event.repository.ts';
const POOL_TESTS = [
  'libs/two-factor/src/crypto/argon2-pool.spec.ts',
  'test/two-factor/full-queue.e2e-spec.ts',
];
const HOST_COMMIT = 'test/package/host-commit.e2e-spec.ts';
const SAME_COMMIT = 'test/package/in-same-commit.e2e-spec.ts';
const REQUIRE = 'test/package/require-two-factor.e2e-spec.ts';
const UNFORESEEN = 'test/two-factor/unforeseen-errors.e2e-spec.ts';
const CHANGING = 'test/two-factor/changing-factors.e2e-spec.ts';
const ENROLMENT = 'test/two-factor/enrolment.e2e-spec.ts';

/** In which order a code is charged, checked, committed and told of. */
export const USES = groupOf('uses', 'quick', [
  {
    id: 'U01',
    what: 'a locked attempt leaves no event',
    file: VERIFICATION,
    search: `    await this.securityEvents.append(event);\n`,
    replace: ``,
    tests: ['test/two-factor/sign-in.e2e-spec.ts'],
  },
  {
    id: 'U02',
    what: 'a secret that does not open leaves no event',
    file: EVENTS,
    search: `$6::text FROM admitted`,
    replace: `$6::text FROM admitted WHERE reason <> 'unreadable'`,
    kind: 'attack',
    tests: ['test/attacks/secrets-at-rest.attack-spec.ts'],
  },
  {
    id: 'U03',
    what: `the host's part runs after the commit`,
    file: VERIFICATION,
    search: `    const { checked, settled } = await this.#decide(request, attempt, room);
`,
    replace: `    const { checked, settled } = await this.#decide({ ...request, inSameCommit: undefined }, attempt, room);
    if (settled.isAccepted) {
      await this.database.transaction((transaction) =>
        runInTransaction(request.inSameCommit ?? [], transaction, attempt.userId),
      );
    }
`,
    tests: [HOST_COMMIT],
  },
  {
    id: 'U04',
    what: 'a success is told before its commit, and when it is refused',
    file: VERIFICATION,
    search: `    const { checked, settled } = await this.#decide(request, attempt, room);
`,
    replace: `    const early = eventOf(request, attempt.userId, attempt);
    this.events.publish({ ...early, outcome: 'success', reason: null });
    const { checked, settled } = await this.#decide(request, attempt, room);
`,
    tests: [HOST_COMMIT],
  },
  {
    id: 'U05',
    what: 'a commit that PostgreSQL broke off is not tried again',
    file: 'libs/two-factor/src/sql/retry.ts',
    search: `const TRIES = 3;`,
    replace: `const TRIES = 1;`,
    tests: ['libs/two-factor/src/sql/retry.spec.ts', 'test/two-factor/deadlock.e2e-spec.ts'],
  },
  {
    id: 'U06',
    what: `room in Argon2's queue that nobody used is never given back`,
    file: POOL,
    search: `finally {\n      leave(kept);`,
    replace: `finally {\n      leave(0);`,
    tests: POOL_TESTS,
  },
  {
    id: 'U07',
    what: `no room is kept in Argon2's queue for what is charged`,
    file: POOL,
    search: `let kept = computations;`,
    replace: `let kept = 0;`,
    tests: POOL_TESTS,
  },
  {
    id: 'U08',
    what: 'factors are changed although the proof was wrong',
    file: VERIFICATION,
    search: `    if (!settled.isAccepted) {
      return { checked, settled };
    }
    await change?.(transaction, attempt);
`,
    replace: `    await change?.(transaction, attempt);
    if (!settled.isAccepted) {
      return { checked, settled };
    }
`,
    tests: [CHANGING],
  },
  {
    id: 'U09',
    what: `the host's function runs although the proof was wrong`,
    file: VERIFICATION,
    search: `    if (!settled.isAccepted) {
      return { checked, settled };
    }
    await change?.(transaction, attempt);
`,
    replace: `    if (!settled.isOpen) {
      return { checked, settled };
    }
    if (settled.isAccepted) {
      await change?.(transaction, attempt);
    }
`,
    tests: [HOST_COMMIT],
  },
  {
    id: 'U10',
    what: `the host's function runs in another transaction than the code is spent in`,
    file: VERIFICATION,
    search: `        await runInTransaction(inSameCommit, transaction, userId);`,
    replace: `        await this.database.transaction((other) => runInTransaction(inSameCommit, other, userId));`,
    tests: [HOST_COMMIT],
  },
  {
    id: 'U11',
    what: 'an attempt that an unforeseen error ends is not charged',
    file: VERIFICATION,
    search: `        await this.#settleFailed(request, attempt, { ...FAILED, always });`,
    replace: ``,
    tests: [UNFORESEEN],
  },
  {
    id: 'U12',
    what: `a database that does not answer is asked once more`,
    file: VERIFICATION,
    search: `!this.database.isUnanswered(error) && `,
    replace: ``,
    kind: 'attack',
    tests: ['test/attacks/database-gone.attack-spec.ts'],
  },
  {
    id: 'U13',
    what: `somebody's hold on the account is waited for twice`,
    file: VERIFICATION,
    search: ` && !this.database.waitedFor(error, this.accounts.table)`,
    replace: ``,
    tests: ['test/package/own-connections.e2e-spec.ts'],
  },
  {
    id: 'U14',
    what: `the host's part is there again when a failed attempt is settled`,
    file: VERIFICATION,
    search: `const settling = { ...request, inSameCommit: undefined };`,
    replace: `const settling = request;`,
    tests: [UNFORESEEN],
  },
  {
    id: 'U15',
    what: 'what follows an accepted proof undoes it when it fails',
    file: VERIFICATION,
    search: `      this.#logger.error({ err: error }, 'What follows an accepted proof failed');`,
    replace: `      throw error;`,
    tests: ['test/two-factor/key-rotation.e2e-spec.ts'],
  },
  {
    id: 'U16',
    what: 'beginSignIn takes a statement that does not read from accepted',
    file: SERVICE,
    search: `    requireAccepted(request.inSameCommit);
    return this.signIn.begin(request);`,
    replace: `    return this.signIn.begin(request);`,
    tests: [SAME_COMMIT],
  },
  {
    id: 'U17',
    what: 'completeSignIn takes a statement that does not read from accepted',
    file: SERVICE,
    search: `    requireAccepted(answer.inSameCommit);\n`,
    replace: ``,
    tests: [SAME_COMMIT],
  },
  {
    id: 'U18',
    what: 'enable takes a statement that does not read from accepted',
    file: SERVICE,
    search: `    requireAccepted(request.inSameCommit);
    return this.totpConfirmation.run(request);`,
    replace: `    return this.totpConfirmation.run(request);`,
    tests: [SAME_COMMIT],
  },
  {
    id: 'U19',
    what: 'regenerateBackupCodes takes a statement that does not read from accepted',
    file: SERVICE,
    search: `    requireAccepted(change.inSameCommit);
    return this.backupCodes.regenerate(change);`,
    replace: `    return this.backupCodes.regenerate(change);`,
    tests: [SAME_COMMIT],
  },
  {
    id: 'U20',
    what: 'disable takes a statement that does not read from accepted',
    file: SERVICE,
    search: `    requireAccepted(change.inSameCommit);
    return this.disabling.run(change);`,
    replace: `    return this.disabling.run(change);`,
    tests: [SAME_COMMIT],
  },
  {
    id: 'U21',
    what: 'enable takes what is no name of a session',
    file: SERVICE,
    search: `    requireSessionName(request.sessionId);\n    requireAccepted(request.inSameCommit);\n    return this.totpConfirmation`,
    replace: `    requireAccepted(request.inSameCommit);\n    return this.totpConfirmation`,
    tests: [REQUIRE],
  },
  {
    id: 'P01',
    what: 'a password changes without a proof while a factor is on',
    file: PASSWORD_CHANGE,
    search: `        throw this.proofs.missing();\n`,
    replace: ``,
    tests: [PASSWORD],
  },
  {
    id: 'P02',
    what: 'a change of the password does not start a generation',
    file: PASSWORD_CHANGE,
    search: `    await this.accounts.startGeneration(transaction, userId);\n`,
    replace: ``,
    tests: [PASSWORD],
  },
  {
    id: 'P03',
    what: 'a backup code raises the session that changes the password',
    file: PASSWORD_CHANGE,
    search: `if (isAuthenticator) {`,
    replace: `if (isAuthenticator !== undefined) {`,
    tests: [PASSWORD],
  },
  {
    id: 'P04',
    what: 'a session that has ended changes the password of an account without a factor',
    file: PASSWORD_CHANGE,
    search: `if (callerIsAlive !== undefined && !(`,
    replace: `if (callerIsAlive === undefined && !(`,
    tests: [PASSWORD],
  },
  {
    id: 'P05',
    what: 'a sign-in in flight goes on with the old password',
    file: 'src/auth/auth.service.ts',
    search: `    if (!(await this.signInLimit.accept(manager, attempt))) {`,
    replace: `    if (!(await this.signInLimit.accept(manager, attempt)) && false) {`,
    tests: [PASSWORD],
  },
  {
    id: 'P06',
    what: 'the second of two changes of the password goes through as well',
    file: 'src/users/users.repository.ts',
    search: `manager.update(User, { id, passwordHash }, {`,
    replace: `manager.update(User, { id }, {`,
    tests: [PASSWORD],
  },
  {
    id: 'U22',
    what: 'completeSignIn takes what is no name of a session',
    file: SERVICE,
    search: `    requireSessionName(answer.sessionId);\n`,
    replace: ``,
    tests: [REQUIRE],
  },
  {
    id: 'U23',
    what: 'passedFactors takes what is no name of a session',
    file: SESSIONS,
    search: `    requireSessionId(sessionId);\n    return this.assurances.`,
    replace: `    return this.assurances.`,
    tests: [REQUIRE],
  },
  {
    id: 'U24',
    what: 'a commit that accepts two users passes for one that accepts one',
    file: 'libs/two-factor/src/sql/one-statement.ts',
    search: `'(SELECT user_id FROM accepted) IS NOT NULL'`,
    replace: `'EXISTS (SELECT FROM accepted)'`,
    tests: [SAME_COMMIT],
  },
  {
    id: 'U25',
    what: 'a session has passed a factor by a wrong code',
    file: ASSURANCES,
    search: `FROM account a JOIN accepted p ON p.user_id = a.user_id`,
    replace: `FROM account a`,
    tests: [REQUIRE],
  },
  {
    id: 'U26',
    what: 'what a session has passed counts under a later generation',
    file: ASSURANCES,
    search: `a.user_id = s.user_id AND a.generation = s.generation AND`,
    replace: `a.user_id = s.user_id AND`,
    tests: [REQUIRE],
  },
  {
    id: 'U27',
    what: 'what a session has passed counts for all of the user',
    file: ASSURANCES,
    search: `WHERE s.user_id = $1 AND s.session_id = $2`,
    replace: `WHERE s.user_id = $1 AND $2::text IS NOT NULL`,
    tests: [REQUIRE],
  },
  {
    id: 'U28',
    what: 'what a session will have passed counts already',
    file: ASSURANCES,
    search: `AND s.passed_at <= $3 AND`,
    replace: `AND`,
    tests: [REQUIRE],
  },
  {
    id: 'U29',
    what: 'what a session has passed counts on the day on which it is 90 days old',
    file: ASSURANCES,
    search: `s.passed_at > $3::timestamptz`,
    replace: `s.passed_at >= $3::timestamptz`,
    tests: [REQUIRE],
  },
  {
    id: 'U30',
    what: 'a factor that is off is one that was passed',
    file: ASSURANCES,
    search: ` AND a.generation = s.generation AND a.enabled_at IS NOT NULL`,
    replace: ` AND a.generation = s.generation`,
    tests: [REQUIRE],
    equivalent: 'the generation has grown in the commit that turned it off; it is asked for depth',
  },
  {
    id: 'U31',
    what: 'the code that confirms a setup is not spent by it',
    file: CONFIRMATION,
    search: `lastUsedStep: step,`,
    replace: `lastUsedStep: step - 9,`,
    tests: [ENROLMENT, 'test/package/conformance.e2e-spec.ts'],
  },
  {
    id: 'U32',
    what: 'a replaced authenticator stays',
    file: CONFIRMATION,
    search: `if (replaces !== null) {`,
    replace: `if (replaces === undefined) {`,
    tests: [CHANGING],
  },
  {
    id: 'U33',
    what: 'a confirmed setup can be confirmed again',
    file: CONFIRMATION,
    search: `    await this.enrolments.removeAll(transaction, userId);\n`,
    replace: ``,
    tests: [ENROLMENT, CHANGING],
  },
  {
    id: 'U34',
    what: 'a code that is refused spends its step all the same',
    file: SECRETS,
    search: `FROM accepted a, unnest($1::uuid[], $2::bigint[]) m (id, step)
        WHERE t.user_id = $3 AND t.user_id = a.user_id AND`,
    replace: `FROM unnest($1::uuid[], $2::bigint[]) m (id, step)
        WHERE t.user_id = $3 AND`,
    tests: ['test/two-factor/budget.e2e-spec.ts'],
  },
  {
    id: 'U35',
    what: 'a one-time code of one authenticator spends the steps of all',
    file: SECRETS,
    search: `t.user_id = a.user_id AND t.id = m.id AND`,
    replace: `t.user_id = a.user_id AND`,
    tests: [SEVERAL],
  },
  {
    id: 'U36',
    what: 'what is turned off leaves a setup that can be confirmed',
    file: 'libs/two-factor/src/factors/all-factors.ts',
    search: `      this.enrolments,\n`,
    replace: ``,
    tests: [CHANGING],
  },
  {
    id: 'U37',
    what: 'the statements of the host are not part of what settles',
    file: SETTLEMENT,
    search: `...(riding(inSameCommit) ?? [])`,
    replace: `...(riding([]) ?? [])`,
    tests: [HOST_COMMIT],
  },
  {
    id: 'U38',
    what: `the generation does not grow when the factor is turned off`,
    file: 'libs/two-factor/src/account/account.repository.ts',
    search: `SET enabled_at = NULL, generation = generation + 1 WHERE`,
    replace: `SET enabled_at = NULL WHERE`,
    tests: [CHANGING],
  },
  {
    id: 'U39',
    what: `the generation does not grow when the factor is replaced`,
    file: 'libs/two-factor/src/account/account.repository.ts',
    search: `, generation = a.generation + 1\``,
    replace: `\``,
    tests: [CHANGING],
  },
  {
    id: 'U40',
    what: 'a right one-time code is settled by another statement than a wrong one',
    file: 'libs/two-factor/src/factors/totp/totp.factor.ts',
    search: `spend: [this.secrets.spend(userId, { matched, at })],`,
    replace: `spend: matched.length === 0 ? [] : [this.secrets.spend(userId, { matched, at })],`,
    tests: ['test/two-factor/sign-in.e2e-spec.ts'],
  },
  {
    id: 'U56',
    what: 'the first step that matches is spent and not the last',
    file: 'libs/two-factor/src/factors/totp/totp.ts',
    search: `matched = isMatch ? step : matched;`,
    replace: `matched ??= isMatch ? step : undefined;`,
    tests: ['libs/two-factor/src/factors/totp/totp.spec.ts'],
  },
  {
    id: 'R01',
    what: 'a sign-in is not recent in the second in which it is fifteen minutes old',
    file: 'libs/two-factor/src/verification/re-authentication.ts',
    search: `ageSeconds <= withinSeconds`,
    replace: `ageSeconds < withinSeconds`,
    tests: ['test/package/recent-sign-in.e2e-spec.ts'],
  },
  {
    id: 'U50',
    what: 'the last authenticator can be removed',
    file: AUTHENTICATORS,
    search: `AND EXISTS (SELECT FROM \${this.#all()} o WHERE o.user_id = $1 AND o.id <> $2::uuid) RETURNING id`,
    replace: `RETURNING id`,
    tests: [SEVERAL],
    equivalent: 'the service asks before, and the generation ends whoever was asked too early',
  },
  {
    id: 'U51',
    what: 'a guess at several authenticators is charged as one',
    file: SECRETS,
    search: `greatest(count(*) FILTER (WHERE t.id = coalesce($1::uuid, t.id)), 1)::integer AS guesses`,
    replace: `1 AS guesses`,
    tests: [SEVERAL],
  },
  {
    id: 'U52',
    what: 'a code that names one authenticator is taken from another',
    file: SECRETS,
    search: `arraysOf(matched.filter(({ isAsked }) => isAsked))`,
    replace: `arraysOf(matched)`,
    tests: [SEVERAL],
  },
  {
    id: 'U53',
    what: 'a setup that adds has no bound when it is confirmed',
    file: 'libs/two-factor/src/enrolment/enrolment.repository.ts',
    search: `t.user_id = $1) < \${totpAuthenticators}`,
    replace: `t.user_id = $1) < \${totpAuthenticators} + 1`,
    tests: [SEVERAL],
  },
  {
    id: 'U54',
    what: 'an import brings back what its user has removed',
    file: SECRETS,
    search: `a.user_id = u AND a.generation > 0) AS "isUntouched"`,
    replace: `a.user_id = u AND a.enabled_at IS NULL) AS "isUntouched"`,
    tests: ['test/two-factor/imported-user.e2e-spec.ts'],
  },
  {
    id: 'U55',
    what: 'names that change again and again push other events out of sight',
    file: 'libs/two-factor/src/sql/schema-conditions.ts',
    search: `type NOT IN ('setup_started', 'authenticator_renamed')`,
    replace: `type NOT IN ('setup_started')`,
    tests: [SEVERAL],
  },
]);
