import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { PolicyPreview, type PolicySummary, type PreviewedUser } from 'nestjs-two-factor';
import { AppModule } from '../app.module.js';
import { policiesOf } from '../auth/policies.js';
import { loadEnvFile } from '../config/env-file.js';
import { developmentSecrets } from '../config/development-secrets.js';
import { readEnvironment } from '../config/environment.js';
import { openDatabase } from '../database/open-database.js';
import { type ListedUser, UsersRepository } from '../users/users.repository.js';

// npm run policy:preview: whom the policy of this environment would meet. Nothing is changed, and servers may run meanwhile.

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  loadEnvFile();
  const environment = readEnvironment(process.env, developmentSecrets);
  const database = await openDatabase(environment, print);
  const app = await NestFactory.createApplicationContext(
    AppModule.forRoot({ environment, connection: database.connection }),
    { logger: ['error', 'warn'], abortOnError: false },
  );
  try {
    const users = app.get(UsersRepository, { strict: false });
    const summary = await app
      .get(PolicyPreview, { strict: false })
      .summary(({ role }) => policiesOf(role, environment), { users: previewed(users) });
    show(summary);
    process.exitCode = summary.blocksLastAdministrator ? 1 : 0;
  } finally {
    await app.close();
    await database.close();
  }
}

async function* previewed(users: UsersRepository): AsyncGenerator<ListedUser & PreviewedUser> {
  for await (const user of users.all()) {
    yield { ...user, isAdministrator: user.role === 'admin' };
  }
}

function show({ users, blocksLastAdministrator, ...counts }: PolicySummary): void {
  const lines = [
    ['have what is required of them, or nothing is', counts.compliant],
    ['have time', counts.inGrace],
    ['would have to enrol before their next session', counts.blocked],
    ['of these two: have a factor that is too weak', counts.tooWeak],
    ['have not signed in so far', counts.neverSignedIn],
  ] as const;
  print(`\nusers: ${users}`);
  for (const [meaning, count] of lines) {
    print(`${String(count).padStart(9)}  ${meaning}`);
  }
  if (blocksLastAdministrator) {
    print('\nNo administrator could sign in without enrolling');
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
