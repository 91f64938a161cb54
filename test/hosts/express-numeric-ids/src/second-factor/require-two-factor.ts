import { createRequireTwoFactor } from 'nestjs-two-factor';
import { JwtGuard, type SignedInRequest } from '../auth/jwt.guard';

export const RequireTwoFactor = createRequireTwoFactor<SignedInRequest>(
  ({ currentUser }) => currentUser.session.hasSecondFactor,
  { guards: [JwtGuard] },
);
