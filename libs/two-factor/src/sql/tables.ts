import type { DatabaseAdapter } from './database-adapter.js';

/** Where the tables of a host are. */
export type TablePlace = Pick<DatabaseAdapter, 'schema' | 'prefix'>;

/** The library's tables by what they hold, each quoted and with the host's schema and prefix. */
export type TwoFactorTables = Readonly<ReturnType<typeof tablesIn>>;

/** A table more is a line here, its SQL in `schema.ts`, and an entity for TypeORM. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- the list of the tables is its type
export function tablesIn({ schema, prefix = '' }: TablePlace) {
  const table = (name: `two_factor_${string}`): string =>
    [...(schema === undefined ? [] : [schema]), `${prefix}${name}`].map(quoted).join('.');
  return {
    accounts: table('two_factor_accounts'),
    enrolments: table('two_factor_enrolments'),
    secrets: table('two_factor_secrets'),
    passkeys: table('two_factor_passkeys'),
    ceremonies: table('two_factor_ceremonies'),
    backupCodes: table('two_factor_backup_codes'),
    challenges: table('two_factor_challenges'),
    attempts: table('two_factor_attempts'),
    assurances: table('two_factor_assurances'),
    trustedDevices: table('two_factor_trusted_devices'),
    deadlines: table('two_factor_deadlines'),
    requiredEnrolments: table('two_factor_required_enrolments'),
    notices: table('two_factor_notices'),
    panicTokens: table('two_factor_panic_tokens'),
    resets: table('two_factor_resets'),
    events: table('two_factor_events'),
    keys: table('two_factor_keys'),
  };
}

/** The last name in a quoted one: the table's, without its schema. */
export function unquoted(table: string): string {
  return (/"((?:[^"]|"")*)"$/.exec(table)?.[1] ?? table).replaceAll('""', '"');
}

/** A name as PostgreSQL takes it for one, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
