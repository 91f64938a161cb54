import { groupOf } from '../mutant.js';

const ATTEMPTS = 'libs/two-factor/src/verification/attempt.repository.ts';
const REAUTHENTICATION = 'libs/two-factor/src/verification/re-authentication.ts';
const BUDGET = 'test/two-factor/budget.e2e-spec.ts';
const SIGN_IN = 'test/two-factor/sign-in.e2e-spec.ts';
const OPTIONS = 'test/package/options.e2e-spec.ts';
const CHANGING = 'test/two-factor/changing-factors.e2e-spec.ts';

/** How often an account may be guessed at. */
export const BUDGET_RULES = groupOf('budget', 'quick', [
  {
    id: 'B01',
    what: 'the delay is not over in the second in which it ends',
    file: ATTEMPTS,
    search: 'a.blocked_until <= ${at}',
    replace: 'a.blocked_until < ${at}',
    tests: [SIGN_IN],
  },
  {
    id: 'B02',
    what: 'failures are kept for a day only',
    file: ATTEMPTS,
    search: "interval '${MONTH.seconds} seconds'",
    replace: "interval '${DAY.seconds} seconds'",
    tests: [BUDGET],
  },
  {
    id: 'B03',
    what: 'a window admits one failure more',
    file: ATTEMPTS,
    search: "seconds') + ${guesses} <= ${failures}",
    replace: "seconds') + ${guesses} <= ${failures} + 1",
    tests: [OPTIONS],
  },
  {
    id: 'B04',
    what: 'a failure counts in the moment in which it leaves the window',
    file: ATTEMPTS,
    search: "f > ${at}::timestamptz - interval '${seconds} seconds'",
    replace: "f >= ${at}::timestamptz - interval '${seconds} seconds'",
    tests: [BUDGET],
  },
  {
    id: 'B05',
    what: 'a success takes back the last charge and not its own',
    file: ATTEMPTS,
    search: `WHERE f <> $2::timestamptz OR nth > $4::integer ORDER BY place)`,
    replace: `WHERE $2::timestamptz IS NOT NULL AND place <= cardinality(a.failed_at) - $4::integer ORDER BY place)`,
    tests: [BUDGET],
  },
  {
    id: 'B06',
    what: 'a success of one method clears the budgets of all',
    file: ATTEMPTS,
    search: `AND a.user_id = p.user_id AND a.method = $1::text`,
    replace: `AND a.user_id = p.user_id AND $1::text IS NOT NULL`,
    tests: [BUDGET],
  },
  {
    id: 'B07',
    what: 'the exponent of the delay has no bound',
    file: ATTEMPTS,
    search: 'least(a.failures_in_a_row - ${freeFailures}, 16)',
    replace: '(a.failures_in_a_row - ${freeFailures})',
    tests: [BUDGET],
  },
  {
    id: 'B08',
    what: `Retry-After knows nothing of the host's stricter windows`,
    file: ATTEMPTS,
    search: `{ windows: this.#windows, guesses }`,
    replace: `{ guesses }`,
    tests: [OPTIONS],
  },
  {
    id: 'B10',
    what: 'passwords are charged to the budget of codes',
    file: REAUTHENTICATION,
    search: `method: 'password',`,
    replace: `method: 'totp',`,
    tests: [CHANGING],
  },
  {
    id: 'B11',
    what: 'the budget is asked when the code is read, and not when it is settled',
    file: ATTEMPTS,
    search: `\${columns.join(', ')}
          WHERE \${this.#admits('$2', '$3::integer')}
`,
    replace: `\${columns.join(', ')}
`,
    tests: [BUDGET],
  },
  {
    id: 'B12',
    what: 'what is charged first is charged without asking the budget',
    file: ATTEMPTS,
    search: `\${failure.join(', ')}
        WHERE \${this.#admits('$2', 'cardinality(excluded.failed_at)')}
`,
    replace: `\${failure.join(', ')}
`,
    tests: [SIGN_IN, CHANGING],
  },
  {
    id: 'B13',
    what: 'the budget is asked when the code is settled, and not when it is read',
    file: ATTEMPTS,
    search: `a.method = $1::text AND NOT (\${this.#admits('$2', 'm.guesses')})`,
    replace: `a.method = $1::text AND $2::timestamptz IS NULL`,
    tests: [BUDGET, SIGN_IN, CHANGING],
    equivalent:
      'what settles has the last word; it is asked first because it spares the check and the commit',
  },
  {
    id: 'B14',
    what: 'a wrong code adds no failure to those that are there',
    file: ATTEMPTS,
    search: 'THEN ${right} ELSE ${failure} END`',
    replace: 'THEN ${right} ELSE a.${column} END`',
    tests: [SIGN_IN],
  },
  {
    id: 'B15',
    what: 'the first wrong code of a user adds no failure',
    file: ATTEMPTS,
    search: `CASE WHEN p.is_right THEN '{}' ELSE \${failures} END`,
    replace: `'{}'`,
    tests: ['test/two-factor/unforeseen-errors.e2e-spec.ts'],
  },
  {
    id: 'B16',
    what: 'the first wrong code of a user is none in a row',
    file: ATTEMPTS,
    search: `CASE WHEN p.is_right THEN 0 ELSE 1 END`,
    replace: `0`,
    tests: [BUDGET],
  },
  {
    id: 'B17',
    what: 'a right one-time code forgets what others have failed',
    file: ATTEMPTS,
    search: `right: 'a.failed_at'`,
    replace: `right: "'{}'"`,
    tests: [BUDGET],
  },
  {
    id: 'B18',
    what: 'a right one-time code leaves the failures in a row',
    file: ATTEMPTS,
    search: `right: '0'`,
    replace: `right: 'a.failures_in_a_row'`,
    tests: [BUDGET],
  },
  {
    id: 'B19',
    what: 'a wrong backup code takes its charge back',
    file: ATTEMPTS,
    search: `FROM accepted p WHERE a.user_id = $3 AND a.user_id = p.user_id AND`,
    replace: `WHERE a.user_id = $3 AND`,
    tests: [SIGN_IN],
  },
  {
    id: 'B20',
    what: 'a right backup code leaves the failures in a row',
    file: ATTEMPTS,
    search: `SET failures_in_a_row = 0, blocked_until = NULL,`,
    replace: `SET blocked_until = NULL,`,
    tests: [BUDGET],
  },
  {
    id: 'B21',
    what: 'a right password is not charged, and neither is a wrong one',
    file: REAUTHENTICATION,
    search: `computations: 1,`,
    replace: `computations: 0,`,
    tests: [
      'test/two-factor/unforeseen-errors.e2e-spec.ts',
      'test/two-factor/full-queue.e2e-spec.ts',
      CHANGING,
    ],
  },
  {
    id: 'B22',
    what: 'a failure counts for the delay at the fifth in a row, and not after the fourth',
    file: ATTEMPTS,
    search: 'CASE WHEN a.failures_in_a_row >= ${freeFailures} THEN',
    replace: 'CASE WHEN a.failures_in_a_row > ${freeFailures} THEN',
    tests: [SIGN_IN],
  },
]);
