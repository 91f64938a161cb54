import { AUTHENTICATOR_NAME_RULE, parseAuthenticatorName } from '../../authenticators/authenticator-name.js';
import { BACKUP_CODE_RULE, parseBackupCode } from '../../factors/backup-codes/backup-code.js';
import { ONE_TIME_CODE_RULE, parseOneTimeCode } from '../../factors/totp/one-time-code.js';
import { LONGEST_PASSWORD } from './fields.js';
import type { Schema } from './json-schema.js';

/** How a text of a request is read: into one spelling, or not at all. */
export interface TextFormat {
  read(value: unknown): string | undefined;
  /** What is said of a text that cannot be read. */
  readonly rule: string;
}

/** The formats of texts that are more than their length. */
const TEXT_FORMATS: Readonly<Record<string, TextFormat>> = {
  'one-time-code': { read: parseOneTimeCode, rule: ONE_TIME_CODE_RULE },
  'backup-code': { read: parseBackupCode, rule: BACKUP_CODE_RULE },
  'authenticator-name': { read: parseAuthenticatorName, rule: AUTHENTICATOR_NAME_RULE },
  password: {
    read: wellFormed,
    rule: `password must be text of at most ${LONGEST_PASSWORD} characters`,
  },
};

export function textFormatOf(schema: Schema): TextFormat | undefined {
  return 'format' in schema && schema.format !== undefined ? TEXT_FORMATS[schema.format] : undefined;
}

/** Half a surrogate pair is no text: turned into UTF-8 to be hashed, all halves are one. */
function wellFormed(value: unknown): string | undefined {
  return typeof value === 'string' && value.isWellFormed() ? value : undefined;
}
