import { groupOf } from '../mutant.js';

const REPOSITORY = 'libs/two-factor/src/assurance/assurance.repository.ts';
const SERVICE = 'libs/two-factor/src/assurance/step-up.service.ts';
const DECORATOR = 'libs/two-factor/src/http/require-two-factor.ts';
const PLACES = 'libs/two-factor/src/http/guarded-places.ts';
const VERIFICATION = 'libs/two-factor/src/verification/verification.ts';
const GUARD = 'test/package/step-up-guard.e2e-spec.ts';
const BACKEND = 'test/two-factor/step-up.e2e-spec.ts';

/** What a session has to have passed, how lately, and how it is raised. */
export const STEP_UP_RULES = groupOf('step-up', 'quick', [
  {
    id: 'A01',
    what: 'a proof of any age is fresh',
    file: REPOSITORY,
    search: `* coalesce($4::integer, `,
    replace: `* coalesce(NULLIF($4::integer, $4::integer), `,
    tests: [GUARD],
  },
  {
    id: 'A02',
    what: 'a proof exactly as old as allowed is too old',
    file: REPOSITORY,
    search: `AND s.passed_at >= $3::timestamptz - interval '1 second'`,
    replace: `AND s.passed_at > $3::timestamptz - interval '1 second'`,
    tests: [GUARD],
  },
  {
    id: 'A03',
    what: 'a proof of the future counts',
    file: REPOSITORY,
    search: `AND s.passed_at <= $3 AND`,
    replace: `AND`,
    tests: [GUARD],
  },
  {
    id: 'A04',
    what: 'a proof of another session counts',
    file: REPOSITORY,
    search: `WHERE s.user_id = $1 AND s.session_id = $2`,
    replace: `WHERE s.user_id = $1 AND $2::text IS NOT NULL`,
    tests: [GUARD],
  },
  {
    id: 'A05',
    what: 'a proof of an older generation counts',
    file: REPOSITORY,
    search: `AND a.generation = s.generation AND`,
    replace: `AND`,
    tests: [GUARD],
  },
  {
    id: 'A06',
    what: 'a backup code is a fresh proof',
    file: SERVICE,
    search: `maxAgeSeconds === undefined ? methods : stepUp`,
    replace: `methods`,
    tests: [GUARD],
  },
  {
    id: 'A07',
    what: 'a backup code steps up',
    file: SERVICE,
    search: `this.proofs.parseOfAuthenticator(input)`,
    replace: `this.proofs.parse(input)`,
    tests: [GUARD],
  },
  {
    id: 'A08',
    what: 'the class counts instead of the method',
    file: DECORATOR,
    search: `[context.getHandler(), context.getClass()]`,
    replace: `[context.getClass(), context.getHandler()]`,
    tests: [GUARD],
  },
  {
    id: 'A09',
    what: 'a route that has lost its decorator starts',
    file: PLACES,
    search: `...(isMarked(prototype.constructor) ? [] : bared)`,
    replace: `...(isMarked(prototype.constructor) ? bared : [])`,
    tests: [GUARD],
  },
  {
    id: 'A10',
    what: 'another transport is let on',
    file: PLACES,
    search: `if (transport === 'http') {`,
    replace: `if (transport !== '') {`,
    tests: ['libs/two-factor/src/http/guarded-places.spec.ts'],
  },
  {
    id: 'A11',
    what: 'a session that has ended is raised',
    file: VERIFICATION,
    search: '[change, callerIsAlive, checked.goesOn, last].some',
    replace: '[change, checked.goesOn, last].some',
    tests: [BACKEND],
  },
]);
