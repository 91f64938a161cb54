import { ConfigurableModuleBuilder, Module, type Type } from '@nestjs/common';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AttemptGate } from './verification/attempt-gate.js';
import { TwoFactorAttemptRecord } from './verification/attempt-record.entity.js';
import { AttemptRepository } from './verification/attempt.repository.js';
import { TwoFactorEventRecord } from './events/security-event.entity.js';
import { SecurityEventRepository } from './events/security-event.repository.js';
import { Argon2Pool } from './crypto/argon2-pool.js';
import { BackupCode } from './factors/backup-codes/backup-code.entity.js';
import { BackupCodeRepository } from './factors/backup-codes/backup-code.repository.js';
import { TwoFactorChallenge } from './challenges/challenge.entity.js';
import { ChallengeRepository } from './challenges/challenge.repository.js';
import { CodeChecker } from './verification/code-checker.js';
import { CodeUse } from './verification/code-use.js';
import { RecentSignIn } from './verification/re-authentication.js';
import { TwoFactorKeyCanary } from './keys/key-canary.entity.js';
import { KeyGuard } from './keys/key-check.js';
import { KeyRotation } from './keys/key-rotation.js';
import { SignInRoutesModule } from './http/sign-in-route.js';
import { TwoFactorDatabase } from './sql/database.js';
import { twoFactorToken } from './inject-two-factor.js';
import { TwoFactorImporter } from './factors/totp/totp-importer.js';
import { TwoFactorEvents } from './events/event-publisher.js';
import { type TwoFactorOptions, settingsFrom } from './options/two-factor.options.js';
import { TwoFactorService } from './two-factor.service.js';
import { TWO_FACTOR_DATA_SOURCE, TWO_FACTOR_SETTINGS } from './options/tokens.js';
import { UserSecret } from './factors/totp/user-secret.entity.js';
import { UserSecretRepository } from './factors/totp/user-secret.repository.js';

/** The library's tables, for the `entities` of the host's DataSource. */
export const TWO_FACTOR_ENTITIES = [
  UserSecret,
  BackupCode,
  TwoFactorChallenge,
  TwoFactorAttemptRecord,
  TwoFactorEventRecord,
  TwoFactorKeyCanary,
] as const;

interface TwoFactorModuleExtras {
  /** The name of the host's DataSource that holds the library's tables. Default: the unnamed one. */
  readonly dataSource?: string;
  /**
   * Tells this module from others in the same host. Its services are then injected by that name only, with
   * `InjectTwoFactor(name)`: by their class they would be those of whichever module came first.
   */
  readonly name?: string;
  /** Whether every module of the host can inject {@link TwoFactorService}. Default: false. */
  readonly isGlobal?: boolean;
}

/** What a host can inject. */
const SERVICES = [TwoFactorService, TwoFactorImporter, KeyRotation, Argon2Pool] as const;

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<TwoFactorOptions>()
  .setClassMethodName('forRoot')
  .setExtras<TwoFactorModuleExtras>(
    {},
    ({ imports = [], providers = [], ...definition }, { dataSource, name, isGlobal = false }) => ({
      ...definition,
      global: isGlobal,
      imports: [...imports, TypeOrmModule.forFeature([...TWO_FACTOR_ENTITIES], dataSource)],
      providers: [
        ...providers,
        { provide: TWO_FACTOR_DATA_SOURCE, useExisting: getDataSourceToken(dataSource) },
        ...(name === undefined ? [] : SERVICES.map((service) => named(service, name))),
      ],
      exports: name === undefined ? [...SERVICES] : SERVICES.map((service) => named(service, name).provide),
    }),
  )
  .build();

/** The second factor of a host: import it with `forRoot` or `forRootAsync`, then inject {@link TwoFactorService}. */
@Module({
  imports: [SignInRoutesModule],
  providers: [
    { provide: TWO_FACTOR_SETTINGS, useFactory: settingsFrom, inject: [MODULE_OPTIONS_TOKEN] },
    {
      provide: TwoFactorDatabase,
      useFactory: (host: DataSource) => TwoFactorDatabase.open(host),
      inject: [TWO_FACTOR_DATA_SOURCE],
    },
    TwoFactorService,
    TwoFactorImporter,
    TwoFactorEvents,
    CodeChecker,
    CodeUse,
    RecentSignIn,
    KeyGuard,
    KeyRotation,
    Argon2Pool,
    AttemptGate,
    AttemptRepository,
    UserSecretRepository,
    BackupCodeRepository,
    ChallengeRepository,
    SecurityEventRepository,
  ],
})
export class TwoFactorModule extends ConfigurableModuleClass {}

function named(service: Type, name: string): { provide: string; useExisting: Type } {
  return { provide: twoFactorToken(name, service), useExisting: service };
}
