// What codes look like, for those who ask for them: it runs in a browser as well, and imports nothing.
export { parseBackupCode, parsePartOfBackupCode } from './factors/backup-codes/backup-code.js';
export { parseOneTimeCode } from './factors/totp/one-time-code.js';
