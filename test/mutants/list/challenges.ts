import { groupOf } from '../mutant.js';

const CHALLENGES = 'libs/two-factor/src/challenges/challenge.repository.ts';
const TOKEN = 'libs/two-factor/src/crypto/user-token.ts';
const SETTLEMENT = 'libs/two-factor/src/verification/settlement.ts';
const VERIFICATION = 'libs/two-factor/src/verification/verification.ts';
const TOKEN_TESTS = 'libs/two-factor/src/crypto/user-token.spec.ts';
const SIGN_IN = 'test/two-factor/sign-in.e2e-spec.ts';
const CHALLENGE_TESTS = 'test/two-factor/challenges.e2e-spec.ts';

/** What lies between the password and the second factor: how long, how often, and what ends it. */
export const CHALLENGE_RULES = groupOf('challenges', 'quick', [
  {
    id: 'C01',
    what: 'a challenge admits one attempt more',
    file: CHALLENGES,
    search: 'attempts < ${this.settings',
    replace: 'attempts <= ${this.settings',
    tests: [SIGN_IN],
  },
  {
    id: 'C02',
    what: 'a challenge lives on in the moment in which it expires',
    file: CHALLENGES,
    search: 'c.expires_at > ${at}::timestamptz',
    replace: 'c.expires_at >= ${at}::timestamptz',
    tests: [SIGN_IN],
  },
  {
    id: 'C03',
    what: 'a challenge that takes an old place inherits its attempts',
    file: CHALLENGES,
    search: `token_hash = excluded.token_hash, attempts = 0, webauthn_challenge`,
    replace: `token_hash = excluded.token_hash, webauthn_challenge`,
    tests: [CHALLENGE_TESTS],
  },
  {
    id: 'C04',
    what: 'the sixth challenge ends the fifth and not the oldest',
    file: CHALLENGES,
    search: '(a.challenge_slot + 1) % ${PER_USER}',
    replace: 'least(a.challenge_slot + 1, ${PER_USER - 1})',
    tests: [CHALLENGE_TESTS],
  },
  {
    id: 'C05',
    what: 'a backup code ends no challenge',
    file: SETTLEMENT,
    search: `...(method === 'password' ? [] : [`,
    replace: `...(method !== 'totp' ? [] : [`,
    tests: [CHALLENGE_TESTS],
  },
  {
    id: 'C06',
    what: 'a right password ends the challenges of a sign-in elsewhere',
    file: SETTLEMENT,
    search: `...(method === 'password' ? [] : [`,
    replace: `...(method === undefined ? [] : [`,
    tests: ['test/two-factor/changing-factors.e2e-spec.ts'],
  },
  {
    id: 'C07',
    what: 'a wrong code ends the other challenges',
    file: CHALLENGES,
    search: `c USING accepted a WHERE c.user_id = $1 AND c.user_id = a.user_id`,
    replace: `c WHERE c.user_id = $1`,
    tests: [CHALLENGE_TESTS],
  },
  {
    id: 'C08',
    what: 'a challenge is not charged for a wrong one-time code',
    file: SETTLEMENT,
    search: `optional(subject.charge?.('refused'))`,
    replace: `optional(undefined)`,
    tests: [SIGN_IN],
  },
  {
    id: 'C09',
    what: 'a challenge is not charged for a backup code',
    file: VERIFICATION,
    search: `effects(optional(subject.charge?.('charged')))`,
    replace: `effects(optional(undefined))`,
    tests: [CHALLENGE_TESTS],
  },
  {
    id: 'C10',
    what: 'every challenge of the user is charged for a guess at one of them',
    file: CHALLENGES,
    search: `AND c.user_id = f.user_id AND c.token_hash = $2`,
    replace: `AND c.user_id = f.user_id AND $2::bytea IS NOT NULL`,
    tests: [CHALLENGE_TESTS],
  },
  {
    id: 'C11',
    what: `any token of the user's is one of the challenge, for a backup code`,
    file: CHALLENGES,
    search: `AND c.token_hash = $2 AND \${isOpen}`,
    replace: `AND $2::bytea IS NOT NULL AND \${isOpen}`,
    tests: [CHALLENGE_TESTS],
  },
  {
    id: 'C12',
    what: `the user in a token is not what its hash is of`,
    file: TOKEN,
    search: `.update(token).digest()`,
    replace: `.update(token.split('.')[1] ?? '').digest()`,
    tests: [TOKEN_TESTS],
  },
  {
    id: 'C13',
    what: 'a token is one of whichever user it names',
    file: CHALLENGES,
    search: `WHERE c.user_id = $1 AND c.token_hash = $2 AND \${this.#isOpen('$3')} AND a.enabled_at`,
    replace: `WHERE $1::text IS NOT NULL AND c.token_hash = $2 AND \${this.#isOpen('$3')} AND a.enabled_at`,
    tests: [CHALLENGE_TESTS],
    equivalent: 'the hash is of the user too; it is asked so that one partition is looked at',
  },
  {
    id: 'C14',
    what: 'a token has several spellings of its user',
    file: TOKEN,
    search: `Buffer.from(userId, 'utf8').toString('base64url') === encoded`,
    replace: `encoded !== ''`,
    tests: [TOKEN_TESTS],
  },
  {
    id: 'C15',
    what: 'the user of a token may have a NUL, which PostgreSQL refuses',
    file: TOKEN,
    search: `    !userId.includes('\\0') &&\n`,
    replace: ``,
    tests: [TOKEN_TESTS],
  },
]);
