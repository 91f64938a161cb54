import { groupOf } from '../mutant.js';

const RESETS = 'libs/two-factor/src/support/reset.repository.ts';
const SINCE = 'libs/two-factor/src/events/unused-since.ts';
const ERASURE = 'libs/two-factor/src/personal-data/erasure.repository.ts';
const SUPPORT = ['test/two-factor/support.e2e-spec.ts'];
const RECOVERY = ['test/two-factor/support-recovery.e2e-spec.ts'];
const PERSONAL = ['test/two-factor/personal-data.e2e-spec.ts'];

/** What support may do, and who is forgotten. */
export const SUPPORT_AND_ERASURE = groupOf('support', 'quick', [
  {
    id: 'D01',
    what: 'a reset is approved twice',
    file: RESETS,
    search: 'AND r.approved_by IS NULL AND ',
    replace: 'AND ',
    tests: SUPPORT,
  },
  {
    id: 'D02',
    what: 'an account with a passkey waits as long as any',
    file: RESETS,
    search: 'THEN ${LONG_WAIT_HOURS} END)',
    replace: 'THEN 24 END)',
    tests: SUPPORT,
  },
  {
    id: 'D03',
    what: 'a code of support counts before its time',
    file: RESETS,
    search: 'r.ready_at <= $3::timestamptz AND ',
    replace: '',
    tests: RECOVERY,
  },
  {
    id: 'D04',
    what: 'a code of support is not spent',
    file: RESETS,
    search: `ended_at = $2::timestamptz, outcome = 'used'`,
    replace: `ended_at = NULLIF($2::timestamptz, $2), outcome = 'used'`,
    tests: RECOVERY,
  },
  {
    id: 'D05',
    what: 'a sign-in by a backup code does not end a reset',
    file: SINCE,
    search: `('totp', 'passkey', 'backup_code')`,
    replace: `('totp', 'passkey')`,
    tests: SUPPORT,
  },
  {
    id: 'D06',
    what: 'a wrong code ends a reset',
    file: SINCE,
    search: `u.outcome = 'success' AND `,
    replace: '',
    tests: SUPPORT,
  },
  {
    id: 'D07',
    what: 'somebody of support who leaves is still named at what they did',
    file: ERASURE,
    search: 'WHERE user_id = $1 OR actor = $1 RETURNING',
    replace: 'WHERE user_id = $1 RETURNING',
    tests: SUPPORT,
  },
  {
    id: 'D08',
    what: 'events of who was forgotten keep their addresses',
    file: ERASURE,
    search: `\${unlessTheirs('ip')}`,
    replace: 'ip',
    tests: PERSONAL,
  },
  {
    id: 'D09',
    what: 'retention takes what is younger too',
    file: ERASURE,
    search: 'w.at < $4',
    replace: "w.at <= $4::timestamptz + interval '1 day'",
    tests: PERSONAL,
  },
  {
    id: 'D10',
    what: 'a recovery in flight goes on with the old password',
    file: 'src/auth/auth.service.ts',
    search: `        if (!(await this.users.hasPassword(manager, user))) {`,
    replace: `        if (!(await this.users.hasPassword(manager, user)) && false) {`,
    tests: RECOVERY,
  },
]);
