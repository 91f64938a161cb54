import { groupOf } from '../mutant.js';

const REPOSITORY = 'libs/two-factor/src/notices/notice.repository.ts';
const EVENTS = 'libs/two-factor/src/events/security-event.repository.ts';
const PANIC = 'libs/two-factor/src/notices/panic-token.repository.ts';
const ACCOUNT = 'libs/two-factor/src/account/account.repository.ts';
const ASSURANCE = 'libs/two-factor/src/assurance/assurance.repository.ts';
const NOTICES = ['test/two-factor/notices.e2e-spec.ts'];
const PANICS = ['test/two-factor/panic.e2e-spec.ts'];
const RECOVERY = ['test/two-factor/recovery.e2e-spec.ts'];

/** What users are told, how they stop it, and how they come back. */
export const NOTICE_RULES = groupOf('notices', 'quick', [
  {
    id: 'M01',
    what: 'a notice is leased to several at once',
    file: REPOSITORY,
    search: "due_at = $1::timestamptz + interval '${LEASE_SECONDS} seconds'",
    replace: 'due_at = $1::timestamptz',
    tests: NOTICES,
  },
  {
    id: 'M02',
    what: 'a later notice overtakes the one before it',
    file: REPOSITORY,
    search: 'e.user_id = n.user_id AND e.number < n.number',
    replace: 'e.user_id = n.user_id AND e.number < 0',
    tests: NOTICES,
  },
  {
    id: 'M03',
    what: 'an event is written without its notice',
    file: EVENTS,
    search: '      ...this.notices.ofEvent(event),\n    ];',
    replace: '    ];',
    tests: NOTICES,
  },
  {
    id: 'M04',
    what: 'a panic token works again and again',
    file: PANIC,
    search:
      'WITH spent AS (DELETE FROM ${this.tables.panicTokens}\n        WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3 RETURNING user_id)',
    replace:
      'WITH spent AS (SELECT user_id FROM ${this.tables.panicTokens}\n        WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3)',
    tests: PANICS,
  },
  {
    id: 'M05',
    what: 'each panic freezes anew',
    file: ACCOUNT,
    search: 'CASE WHEN a.frozen_at > $2::timestamptz - ${FREEZE_AGAIN} THEN a.frozen_at ELSE $2 END',
    replace: '$2',
    tests: PANICS,
  },
  {
    id: 'M06',
    what: 'any factor that was passed lets a session replace the authenticator',
    file: ASSURANCE,
    search: "AND s.method = 'backup_code' AND s.passed_at >=",
    replace: 'AND s.passed_at >=',
    tests: RECOVERY,
  },
]);
