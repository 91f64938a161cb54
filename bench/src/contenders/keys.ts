import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../../libs/two-factor/src/crypto/key-ring.js';

/** The secrets of one run, drawn anew. */
const key = randomBytes(32);
export const pepper = randomBytes(32);
export const PEPPER_ID = 'p1';
export const keyRing = new KeyRing([{ id: 'k1', key }]);
export const jwtSecret = randomBytes(48).toString('base64url');

/** As ours and the floor take them. */
export const secretVariables = {
  JWT_ACCESS_SECRET: jwtSecret,
  TWO_FACTOR_KEYS: `k1:${key.toString('base64')}`,
  TWO_FACTOR_PEPPERS: `${PEPPER_ID}:${pepper.toString('base64')}`,
} as const;
