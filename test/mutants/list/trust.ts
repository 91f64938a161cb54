import { groupOf } from '../mutant.js';

const REPOSITORY = 'libs/two-factor/src/trusted-devices/trusted-device.repository.ts';
const SERVICE = 'libs/two-factor/src/trusted-devices/trusted-devices.service.ts';
const COMPLETION = 'libs/two-factor/src/sign-in/sign-in-completion.service.ts';
const RESET = 'libs/two-factor/src/password/password-reset.service.ts';
const TESTS = ['test/two-factor/trusted-devices.e2e-spec.ts'];

/** What a trusted device stands in for, and what ends it. */
export const TRUST_RULES = groupOf('trust', 'quick', [
  {
    id: 'T01',
    what: 'a backup code makes a trusted device',
    file: COMPLETION,
    search: 'answer.trustDevice === true && factor.isAuthenticator &&',
    replace: 'answer.trustDevice === true &&',
    tests: TESTS,
  },
  {
    id: 'T02',
    what: 'a trusted device outlives a change of factors',
    file: REPOSITORY,
    search:
      'd.user_id = a.user_id AND d.generation = a.generation\n          AND d.expires_at > $4 AND d.created_at',
    replace: 'd.user_id = a.user_id\n          AND d.expires_at > $4 AND d.created_at',
    tests: TESTS,
  },
  {
    id: 'T03',
    what: 'a trusted device is trusted in the moment in which it expires',
    file: REPOSITORY,
    search: 'AND d.expires_at > $4 AND d.created_at > $6::timestamptz',
    replace: 'AND d.expires_at >= $4 AND d.created_at >= $6::timestamptz',
    tests: TESTS,
  },
  {
    id: 'T04',
    what: 'a spent token ends no trust',
    file: REPOSITORY,
    search: 'd.rotated_at <= $4::timestamptz - ${GRACE}',
    replace: 'd.rotated_at <= $4::timestamptz - 100 * ${GRACE}',
    tests: TESTS,
  },
  {
    id: 'T05',
    what: 'a token that is spent ends its trust within the grace',
    file: REPOSITORY,
    search: 'd.rotated_at <= $4::timestamptz - ${GRACE}',
    replace: 'd.rotated_at <= $4::timestamptz',
    tests: TESTS,
  },
  {
    id: 'T06',
    what: 'the second of several tabs rotates the token of the first',
    file: REPOSITORY,
    search: 'd.token_hash <> $3 AND d.rotated_at > $4::timestamptz - ${GRACE}',
    replace: 'd.token_hash <> $3 AND d.rotated_at > $4::timestamptz',
    tests: TESTS,
  },
  {
    id: 'T07',
    what: 'the sixth trusted device ends none',
    file: REPOSITORY,
    search: 'LIMIT ${PER_USER - 1}',
    replace: 'LIMIT ${PER_USER}',
    tests: TESTS,
  },
  {
    id: 'T08',
    what: 'the token of one user is tried for another',
    file: SERVICE,
    search: 'named === undefined || named.userId !== userId',
    replace: 'named === undefined',
    tests: TESTS,
  },
  {
    id: 'T09',
    what: 'a reset of the password leaves trusted devices and assurances',
    file: RESET,
    search: 'await this.accounts.startGeneration(transaction, userId);',
    replace: '',
    tests: [...TESTS, 'test/two-factor/password-reset.e2e-spec.ts'],
  },
  {
    id: 'T10',
    what: 'a reset of the password leaves challenges',
    file: RESET,
    search: 'this.challenges.endAll(userId), ',
    replace: '',
    tests: ['test/two-factor/password-reset.e2e-spec.ts'],
  },
]);
