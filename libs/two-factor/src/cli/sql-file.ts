import { schemaNames } from '../sql/schema-names.js';
import { createSchema } from '../sql/schema.js';
import type { TablePlace } from '../sql/tables.js';

/** The tables as a migration in SQL, for whichever tool runs such files. */
export function sqlFile(place: TablePlace): string {
  return `${createSchema(schemaNames(place)).join(';\n\n')};\n`;
}
