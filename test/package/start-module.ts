import 'reflect-metadata';
import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TWO_FACTOR_ENTITIES, typeOrm } from 'nestjs-two-factor/typeorm';
import { TEST_SECRETS } from '../support/app.js';
import type { TestDatabase } from '../support/database.js';

export type Imports = NonNullable<ModuleMetadata['imports']>;

/** The library in a host that has nothing else: modules of the library's, on one DataSource. */
export async function startModule(
  { connection }: TestDatabase,
  ...imports: Imports
): Promise<INestApplicationContext> {
  const database = { type: 'postgres', ...connection, retryAttempts: 0 } as const;
  const module = await Test.createTestingModule({
    imports: [TypeOrmModule.forRoot({ ...database, entities: [...TWO_FACTOR_ENTITIES] }), ...imports],
  })
    // A start that is meant to fail leaves a connection behind, whose end would be logged.
    .setLogger({ log: () => {}, warn: () => {}, error: () => {} })
    .compile();
  return module.init();
}

export const ANN = { id: '1', label: 'ann@example.com' };

/** The options of the module that say nothing of interest. */
export const PLAIN = {
  database: typeOrm(),
  issuer: 'Acme',
  keys: TEST_SECRETS.TWO_FACTOR_KEYS,
  peppers: TEST_SECRETS.TWO_FACTOR_PEPPERS,
} as const;
