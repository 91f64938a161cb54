import { describe, expect, it, vi } from 'vitest';
import { EnvironmentError, readEnvironment } from './environment.js';

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const SECRETS = {
  JWT_ACCESS_SECRET: 'a secret of thirty-two bytes or more',
  TWO_FACTOR_KEYS: `k1:${key(1)}`,
  TWO_FACTOR_PEPPERS: `p1:${key(2)}`,
};
/** Stands in every value that is wrong, and in no message. */
const MARK = 'swordfish';

const read = (variables: Record<string, string | undefined> = {}) =>
  readEnvironment({ ...SECRETS, MAIL: 'off', ...variables }, () => SECRETS);

/** The faults that an environment is refused with, and the whole message; none when it is taken. */
function refusalOf(variables: Record<string, string | undefined>): {
  faults: readonly string[];
  message: string;
} {
  try {
    read(variables);
    return { faults: [], message: '' };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) {
      throw error;
    }
    const { faults, message } = error;
    return { faults, message };
  }
}

function faultsOf(variables: Record<string, string | undefined>): readonly string[] {
  const { faults, message } = refusalOf(variables);
  expect(message).not.toContain(MARK);
  return faults;
}

describe('readEnvironment', () => {
  it('has the defaults of the contract', () => {
    expect(readEnvironment({}, () => SECRETS)).toEqual({
      isProduction: false,
      port: 8080,
      host: '127.0.0.1',
      databaseUrl: undefined,
      dataDir: '.data',
      postgresBinDir: undefined,
      secrets: {
        jwtAccessSecret: SECRETS.JWT_ACCESS_SECRET,
        twoFactorKeys: [{ id: 'k1', key: Buffer.alloc(32, 1) }],
        twoFactorPeppers: [{ id: 'p1', key: Buffer.alloc(32, 2) }],
      },
      issuer: 'nestjs-two-factor',
      webauthn: { rpId: 'localhost', rpName: 'nestjs-two-factor', origins: ['http://localhost:8080'] },
      accessTokenTtlSeconds: 900,
      refreshTokenTtlSeconds: 2_592_000,
      isRateLimited: true,
      trustedDeviceDays: 0,
      requiredFrom: undefined,
      graceDays: 14,
      trustProxy: false,
      corsOrigins: [],
      logLevel: 'info',
      mail: { smtpUrl: undefined, from: 'nestjs-two-factor@localhost', publicUrl: 'http://localhost:8080' },
    });
  });

  it('reads every variable', () => {
    expect(
      read({
        PORT: '3000',
        HOST: '::1',
        DATABASE_URL: 'postgres://ann:secret@db.example.com/app',
        DATA_DIR: '/var/lib/app',
        PG_BIN_DIR: '/usr/lib/postgresql/16/bin',
        TWO_FACTOR_ISSUER: 'Acme & Söhne: 😀',
        WEBAUTHN_RP_ID: 'example.com',
        WEBAUTHN_ORIGINS: 'https://app.example.com, https://example.com',
        ACCESS_TOKEN_TTL: '60',
        REFRESH_TOKEN_TTL: '3600',
        RATE_LIMIT: 'off',
        TRUSTED_DEVICE_DAYS: '90',
        TWO_FACTOR_REQUIRED_FROM: '2028-02-29',
        TWO_FACTOR_GRACE_DAYS: '0',
        TRUST_PROXY: '2',
        CORS_ORIGINS: 'https://app.example.com, http://localhost:3000',
        LOG_LEVEL: 'debug',
        MAIL: 'on',
        SMTP_URL: 'smtp://ann:secret@mail.example.com:587',
        MAIL_FROM: 'security@example.com',
        PUBLIC_URL: 'https://app.example.com',
      }),
    ).toMatchObject({
      port: 3000,
      host: '::1',
      databaseUrl: 'postgres://ann:secret@db.example.com/app',
      dataDir: '/var/lib/app',
      postgresBinDir: '/usr/lib/postgresql/16/bin',
      issuer: 'Acme & Söhne: 😀',
      webauthn: {
        rpId: 'example.com',
        rpName: 'Acme & Söhne: 😀',
        origins: ['https://app.example.com', 'https://example.com'],
      },
      accessTokenTtlSeconds: 60,
      refreshTokenTtlSeconds: 3600,
      isRateLimited: false,
      trustedDeviceDays: 90,
      requiredFrom: new Date('2028-02-29T00:00:00Z'),
      graceDays: 0,
      trustProxy: 2,
      corsOrigins: ['https://app.example.com', 'http://localhost:3000'],
      logLevel: 'debug',
      mail: {
        smtpUrl: 'smtp://ann:secret@mail.example.com:587',
        from: 'security@example.com',
        publicUrl: 'https://app.example.com',
      },
    });
  });

  it.each(['', ' ', '\t\n'])('takes a variable that is %j for one that is not set', (empty) => {
    const names = [
      'NODE_ENV PORT HOST DATABASE_URL DATA_DIR PG_BIN_DIR TWO_FACTOR_ISSUER ACCESS_TOKEN_TTL',
      'WEBAUTHN_RP_ID WEBAUTHN_ORIGINS REFRESH_TOKEN_TTL RATE_LIMIT TRUSTED_DEVICE_DAYS TRUST_PROXY',
      'CORS_ORIGINS LOG_LEVEL TWO_FACTOR_REQUIRED_FROM TWO_FACTOR_GRACE_DAYS',
      'MAIL SMTP_URL MAIL_FROM PUBLIC_URL',
      Object.keys(SECRETS).join(' '),
    ].flatMap((list) => list.split(' '));

    const environment = read(Object.fromEntries(names.map((name) => [name, empty])));

    expect(environment).toEqual(readEnvironment({}, () => SECRETS));
  });

  it('trims what it reads, as files and shells leave blanks around', () => {
    expect(read({ PORT: ' 3000 ', HOST: ' ::1\n', LOG_LEVEL: 'warn\r' })).toMatchObject({
      port: 3000,
      host: '::1',
      logLevel: 'warn',
    });
  });

  it.each<[string, string, RegExp]>([
    ['PORT', MARK, /^PORT must be a whole number from 0 to 65535$/],
    ['PORT', '65536', /^PORT must be a whole number/],
    ['PORT', '-1', /^PORT must be a whole number/],
    ['PORT', '80.5', /^PORT must be a whole number/],
    ['PORT', '1e3', /^PORT must be a whole number/],
    ['PORT', '0x50', /^PORT must be a whole number/],
    ['PORT', '８０８０', /^PORT must be a whole number/],
    ['ACCESS_TOKEN_TTL', '0', /^ACCESS_TOKEN_TTL must be a whole number from 1 to 86400$/],
    ['ACCESS_TOKEN_TTL', '86401', /^ACCESS_TOKEN_TTL must/],
    ['REFRESH_TOKEN_TTL', '0', /^REFRESH_TOKEN_TTL must be a whole number from 1 to 2592000$/],
    ['REFRESH_TOKEN_TTL', '9'.repeat(30), /^REFRESH_TOKEN_TTL must/],
    ['DATABASE_URL', `mysql://${MARK}@localhost/app`, /^DATABASE_URL must be a postgres:\/\/ URL, with/],
    ['DATABASE_URL', MARK, /^DATABASE_URL must/],
    ['DATABASE_URL', 'postgres://', /^DATABASE_URL must/],
    // Characters that end a part of a URL: what is behind them would be taken for something else than a password.
    ['DATABASE_URL', `postgres://ann:1#${MARK}@localhost/app`, /^DATABASE_URL must/],
    ['DATABASE_URL', `postgres://ann:1/${MARK}@localhost/app`, /^DATABASE_URL must/],
    ['DATABASE_URL', `postgres://ann:1?${MARK}@localhost/app`, /^DATABASE_URL must/],
    ['DATABASE_URL', `postgres://ann:${MARK}#@localhost/app`, /^DATABASE_URL must/],
    ['TWO_FACTOR_REQUIRED_FROM', MARK, /^TWO_FACTOR_REQUIRED_FROM must be a day such as 2027-01-31$/],
    ['TWO_FACTOR_REQUIRED_FROM', '2027-02-29', /^TWO_FACTOR_REQUIRED_FROM must/],
    ['TWO_FACTOR_REQUIRED_FROM', '2027-13-01', /^TWO_FACTOR_REQUIRED_FROM must/],
    ['TWO_FACTOR_REQUIRED_FROM', '2027-01-31T00:00:00Z', /^TWO_FACTOR_REQUIRED_FROM must/],
    ['TWO_FACTOR_REQUIRED_FROM', '31.1.2027', /^TWO_FACTOR_REQUIRED_FROM must/],
    ['TWO_FACTOR_GRACE_DAYS', '91', /^TWO_FACTOR_GRACE_DAYS must be a whole number from 0 to 90$/],
    ['RATE_LIMIT', MARK, /^RATE_LIMIT must be one of on, off$/],
    ['RATE_LIMIT', 'ON', /^RATE_LIMIT must/],
    ['LOG_LEVEL', 'verbose', /^LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent$/],
    ['TRUST_PROXY', MARK, /^TRUST_PROXY must be on, off, a number of hops, or a list/],
    ['TRUST_PROXY', '999.0.0.1', /^TRUST_PROXY must/],
    ['TRUST_PROXY', '10.0.0.0/33', /^TRUST_PROXY must/],
    ['TRUST_PROXY', '::1/129', /^TRUST_PROXY must/],
    ['TRUST_PROXY', 'abc', /^TRUST_PROXY must/],
    ['TRUST_PROXY', 'loopback,', /^TRUST_PROXY must/],
    ['TRUST_PROXY', `loopback, ${MARK}`, /^TRUST_PROXY must/],
    ['TRUST_PROXY', '10.0.0.0/8/8', /^TRUST_PROXY must/],
    ['CORS_ORIGINS', '*', /^CORS_ORIGINS must be a list of origins/],
    ['CORS_ORIGINS', 'null', /^CORS_ORIGINS must/],
    ['CORS_ORIGINS', 'https://app.example.com/', /^CORS_ORIGINS must/],
    ['CORS_ORIGINS', `https://app.example.com,${MARK}`, /^CORS_ORIGINS must/],
    ['CORS_ORIGINS', 'https://app.example.com,', /^CORS_ORIGINS must/],
  ])('refuses %s when it is %s, and does not repeat it', (name, value, fault) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(fault)]);
  });

  it.each<[string, boolean | string | number]>([
    ['off', false],
    ['on', true],
    ['1', 1],
    ['loopback', 'loopback'],
    ['loopback, 10.0.0.0/8', 'loopback, 10.0.0.0/8'],
    ['192.0.2.1,2001:db8::/32', '192.0.2.1,2001:db8::/32'],
    ['::1', '::1'],
  ])('believes the proxies %s', (text, trustProxy) => {
    expect(read({ TRUST_PROXY: text }).trustProxy).toBe(trustProxy);
  });

  it.each(['0', '65535'])('takes the port %s', (port) => {
    expect(read({ PORT: port }).port).toBe(Number(port));
  });

  it('starts in production with a mail server, or told that there is none', () => {
    const NODE_ENV = 'production';
    const mail = { MAIL: '', SMTP_URL: 'smtps://mail', MAIL_FROM: 'a@b.c', PUBLIC_URL: 'https://b.c' };

    expect(faultsOf({ NODE_ENV, MAIL: '' })).toEqual(
      ['SMTP_URL', 'MAIL_FROM', 'PUBLIC_URL'].map(
        (name) => `${name} is not set, and production needs it, or MAIL=off`,
      ),
    );
    expect(faultsOf({ NODE_ENV, ...mail })).toEqual([]);
    expect(read({ NODE_ENV, MAIL: 'off' }).mail).toBeUndefined();
    expect(faultsOf({ ...mail, SMTP_URL: `http://${MARK}`, PUBLIC_URL: `https://b.c/${MARK}` })).toEqual([
      'SMTP_URL must be a smtp:// or smtps:// URL',
      'PUBLIC_URL must be an origin, such as https://app.example.com',
    ]);
  });

  it('names every fault at once', () => {
    const faults = faultsOf({
      NODE_ENV: 'production',
      PORT: MARK,
      ACCESS_TOKEN_TTL: MARK,
      REFRESH_TOKEN_TTL: MARK,
      DATABASE_URL: MARK,
      RATE_LIMIT: MARK,
      TRUST_PROXY: MARK,
      CORS_ORIGINS: MARK,
      LOG_LEVEL: MARK,
      JWT_ACCESS_SECRET: MARK,
      TWO_FACTOR_KEYS: MARK,
      TWO_FACTOR_PEPPERS: '',
    });

    expect(new Set(faults.map((fault) => /^\w+/.exec(fault)?.[0]))).toEqual(
      new Set([
        'ACCESS_TOKEN_TTL',
        'CORS_ORIGINS',
        'DATABASE_URL',
        'JWT_ACCESS_SECRET',
        'LOG_LEVEL',
        'PORT',
        'RATE_LIMIT',
        'REFRESH_TOKEN_TTL',
        'TRUST_PROXY',
        'TWO_FACTOR_KEYS',
        'TWO_FACTOR_PEPPERS',
      ]),
    );
  });

  it('lists them one a line, for whoever reads the process die', () => {
    expect(refusalOf({ PORT: MARK, RATE_LIMIT: MARK }).message).toBe(
      [
        'The environment is not valid:',
        '  - PORT must be a whole number from 0 to 65535',
        '  - RATE_LIMIT must be one of on, off',
      ].join('\n'),
    );
  });
});

