import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TablePlace } from '../sql/tables.js';
import { prismaModels } from './prisma-models.js';
import { sqlFile } from './sql-file.js';

/** What the command is asked for. */
export interface Addition extends TablePlace {
  /** Where the tool's files are: `prisma`, `migrations`. */
  readonly folder?: string | undefined;
  /** Names the migration, so that it is after those before. */
  readonly at: Date;
}

/** Writes a migration in SQL. @returns the files written */
export function addSql({ folder = 'migrations', at, ...place }: Addition): readonly string[] {
  const path = join(folder, `${stamp(at)}_two_factor.sql`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, sqlFile(place), { flag: 'wx' });
  return [path];
}

/**
 * Writes a migration of Prisma's, and the models of its tables: into a folder `schema`, or to the end of `schema.prisma`.
 *
 * @returns the files written
 * @throws Error when there is no schema, or the models are in it; then nothing is written
 */
export function addPrisma({ folder = 'prisma', at, ...place }: Addition): readonly string[] {
  const models = `// The tables of nestjs-two-factor. Prisma leaves them alone.\n${prismaModels(place)}`;
  const schemaFolder = join(folder, 'schema');
  const schemaFile = join(folder, 'schema.prisma');
  const isFolder = existsSync(schemaFolder) && statSync(schemaFolder).isDirectory();
  const path = isFolder ? join(schemaFolder, 'two-factor.prisma') : schemaFile;
  if (!isFolder && !existsSync(path)) {
    throw new Error(`There is no ${schemaFile} and no folder ${schemaFolder}: name the folder they are in`);
  }
  if (existsSync(path) && /^model \w*two_factor_accounts /m.test(readFileSync(path, 'utf8'))) {
    throw new Error(`${path} has the tables already`);
  }
  const migration = join(folder, 'migrations', `${stamp(at)}_two_factor`);
  mkdirSync(migration, { recursive: true });
  writeFileSync(join(migration, 'migration.sql'), sqlFile(place), { flag: 'wx' });
  appendFileSync(path, isFolder ? models : `\n${models}`);
  return [join(migration, 'migration.sql'), path];
}

/** `20261129203000`, as Prisma and most others name migrations. */
function stamp(at: Date): string {
  return at.toISOString().replaceAll(/\D/g, '').slice(0, 14);
}
