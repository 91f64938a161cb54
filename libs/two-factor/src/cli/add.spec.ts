import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addPrisma, addSql } from './add.js';
import { prismaModels } from './prisma-models.js';

const AT = new Date('2026-11-29T20:30:00Z');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'add-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const filesBelow = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

describe('add sql', () => {
  it('writes one migration, named so that it comes after those before', () => {
    const written = addSql({ folder, at: AT });

    expect(written).toEqual([join(folder, '20261129203000_two_factor.sql')]);
    const text = readFileSync(written[0]!, 'utf8');
    expect(text).toMatch(/^CREATE TABLE "two_factor_accounts" \(\n {2}user_id text PRIMARY KEY,\n/);
    expect(text).toMatch(/^CREATE TRIGGER append_only /m);
    expect(text.endsWith(');\n')).toBe(true);
  });

  it('gives the tables the schema and prefix that it is told', () => {
    const [path = ''] = addSql({ folder, at: AT, schema: 'auth', prefix: 'app_' });

    const text = readFileSync(path, 'utf8');
    expect(text).toContain('CREATE TABLE "auth"."app_two_factor_accounts"');
    expect(text.match(/"two_factor_/g)).toBeNull();
  });
});

describe('add prisma', () => {
  it('writes a migration, and the models to the end of the schema', () => {
    writeFileSync(join(folder, 'schema.prisma'), 'model User {\n  id Int @id\n}\n');

    addPrisma({ folder, at: AT });

    expect(filesBelow()).toEqual(['migrations/20261129203000_two_factor/migration.sql', 'schema.prisma']);
    const schema = readFileSync(join(folder, 'schema.prisma'), 'utf8');
    expect(schema).toMatch(/^model User \{\n {2}id Int @id\n\}\n\n\/\/ The tables of nestjs-two-factor/);
    expect(schema.match(/@@ignore/g)).toHaveLength(schema.match(/^model two_factor_/gm)!.length);
  });

  it('writes the models into a file of their own where the schema is a folder', () => {
    mkdirSync(join(folder, 'schema'));

    addPrisma({ folder, at: AT });

    expect(filesBelow()).toEqual([
      'migrations/20261129203000_two_factor/migration.sql',
      'schema/two-factor.prisma',
    ]);
  });

  it.each([
    ['there is no schema', '', 'There is no'],
    ['the models are in it', 'model two_factor_accounts {\n}\n', 'has the tables already'],
  ])('writes nothing when %s', (_, schema, refusal) => {
    if (schema !== '') {
      writeFileSync(join(folder, 'schema.prisma'), schema);
    }
    const before = filesBelow();

    expect(() => addPrisma({ folder, at: AT })).toThrow(refusal);

    expect(filesBelow()).toEqual(before);
  });

  it('says in which schema the tables are, where it is told one', () => {
    expect(prismaModels({ schema: 'auth' }).match(/@@schema\("auth"\)/g)).toHaveLength(
      prismaModels({}).match(/^model /gm)!.length,
    );
  });
});
