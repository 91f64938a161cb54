import type { EntityMetadata } from 'typeorm';

/** The library's tables by what they hold, each quoted and with the host's schema and prefix. */
export interface TwoFactorTables {
  readonly accounts: string;
  readonly enrolments: string;
  readonly secrets: string;
  readonly backupCodes: string;
  readonly challenges: string;
  readonly attempts: string;
  readonly assurances: string;
  readonly events: string;
  readonly keys: string;
}

export function quotedTable({ tablePath }: EntityMetadata): string {
  return tablePath
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}
