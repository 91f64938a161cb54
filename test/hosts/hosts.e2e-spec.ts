import { beforeAll } from 'vitest';
import { expressNumericIds } from './express-numeric-ids.host.js';
import { fastifyTwoTenants } from './fastify-two-tenants.host.js';
import { jestCommonjs } from './jest-commonjs.host.js';
import { otplibColumn } from './otplib-column.host.js';
import { plainPg } from './plain-pg.host.js';
import { prisma } from './prisma.host.js';
import { quickStart } from './quick-start.host.js';
import { InstalledHost } from './support/installed-host.js';
import { typeormTransactional } from './typeorm-transactional.host.js';

const HOSTS = [
  'express-numeric-ids',
  'fastify-two-tenants',
  'jest-commonjs',
  'otplib-column',
  'plain-pg',
  'prisma',
  'typeorm-transactional',
] as const;
const installing = new Map<string, Promise<InstalledHost>>();

// All at once, and not awaited here: an install waits for the network and the disk more than for a core.
beforeAll(() => {
  for (const name of HOSTS) {
    const install = InstalledHost.install(name);
    // Whoever waits for it hears of it. Until then nobody does, which Node would end the process for.
    install.catch(() => undefined);
    installing.set(name, install);
  }
});

async function installed(name: (typeof HOSTS)[number]): Promise<InstalledHost> {
  const install = installing.get(name);
  if (install === undefined) {
    throw new Error(`${name} is not being installed`);
  }
  return install;
}

expressNumericIds(() => installed('express-numeric-ids'));
fastifyTwoTenants(() => installed('fastify-two-tenants'));
jestCommonjs(() => installed('jest-commonjs'));
otplibColumn(() => installed('otplib-column'));
plainPg(() => installed('plain-pg'));
prisma(() => installed('prisma'));
typeormTransactional(() => installed('typeorm-transactional'));
quickStart('pg');
quickStart('prisma');
