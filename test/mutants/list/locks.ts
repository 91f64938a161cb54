import { groupOf } from '../mutant.js';

const ACCOUNTS = 'libs/two-factor/src/account/account.repository.ts';
const SECRETS = 'libs/two-factor/src/factors/totp/user-secret.repository.ts';
const CODES = 'libs/two-factor/src/factors/backup-codes/backup-code.repository.ts';
const BACKUP_CODES = 'libs/two-factor/src/factors/backup-codes/backup-codes.service.ts';
const CHALLENGES = 'libs/two-factor/src/challenges/challenge.repository.ts';
const ENROLMENTS = 'libs/two-factor/src/enrolment/enrolment.repository.ts';
const VERIFICATION = 'libs/two-factor/src/verification/verification.ts';
const SIGN_IN_SERVICE = 'libs/two-factor/src/sign-in/sign-in.service.ts';
const RACES = 'test/two-factor/races.e2e-spec.ts';
const SIGN_IN = 'test/two-factor/sign-in.e2e-spec.ts';
const ENDED = 'test/two-factor/ended-session.e2e-spec.ts';
const ISOLATION = 'test/package/isolation.e2e-spec.ts';

/** What the database has to hold while others are at it: row locks, guards, and who waits for whom. */
export const LOCKS = groupOf('locks', 'quick', [
  {
    id: 'S01',
    what: 'the authenticator is not locked while its code is used',
    file: SECRETS,
    search: `WHERE t.user_id = $1 FOR UPDATE OF t`,
    replace: `WHERE t.user_id = $1`,
    tests: [RACES],
  },
  {
    id: 'S02',
    what: 'the step that was used last counts as unused',
    file: SECRETS,
    search: `o.last_used_step < m.step`,
    replace: `o.last_used_step <= m.step`,
    tests: [RACES],
  },
  {
    id: 'S03',
    what: 'a spent backup code is accepted',
    file: CODES,
    search: `EXISTS (SELECT FROM own_code WHERE used_at IS NULL) AS is_right`,
    replace: `EXISTS (SELECT FROM own_code) AS is_right`,
    tests: [SIGN_IN],
  },
  {
    id: 'S04',
    what: 'the account is not locked while a code is charged or settled',
    file: ACCOUNTS,
    search: `\n        FOR UPDATE OF a`,
    replace: ``,
    tests: [RACES],
  },
  {
    id: 'S05',
    what: 'a setup that has expired can be guessed at',
    file: ENROLMENTS,
    search: `e.method = $2 AND e.expires_at > $3`,
    replace: `e.method = $2 AND $3::timestamptz IS NOT NULL`,
    tests: ['test/two-factor/enrolment.e2e-spec.ts'],
  },
  {
    id: 'S06',
    what: 'a setup without a proof replaces whatever is active',
    file: ENROLMENTS,
    search: 'WHEN e.replaces IS NULL THEN ${replacesAll ? isOn : `NOT ${isOn}`}',
    replace: `WHEN e.replaces IS NULL THEN true`,
    tests: ['test/two-factor/imported-user.e2e-spec.ts'],
  },
  {
    id: 'S07',
    what: 'a sign-in with the password alone does not wait for a change of factors',
    file: SIGN_IN_SERVICE,
    search: `      await this.accounts.lockShared(transaction, userId);\n`,
    replace: ``,
    tests: [RACES],
  },
  {
    id: 'S08',
    what: 'a change of factors does not lock the row that uses of codes lock first',
    file: ACCOUNTS,
    search: `WHERE user_id = $1 FOR UPDATE\``,
    replace: `WHERE user_id = $1\``,
    tests: [RACES],
  },
  {
    id: 'S09',
    what: 'changes of factors run beside each other',
    file: VERIFICATION,
    search: `      await this.accounts.lock(transaction, userId);\n`,
    replace: ``,
    tests: [RACES, ENDED],
  },
  {
    id: 'S10',
    what: 'a challenge is not locked while a guess at it is charged or settled',
    file: CHALLENGES,
    search: `AND \${isOpen} FOR UPDATE OF c`,
    replace: `AND \${isOpen}`,
    tests: [RACES],
  },
  {
    id: 'S11',
    what: 'a backup code is not locked while it is used',
    file: CODES,
    search: ` FOR UPDATE OF b`,
    replace: ``,
    tests: [RACES],
    equivalent:
      'whoever spends one was charged for it under the account’s lock, with its challenge; what was accepted meanwhile has ended that; it is asked for depth',
  },
  {
    id: 'S12',
    what: 'an attempt is settled under whichever generation the account has by then',
    file: ACCOUNTS,
    search: `a.generation = coalesce($2::bigint, a.generation)`,
    replace: `coalesce($2::bigint, 0) IS NOT NULL`,
    tests: [RACES],
  },
  {
    id: 'S13',
    what: 'a sign-in is decided by what its first statement saw',
    file: SIGN_IN_SERVICE,
    search: `trusted === undefined ? await this.#open(transaction, challenge) : undefined;`,
    replace: `undefined;`,
    tests: [RACES],
  },
  {
    id: 'S14',
    what: 'what settles does not ask for Read Committed, nor for the bound of its waiting',
    file: ACCOUNTS,
    search: `FROM read_committed, \${this.tables.accounts} a
        WHERE a.user_id = $1 AND a.generation`,
    replace: `FROM \${this.tables.accounts} a
        WHERE a.user_id = $1 AND a.generation`,
    tests: [ISOLATION, 'test/package/own-connections.e2e-spec.ts'],
  },
  {
    id: 'S15',
    what: 'what opens a challenge does not ask for Read Committed, nor for the bound of its waiting',
    file: CHALLENGES,
    search: ` % \${PER_USER} FROM read_committed\n`,
    replace: ` % \${PER_USER}\n`,
    tests: ['test/package/own-connections.e2e-spec.ts'],
  },
  {
    id: 'S16',
    what: 'what saves a setup does not ask for Read Committed, nor for the bound of its waiting',
    file: ENROLMENTS,
    search: `const source = \`FROM read_committed WHERE NOT EXISTS`,
    replace: `const source = \`WHERE NOT EXISTS`,
    tests: ['test/package/own-connections.e2e-spec.ts'],
  },
  {
    id: 'S17',
    what: 'whoever changes factors may have no session any more',
    file: VERIFICATION,
    search: `callerIsAlive === undefined || (await isStillThere(transaction, callerIsAlive))`,
    replace: `callerIsAlive === undefined || transaction !== undefined`,
    tests: [ENDED],
  },
  {
    id: 'S18',
    what: `whether the session is alive is asked before the account's lock`,
    file: VERIFICATION,
    search: `    if (change !== undefined || callerIsAlive !== undefined) {
      await this.accounts.lock(transaction, userId);
    }
    // After the user's lock: whoever ends the session waits for the change, or has ended it before.
    const isAlive = callerIsAlive === undefined || (await isStillThere(transaction, callerIsAlive));
`,
    replace: `    const isAlive = callerIsAlive === undefined || (await isStillThere(transaction, callerIsAlive));
    if (change !== undefined || callerIsAlive !== undefined) {
      await this.accounts.lock(transaction, userId);
    }
`,
    tests: [ENDED],
  },
  {
    id: 'S19',
    what: 'the session that asks is looked at, and not held until the commit',
    file: 'libs/two-factor/src/sql/still-there.ts',
    search: '`${sql} FOR UPDATE`',
    replace: '`${sql}`',
    tests: [ENDED],
  },
  {
    id: 'S20',
    what: 'a setup is begun by a session that has ended',
    file: ENROLMENTS,
    search: `AND EXISTS (SELECT FROM \${ifAny})`,
    replace: `AND '\${ifAny}' <> ''`,
    tests: [ENDED],
  },
  {
    id: 'S21',
    what: 'a setup begins although a factor is on',
    file: ENROLMENTS,
    search: `WHERE NOT EXISTS (SELECT FROM \${this.tables.accounts} WHERE user_id = $2 AND enabled_at IS NOT NULL)`,
    replace: `WHERE true`,
    tests: ['test/two-factor/enrolment.e2e-spec.ts'],
  },
  {
    id: 'S22',
    what: 'a confirmed setup is not the one that was read',
    file: ENROLMENTS,
    search: `WHERE e.user_id = $1 AND e.id = $2 AND`,
    replace: `WHERE e.user_id = $1 AND $2::uuid IS NOT NULL AND`,
    tests: [RACES],
  },
  {
    id: 'S23',
    what: 'a replacement is confirmed although what it replaces has gone',
    file: ENROLMENTS,
    search: `ELSE EXISTS (SELECT FROM \${secrets} t WHERE t.user_id = $1 AND t.id = e.replaces) END`,
    replace: `ELSE EXISTS (SELECT FROM \${secrets}) END`,
    tests: [RACES, 'test/two-factor/changing-factors.e2e-spec.ts'],
    equivalent:
      'whoever takes an authenticator away takes what waits to replace it too; it is asked for depth',
  },
  {
    id: 'S24',
    what: 'the first backup codes are drawn beside a change of factors',
    file: BACKUP_CODES,
    search: `      await this.accounts.lock(transaction, userId);\n`,
    replace: ``,
    tests: [RACES],
  },
  {
    id: 'S25',
    what: 'the first backup codes replace those that came meanwhile',
    file: BACKUP_CODES,
    search: `if (!(await this.codes.areDue(transaction, userId))) {`,
    replace: `if (transaction === undefined) {`,
    tests: [RACES],
  },
  {
    id: 'S26',
    what: 'a user without a factor has no lock',
    file: ACCOUNTS,
    search: `SELECT 1 AS one FROM pg_advisory_xact_lock(hashtextextended($1, 0))`,
    replace: `SELECT 1 AS one WHERE $1 <> ''`,
    tests: [RACES],
  },
]);
