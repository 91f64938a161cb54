import { createRequireTwoFactor } from 'nestjs-two-factor';
import { JwtGuard } from '../auth/jwt.guard';
import { SecondFactorHost } from './second-factor.host';

export const RequireTwoFactor = createRequireTwoFactor({ host: SecondFactorHost, guards: [JwtGuard] });
