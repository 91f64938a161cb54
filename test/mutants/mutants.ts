import { BACKUP_CODES } from './list/backup-codes.js';
import { BUDGET_RULES } from './list/budget.js';
import { CHALLENGE_RULES } from './list/challenges.js';
import { CRYPTO } from './list/crypto.js';
import { ELEMENTS } from './list/elements.js';
import { HOST_RULES } from './list/hosts.js';
import { HTTP_RULES } from './list/http.js';
import { KEYS } from './list/keys.js';
import { LIMIT_RULES } from './list/limits.js';
import { LOCKS } from './list/locks.js';
import { NOTICE_RULES } from './list/notices.js';
import { PASSKEY_RULES } from './list/passkeys.js';
import { POLICY_RULES } from './list/policy.js';
import { SESSION_RULES } from './list/sessions.js';
import { STEP_UP_RULES } from './list/step-up.js';
import { SUPPORT_AND_ERASURE } from './list/support.js';
import { TRUST_RULES } from './list/trust.js';
import { USES } from './list/uses.js';

/** The faults, each small enough to slip into a change. New rules bring new ones. */
export const MUTANTS = [
  ...LOCKS,
  ...CHALLENGE_RULES,
  ...BUDGET_RULES,
  ...USES,
  ...CRYPTO,
  ...KEYS,
  ...BACKUP_CODES,
  ...PASSKEY_RULES,
  ...SESSION_RULES,
  ...STEP_UP_RULES,
  ...LIMIT_RULES,
  ...HTTP_RULES,
  ...HOST_RULES,
  ...ELEMENTS,
  ...NOTICE_RULES,
  ...TRUST_RULES,
  ...POLICY_RULES,
  ...SUPPORT_AND_ERASURE,
];