describe('the secrets', () => {
  it.each<[string, string, readonly RegExp[]]>([
    ['a short secret', 'JWT_ACCESS_SECRET', [/^JWT_ACCESS_SECRET must be at least 32 bytes$/]],
    [
      'no id',
      'TWO_FACTOR_KEYS',
      [/^TWO_FACTOR_KEYS: key 1: its id must be/, /^TWO_FACTOR_KEYS: key 1: 32 bytes/],
    ],
  ])('are refused when malformed: %s', (_, name, faults) => {
    expect(faultsOf({ [name]: MARK.repeat(name === 'TWO_FACTOR_KEYS' ? 5 : 3) })).toEqual(
      faults.map((fault) => expect.stringMatching(fault)),
    );
  });

  it.each<[string, string, readonly RegExp[]]>([
    [
      '31 bytes',
      `k1:${Buffer.alloc(31).toString('base64')}`,
      [/^TWO_FACTOR_KEYS: key 1: 32 bytes are needed, 31/],
    ],
    [
      '33 bytes',
      `k1:${Buffer.alloc(33).toString('base64')}`,
      [/^TWO_FACTOR_KEYS: key 1: 32 bytes are needed, 33/],
    ],
    [
      'hexadecimal of 32 bytes',
      `k1:${'ab'.repeat(32)}`,
      [/^TWO_FACTOR_KEYS: key 1: 32 bytes are needed, 48/],
    ],
    ['nothing behind the id', 'k1:', [/^TWO_FACTOR_KEYS: key 1: 32 bytes are needed, 0/]],
    ['an id alone', 'k1', [/^TWO_FACTOR_KEYS: key 1: 32 bytes are needed, 0/]],
    ['a third part', `k1:${key(1)}:${MARK}`, [/^TWO_FACTOR_KEYS: key 1: 32 bytes are needed, 0/]],
    ['blanks in it', `k1:${key(1).replace('A', ' A')}`, [/^TWO_FACTOR_KEYS: key 1: 32 bytes are needed/]],
    ['an id with a dot', `k.1:${key(1)}`, [/^TWO_FACTOR_KEYS: key 1: its id must be/]],
    ['an id of 33 characters', `${'k'.repeat(33)}:${key(1)}`, [/^TWO_FACTOR_KEYS: key 1: its id must be/]],
    ['one id twice', `k1:${key(1)},k1:${key(2)}`, [/^TWO_FACTOR_KEYS: key "k1" is given twice$/]],
    ['a comma at the end', `k1:${key(1)},`, [/key 2: its id must be/, /key 2: 32 bytes are needed/]],
    ['a second key that is short', `k1:${key(1)},k2:${MARK}`, [/^TWO_FACTOR_KEYS: key 2: 32 bytes/]],
  ])('are refused as a key with %s', (_, value, faults) => {
    expect(faultsOf({ TWO_FACTOR_KEYS: value })).toEqual(faults.map((fault) => expect.stringMatching(fault)));
  });

  it('are several keys in their order, with blanks between them, in either base64', () => {
    const [newer, older] = [Buffer.alloc(32, 0xfb), Buffer.alloc(32, 0xff)];
    const value = ` k2:${newer.toString('base64')} , k1:${older.toString('base64url')} `;

    expect(read({ TWO_FACTOR_KEYS: value }).secrets.twoFactorKeys).toEqual([
      { id: 'k2', key: newer },
      { id: 'k1', key: older },
    ]);
  });

  it('count bytes, not characters', () => {
    expect(read({ JWT_ACCESS_SECRET: 'é'.repeat(16) }).secrets.jwtAccessSecret).toBe('é'.repeat(16));
    expect(faultsOf({ JWT_ACCESS_SECRET: 'é'.repeat(15) })).toHaveLength(1);
  });
});

