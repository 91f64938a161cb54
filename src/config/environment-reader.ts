import { isIP } from 'node:net';
import { type KeyMaterial, type WebAuthnOptions, keyFaults, webAuthnFaults } from 'nestjs-two-factor';

export type Variables = Readonly<Record<string, string | undefined>>;

/** An empty variable counts as one that is not set: compose files and shells pass those. */
export function given(variables: Variables, name: string): string | undefined {
  const value = variables[name]?.trim();
  return value === '' ? undefined : value;
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
export class Reader {
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
  }: {
    readonly rpName: string;
    readonly isProduction: boolean;
    readonly port: number;
  }): WebAuthnOptions | undefined {
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

  secret(name: string): string {
    const text = given(this.variables, name);
    if (text !== undefined && Buffer.byteLength(text) < 32) {
      this.faults.push(`${name} must be at least 32 bytes`);
    }
    return text ?? '';
  }

  /** `kid:base64(32 bytes)[,kid:base64…]` */
  keys(name: string): readonly KeyMaterial[] {
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
