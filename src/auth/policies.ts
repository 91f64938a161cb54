import type { TwoFactorPolicy } from 'nestjs-two-factor';
import type { Environment } from '../config/environment.js';
import type { Role } from '../users/role.js';

/** What this backend wants of everybody, as the environment says it. */
type Wanted = Pick<Environment, 'requiredFrom' | 'graceDays'>;

/**
 * What is required of an account with this role. The library takes the strictest of each field: an administrator is
 * neither given days nor asked once a month, whatever the others are.
 */
export function policiesOf(role: Role, { requiredFrom, graceDays }: Wanted): readonly TwoFactorPolicy[] {
  return [
    ...(requiredFrom === undefined
      ? []
      : [{ scope: 'everybody', required: true, graceDays, enforceFrom: requiredFrom }]),
    ...(role === 'user' ? [] : [{ scope: 'staff', required: true, graceDays: 0 }]),
    ...(role === 'admin'
      ? [{ scope: 'role:admin', required: true, graceDays: 0, trustedDeviceDays: 0 }]
      : []),
  ];
}