describe('passkeys', () => {
  it('are at localhost, on the port of the process', () => {
    expect(read({ PORT: '80' }).webauthn?.origins).toEqual(['http://localhost']);
  });

  it('are off in production, unless their domain is named', () => {
    expect(read({ NODE_ENV: 'production' }).webauthn).toBeUndefined();
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ WEBAUTHN_RP_ID: 'example.com' }, /^WEBAUTHN_ORIGINS must be a list of at least one$/],
    [{ WEBAUTHN_ORIGINS: 'https://example.com' }, /^WEBAUTHN_RP_ID must be a domain/],
    [{ WEBAUTHN_RP_ID: MARK, WEBAUTHN_ORIGINS: 'https://example.com' }, /^WEBAUTHN_RP_ID must be a domain/],
    [
      { WEBAUTHN_RP_ID: 'example.com', WEBAUTHN_ORIGINS: `https://${MARK}` },
      /^WEBAUTHN_ORIGINS each must be at the rpId or below it$/,
    ],
    [
      { WEBAUTHN_RP_ID: 'localhost', WEBAUTHN_ORIGINS: 'http://localhost', NODE_ENV: 'production' },
      /^WEBAUTHN_RP_ID must not be localhost in production$/,
    ],
  ])('are refused with %j', (variables, fault) => {
    expect(faultsOf(variables)).toContainEqual(expect.stringMatching(fault));
  });
});

