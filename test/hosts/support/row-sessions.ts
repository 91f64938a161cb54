import { randomUUID } from 'node:crypto';
import { type ConformanceCheck, twoFactorConformance } from 'nestjs-two-factor/testing';
import { call } from '../../support/client.js';
import type { HostAccount } from './installed-host.js';

/** The suite for a host with `register`, `login` and `me`, and sessions that are rows. */
export function rowSessionsConformance(url: () => string): ConformanceCheck[] {
  return twoFactorConformance<HostAccount>({
    baseUrls: () => [url()],
    createUser: async () => {
      const account = { label: `${randomUUID()}@example.com`, password: 'correct horse' };
      await call(url(), '/register', { body: { email: account.label, password: account.password } });
      return account;
    },
    logIn: ({ label: email, password }, baseUrl) =>
      fetch(`${baseUrl}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      }),
    protectedRoutes: [{ path: '/me' }],
  });
}

/** Whether a host has the lines of a block of the README, however they are broken. */
export function missingLines(block: string, file: string): string[] {
  const squeezed = (code: string): string => code.replaceAll(/\s+/g, '').replaceAll(/,(?=[\]})])/g, '');
  const lines = block.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
  return lines.filter((line) => !squeezed(file).includes(squeezed(line).replace(/,$/, '')));
}
