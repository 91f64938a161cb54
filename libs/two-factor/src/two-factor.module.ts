import {
  type ConfigurableModuleAsyncOptions,
  ConfigurableModuleBuilder,
  type DynamicModule,
  Module,
  type Type,
} from '@nestjs/common';
import { AccountRepository } from './account/account.repository.js';
import { Freeze } from './account/freeze.js';
import { AssuranceRepository } from './assurance/assurance.repository.js';
import { AuthenticatorRepository } from './authenticators/authenticator.repository.js';
import { StepUpService } from './assurance/step-up.service.js';
import { ChallengeRepository } from './challenges/challenge.repository.js';
import { Argon2Pool } from './crypto/argon2-pool.js';
import { EnrolmentRepository } from './enrolment/enrolment.repository.js';
import { TwoFactorEvents } from './events/event-publisher.js';
import { SecurityEventRepository } from './events/security-event.repository.js';
import { BackupCodeRepository } from './factors/backup-codes/backup-code.repository.js';
import { BackupCodesFactor } from './factors/backup-codes/backup-codes.factor.js';
import { BackupCodesService } from './factors/backup-codes/backup-codes.service.js';
import { AllFactors } from './factors/all-factors.js';
import { DisableService } from './factors/disable.service.js';
import { RemoveAuthenticatorService } from './factors/remove-authenticator.service.js';
import { RenameAuthenticatorService } from './factors/rename-authenticator.service.js';
import { CeremonyRepository } from './factors/passkeys/ceremony.repository.js';
import { PasskeyOptions } from './factors/passkeys/passkey-options.js';
import { PasskeyRegistration } from './factors/passkeys/passkey-registration.js';
import { PasskeyRepository } from './factors/passkeys/passkey.repository.js';
import { PasskeysFactor } from './factors/passkeys/passkeys.factor.js';
import { RelyingPartyCheck } from './factors/passkeys/relying-party-check.js';
import { WebAuthn } from './factors/passkeys/webauthn.js';
import { TotpConfirmation } from './factors/totp/totp-confirmation.js';
import { TwoFactorImporter } from './factors/totp/totp-importer.js';
import { TotpSetup } from './factors/totp/totp-setup.js';
import { TotpFactor } from './factors/totp/totp.factor.js';
import { UserSecretRepository } from './factors/totp/user-secret.repository.js';
import { GuardedPlacesModule } from './http/guarded-places.js';
import { SignInRoutesModule } from './http/sign-in-route.js';
import { TrustDelivery } from './http/trust-delivery.js';
import { twoFactorToken } from './inject-two-factor.js';
import { KeyCheck } from './keys/key-check.js';
import { KeyRotation } from './keys/key-rotation.js';
import { NoticeRepository } from './notices/notice.repository.js';
import { TwoFactorNotices } from './notices/two-factor-notices.service.js';
import { DATABASE_ADAPTER, FACTORS, TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from './options/tokens.js';
import { type TwoFactorOptions, type TwoFactorSettings, settingsFrom } from './options/two-factor.options.js';
import { PanicTokenRepository } from './notices/panic-token.repository.js';
import { TwoFactorPanic } from './panic/panic.service.js';
import { PasswordChange } from './password/password-change.service.js';
import { PasswordReset } from './password/password-reset.service.js';
import { ErasureRepository } from './personal-data/erasure.repository.js';
import { TwoFactorPersonalData } from './personal-data/personal-data.service.js';
import { DeadlineRepository } from './policy/deadline.repository.js';
import { PolicyPreview } from './policy/policy-preview.js';
import { Policies } from './policy/policies.service.js';
import { TwoFactorEnrolment } from './required-enrolment/enrolment.service.js';
import { RequiredEnrolmentRepository } from './required-enrolment/required-enrolment.repository.js';
import { RequiredEnrolments } from './required-enrolment/required-enrolments.service.js';
import { SignInCompletion } from './sign-in/sign-in-completion.service.js';
import { RestoredBackup } from './restore/restored-backup.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { TwoFactorDatabase } from './sql/database.js';
import type { DatabaseAdapter, DatabaseProvider } from './sql/database-adapter.js';
import { tablesIn } from './sql/tables.js';
import { ResetRedemption } from './support/reset-redemption.service.js';
import { ResetRepository } from './support/reset.repository.js';
import { TwoFactorSupport } from './support/two-factor-support.service.js';
import { TrustedDeviceRepository } from './trusted-devices/trusted-device.repository.js';
import { TrustedDevices } from './trusted-devices/trusted-devices.service.js';
import { TwoFactorAuthenticators } from './two-factor-authenticators.service.js';
import { StatusService } from './status/status.service.js';
import { TwoFactorService } from './two-factor.service.js';
import { TwoFactorSessions } from './two-factor-sessions.service.js';
import { AttemptRepository } from './verification/attempt.repository.js';
import type { Factor } from './verification/factor.js';
import { Proofs } from './verification/proof.js';
import { Reauthentication } from './verification/re-authentication.js';
import { Settlement } from './verification/settlement.js';
import { Verification } from './verification/verification.js';

interface TwoFactorModuleExtras {
  /** Where the library's tables are: `typeOrm()`, `pgDatabase(…)`, `prismaDatabase(…)`, or how Nest comes by one of them. */
  readonly database: DatabaseAdapter | DatabaseProvider;
  /**
   * Tells this module from others in the same host. Its services are then injected by that name only, with
   * `InjectTwoFactor(name)`: by their class they would be those of whichever module came first.
   */
  readonly name?: string;
  /** Whether every module of the host can inject {@link TwoFactorService}. Default: false. */
  readonly isGlobal?: boolean;
}

/** What a host can inject. */
const SERVICES = [
  TwoFactorService,
  TwoFactorAuthenticators,
  TwoFactorSessions,
  TwoFactorImporter,
  KeyRotation,
  RestoredBackup,
  Argon2Pool,
  TrustedDevices,
  TrustDelivery,
  TwoFactorPersonalData,
  TwoFactorNotices,
  TwoFactorPanic,
  TwoFactorEnrolment,
  PolicyPreview,
  TwoFactorSupport,
] as const;

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<TwoFactorOptions>()
  .setClassMethodName('forRoot')
  .setExtras<Partial<TwoFactorModuleExtras>>(
    {},
    ({ imports = [], providers = [], ...definition }, { database, name, isGlobal = false }) => {
      const { imports: needed = [], exports: brought = [], inject = [], useFactory } = providerOf(database);
      return {
        ...definition,
        global: isGlobal,
        imports: [...imports, ...needed],
        providers: [
          ...providers,
          { provide: DATABASE_ADAPTER, inject, useFactory },
          ...(name === undefined ? [] : SERVICES.map((service) => named(service, name))),
        ],
        exports: [
          ...brought,
          ...(name === undefined ? SERVICES : SERVICES.map((service) => named(service, name).provide)),
        ],
      };
    },
  )
  .build();

/** What Nest makes, with the database in it: no part of what `useFactory` gives, for the module is put together before. */
const Configurable: {
  new (): object;
  forRoot(options: TwoFactorOptions & TwoFactorModuleExtras): DynamicModule;
  forRootAsync(
    options: ConfigurableModuleAsyncOptions<TwoFactorOptions> & TwoFactorModuleExtras,
  ): DynamicModule;
} = ConfigurableModuleClass;

/** The second factor of a host: import it with `forRoot` or `forRootAsync`, then inject {@link TwoFactorService}. */
@Module({
  imports: [SignInRoutesModule, GuardedPlacesModule],
  providers: [
    { provide: TWO_FACTOR_SETTINGS, useFactory: settingsFrom, inject: [MODULE_OPTIONS_TOKEN] },
    {
      provide: TwoFactorDatabase,
      useFactory: (adapter: DatabaseAdapter) => TwoFactorDatabase.open(adapter),
      inject: [DATABASE_ADAPTER],
    },
    { provide: TWO_FACTOR_TABLES, useFactory: tablesIn, inject: [DATABASE_ADAPTER] },
    {
      provide: FACTORS,
      useFactory: (
        { webauthn }: TwoFactorSettings,
        totp: TotpFactor,
        backupCodes: BackupCodesFactor,
        passkeys: PasskeysFactor,
      ): readonly Factor[] => [totp, backupCodes, ...(webauthn === undefined ? [] : [passkeys])],
      inject: [TWO_FACTOR_SETTINGS, TotpFactor, BackupCodesFactor, PasskeysFactor],
    },
    TwoFactorService,
    TwoFactorAuthenticators,
    TwoFactorSessions,
    SignInService,
    StepUpService,
    TotpSetup,
    TotpConfirmation,
    BackupCodesService,
    DisableService,
    PasswordChange,
    RemoveAuthenticatorService,
    RenameAuthenticatorService,
    PasswordReset,
    TrustedDevices,
    TrustDelivery,
    SignInCompletion,
    Policies,
    PolicyPreview,
    RequiredEnrolments,
    TwoFactorEnrolment,
    TotpFactor,
    BackupCodesFactor,
    PasskeysFactor,
    PasskeyOptions,
    PasskeyRegistration,
    WebAuthn,
    RelyingPartyCheck,
    Proofs,
    Verification,
    Settlement,
    Reauthentication,
    TwoFactorImporter,
    TwoFactorEvents,
    TwoFactorNotices,
    TwoFactorPanic,
    KeyCheck,
    KeyRotation,
    RestoredBackup,
    Argon2Pool,
    StatusService,
    AccountRepository,
    AuthenticatorRepository,
    EnrolmentRepository,
    UserSecretRepository,
    BackupCodeRepository,
    PasskeyRepository,
    CeremonyRepository,
    ChallengeRepository,
    AttemptRepository,
    AssuranceRepository,
    TrustedDeviceRepository,
    DeadlineRepository,
    RequiredEnrolmentRepository,
    SecurityEventRepository,
    ErasureRepository,
    TwoFactorPersonalData,
    NoticeRepository,
    Freeze,
    PanicTokenRepository,
    AllFactors,
    ResetRepository,
    ResetRedemption,
    TwoFactorSupport,
  ],
})
export class TwoFactorModule extends Configurable {}

/** @throws Error for a host in JavaScript that says none */
function providerOf(database: DatabaseAdapter | DatabaseProvider | undefined): DatabaseProvider {
  if (database === undefined) {
    throw new Error(
      `TwoFactorModule needs a database, beside its options: database: typeOrm(), from 'nestjs-two-factor/typeorm'`,
    );
  }
  return 'useFactory' in database ? database : { useFactory: () => database };
}

function named(service: Type, name: string): { provide: string; useExisting: Type } {
  return { provide: twoFactorToken(name, service), useExisting: service };
}