describe('production', () => {
  const make = vi.fn<(dataDir: string) => typeof SECRETS>(() => SECRETS);

  it('listens on every address', () => {
    expect(read({ NODE_ENV: 'production' })).toMatchObject({ isProduction: true, host: '0.0.0.0' });
    expect(read({ NODE_ENV: 'production', HOST: '127.0.0.1' }).host).toBe('127.0.0.1');
  });

  it('is meant by the word with blanks around it, too', () => {
    expect(read({ NODE_ENV: ' production\r' }).isProduction).toBe(true);
  });

  it('needs every secret, and makes none', () => {
    const start = (): unknown =>
      readEnvironment({ NODE_ENV: 'production', MAIL: 'off', JWT_ACCESS_SECRET: ' ' }, make);

    expect(start).toThrow(
      expect.objectContaining({
        faults: [
          'JWT_ACCESS_SECRET is not set, and production needs it',
          'TWO_FACTOR_KEYS is not set, and production needs it',
          'TWO_FACTOR_PEPPERS is not set, and production needs it',
        ],
      }),
    );
    expect(make).not.toHaveBeenCalled();
  });
});

describe('development', () => {
  it('makes the secrets that are not set, in the folder for data, and keeps those that are', () => {
    const make = vi.fn<(dataDir: string) => typeof SECRETS>(() => ({
      ...SECRETS,
      JWT_ACCESS_SECRET: 'made',
    }));
    const variables = { DATA_DIR: '/somewhere', JWT_ACCESS_SECRET: 'x'.repeat(32), TWO_FACTOR_KEYS: '' };

    const { secrets } = readEnvironment(variables, make);

    expect(make).toHaveBeenCalledExactlyOnceWith('/somewhere');
    expect(secrets.jwtAccessSecret).toBe('x'.repeat(32));
    expect(secrets.twoFactorKeys).toEqual([{ id: 'k1', key: Buffer.alloc(32, 1) }]);
  });

  it('makes none when every one is set, or when something else is wrong', () => {
    const make = vi.fn<(dataDir: string) => typeof SECRETS>(() => SECRETS);

    readEnvironment(SECRETS, make);
    expect(() => readEnvironment({ PORT: MARK }, make)).toThrow('PORT must be');

    expect(make).not.toHaveBeenCalled();
  });

  it('refuses made secrets that are no longer whole', () => {
    const broken = { JWT_ACCESS_SECRET: '', TWO_FACTOR_KEYS: '', TWO_FACTOR_PEPPERS: MARK };

    expect(() => readEnvironment({}, () => broken)).toThrow(
      expect.objectContaining({
        faults: expect.arrayContaining([
          expect.stringContaining('JWT_ACCESS_SECRET'),
          expect.stringContaining('TWO_FACTOR_KEYS'),
          expect.stringContaining('TWO_FACTOR_PEPPERS'),
        ]),
      }),
    );
  });
});
