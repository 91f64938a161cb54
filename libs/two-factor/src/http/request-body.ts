import { BACKUP_CODE_RULE, parseBackupCode } from '../factors/backup-codes/backup-code.js';
import { ONE_TIME_CODE_RULE, parseOneTimeCode } from '../factors/totp/one-time-code.js';
import { type FieldFault, TwoFactorException } from '../errors/two-factor.errors.js';

/** Longer than any challenge token, and than any password a host should accept (NIST SP 800-63B-4 §3.1.1.2 asks for 64). */
const LONGEST_TOKEN = 1536;
const LONGEST_PASSWORD = 128;

/** No call knows as many fields or as long names: an answer that told of all of them would be many times the request. */
const MOST_FIELDS = 16;
const LONGEST_NAME = 64;

/** The fields that the calls know: how each is read, and what is said when it cannot be. */
const FIELDS = {
  code: { read: parseOneTimeCode, rule: ONE_TIME_CODE_RULE },
  backupCode: { read: parseBackupCode, rule: BACKUP_CODE_RULE },
  challengeToken: {
    read: (value: unknown) => textOfAtMost(LONGEST_TOKEN, value),
    rule: `challengeToken must be a string of at most ${LONGEST_TOKEN} characters`,
  },
  password: {
    read: passwordOf,
    rule: `password must be text of at most ${LONGEST_PASSWORD} characters`,
  },
} as const;

type FieldName = keyof typeof FIELDS;

/**
 * Reads the fields of a request's body, and collects what is wrong with them. It asks no host for a
 * validation library, and finds the same faults under every one.
 */
export class RequestBody {
  readonly #fields: Map<string, unknown>;
  readonly #faults: FieldFault[] = [];

  /**
   * @param body as the host's parser gives it; nothing, a text or bytes of no length count as an empty object
   * @throws TwoFactorException `VALIDATION_FAILED` when it is something else than an object, or has too many fields
   */
  constructor(body: unknown) {
    const given = isEmpty(body) ? {} : body;
    if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) {
      throw invalid([{ field: 'body', message: 'must be an object' }]);
    }
    this.#fields = new Map(Object.entries(given));
    if (this.#fields.size > MOST_FIELDS) {
      throw invalid([{ field: 'body', message: `has more than ${MOST_FIELDS} fields` }]);
    }
    if (Array.from(this.#fields.keys()).some(({ length }) => length > LONGEST_NAME)) {
      throw invalid([
        { field: 'body', message: `has a field with a name of more than ${LONGEST_NAME} characters` },
      ]);
    }
  }

  /** A field that must be there. The empty text stands for a faulty one until {@link end} throws. */
  required(name: FieldName): string {
    return this.#read(name) ?? this.#fault(name);
  }

  /** A field that may be left out. `null` is not left out. */
  optional(name: FieldName): string | undefined {
    return this.#fields.has(name) ? this.required(name) : undefined;
  }

  /** @throws TwoFactorException `VALIDATION_FAILED` with every fault, unknown fields among them, and no value */
  end(): void {
    const unknown = Array.from(this.#fields.keys(), (field) => ({
      field,
      message: `property ${field} should not exist`,
    }));
    const faults = [...this.#faults, ...unknown];
    if (faults.length > 0) {
      throw invalid(faults);
    }
  }

  #read(name: FieldName): string | undefined {
    const value = this.#fields.get(name);
    this.#fields.delete(name);
    return FIELDS[name].read(value);
  }

  #fault(name: FieldName): string {
    this.#faults.push({ field: name, message: FIELDS[name].rule });
    return '';
  }
}

/** Clients call nothing a form, a text or bytes, and each platform makes something else of it. */
function isEmpty(body: unknown): boolean {
  return body === undefined || body === '' || (ArrayBuffer.isView(body) && body.byteLength === 0);
}

/** Half a surrogate pair is no text: turned into UTF-8 to be hashed, all halves are one. */
function passwordOf(value: unknown): string | undefined {
  const text = textOfAtMost(LONGEST_PASSWORD, value);
  return text?.isWellFormed() === true ? text : undefined;
}

/** @param length in characters, of which an emoji is one, as validators of hosts count a new password */
function textOfAtMost(length: number, value: unknown): string | undefined {
  return typeof value === 'string' && Array.from(value).length <= length ? value : undefined;
}

function invalid(details: readonly FieldFault[]): TwoFactorException {
  return new TwoFactorException('VALIDATION_FAILED', { details });
}
