export { ATTEMPT_BUDGET, type AttemptMethod, delaySecondsAfter } from './attempts/attempt-budget.js';
export type { RequestContext, SecurityEvent, SecurityEventType } from './audit/security-event.js';
export { Argon2Pool } from './backup-codes/argon2-pool.js';
export { parseBackupCode } from './backup-codes/backup-code.js';
export { type Clock, systemClock } from './clock.js';
export { BACKUP_CODE_RULE, type CodeInput, ONE_TIME_CODE_RULE } from './code-proof.js';
export { createRequireTwoFactor } from './controller/require-two-factor.js';
export { SignInRoute, type SignInRouteOptions } from './controller/sign-in-route.js';
export type { HostSession, TwoFactorCaller, TwoFactorHost } from './controller/two-factor-host.js';
export {
  type ShownSecurityEvent,
  type TwoFactorControllerOptions,
  type TwoFactorRoute,
  type TwoFactorRoutes,
  createTwoFactorController,
} from './controller/two-factor.controller.js';
export { InjectTwoFactor, twoFactorToken } from './inject-two-factor.js';
export { TWO_FACTOR_MIGRATIONS } from './migrations/index.js';
export { TwoFactorKeysError } from './sealing/key-guard.js';
export { KeyRotation, type KeyRotationReport, type KeyUsage } from './sealing/key-rotation.js';
export { type KeyMaterial, keyFaults } from './sealing/key-ring.js';
export type { KeyProvider, KeySource } from './sealing/key-source.js';
export { type NamedStatement, type Statement, runGuarded } from './statements/guarded-statement.js';
export { parseOneTimeCode } from './totp/one-time-code.js';
export {
  type FieldFault,
  TWO_FACTOR_ERRORS,
  type TwoFactorErrorCode,
  TwoFactorException,
} from './two-factor.errors.js';
export { TWO_FACTOR_EVENT } from './two-factor.events.js';
export type { TwoFactorLimits } from './two-factor.limits.js';
export { type ImportReport, type ImportedSecret, TwoFactorImporter } from './two-factor.importer.js';
export { TWO_FACTOR_ENTITIES, TwoFactorModule } from './two-factor.module.js';
export type { EventSink, TwoFactorOptions, TwoFactorUser } from './two-factor.options.js';
export { TwoFactorService } from './two-factor.service.js';
export type * from './two-factor.types.js';
