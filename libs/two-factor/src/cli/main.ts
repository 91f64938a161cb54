#!/usr/bin/env node
// The command of the package: npx nestjs-two-factor add prisma|sql
import { parseArgs } from 'node:util';
import { addPrisma, addSql } from './add.js';

const USAGE = `Usage: nestjs-two-factor add prisma|sql [folder] [--schema name] [--prefix text]

Writes a migration that makes the tables, and for Prisma the models that keep it from dropping them.
TypeORM needs none of it: TWO_FACTOR_MIGRATIONS are the same.`;

const TOOLS = new Map([
  ['prisma', addPrisma],
  ['sql', addSql],
]);

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { schema: { type: 'string' }, prefix: { type: 'string' } },
  });
  const [command, tool = '', folder] = positionals;
  const add = TOOLS.get(tool);
  if (command !== 'add' || add === undefined) {
    throw new Error(USAGE);
  }
  for (const path of add({ folder, at: new Date(), ...values })) {
    console.log(`wrote ${path}`);
  }
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
