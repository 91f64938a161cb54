import { schemaNames } from '../sql/schema-names.js';
import { createSchema } from '../sql/schema.js';
import { type TablePlace, unquoted } from '../sql/tables.js';

/** Prisma's type of each of PostgreSQL's that the tables have. */
const TYPES: Readonly<Record<string, string>> = {
  bigint: 'BigInt',
  boolean: 'Boolean',
  bytea: 'Bytes',
  integer: 'Int',
  jsonb: 'Json',
  smallint: 'Int @db.SmallInt',
  text: 'String',
  timestamptz: 'DateTime @db.Timestamptz(6)',
  uuid: 'String @db.Uuid',
};

/** `"schema"."table" (`, a column or a constraint a line, `)`. */
const TABLE = /^CREATE TABLE ("[^(]+") \(\n([\s\S]*)\n\)$/;
const COLUMN =
  /^(\w+) (\w+)(\[\])?( NOT NULL)?( PRIMARY KEY)?(?: DEFAULT (\S+))?( GENERATED ALWAYS AS IDENTITY)?$/;
const KEY = /^PRIMARY KEY \(([\w, ]+)\)$/;
/** An index of all rows. Prisma knows none of some rows only, and leaves those alone. */
const INDEX = /^CREATE INDEX "([^"]+)" ON ("[^(]+") \(([\w, ]+)\)$/;
const UNIQUE = /^CONSTRAINT "([^"]+)" UNIQUE \(([\w, ]+)\)$/;

/** Prisma neither has them nor looks for them. What goes on from the line before is indented further. */
const CHECK = /^ {2}CONSTRAINT \S+ CHECK |^ {4}/;

/**
 * The tables as models that Prisma leaves alone (`@@ignore`): without them `prisma migrate dev` takes the tables for a drift,
 * and offers to drop them. They are no part of the client.
 *
 * @throws Error for SQL that they cannot be made of, so that no column is forgotten
 */
export function prismaModels(place: TablePlace): string {
  const statements = createSchema(schemaNames(place));
  const models = statements.flatMap((sql) => {
    const [, name, body = ''] = TABLE.exec(sql) ?? [];
    return name === undefined
      ? []
      : [modelOf(name, [...linesOf(body), ...indexesOn(name, statements)], place)];
  });
  return models.join('\n');
}

function modelOf(name: string, lines: readonly string[], { schema }: TablePlace): string {
  const placed = schema === undefined ? [] : [`@@schema("${schema}")`];
  const written = [...lines, '@@ignore', ...placed].map((line) => `  ${line}\n`);
  return `model ${unquoted(name)} {\n${written.join('')}}\n`;
}

function linesOf(body: string): string[] {
  const lines = body.split('\n').filter((line) => !CHECK.test(line));
  return lines.map((line) => lineOf(line.trim().replace(/,$/, '')));
}

function indexesOn(name: string, statements: readonly string[]): string[] {
  return statements.flatMap((sql) => {
    const [, index, table, columns] = INDEX.exec(sql) ?? [];
    return table === name ? [`@@index([${columns}], map: "${index}")`] : [];
  });
}

function lineOf(sql: string): string {
  const [, key] = KEY.exec(sql) ?? [];
  if (key !== undefined) {
    return `@@id([${key}])`;
  }
  const [, constraint, columns] = UNIQUE.exec(sql) ?? [];
  if (constraint !== undefined) {
    return `@@unique([${columns}], map: "${constraint}")`;
  }
  const [, name = '', type = '', list, isRequired, isKey, value, isIdentity] = COLUMN.exec(sql) ?? [];
  const [base, ...native] = TYPES[type]?.split(' ') ?? [];
  if (base === undefined) {
    throw new Error(`There is no Prisma for this: ${sql}`);
  }
  const isOptional =
    list === undefined && isRequired === undefined && isKey === undefined && isIdentity === undefined;
  const attributes = [
    ...(isKey === undefined ? [] : ['@id']),
    ...(value === undefined ? [] : [`@default(${value})`]),
    ...(isIdentity === undefined ? [] : ['@default(autoincrement())']),
    ...native,
  ];
  return [name, `${base}${list ?? ''}${isOptional ? '?' : ''}`, ...attributes].join(' ');
}
