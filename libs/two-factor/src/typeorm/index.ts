export { BackupCode } from '../factors/backup-codes/backup-code.entity.js';
export { UserSecret } from '../factors/totp/user-secret.entity.js';
export { TWO_FACTOR_MIGRATIONS } from './migrations/index.js';
export { TWO_FACTOR_ENTITIES } from './two-factor.entities.js';
export { typeOrm } from './typeorm.js';
