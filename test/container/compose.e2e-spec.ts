import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, type ClientConfig } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { OwnPostgres } from '../support/own-postgres.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const compose = readFileSync(`${ROOT}/docker-compose.yml`, 'utf8');
const script = /\.\/(docker\/\S+\.sql):\/docker-entrypoint-initdb\.d\//.exec(compose)?.[1] ?? '';

describe('the compose file', () => {
  it('hands on every variable that .env.example has for production', () => {
    const variables = Array.from(
      readFileSync(`${ROOT}/.env.example`, 'utf8').matchAll(/^([A-Z_]+)=/gm),
      ([, name]) => name,
    );
    // The image sets the first, and HOST follows from it; the others are the embedded PostgreSQL's.
    const elsewhere = new Set(['NODE_ENV', 'HOST', 'DATA_DIR', 'PG_BIN_DIR']);

    const handedOn = Array.from(compose.matchAll(/^ {6}([A-Z_]+):/gm), ([, name]) => name);

    expect(handedOn).toEqual(expect.arrayContaining(variables.filter((name) => !elsewhere.has(name!))));
  });
});

/** What the image runs when it has made its data, with psql's two commands carried out here. */
describe('the database of the compose file', () => {
  let postgres: OwnPostgres;
  let app: Client;

  beforeAll(async () => {
    postgres = await OwnPostgres.start();
    const admin = new Client({ ...connectionOf('postgres'), database: 'postgres' });
    await admin.connect();
    await admin.query('DROP DATABASE app');
    for (const statement of statementsOf(readFileSync(`${ROOT}/${script}`, 'utf8'), "it's secret")) {
      await admin.query(statement);
    }
    await admin.end();
    app = new Client(connectionOf('app'));
    await app.connect();
  });
  afterAll(async () => {
    await app.end();
    await postgres.drop();
  });

  const connectionOf = (user: string): ClientConfig => {
    const { host, port } = postgres.connection;
    return { host, port, user, database: 'app' };
  };

  it('is migrated by the role of the application', async () => {
    const { host, port, database } = postgres.connection;

    await migrate({ host, port, database, username: 'app' });

    const { rows } = await app.query(`SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`);
    expect(rows).toEqual([{ tableowner: 'app' }]);
  });

  it('gives that role no power over the server', async () => {
    const { rows } = await app.query(
      `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
         (SELECT count(*)::int FROM pg_auth_members WHERE member = pg_roles.oid) AS memberships
       FROM pg_roles WHERE rolname = current_user`,
    );

    expect(rows).toEqual([
      {
        rolsuper: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        rolbypassrls: false,
        memberships: 0,
      },
    ]);
    await expect(app.query(`COPY (SELECT 1) TO PROGRAM 'true'`)).rejects.toMatchObject({ code: '42501' });
  });

  it('knows the password of that role, and none that would let a superuser in over the network', async () => {
    const rows = await postgres.query(
      `SELECT rolname, rolpassword IS NOT NULL AS "hasPassword" FROM pg_authid WHERE rolcanlogin ORDER BY rolname`,
    );

    expect(rows).toEqual([
      { rolname: 'app', hasPassword: true },
      { rolname: 'postgres', hasPassword: false },
    ]);
  });
});

function statementsOf(sql: string, password: string): string[] {
  return sql
    .replaceAll(/^(--|\\getenv password POSTGRES_PASSWORD$).*\n/gm, '')
    .replaceAll(`:'password'`, `'${password.replaceAll("'", "''")}'`)
    .split(/(?<=;)\n/)
    .filter((statement) => statement.trim() !== '');
}
