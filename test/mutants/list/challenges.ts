import { groupOf } from '../mutant.js';

const CHALLENGES = 'libs/two-factor/src/challenges/challenge.repository.ts';
const CODE_USE = 'libs/two-factor/src/verification/code-use.ts';

/** What lies between the password and the second factor: how long, how often, and what ends it. */
export const CHALLENGE_RULES = groupOf('challenges', 'quick', [
  {
    id: 'C01',
    what: 'a challenge admits one attempt more',
    file: CHALLENGES,
    search: 'attempts < ${this.settings',
    replace: 'attempts <= ${this.settings',
    tests: ['test/two-factor/sign-in.e2e-spec.ts'],
  },
  {
    id: 'C02',
    what: 'a challenge lives on in the moment in which it expires',
    file: CHALLENGES,
    search: `AND c.expires_at > $2\n        FOR UPDATE OF c`,
    replace: `AND c.expires_at >= $2\n        FOR UPDATE OF c`,
    tests: ['test/two-factor/sign-in.e2e-spec.ts'],
  },
  {
    id: 'C03',
    what: 'a challenge that takes an old place inherits its attempts',
    file: CHALLENGES,
    search: `token_hash = excluded.token_hash, attempts = 0, expires_at`,
    replace: `token_hash = excluded.token_hash, expires_at`,
    tests: ['test/two-factor/challenges.e2e-spec.ts'],
  },
  {
    id: 'C04',
    what: 'the sixth challenge ends the fifth and not the oldest',
    file: CHALLENGES,
    search: '(challenge_slot + 1) % ${CHALLENGE.perUser}',
    replace: 'least(challenge_slot + 1, ${CHALLENGE.perUser - 1})',
    tests: ['test/two-factor/challenges.e2e-spec.ts'],
  },
  {
    id: 'C05',
    what: 'a backup code ends no challenge',
    file: CODE_USE,
    search: `const isCode = method !== 'password';`,
    replace: `const isCode = method === 'totp';`,
    tests: ['test/two-factor/challenges.e2e-spec.ts'],
  },
  {
    id: 'C06',
    what: 'a right password ends the challenges of a sign-in elsewhere',
    file: CODE_USE,
    search: `const isCode = method !== 'password';`,
    replace: `const isCode = true;`,
    tests: ['test/two-factor/changing-factors.e2e-spec.ts'],
  },
]);
