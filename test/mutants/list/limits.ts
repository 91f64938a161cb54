import { groupOf } from '../mutant.js';

const SIGN_IN_LIMIT = 'src/auth/sign-in-limit.ts';
const CHANGE_LIMIT = 'src/auth/factor-change-limit.ts';
const RATE_LIMITER = 'src/http/rate-limit/rate-limiter.ts';
const AUTH = 'src/auth/auth.service.ts';
const USERS = 'src/users/users.repository.ts';
const LIMITS = 'test/contract/sign-in-limit.e2e-spec.ts';
const PASSWORD = 'test/two-factor/password-change.e2e-spec.ts';
const RATE_LIMITS = 'test/http/rate-limiter.e2e-spec.ts';
const CHANGES = 'test/two-factor/factor-change-limit.e2e-spec.ts';

/** How often the reference backend lets somebody sign in, and change factors. */
export const LIMIT_RULES = groupOf('limits', 'quick', [
  {
    id: 'L01',
    what: 'right passwords are failures too',
    file: RATE_LIMITER,
    search: `SET points = r.points - 1`,
    replace: `SET points = r.points`,
    tests: [LIMITS],
  },
  {
    id: 'L02',
    what: 'what others guess elsewhere locks the owner out',
    file: SIGN_IN_LIMIT,
    search: '{ key: `sign-in-account:${account}:${address}`,',
    replace: '{ key: `sign-in-account:${account}`,',
    tests: [LIMITS],
  },
  {
    id: 'L03',
    what: 'the limit of a network is one of an account at home too',
    file: SIGN_IN_LIMIT,
    search: `...SIGN_IN_LIMITS.network, ifKnown: false }`,
    replace: `...SIGN_IN_LIMITS.network }`,
    tests: [LIMITS],
  },
  {
    id: 'L04',
    what: 'guesses from one network are not counted',
    file: SIGN_IN_LIMIT,
    search: `...SIGN_IN_LIMITS.network, ifKnown: false }`,
    replace: `...SIGN_IN_LIMITS.network, ifKnown: true }`,
    tests: [LIMITS],
  },
  {
    id: 'L05',
    what: 'guesses from one address are counted for all accounts together',
    file: SIGN_IN_LIMIT,
    search: '{ key: `sign-in-address:${account}:${address}`,',
    replace: '{ key: `sign-in-address:${address}`,',
    tests: [LIMITS],
  },
  {
    id: 'L06',
    what: 'an address is one that the account has signed in from on the ninetieth day',
    file: USERS,
    search: `a.signed_in_at > $3`,
    replace: `a.signed_in_at >= $3`,
    tests: [LIMITS],
  },
  {
    id: 'L07',
    what: 'the password is looked at before its attempt is charged',
    file: AUTH,
    search: `    const { user, ...charged } = await this.signInLimit.charge({ email: normalEmail(email), ip });
    const isRight = await this.passwords.verify(user?.passwordHash, password, room);
`,
    replace: `    const known = await this.users.findByEmail(normalEmail(email));
    const isRight = await this.passwords.verify(known?.passwordHash, password, room);
    const { user, ...charged } = await this.signInLimit.charge({ email: normalEmail(email), ip });
`,
    tests: [LIMITS],
  },
  {
    id: 'L08',
    what: 'an account that does not exist is counted at its address alone',
    file: RATE_LIMITER,
    search: `coalesce((SELECT "isKnown" FROM beside), false)`,
    replace: `(SELECT "isKnown" FROM beside)`,
    tests: [LIMITS],
  },
  {
    id: 'L09',
    what: 'an address is one that the account has signed in from by a wrong password',
    file: AUTH,
    search: `    const isRight = await this.passwords.verify(user?.passwordHash, password, room);
`,
    replace: `    const isRight = await this.passwords.verify(user?.passwordHash, password, room);
    if (user !== undefined && !isRight) {
      await this.signInLimit.rememberAddress(this.dataSource.manager, user.id, ip);
    }
`,
    tests: [LIMITS],
  },
  {
    id: 'L10',
    what: 'the address that an account was registered from is not remembered',
    file: AUTH,
    search: `      await this.signInLimit.rememberAddress(manager, created, origin.ip);\n`,
    replace: ``,
    tests: [LIMITS],
  },
  {
    id: 'L11',
    what: 'an address that signs in every day is forgotten',
    file: SIGN_IN_LIMIT,
    search: `notedAfter: new Date(now - DAY_MS)`,
    replace: `notedAfter: new Date(now - REMEMBERED_MS)`,
    tests: [LIMITS],
  },
  {
    id: 'L12',
    what: 'a bucket takes one point more',
    file: RATE_LIMITER,
    search: `SELECT key, most, expire
        FROM`,
    replace: `SELECT key, most + 1 AS most, expire
        FROM`,
    tests: [LIMITS, RATE_LIMITS],
  },
  {
    id: 'L13',
    what: 'a window is not over in the moment in which it ends',
    file: RATE_LIMITER,
    search: `r.points >= bucket.most AND r.expire > $4`,
    replace: `r.points >= bucket.most AND r.expire >= $4`,
    tests: [LIMITS, RATE_LIMITS],
  },
  {
    id: 'L14',
    what: 'what is taken back may be a point of a later window',
    file: RATE_LIMITER,
    search: `c (key, expire) USING (key, expire)`,
    replace: `c (key, expire) USING (key)`,
    tests: [RATE_LIMITS],
  },
  {
    id: 'L15',
    what: 'buckets are locked in whichever order they come',
    file: RATE_LIMITER,
    search: `WHERE full_until IS NULL ORDER BY key`,
    replace: `WHERE full_until IS NULL`,
    tests: [RATE_LIMITS],
  },
  {
    id: 'L22',
    what: 'buckets that are there are locked before those that are new',
    file: RATE_LIMITER,
    search: `FROM rate_limits r JOIN bucket USING (key)
        WHERE r.key = ANY($1) AND`,
    replace: `FROM (SELECT * FROM rate_limits WHERE key = ANY($1) ORDER BY key FOR UPDATE) r JOIN bucket USING (key)
        WHERE`,
    tests: [RATE_LIMITS],
  },
  {
    id: 'L16',
    what: 'a bucket that others fill at this moment takes more than its points',
    file: RATE_LIMITER,
    search: `WHERE r.expire <= $4 OR r.points < (SELECT most FROM bucket WHERE bucket.key = r.key)`,
    replace: `WHERE true`,
    tests: [RATE_LIMITS],
  },
  {
    id: 'L17',
    what: 'some buckets stay charged when another one is full',
    file: RATE_LIMITER,
    search: `      await this.takeBack(charges);
      return this.#charge(buckets, beside);`,
    replace: `      return this.#charge(buckets, beside);`,
    tests: [RATE_LIMITS],
  },
  {
    id: 'L23',
    what: 'a right password is a failed one when the sign-in fails otherwise',
    file: AUTH,
    search: `if (!isRefused(error)) {`,
    replace: `if (!isRefused(error) && false) {`,
    tests: [LIMITS],
  },
  {
    id: 'L24',
    what: 'a password that is an old one by now is no failed one',
    file: RATE_LIMITER,
    search: ` AND EXISTS (SELECT FROM condition)`,
    replace: ``,
    tests: [PASSWORD],
  },
  {
    id: 'L25',
    what: 'a password that is an old one by now is taken back like any other error',
    file: AUTH,
    search: `if (!isRefused(error)) {`,
    replace: `if (!isRefused(error) || true) {`,
    tests: [PASSWORD],
  },
  {
    id: 'L18',
    what: 'changes of factors are limited for each session',
    file: CHANGE_LIMIT,
    search: 'factorChangeKey(user.userId)',
    replace: 'factorChangeKey(user.sessionId)',
    tests: [CHANGES],
  },
  {
    id: 'L19',
    what: 'changes of factors are limited for all users together',
    file: CHANGE_LIMIT,
    search: 'factorChangeKey(user.userId)',
    replace: "factorChangeKey('')",
    tests: [CHANGES],
  },
  {
    id: 'L20',
    what: 'malformed changes count',
    file: CHANGE_LIMIT,
    search: `error.getStatus() === 400`,
    replace: `error.getStatus() === 499`,
    tests: [CHANGES],
  },
  {
    id: 'L21',
    what: 'refused changes do not count',
    file: CHANGE_LIMIT,
    search: `error.getStatus() === 400`,
    replace: `error.getStatus() >= 400`,
    tests: [CHANGES],
  },
]);
