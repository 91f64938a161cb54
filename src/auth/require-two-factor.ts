import { createRequireTwoFactor } from 'nestjs-two-factor';
import { BackendTwoFactorHost } from './two-factor.host.js';

/** For routes that want a second factor. {@link JwtAuthGuard} is global, and has put the caller on the request. */
export const RequireTwoFactor = createRequireTwoFactor({ host: BackendTwoFactorHost, guards: [] });
