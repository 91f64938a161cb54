import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { developmentSecrets } from '../config/development-secrets.js';
import { loadEnvFile } from '../config/env-file.js';
import { readEnvironment } from '../config/environment.js';
import { dataSourceOptions } from '../database/data-source-options.js';
import { openDatabase } from '../database/open-database.js';
import { ENTITIES } from '../entities.js';
import { normalEmail } from '../users/email.js';
import { ROLES, isRole } from '../users/role.js';
import { User } from '../users/user.entity.js';
import { UsersRepository } from '../users/users.repository.js';

// npm run users:role -- <email> <role>: servers may run meanwhile, and know it with the next request.

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main([email, role, ...others]: readonly string[]): Promise<void> {
  if (email === undefined || role === undefined || !isRole(role) || others.length > 0) {
    throw new Error(`Usage: npm run users:role -- <email> <${ROLES.join('|')}>`);
  }
  loadEnvFile();
  const database = await openDatabase(readEnvironment(process.env, developmentSecrets), print);
  const dataSource = new DataSource(dataSourceOptions(database.connection, ENTITIES));
  try {
    await dataSource.initialize();
    const users = new UsersRepository(dataSource.getRepository(User));
    if (!(await users.setRole(normalEmail(email), role))) {
      throw new Error('There is no account with this e-mail address');
    }
    print(`The role is ${role} from now on`);
  } finally {
    await dataSource.destroy().catch(() => {});
    await database.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
