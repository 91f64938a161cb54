export { ATTEMPT_BUDGET, type AttemptMethod, delaySecondsAfter } from './verification/attempt-budget.js';
export type { RequestContext, SecurityEvent, SecurityEventType } from './events/security-event.js';
export { type Argon2Kind, Argon2Pool, type Argon2Room } from './crypto/argon2-pool.js';
export { parseBackupCode } from './factors/backup-codes/backup-code.js';
export { type Clock, systemClock } from './options/clock.js';
export { BACKUP_CODE_RULE, type CodeInput, ONE_TIME_CODE_RULE } from './verification/code-proof.js';
export { type RequireTwoFactorOptions, createRequireTwoFactor } from './http/require-two-factor.js';
export { SignInRoute, type SignInRouteOptions } from './http/sign-in-route.js';
export type { HostSession, TwoFactorCaller, TwoFactorHost } from './http/two-factor-host.js';
export {
  type ShownSecurityEvent,
  type TwoFactorControllerOptions,
  type TwoFactorRoute,
  type TwoFactorRoutes,
  createTwoFactorController,
} from './http/two-factor.controller.js';
export { InjectTwoFactor, twoFactorToken } from './inject-two-factor.js';
export { TWO_FACTOR_MIGRATIONS } from './migrations/index.js';
export { TwoFactorKeysError } from './keys/key-check.js';
export { KeyRotation, type KeyRotationReport, type KeyUsage } from './keys/key-rotation.js';
export { type KeyMaterial, keyFaults } from './crypto/key-ring.js';
export type { KeyProvider, KeySource } from './crypto/key-source.js';
export { type NamedStatement, type Statement, runGuarded } from './sql/one-statement.js';
export { parseOneTimeCode } from './factors/totp/one-time-code.js';
export {
  type FieldFault,
  TWO_FACTOR_ERRORS,
  type TwoFactorErrorCode,
  TwoFactorException,
} from './errors/two-factor.errors.js';
export { TwoFactorHostError } from './errors/two-factor-host.error.js';
export { TWO_FACTOR_EVENT } from './events/event-publisher.js';
export type { TwoFactorLimits } from './options/limits.js';
export {
  type ImportRefusal,
  type ImportReport,
  type ImportedSecret,
  type RefusedImport,
  TwoFactorImportError,
  TwoFactorImporter,
} from './factors/totp/totp-importer.js';
export { TWO_FACTOR_ENTITIES, TwoFactorModule } from './two-factor.module.js';
export type { EventSink, TwoFactorOptions, TwoFactorUser } from './options/two-factor.options.js';
export { TwoFactorService } from './two-factor.service.js';
export type * from './two-factor.types.js';
