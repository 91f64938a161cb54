import { groupOf } from '../mutant.js';

const HEADERS = 'libs/two-factor/src/http/answer-headers.interceptor.ts';
const AUTH = 'src/auth/auth.service.ts';
const HOST = 'src/auth/two-factor.host.ts';
const HOSTS = 'test/hosts/hosts.e2e-spec.ts';
const CONFORMANCE = 'test/package/conformance.e2e-spec.ts';

/** What hosts get of the library, and what its conformance suite finds wrong with a host. */
export const HOST_RULES = groupOf('hosts', 'built', [
  {
    id: 'W12',
    what: 'the library lets caches keep its answers',
    file: HEADERS,
    search: `set('Cache-Control', 'no-store');`,
    replace: ``,
    kind: 'quick',
    tests: ['test/package/readme-app.e2e-spec.ts'],
  },
  {
    id: 'W13',
    what: 'the library does not say how long to wait',
    file: HEADERS,
    search: `set('Retry-After', String(error.retryAfterSeconds));`,
    replace: ``,
    kind: 'quick',
    tests: ['test/package/readme-app.e2e-spec.ts'],
  },
  {
    id: 'W14',
    what: `the library's 401 has no WWW-Authenticate`,
    file: HEADERS,
    search: `error.getStatus() === 401`,
    replace: `error.getStatus() === 499`,
    kind: 'quick',
    tests: ['test/package/readme-app.e2e-spec.ts'],
  },
  {
    id: 'I01',
    what: 'secrets of 40 bits are imported',
    file: 'libs/two-factor/src/factors/totp/totp.ts',
    search: `least: 10,`,
    replace: `least: 5,`,
    kind: 'quick',
    tests: ['test/two-factor/imported-user.e2e-spec.ts'],
  },
  {
    id: 'I04',
    what: 'a sign-in route without the second factor is not named at start',
    file: 'libs/two-factor/src/http/sign-in-route.ts',
    search: `if (!asksForSecondFactor) {`,
    replace: `if (!asksForSecondFactor && routes.length === 0) {`,
    tests: [HOSTS],
  },
  {
    id: 'F01',
    what: 'a host opens the session before the challenge is answered',
    file: AUTH,
    search: `      return { status: 'two_factor_required', challenge: decision.challenge };`,
    replace: `        await this.dataSource.transaction((manager) => this.sessions.open(manager, session.draft, user.id));
        return {
          status: 'two_factor_required',
          challenge: { ...decision.challenge, methods: [session.tokensFor(user.id).accessToken] },
        };`,
    kind: 'quick',
    tests: [CONFORMANCE],
  },
  {
    id: 'F02',
    what: 'a host takes a challenge token for an access token',
    file: 'src/auth/jwt-auth.guard.ts',
    search: `      const hasBearer = `,
    replace: `      if (/^Bearer [\\w-]{43}$/.test(headers.authorization ?? '')) {
        const userId = '00000000-0000-4000-8000-000000000000';
        return { sessionId: userId, userId, email: 'x', amr: ['pwd'], authenticatedAt: new Date() };
      }
      const hasBearer = `,
    kind: 'quick',
    tests: [CONFORMANCE],
  },
  {
    id: 'F03',
    what: 'a host clears the budget at each right password',
    file: AUTH,
    search: `const session = this.sessions.prepare([], origin);\n    const decision`,
    replace: `await this.dataSource.query('DELETE FROM two_factor_attempts WHERE user_id = $1', [user.id]);
    const session = this.sessions.prepare([], origin);\n    const decision`,
    kind: 'quick',
    tests: [CONFORMANCE],
  },
  {
    id: 'F04',
    what: 'a host opens no session in the commit',
    file: HOST,
    search: `      inSameCommit: session.statements,\n`,
    replace: ``,
    kind: 'quick',
    tests: [CONFORMANCE],
  },
  {
    id: 'F06',
    what: `a host's sessions from before outlive enable`,
    file: HOST,
    search: `return (manager, userId) => this.sessions.endAll(manager, userId, kept);`,
    replace: `return async () => {};`,
    kind: 'quick',
    tests: [CONFORMANCE],
  },
]);
