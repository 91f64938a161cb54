import { groupOf } from '../mutant.js';

const DEADLINES = 'libs/two-factor/src/policy/deadline.repository.ts';
const POLICIES = 'libs/two-factor/src/policy/policies.service.ts';
const ENROLMENTS = 'libs/two-factor/src/required-enrolment/required-enrolment.repository.ts';
const ENROLMENT = 'libs/two-factor/src/required-enrolment/enrolment.service.ts';
const SIGN_IN = 'libs/two-factor/src/sign-in/sign-in.service.ts';
const COMPLETION = 'libs/two-factor/src/sign-in/sign-in-completion.service.ts';
const TESTS = ['test/two-factor/policy.e2e-spec.ts', 'test/two-factor/policy-deadline.e2e-spec.ts'];

/** Until when a factor may be missing, and what a sign-in gets that comes later. */
export const POLICY_RULES = groupOf('policy', 'quick', [
  {
    id: 'PO01',
    what: 'each demand renews the days of grace',
    file: DEADLINES,
    search: `FROM read_committed WHERE NOT EXISTS (SELECT FROM own_known)
        ON CONFLICT (user_id, methods) DO NOTHING RETURNING`,
    replace: `FROM read_committed
        ON CONFLICT (user_id, methods) DO UPDATE SET demanded_at = excluded.demanded_at, due_at = excluded.due_at RETURNING`,
    tests: TESTS,
  },
  {
    id: 'PO02',
    what: 'of several deadlines the last one counts',
    file: DEADLINES,
    search: '(SELECT min(CASE d.methods',
    replace: '(SELECT max(CASE d.methods',
    tests: TESTS,
  },
  {
    id: 'PO03',
    what: 'fewer days of grace do not count for a deadline that is written',
    file: DEADLINES,
    search: "THEN LEAST(d.due_at, ${dueAt({ since: 'd.demanded_at', from, days })}) ELSE",
    replace:
      "THEN greatest(d.due_at, LEAST(d.due_at, ${dueAt({ since: 'd.demanded_at', from, days })})) ELSE",
    tests: TESTS,
  },
  {
    id: 'PO04',
    what: 'the deadline of a stricter policy is asked of a milder one',
    file: DEADLINES,
    search: "WHERE string_to_array(d.methods, ',') @> string_to_array(${methods}, ',')",
    replace: 'WHERE true',
    tests: TESTS,
  },
  {
    id: 'PO05',
    what: 'a factor is not due yet in the moment in which it is',
    file: POLICIES,
    search: 'isOverdue: dueAt <= at',
    replace: 'isOverdue: dueAt < at',
    tests: TESTS,
  },
  {
    id: 'PO06',
    what: 'the token of an enrolment outlives a change of factors, its own among them',
    file: ENROLMENTS,
    search: "AND e.expires_at > $3 AND e.generation = ${this.#generation('e.user_id')}",
    replace: 'AND e.expires_at > $3',
    tests: TESTS,
  },
  {
    id: 'PO07',
    what: 'the token of an enrolment does not expire',
    file: ENROLMENTS,
    search: 'AND e.expires_at > $3 AND e.generation',
    replace: 'AND $3::timestamptz IS NOT NULL AND e.generation',
    tests: TESTS,
  },
  {
    id: 'PO08',
    what: 'an enrolment takes a method that would not be enough',
    file: ENROLMENT,
    search: 'if (demand?.methods.includes(method) === false) {',
    replace: 'if (demand?.methods.length === 0) {',
    tests: TESTS,
  },
  {
    id: 'PO09',
    what: 'a trusted device stands in for a factor that is too weak, and due',
    file: SIGN_IN,
    search: 'trust && !isOverdue ? await',
    replace: 'trust ? await',
    tests: TESTS,
  },
  {
    id: 'PO10',
    what: 'a factor that is too weak, and due, opens a session',
    file: COMPLETION,
    search: 'stopped = missing?.isOverdue\n',
    replace: 'stopped = missing?.isOverdue && missing.enrolment.methods.length === 0\n',
    tests: TESTS,
  },
]);
