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
    search: `AND state = 'active' AND last_used_step < $3 FOR UPDATE`,
    replace: `AND state = 'active' AND last_used_step < $3`,
    tests: [RACES],
  },
  {
    id: 'S02',
    what: 'the step that was used last counts as unused',
    file: SECRETS,
    search: `AND state = 'active' AND last_used_step < $3 FOR UPDATE`,
    replace: `AND state = 'active' AND last_used_step <= $3 FOR UPDATE`,
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
    search: `WHERE user_id = $1 AND state = 'active' FOR UPDATE`,
    replace: `WHERE user_id = $1 AND state = 'active'`,
    tests: [RACES],
  },
  {
    id: 'S05',
    what: 'a setup that has expired can be guessed at',
    file: SECRETS,
    search: `WHERE user_id = $1 AND state = 'pending' AND expires_at > $2`,
    replace: `WHERE user_id = $1 AND state = 'pending' AND $2::timestamptz IS NOT NULL`,
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
    search: `        await this.secrets.lockUserShared(manager, userId);\n`,
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
    search: `isFactorChange: true,\n      errors: { absent: 'TWO_FACTOR_NOT_ENABLED'`,
    replace: `isFactorChange: false,\n      errors: { absent: 'TWO_FACTOR_NOT_ENABLED'`,
    tests: [RACES],
  },
  {
    id: 'S10',
    what: 'a challenge is not locked while a guess at it is charged',
    file: CHALLENGES,
    search: 'expires_at > $2 FOR UPDATE`',
    replace: 'expires_at > $2`',
    tests: [RACES],
  },
  {
    id: 'S11',
    what: 'a challenge is not locked while it is answered',
    file: CHALLENGES,
    search: ` FOR UPDATE OF c`,
    replace: ``,
    tests: [RACES],
  },
]);
