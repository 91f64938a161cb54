import { groupOf } from '../mutant.js';

const FACTORS = 'libs/two-factor/src/factors/passkeys';
const REPOSITORY = `${FACTORS}/passkey.repository.ts`;
const CEREMONIES = `${FACTORS}/ceremony.repository.ts`;
const PASSKEYS = 'test/two-factor/passkeys.e2e-spec.ts';
const ATTACK = 'test/attacks/passkeys.attack-spec.ts';

/** What an answer of an authenticator has to be, and that it counts once. */
export const PASSKEY_RULES = groupOf('passkeys', 'quick', [
  {
    id: 'V01',
    what: 'a page in a frame of another may ask for a passkey',
    file: `${FACTORS}/client-data.ts`,
    search: `!NOT_FRAMED.has(data.get('crossOrigin')) || data.has('topOrigin')`,
    replace: `data.has('topOrigin')`,
    tests: [PASSKEYS],
  },
  {
    id: 'V02',
    what: 'any origin may ask, as far as we look',
    file: `${FACTORS}/client-data.ts`,
    search: `candidate === origin`,
    replace: `candidate !== ''`,
    tests: [PASSKEYS],
  },
  {
    id: 'V03',
    what: 'a user handle of somebody else is not looked at',
    file: `${FACTORS}/assertion.ts`,
    search: `assertion.userHandle !== undefined && assertion.userHandle !==`,
    replace: `assertion.userHandle === '' && assertion.userHandle !==`,
    tests: [PASSKEYS],
  },
  {
    id: 'V04',
    what: 'a passkey that may not be copied may be all of a sudden',
    file: `${FACTORS}/assertion.ts`,
    search: `data.isBackupEligible !== passkey.isBackupEligible`,
    replace: `!data.isBackupEligible && passkey.isBackupEligible`,
    tests: [PASSKEYS],
  },
  {
    id: 'V05',
    what: 'a counter that stands is taken',
    file: REPOSITORY,
    search: `$3::bigint > p.counter OR`,
    replace: `$3::bigint >= p.counter OR`,
    tests: [PASSKEYS],
  },
  {
    id: 'V06',
    what: 'a counter of zero is taken, whatever it was before',
    file: REPOSITORY,
    search: `($3::bigint = 0 AND p.counter = 0)`,
    replace: `$3::bigint = 0`,
    tests: [PASSKEYS],
  },
  {
    id: 'V07',
    what: 'a synced passkey sets its counter back',
    file: REPOSITORY,
    search: `SET counter = greatest(p.counter, $3::bigint),`,
    replace: `SET counter = $3::bigint,`,
    tests: [PASSKEYS],
  },
  {
    id: 'V08',
    what: 'the commit does not ask whether the challenge is still the one that was read',
    kind: 'attack',
    file: REPOSITORY,
    search: `$1::text IS NULL AND s.drawn IS NOT DISTINCT FROM $2::bytea`,
    replace: `$1::text IS NULL AND ($2::bytea IS NULL OR true)`,
    tests: [ATTACK],
  },
  {
    id: 'V09',
    what: 'a challenge of a signed-in call is alive after a wrong answer',
    file: `${FACTORS}/passkeys.factor.ts`,
    search: `always: challenge === undefined ? [] : [this.ceremonies.spend(userId, challenge)],`,
    replace: `always: [],`,
    tests: [PASSKEYS],
  },
  {
    id: 'V10',
    what: 'options of a registration are alive after a wrong answer',
    file: `${FACTORS}/passkey-registration.ts`,
    search: `always: [this.ceremonies.spend(userId, challenge)],`,
    replace: `always: [],`,
    tests: [PASSKEYS],
  },
  {
    id: 'V11',
    what: 'there may be one passkey more than the limit says',
    file: REPOSITORY,
    search: `o.known < $2::integer`,
    replace: `o.known <= $2::integer`,
    tests: [PASSKEYS],
  },
  {
    id: 'V12',
    what: 'options drawn while there was no factor add a passkey to one that is on',
    file: CEREMONIES,
    search: `THEN NOT EXISTS (\${enabled})`,
    replace: `THEN true OR NOT EXISTS (\${enabled})`,
    tests: [PASSKEYS],
  },
  {
    id: 'V13',
    what: 'options outlive a change of the factors',
    file: CEREMONIES,
    search: `EXISTS (\${enabled} AND a.generation = c.generation)`,
    replace: `EXISTS (\${enabled})`,
    tests: [PASSKEYS],
  },
  {
    id: 'V14',
    what: 'wrong answers of a passkey use up a budget that somebody with the password can lock',
    file: `${FACTORS}/passkeys.factor.ts`,
    search: `readonly hasBudget = false;`,
    replace: `readonly hasBudget = true;`,
    tests: [PASSKEYS],
  },
  {
    id: 'V15',
    what: 'the status offers passkeys where there are none',
    file: 'libs/two-factor/src/two-factor.service.ts',
    search: `available: this.stepUps.methods`,
    replace: `available: ['passkey', 'totp']`,
    tests: ['test/two-factor/passkeys-start.e2e-spec.ts'],
  },
]);
