import { ConfigurableModuleBuilder, Module, type Type } from '@nestjs/common';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AccountRepository } from './account/account.repository.js';
import { AssuranceRepository } from './assurance/assurance.repository.js';
import { ChallengeRepository } from './challenges/challenge.repository.js';
import { Argon2Pool } from './crypto/argon2-pool.js';
import { EnrolmentRepository } from './enrolment/enrolment.repository.js';
import { TwoFactorEvents } from './events/event-publisher.js';
import { SecurityEventRepository } from './events/security-event.repository.js';
import { BackupCodeRepository } from './factors/backup-codes/backup-code.repository.js';
import { BackupCodesFactor } from './factors/backup-codes/backup-codes.factor.js';
import { BackupCodesService } from './factors/backup-codes/backup-codes.service.js';
import { DisableService } from './factors/disable.service.js';
import { TotpConfirmation } from './factors/totp/totp-confirmation.js';
import { TwoFactorImporter } from './factors/totp/totp-importer.js';
import { TotpSetup } from './factors/totp/totp-setup.js';
import { TotpFactor } from './factors/totp/totp.factor.js';
import { UserSecretRepository } from './factors/totp/user-secret.repository.js';
import { SignInRoutesModule } from './http/sign-in-route.js';
import { twoFactorToken } from './inject-two-factor.js';
import { KeyCheck } from './keys/key-check.js';
import { KeyRotation } from './keys/key-rotation.js';
import { FACTORS, TWO_FACTOR_DATA_SOURCE, TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from './options/tokens.js';
import { type TwoFactorOptions, settingsFrom } from './options/two-factor.options.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { TwoFactorDatabase } from './sql/database.js';
import type { TwoFactorTables } from './sql/tables.js';
import { requireEntities } from './start/entities-check.js';
import { TWO_FACTOR_ENTITIES, tablesFrom } from './two-factor.entities.js';
import { TwoFactorService } from './two-factor.service.js';
import { AttemptRepository } from './verification/attempt.repository.js';
import type { Factor } from './verification/factor.js';
import { Proofs } from './verification/proof.js';
import { Reauthentication } from './verification/re-authentication.js';
import { Settlement } from './verification/settlement.js';
import { Verification } from './verification/verification.js';

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
    {
      provide: TWO_FACTOR_TABLES,
      useFactory: (dataSource: DataSource): TwoFactorTables => {
        requireEntities(dataSource, TWO_FACTOR_ENTITIES);
        return tablesFrom((entity) => dataSource.getMetadata(entity));
      },
      inject: [TWO_FACTOR_DATA_SOURCE],
    },
    {
      provide: FACTORS,
      useFactory: (...factors: Factor[]): readonly Factor[] => factors,
      inject: [TotpFactor, BackupCodesFactor],
    },
    TwoFactorService,
    SignInService,
    TotpSetup,
    TotpConfirmation,
    BackupCodesService,
    DisableService,
    TotpFactor,
    BackupCodesFactor,
    Proofs,
    Verification,
    Settlement,
    Reauthentication,
    TwoFactorImporter,
    TwoFactorEvents,
    KeyCheck,
    KeyRotation,
    Argon2Pool,
    AccountRepository,
    EnrolmentRepository,
    UserSecretRepository,
    BackupCodeRepository,
    ChallengeRepository,
    AttemptRepository,
    AssuranceRepository,
    SecurityEventRepository,
  ],
})
export class TwoFactorModule extends ConfigurableModuleClass {}

function named(service: Type, name: string): { provide: string; useExisting: Type } {
  return { provide: twoFactorToken(name, service), useExisting: service };
}
