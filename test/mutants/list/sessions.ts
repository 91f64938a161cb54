import { groupOf } from '../mutant.js';

const REPOSITORY = 'src/auth/sessions/sessions.repository.ts';
const STRATEGY = 'src/auth/jwt.strategy.ts';
const SESSIONS = 'test/contract/sessions.e2e-spec.ts';
const LIST = 'src/auth/sessions/account-sessions.repository.ts';
const ACCOUNT_SESSIONS = 'test/contract/account-sessions.e2e-spec.ts';
const TOKENS = 'test/contract/tokens.e2e-spec.ts';

/** Sessions, refresh tokens and access tokens of the reference backend. */
export const SESSION_RULES = groupOf('sessions', 'quick', [
  {
    id: 'N01',
    what: 'a refresh token that comes again does not end its session',
    file: REPOSITORY,
    search: `s.id = known.session_id AND known.spent_at IS NOT NULL`,
    replace: `s.id = known.session_id AND false`,
    tests: [SESSIONS],
  },
  {
    id: 'N02',
    what: 'a refresh does not prolong the session',
    file: REPOSITORY,
    search: `expires_at = least($4, s.authenticated_at + interval '720 hours')`,
    replace: `expires_at = least(s.expires_at, $4)`,
    tests: [SESSIONS],
  },
  {
    id: 'N03',
    what: 'expired refresh tokens are not swept',
    file: REPOSITORY,
    search: `t.session_id = session.id AND t.expires_at <= $3`,
    replace: `t.session_id = session.id AND false`,
    tests: [SESSIONS],
  },
  {
    id: 'N04',
    what: 'a refresh does not lock its session',
    file: REPOSITORY,
    search: `FOR NO KEY UPDATE OF s`,
    replace: ``,
    tests: [SESSIONS],
  },
  {
    id: 'N05',
    what: 'a sign-in by backup code says otp',
    file: 'src/auth/sessions/access-tokens.ts',
    search: `backup_code: []`,
    replace: `backup_code: ['otp']`,
    tests: ['test/two-factor/sign-in.e2e-spec.ts'],
  },
  {
    id: 'N06',
    what: 'the calling session outlives enable',
    file: 'libs/two-factor/src/http/controllers/two-factor.controller.ts',
    search: `{ keepCurrent: false }`,
    replace: `{ keepCurrent: true }`,
    tests: ['test/two-factor/enrolment.e2e-spec.ts'],
  },
  {
    id: 'N08',
    what: 'an unknown account is answered without a computation',
    file: 'src/users/password-hasher.ts',
    search: `    const phc = passwordHash ?? (await this.#dummyHash);`,
    replace: `    if (passwordHash === undefined) {
      return false;
    }
    const phc = passwordHash;`,
    tests: [SESSIONS],
  },
  {
    id: 'N10',
    what: 'a refresh asks for a session of more than 30 days',
    file: REPOSITORY,
    search: `least($4, s.authenticated_at + interval '720 hours')`,
    replace: `$4`,
    tests: [SESSIONS],
  },
  {
    id: 'N11',
    what: `a user ends another user's session`,
    file: LIST,
    search: `WHERE s.user_id = $1 AND \${held}`,
    replace: `WHERE (s.user_id = $1 OR true) AND \${held}`,
    tests: [ACCOUNT_SESSIONS],
  },
  {
    id: 'N12',
    what: 'a session that has ended meanwhile ends others',
    file: LIST,
    search: `USING held, asking WHERE`,
    replace: `USING held WHERE`,
    tests: [ACCOUNT_SESSIONS],
  },
  {
    id: 'J01',
    what: 'the audience of a token is not checked',
    file: STRATEGY,
    search: `      audience: AUDIENCE,\n`,
    replace: ``,
    tests: [TOKENS],
  },
  {
    id: 'J03',
    what: 'a token may name its key',
    file: STRATEGY,
    search: `Object.keys(header).length === 2 &&`,
    replace: ``,
    tests: [TOKENS],
  },
  {
    id: 'J04',
    what: 'a token lives on in the second in which it expires',
    file: STRATEGY,
    search: `if (exp * 1000 <= now.getTime()) {`,
    replace: `if (exp * 1000 < now.getTime()) {`,
    tests: [TOKENS],
  },
  {
    id: 'J05',
    what: `the session of a token may be another user's`,
    file: STRATEGY,
    search: ` || session.userId !== sub`,
    replace: ``,
    tests: [TOKENS],
  },
  {
    id: 'N09',
    what: 'what a session has passed is asked after its refresh token is spent',
    file: 'src/auth/sessions/sessions.service.ts',
    search: `return session === undefined ? [] : this`,
    replace: `return session !== undefined ? [] : this`,
    tests: ['test/two-factor/changing-factors.e2e-spec.ts'],
  },
  {
    id: 'J06',
    what: 'a sign-in waits for whoever ends the sessions that have expired',
    file: REPOSITORY,
    search: ` FOR UPDATE OF e SKIP LOCKED)`,
    replace: `)`,
    tests: [ACCOUNT_SESSIONS],
  },
  {
    id: 'J07',
    what: 'ending all other sessions fails for good in a deadlock',
    file: 'src/database/database-errors.ts',
    search: `'code' in error && error.code === '40P01'`,
    replace: `'code' in error && error.code === ''`,
    tests: ['test/two-factor/deadlock.e2e-spec.ts'],
  },
]);
