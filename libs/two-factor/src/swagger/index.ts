// For hosts that document themselves with @nestjs/swagger. Nothing else of the library imports it.
export { authenticatorsApi } from './authenticators-api.js';
export { enrolmentApi } from './enrolment-api.js';
export { apiErrors } from './errors.js';
export type { ApiOptions, ApiSchemaObject, OperationTexts } from './operation.js';
export { passkeysApi } from './passkeys-api.js';
export { panicApi } from './panic-api.js';
export { stepUpApi } from './step-up-api.js';
export { trustedDevicesApi } from './trusted-devices-api.js';
export { twoFactorApi } from './two-factor-api.js';
