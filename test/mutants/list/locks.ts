import { groupOf } from '../mutant.js';

const SECRETS = 'libs/two-factor/src/factors/totp/user-secret.repository.ts';
const CODES = 'libs/two-factor/src/factors/backup-codes/backup-code.repository.ts';
const CHALLENGES = 'libs/two-factor/src/challenges/challenge.repository.ts';
const SERVICE = 'libs/two-factor/src/two-factor.service.ts';
const RACES = 'test/two-factor/races.e2e-spec.ts';

/** What the database has to hold while others are at it: row locks, guards, and who waits for whom. */
export const LOCKS = groupOf('locks', 'quick', [
  {
    id: 'S01',
    what: 'the authenticator is not locked while its code is used',
    file: SECRETS,
    search: `AND s.last_used_step < $3 FOR UPDATE OF s`,
    replace: `AND s.last_used_step < $3`,
    tests: [RACES],
  },
  {
    id: 'S02',
    what: 'the step that was used last counts as unused',
    file: SECRETS,
    search: `AND s.last_used_step < $3 FOR UPDATE OF s`,
    replace: `AND s.last_used_step <= $3 FOR UPDATE OF s`,
    tests: [RACES],
  },
  {
    id: 'S03',
    what: 'a spent backup code is accepted',
    file: CODES,
    search: ` AND b.used_at IS NULL RETURNING`,
    replace: ` RETURNING`,
    tests: ['test/two-factor/sign-in.e2e-spec.ts'],
  },
  {
    id: 'S04',
    what: 'the authenticator is not locked while a backup code is used',
    file: SECRETS,
    search: `WHERE s.user_id = $1 AND s.state = 'active' FOR UPDATE OF s`,
    replace: `WHERE s.user_id = $1 AND s.state = 'active'`,
    tests: [RACES],
  },
  {
    id: 'S05',
    what: 'a setup that has expired can be guessed at',
    file: SECRETS,
    search: `s.state = 'pending' AND s.expires_at > $2`,
    replace: `s.state = 'pending' AND $2::timestamptz IS NOT NULL`,
    tests: ['test/package/options.e2e-spec.ts'],
  },
  {
    id: 'S06',
    what: 'a setup replaces whatever is active',
    file: SECRETS,
    search: `WHERE s.id = (SELECT replaces FROM pending)`,
    replace: `WHERE true`,
    kind: 'attack',
    tests: ['test/attacks/pending-is-nothing.attack-spec.ts'],
  },
  {
    id: 'S07',
    what: 'a sign-in with the password alone does not wait for a change of factors',
    file: SERVICE,
    search: `      await this.secrets.lockUserShared(transaction, userId);\n`,
    replace: ``,
    tests: [RACES],
  },
  {
    id: 'S08',
    what: 'a change of factors does not lock the rows that it changes',
    file: SECRETS,
    search: `ORDER BY state FOR UPDATE`,
    replace: `ORDER BY state`,
    tests: [RACES],
  },
  {
    id: 'S09',
    what: 'changes of factors run beside each other',
    file: SERVICE,
    search: `isFactorChange: true,\n      callerIsAlive,\n`,
    replace: `isFactorChange: false,\n      callerIsAlive,\n`,
    tests: [RACES],
  },
  {
    id: 'S10',
    what: 'a challenge is not locked while a guess at it is charged',
    file: CHALLENGES,
    search: `AND c.expires_at > $2\n        FOR UPDATE OF c`,
    replace: `AND c.expires_at > $2`,
    tests: [RACES],
  },
  {
    id: 'S11',
    what: 'a challenge is not locked while it is answered',
    file: CHALLENGES,
    search: `AND c.expires_at > $2 FOR UPDATE OF c`,
    replace: `AND c.expires_at > $2`,
    tests: [RACES],
  },
]);
