export type { RequestContext, SecurityEvent, SecurityEventType } from './events/security-event.js';
export { type Argon2Kind, Argon2Pool, type Argon2Room } from './crypto/argon2-pool.js';
export { type Clock, systemClock } from './options/clock.js';
export { type RequireTwoFactorOptions, createRequireTwoFactor } from './http/require-two-factor.js';
export type { ProofInput } from './verification/proof-input.js';
export { SignInRoute, type SignInRouteOptions } from './http/sign-in-route.js';
export type { HostSession, TwoFactorCaller, TwoFactorHost } from './http/two-factor-host.js';
export {
  type ShownSecurityEvent,
  type TwoFactorControllerOptions,
  type TwoFactorRoutes,
  createTwoFactorController,
} from './http/controllers/two-factor.controller.js';
export {
  type StepUpControllerOptions,
  type StepUpRoutes,
  createStepUpController,
} from './http/controllers/step-up.controller.js';
export {
  type PanicControllerOptions,
  type PanicRoutes,
  createPanicController,
} from './http/controllers/panic.controller.js';
export { PANIC_SCHEMAS, type PanicRoute } from './http/schemas/panic.schemas.js';
export { type PanicRequest, TwoFactorPanic } from './panic/panic.service.js';
export {
  type EnrolmentControllerOptions,
  type EnrolmentHost,
  type EnrolmentRoutes,
  createEnrolmentController,
} from './http/controllers/enrolment.controller.js';
export { ENROLMENT_SCHEMAS, type EnrolmentRoute } from './http/schemas/enrolment.schemas.js';
export { STEP_UP_SCHEMAS, type StepUpRoute } from './http/schemas/step-up.schemas.js';
export {
  type ShownTrustedDevices,
  type TrustedDevicesControllerOptions,
  type TrustedDevicesRoutes,
  createTrustedDevicesController,
} from './http/controllers/trusted-devices.controller.js';
export { TRUSTED_DEVICES_SCHEMAS, type TrustedDevicesRoute } from './http/schemas/trusted-devices.schemas.js';
export { type TrustAnswer, TrustDelivery } from './http/trust-delivery.js';
export { TWO_FACTOR_SCHEMAS, type TwoFactorRoute } from './http/schemas/two-factor.schemas.js';
export {
  type AuthenticatorRoutes,
  type AuthenticatorsControllerOptions,
  createAuthenticatorsController,
} from './http/controllers/authenticators.controller.js';
export { AUTHENTICATORS_SCHEMAS, type AuthenticatorRoute } from './http/schemas/authenticators.schemas.js';
export {
  type PasskeysControllerOptions,
  type PasskeysRoutes,
  createPasskeysController,
} from './http/controllers/passkeys.controller.js';
export { PASSKEYS_SCHEMAS, type PasskeysRoute } from './http/schemas/passkeys.schemas.js';
export { InjectTwoFactor, twoFactorToken } from './inject-two-factor.js';
export { TwoFactorKeysError } from './keys/key-check.js';
export { KeyRotation, type KeyRotationReport, type KeyUsage } from './keys/key-rotation.js';
export { type KeyMaterial, keyFaults } from './crypto/key-ring.js';
export type { KeyProvider, KeySource } from './crypto/key-source.js';
export type { SqlRunner, Statement } from './sql/one-statement.js';
export type {
  DatabaseAdapter,
  DatabaseProvider,
  StatementFailure,
  TwoFactorTransaction,
} from './sql/database-adapter.js';
export { NoConnectionError } from './sql/no-connection.js';
export type { InSameCommit } from './sql/in-same-commit.js';
export {
  type ErrorDetail,
  type FieldFault,
  type PolicyReason,
  type ReauthenticationMethod,
  type ReauthenticationNeed,
  type StepUpDemand,
  TWO_FACTOR_ERRORS,
  type TwoFactorErrorCode,
  TwoFactorException,
} from './errors/two-factor.errors.js';
export type { Authenticator } from './authenticators/authenticator.js';
export { TwoFactorHostError } from './errors/two-factor-host.error.js';
export { TWO_FACTOR_EVENT } from './events/event-publisher.js';
export type { TwoFactorLimits } from './options/limits.js';
export {
  type ImportRefusal,
  type ImportReport,
  type RefusedImport,
  TwoFactorImportError,
} from './factors/totp/totp-import-report.js';
export { type ImportedSecret, TwoFactorImporter } from './factors/totp/totp-importer.js';
export { RestoredBackup, type RestoredBackupReport } from './restore/restored-backup.js';
export type { TrustedDevicesOption } from './options/trusted-devices.js';
export { type DeviceTrust, TrustedDevices } from './trusted-devices/trusted-devices.service.js';
export type { ShownTrust } from './trusted-devices/trusted-device.repository.js';
export {
  type ErasureRequest,
  type TwoFactorExport,
  TwoFactorPersonalData,
} from './personal-data/personal-data.service.js';
export { NOTICE_TYPES, type Notice, type NoticeSink, type NoticeType } from './options/notice-sink.js';
export type { NoticeCounts } from './notices/notice.repository.js';
export { TwoFactorNotices } from './notices/two-factor-notices.service.js';
export type { SupportOption } from './options/support.js';
export type { OpenedRecovery, RedemptionRequest } from './support/reset-redemption.service.js';
export type { ResetOutcome, ResetState, ShownReset } from './support/reset.js';
export {
  type ApprovedReset,
  type ResetAction,
  type ResetRequest,
  type SupportAction,
  type SupportView,
  TwoFactorSupport,
} from './support/two-factor-support.service.js';
export { TwoFactorModule } from './two-factor.module.js';
export type { EventSink, TwoFactorOptions, TwoFactorUser } from './options/two-factor.options.js';
export { TwoFactorAuthenticators } from './two-factor-authenticators.service.js';
export { TwoFactorService } from './two-factor.service.js';
export { TwoFactorSessions } from './two-factor-sessions.service.js';
export type { TwoFactorStatus } from './status/status.js';
export type { MethodLock } from './options/method-lock.js';
export type {
  AnsweredChallenge,
  BegunSignIn,
  ChallengeAnswer,
  OpenedChallenge,
  SignInDecision,
  SignInOutcome,
  StoppedSignIn,
} from './sign-in/sign-in-decision.js';
export type { PolicyOf, TwoFactorPolicy } from './options/policy.js';
export {
  type ConsideredPolicy,
  PolicyPreview,
  type PolicySummary,
  type PreviewedFate,
  type PreviewedUser,
  type PreviewedUsers,
} from './policy/policy-preview.js';
export type { DueEnrolment } from './policy/policies.service.js';
export {
  type EnrolmentConfirmation,
  type EnrolmentPasskeyRequest,
  type EnrolmentRegistration,
  type EnrolmentSetupRequest,
  TwoFactorEnrolment,
} from './required-enrolment/enrolment.service.js';
export type { OpenedEnrolment } from './required-enrolment/required-enrolments.service.js';
export type {
  PasskeyCreation,
  PasskeyCreationRequest,
  PasskeyRequest,
} from './factors/passkeys/passkey-options.js';
export type {
  PasskeyRegistrationRequest,
  RegisteredPasskey,
} from './factors/passkeys/passkey-registration.js';
export type { PasskeyCreationOptions, PasskeyRequestOptions } from './factors/passkeys/public-key-options.js';
export { type WebAuthnOptions, webAuthnFaults } from './options/webauthn-options.js';
export type { TwoFactorDemand } from './assurance/assurance-demand.js';
export type { PassedFactor } from './assurance/assurance.repository.js';
export type { StepUpRequest, SteppedUp, UserSession } from './assurance/step-up.service.js';
export type { ConfirmationRequest, TwoFactorEnabled } from './factors/totp/totp-confirmation.js';
export type { SetupRequest, TwoFactorSetup } from './factors/totp/totp-setup.js';
export type { PasswordChangeRequest } from './password/password-change.service.js';
export type { AuthenticatorMethod, FactorMethod } from './options/factor-method.js';
export type { SessionName } from './options/ids.js';
export type { RemovalRequest } from './factors/remove-authenticator.service.js';
export type { RenameRequest } from './factors/rename-authenticator.service.js';
export type { MaxAge } from './options/max-age.js';
export type { SignIn } from './verification/re-authentication.js';
export type { FactorChange, UseCase } from './verification/use-case.js';
