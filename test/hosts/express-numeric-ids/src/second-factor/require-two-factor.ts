import { createRequireTwoFactor } from 'nestjs-two-factor';
import type { SignedInRequest } from '../auth/jwt.guard';

export const RequireTwoFactor = createRequireTwoFactor<SignedInRequest>(
  ({ currentUser }) => currentUser.session.hasSecondFactor,
);
