import { UsersRepository } from '../../src/users/users.repository.js';
import type { TestApp } from './app.js';
import { type Person, aUser } from './people.js';

/** Somebody of the support team, who has signed in with a factor just now. */
export async function aClerk(app: TestApp): Promise<Person> {
  const clerk = await aUser(app);
  await app.nest.get(UsersRepository, { strict: false }).setRole(clerk.email, 'support');
  return clerk.withTwoFactor();
}
