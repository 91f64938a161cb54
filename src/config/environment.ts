import { isIP } from 'node:net';
import { type KeyMaterial, type WebAuthnOptions, keyFaults, webAuthnFaults } from 'nestjs-two-factor';
import { type MailSettings, mailSettings } from './mail-settings.js';

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

/** The variables that hold secrets: in production each must be given, elsewhere they are made and kept. */
export const SECRET_VARIABLES = ['JWT_ACCESS_SECRET', 'TWO_FACTOR_KEYS', 'TWO_FACTOR_PEPPERS'] as const;
export type SecretVariable = (typeof SECRET_VARIABLES)[number];

/** The environment does not say what the process needs. Names variables and rules, never values. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  constructor(readonly faults: readonly string[]) {
    super(`The environment is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

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

/** An empty variable counts as one that is not set: compose files and shells pass those. */
function given(variables: Variables, name: string): string | undefined {
  const value = variables[name]?.trim();
  return value === '' ? undefined : value;
}

function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => given(variables, name) !== undefined),
  );
}

/**
 * With an `@` behind the host, the host is the beginning of a password: one with a character in it that ends the part
 * of a URL. Such a URL names another host than was meant, and its rest would be printed as the name of a database.
 */
function isDatabaseUrl(text: string): boolean {
  // node-postgres takes one without a host, whose parameters name a socket.
  const complete = text.replace('@/', '@localhost/');
  if (!/^postgres(ql)?:\/\/./.test(text) || !URL.canParse(complete)) {
    return false;
  }
  const { pathname, search, hash } = new URL(complete);
  return !`${pathname}${search}${hash}`.includes('@');
}

function isWebOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** An address, a subnet, or a name that Fastify has for some. */
function isProxy(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) {
    return ['loopback', 'linklocal', 'uniquelocal'].includes(text);
  }
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

const VARIABLES = new Map([
  ['rpId: ', 'WEBAUTHN_RP_ID'],
  ['origins: ', 'WEBAUTHN_ORIGINS'],
]);

/** Reads single variables and collects what is wrong with them. */
class Reader {
  constructor(
    private readonly variables: Variables,
    private readonly faults: string[],
  ) {}

  integer(
    name: string,
    { fallback, from, to }: { readonly fallback: number; readonly from: number; readonly to: number },
  ): number {
    const text = given(this.variables, name);
    if (text === undefined) {
      return fallback;
    }
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= from && value <= to)) {
      this.faults.push(`${name} must be a whole number from ${from} to ${to}`);
    }
    return value;
  }

  /** A day as `2027-01-31`, from its midnight in UTC. */
  day(name: string): Date | undefined {
    const text = given(this.variables, name);
    if (text === undefined) {
      return undefined;
    }
    const day = new Date(`${text}T00:00:00Z`);
    // The 31st of June would be the 1st of July.
    if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(day.getTime()) || !day.toJSON().startsWith(text)) {
      this.faults.push(`${name} must be a day such as 2027-01-31`);
    }
    return day;
  }

  choice<const Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const text = given(this.variables, name);
    const choice = choices.find((candidate) => candidate === text);
    if (text !== undefined && choice === undefined) {
      this.faults.push(`${name} must be one of ${choices.join(', ')}`);
    }
    return choice ?? fallback;
  }

  databaseUrl(name: string): string | undefined {
    const text = given(this.variables, name);
    if (text !== undefined && !isDatabaseUrl(text)) {
      this.faults.push(
        `${name} must be a postgres:// URL, with # % / ? and the like in a password written as %23 %25 %2F %3F`,
      );
    }
    return text;
  }

  /** `off`, `on`, a number of hops, or a list of addresses and subnets. */
  trustProxy(name: string): boolean | string | number {
    const text = given(this.variables, name);
    if (text === undefined || text === 'off') {
      return false;
    }
    if (text === 'on') {
      return true;
    }
    if (/^\d+$/.test(text)) {
      return Number(text);
    }
    if (!text.split(',').every((part) => isProxy(part.trim()))) {
      this.faults.push(`${name} must be on, off, a number of hops, or a list of addresses and subnets`);
    }
    return text;
  }

  /** Outside production that of this machine, unless another one is named. */
  webauthn({
    rpName,
    isProduction,
    port,
  }: Pick<Environment, 'isProduction' | 'port'> & { readonly rpName: string }): WebAuthnOptions | undefined {
    const rpId = given(this.variables, 'WEBAUTHN_RP_ID');
    const origins = given(this.variables, 'WEBAUTHN_ORIGINS')
      ?.split(',')
      .map((part) => part.trim());
    if (rpId === undefined && origins === undefined) {
      const page = `http://localhost:${port}`;
      return isProduction || !URL.canParse(page)
        ? undefined
        : { rpId: 'localhost', rpName, origins: [new URL(page).origin] };
    }
    const webauthn = { rpId: rpId ?? '', rpName, origins: origins ?? [] };
    const faults = webAuthnFaults(webauthn).map((fault) =>
      fault.replace(/^(?:rpId|origins): /, (name) => `${VARIABLES.get(name) ?? ''} `),
    );
    if (isProduction && rpId === 'localhost') {
      faults.push('WEBAUTHN_RP_ID must not be localhost in production');
    }
    this.faults.push(...faults);
    return webauthn;
  }

  /** Exact origins, separated by commas. No `*`: whoever may call is named. */
  origins(name: string): readonly string[] {
    const origins = (given(this.variables, name)?.split(',') ?? []).map((part) => part.trim());
    if (origins.some((origin) => !isWebOrigin(origin))) {
      this.faults.push(
        `${name} must be a list of origins as browsers write them: scheme, host and port, no path, such as https://app.example.com`,
      );
    }
    return origins;
  }

  secret(name: SecretVariable): string {
    const text = given(this.variables, name);
    if (text !== undefined && Buffer.byteLength(text) < 32) {
      this.faults.push(`${name} must be at least 32 bytes`);
    }
    return text ?? '';
  }

  /** `kid:base64(32 bytes)[,kid:base64…]` */
  keys(name: SecretVariable): readonly KeyMaterial[] {
    const text = given(this.variables, name);
    if (text === undefined) {
      return [];
    }
    const material = text.split(',').map((part) => {
      const [id = '', encoded = '', ...rest] = part.trim().split(':');
      const isBase64 = rest.length === 0 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded);
      return { id, key: isBase64 ? Buffer.from(encoded, 'base64') : Buffer.alloc(0) };
    });
    this.faults.push(...keyFaults(material).map((fault) => `${name}: ${fault}`));
    return material;
  }
}
