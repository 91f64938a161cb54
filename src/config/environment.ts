import type { KeyMaterial, WebAuthnOptions } from 'nestjs-two-factor';
import { Reader, type Variables, given } from './environment-reader.js';
import { type MailSettings, mailSettings } from './mail-settings.js';
import { SECRET_VARIABLES, type SecretVariable } from './secret-variables.js';

/** What the process was told, parsed once. Nothing else reads `process.env`. */
export interface Environment {
  readonly isProduction: boolean;
  readonly port: number;
  readonly host: string;
  /** `undefined`: an embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Other PostgreSQL binaries for the embedded server. */
  readonly postgresBinDir: string | undefined;
  readonly secrets: Secrets;
  readonly issuer: string;
  /** The domain and the pages of passkeys; `undefined`: there are none. */
  readonly webauthn: WebAuthnOptions | undefined;
  readonly accessTokenTtlSeconds: number;
  readonly refreshTokenTtlSeconds: number;
  readonly isRateLimited: boolean;
  /** Days for which a device is not asked for a factor again; 0: each sign-in asks. */
  readonly trustedDeviceDays: number;
  /** From when on everybody must have a second factor; `undefined`: only roles that must. */
  readonly requiredFrom: Date | undefined;
  /** Days that a user has for it from then, or from the first sign-in after it. */
  readonly graceDays: number;
  /** Whose `X-Forwarded-For` is believed, as Fastify's `trustProxy` takes it. */
  readonly trustProxy: boolean | string | number;
  /** Other origins whose pages may call the API. */
  readonly corsOrigins: readonly string[];
  readonly logLevel: LogLevel;
  /** `undefined`: users are told nothing. */
  readonly mail: MailSettings | undefined;
}

export interface Secrets {
  readonly jwtAccessSecret: string;
  readonly twoFactorKeys: readonly KeyMaterial[];
  readonly twoFactorPeppers: readonly KeyMaterial[];
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The environment does not say what the process needs. Names variables and rules, never values. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  constructor(readonly faults: readonly string[]) {
    super(`The environment is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/**
 * Parses the environment.
 *
 * @param developmentSecrets gives the secrets that were not set, outside production
 * @throws EnvironmentError with every fault at once
 */
export function readEnvironment(
  variables: Variables,
  developmentSecrets: (dataDir: string) => Readonly<Record<SecretVariable, string>>,
): Environment {
  const faults: string[] = [];
  const isProduction = given(variables, 'NODE_ENV') === 'production';
  const dataDir = given(variables, 'DATA_DIR') ?? '.data';
  const read = new Reader(variables, faults);

  const port = read.integer('PORT', { fallback: 8080, from: 0, to: 65_535 });
  const issuer = given(variables, 'TWO_FACTOR_ISSUER') ?? 'nestjs-two-factor';
  const plain = {
    isProduction,
    dataDir,
    port,
    host: given(variables, 'HOST') ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
    databaseUrl: read.databaseUrl('DATABASE_URL'),
    postgresBinDir: given(variables, 'PG_BIN_DIR'),
    issuer,
    webauthn: read.webauthn({ rpName: issuer, isProduction, port }),
    accessTokenTtlSeconds: read.integer('ACCESS_TOKEN_TTL', { fallback: 900, from: 1, to: 86_400 }),
    refreshTokenTtlSeconds: read.integer('REFRESH_TOKEN_TTL', {
      fallback: 2_592_000,
      from: 1,
      // As long as a session may live.
      to: 2_592_000,
    }),
    isRateLimited: read.choice('RATE_LIMIT', ['on', 'off'], 'on') === 'on',
    trustedDeviceDays: read.integer('TRUSTED_DEVICE_DAYS', { fallback: 0, from: 0, to: 90 }),
    requiredFrom: read.day('TWO_FACTOR_REQUIRED_FROM'),
    graceDays: read.integer('TWO_FACTOR_GRACE_DAYS', { fallback: 14, from: 0, to: 90 }),
    trustProxy: read.trustProxy('TRUST_PROXY'),
    corsOrigins: read.origins('CORS_ORIGINS'),
    logLevel: read.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
    mail: mailSettings(
      {
        mail: read.choice('MAIL', ['on', 'off'], 'on'),
        smtpUrl: given(variables, 'SMTP_URL'),
        from: given(variables, 'MAIL_FROM'),
        publicUrl: given(variables, 'PUBLIC_URL'),
      },
      { isProduction, port },
      faults,
    ),
  };

  const missing = SECRET_VARIABLES.filter((name) => given(variables, name) === undefined);
  if (isProduction) {
    faults.push(...missing.map((name) => `${name} is not set, and production needs it`));
  }
  const made = isProduction || missing.length === 0 || faults.length > 0 ? {} : developmentSecrets(dataDir);
  const known = { ...made, ...withoutEmpty(variables) };
  if (!isProduction && faults.length === 0) {
    const lost = SECRET_VARIABLES.filter((name) => given(known, name) === undefined);
    faults.push(...lost.map((name) => `${name} is not set, and not in the file of development keys`));
  }
  const readSecret = new Reader(known, faults);
  const secrets = {
    jwtAccessSecret: readSecret.secret('JWT_ACCESS_SECRET'),
    twoFactorKeys: readSecret.keys('TWO_FACTOR_KEYS'),
    twoFactorPeppers: readSecret.keys('TWO_FACTOR_PEPPERS'),
  };
  if (faults.length > 0) {
    throw new EnvironmentError(faults);
  }
  return { ...plain, secrets };
}

function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => given(variables, name) !== undefined),
  );
}
