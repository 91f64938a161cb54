import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  TwoFactorAuthenticators,
  TwoFactorModule,
  type TwoFactorOptions,
  TwoFactorService,
  TwoFactorSessions,
} from 'nestjs-two-factor';
import { FixedClock } from 'nestjs-two-factor/testing';
import { TWO_FACTOR_ENTITIES, typeOrm } from 'nestjs-two-factor/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { TEST_SECRETS } from './app.js';
import type { TestDatabase } from './database.js';

/** The library in an application that is nothing but a DataSource. */
export interface Host {
  readonly app: INestApplicationContext;
  readonly twoFactor: TwoFactorService;
  readonly authenticators: TwoFactorAuthenticators;
  readonly sessions: TwoFactorSessions;
  readonly dataSource: DataSource;
  readonly clock: FixedClock;
}

/**
 * @param changed what its DataSource has otherwise
 * @param dataSourceFactory what a host does with its DataSource before it is opened
 */
export async function startHost(
  database: TestDatabase,
  {
    changed = {},
    options: moreOptions = {},
    onWarning = () => {},
    dataSourceFactory = async (options) => new DataSource(options),
  }: {
    readonly changed?: object;
    /** Of the module, beside or in place of what it needs. */
    readonly options?: Partial<TwoFactorOptions>;
    /** Takes what the start warns of. */
    readonly onWarning?: (message: unknown) => void;
    readonly dataSourceFactory?: (options: DataSourceOptions) => Promise<DataSource>;
  } = {},
): Promise<Host> {
  const clock = new FixedClock();
  const options: DataSourceOptions = {
    type: 'postgres',
    ...database.connection,
    entities: [...TWO_FACTOR_ENTITIES],
    ...changed,
  };
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRootAsync({
        useFactory: () => ({ ...options, retryAttempts: 0 }),
        dataSourceFactory: () => dataSourceFactory(options),
      }),
      TwoFactorModule.forRoot({
        database: typeOrm(),
        issuer: 'Acme',
        keys: TEST_SECRETS.TWO_FACTOR_KEYS,
        peppers: TEST_SECRETS.TWO_FACTOR_PEPPERS,
        clock,
        ...moreOptions,
      }),
    ],
  })
    // A start that is meant to fail leaves a connection behind, whose end would be logged.
    .setLogger({ log: () => {}, warn: onWarning, error: () => {} })
    .compile();
  const app = await module.init();
  return {
    app,
    twoFactor: app.get(TwoFactorService),
    authenticators: app.get(TwoFactorAuthenticators),
    sessions: app.get(TwoFactorSessions),
    dataSource: app.get(DataSource),
    clock,
  };
}
