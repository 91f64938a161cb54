// What codes look like, for those who ask for them: it runs in a browser as well, and imports nothing.
export {
  BACKUP_CODE_RULE,
  parseBackupCode,
  parsePartOfBackupCode,
} from './factors/backup-codes/backup-code.js';
export { AUTHENTICATOR_NAME_RULE, parseAuthenticatorName } from './authenticators/authenticator-name.js';
export { ONE_TIME_CODE_RULE, parseOneTimeCode } from './factors/totp/one-time-code.js';
export {
  LONGEST_RESET_REASON,
  RESET_CODE_RULE,
  RESET_REASON_RULE,
  parseResetReason,
} from './support/reset-rules.js';
