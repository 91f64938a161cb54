import { groupOf } from '../mutant.js';

const ATTEMPTS = 'libs/two-factor/src/verification/attempt.repository.ts';
const BUDGET = 'test/two-factor/budget.e2e-spec.ts';
const SIGN_IN = 'test/two-factor/sign-in.e2e-spec.ts';
const OPTIONS = 'test/package/options.e2e-spec.ts';

/** How often an account may be guessed at. */
export const BUDGET_RULES = groupOf('budget', 'quick', [
  {
    id: 'B01',
    what: 'the delay is not over in the second in which it ends',
    file: ATTEMPTS,
    search: `a.blocked_until <= $2`,
    replace: `a.blocked_until < $2`,
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
    search: "seconds') < ${failures}",
    replace: "seconds') <= ${failures}",
    tests: [OPTIONS],
  },
  {
    id: 'B04',
    what: 'a failure counts in the moment in which it leaves the window',
    file: ATTEMPTS,
    search: "f > $2::timestamptz - interval '${seconds} seconds'",
    replace: "f >= $2::timestamptz - interval '${seconds} seconds'",
    tests: [BUDGET],
  },
  {
    id: 'B05',
    what: 'a success takes back the last charge and not its own',
    file: ATTEMPTS,
    search: `coalesce(a.failed_at[:array_position(a.failed_at, $2::timestamptz) - 1]
            || a.failed_at[array_position(a.failed_at, $2::timestamptz) + 1:], a.failed_at)`,
    replace: `CASE WHEN $2::timestamptz IS NOT NULL THEN a.failed_at[:cardinality(a.failed_at) - 1] END`,
    tests: [BUDGET],
  },
  {
    id: 'B06',
    what: 'a success of one method clears the budgets of all',
    file: ATTEMPTS,
    search: `WHERE a.user_id = g.user_id AND a.method = $1::text`,
    replace: `WHERE a.user_id = g.user_id AND $1::text IS NOT NULL`,
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
    search: `{ windows: this.#windows }`,
    replace: `{}`,
    tests: [OPTIONS],
  },
  {
    id: 'B10',
    what: 'passwords are charged to the budget of codes',
    file: 'libs/two-factor/src/verification/re-authentication.ts',
    search: `method: 'password',`,
    replace: `method: 'totp',`,
    tests: ['test/two-factor/changing-factors.e2e-spec.ts'],
  },
]);
