import type { Setup } from '../src/api/contract.js';

/** What the server answers, wherever it does not matter what exactly. */
export const AT = '2026-11-24T12:00:00.000Z';

export const TOKENS = {
  accessToken: 'an access token',
  refreshToken: 'a refresh token',
  tokenType: 'Bearer',
  expiresIn: 900,
} as const;

export const CODES = Array.from({ length: 10 }, (_, index) => `0000${index}-00000-00000`);

export const SETUP: Setup = {
  secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  qrCodeUri: 'data:image/png;base64,',
  otpauthUri: 'otpauth://totp/Acme:ann%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  backupCodes: CODES,
  expiresAt: AT,
};
